using System.Security.Claims;
using Dashboard.Core.Accounts;
using Dashboard.Core.Changes;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server;

namespace Dashboard.Auth;

/// <summary>Ends an open page when its session ends. A circuit does not check the cookie again after it has started, and it can live for
/// hours. So this subscribes to changes of the user, checks the session when one occurs, and checks it again when the session expires. It
/// does not poll.</summary>
sealed partial class SessionWatch(SessionService sessions, ChangeFeed feed, TimeProvider time, ILogger<SessionWatch> log)
    : ServerAuthenticationStateProvider, IDisposable
{
    /// <summary>How long to wait after a failed check.</summary>
    public static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    /// <summary>How long before a session expires for want of activity the page asks whether to stay signed in.</summary>
    public static readonly TimeSpan IdleNotice = TimeSpan.FromMinutes(2);

    /// <summary>How often the session is checked while the page asks: the answer may be given in another tab.</summary>
    public static readonly TimeSpan NoticeInterval = TimeSpan.FromSeconds(15);

    /// <summary>How long a page stays open for <see cref="Hold"/> once its session has ended.</summary>
    public static readonly TimeSpan HoldLimit = TimeSpan.FromMinutes(15);

    /// <summary>A timer takes no more than 49 days.</summary>
    static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

    static readonly Task<AuthenticationState> Nobody = Task.FromResult(new AuthenticationState(new ClaimsPrincipal(new ClaimsIdentity())));

    readonly Lock gate = new();
    readonly CancellationTokenSource lifetime = new();
    readonly List<Held> holds = [];
    IDisposable? subscription;
    ITimer? timer;
    Actor? user;
    SessionStatus? known;
    DateTimeOffset? heldUntil;
    bool checking;
    bool again;
    volatile bool ended;
    bool stopped;
    bool rightsLost;
    bool disposed;

    /// <summary>Raised when the session continues but the user was removed from an organization or has a lower role, so that the page may
    /// show what they may no longer see. Raised on any thread.</summary>
    public event EventHandler? RightsLost;

    /// <summary>Raised when <see cref="IdleAt"/> has changed. Raised on any thread.</summary>
    public event EventHandler? IdleChanged;

    /// <summary>When the session expires for want of activity, if that is soon; otherwise null.</summary>
    public DateTimeOffset? IdleAt { get; private set; }

    /// <summary>Whether the session has ended. Then the page reads and changes nothing, even if it is held open.</summary>
    public bool HasEnded => ended;

    /// <summary>The current or the last check.</summary>
    public Task Checking { get; private set; } = Task.CompletedTask;

    /// <summary>Returns the user: nobody once the session has ended, even while the page is held open.</summary>
    public override Task<AuthenticationState> GetAuthenticationStateAsync() => ended ? Nobody : base.GetAuthenticationStateAsync();

    /// <summary>Starts to watch the session of this circuit's user.</summary>
    public async Task BeginAsync()
    {
        user = (await GetAuthenticationStateAsync()).User.ToActor(null);
        if (user is null)
        {
            return;
        }

        timer = time.CreateTimer(_ => Check(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        subscription = feed.Subscribe(
            entry =>
            {
                // An organization may require a second factor from now on.
                if (entry.SubjectType == FeedSubject.Organization || (entry.SubjectType == FeedSubject.User && entry.SubjectId == user.Id))
                {
                    Check();
                }
            },
            Check);
        Check(); // covers changes since the cookie was validated
    }

    /// <summary>Keeps the page on the screen until the returned value is disposed, because it shows a secret that cannot be shown again. If
    /// the session ends in between, the page no longer reads or changes anything, and closes after <see cref="HoldLimit"/> at the
    /// latest.</summary>
    /// <param name="changed">Called on any thread when the session has ended or the user has lost permissions, and again, with true, when
    /// the limit is reached.</param>
    public IDisposable Hold(Action<bool> changed)
    {
        var held = new Held(this, changed);
        lock (gate)
        {
            holds.Add(held);
        }

        return held;
    }

    /// <summary>Checks the session now.</summary>
    public void Refresh() => Check();

    /// <inheritdoc />
    public void Dispose()
    {
        lock (gate)
        {
            if (disposed)
            {
                return;
            }

            disposed = true;
        }

        subscription?.Dispose();
        timer?.Dispose();
        lifetime.Cancel();
        lifetime.Dispose();
    }

    /// <summary>Starts a check in the background. Concurrent calls share at most two checks.</summary>
    void Check()
    {
        lock (gate)
        {
            again = true;
            if (checking || stopped || disposed)
            {
                return;
            }

            checking = true;
            Checking = Task.Run(CheckAsync);
        }
    }

    async Task CheckAsync()
    {
        while (true)
        {
            lock (gate)
            {
                checking = again && !stopped && !disposed;
                again = false;
                if (!checking)
                {
                    return;
                }
            }

            try
            {
                Apply(ended ? null : await sessions.FindStatusAsync(user!.SessionId!, user.Id, lifetime.Token));
            }
            catch (Exception) when (disposed)
            {
                // The page is closed, or the process is stopping.
            }
            catch (ObjectDisposedException)
            {
                // The process is stopping.
            }
            catch (Exception failure)
            {
                // Keep the page as it is: without the database, nothing can be read or changed anyway.
                LogNotRead(failure);
                timer!.Change(RetryAfter, Timeout.InfiniteTimeSpan);
            }
        }
    }

    void Apply(SessionStatus? status)
    {
        var now = time.GetUtcNow();
        DateTimeOffset? idleAt = status is not null && status.IdleAt < status.ExpiresAt && status.IdleAt - now <= IdleNotice
            ? status.IdleAt
            : null;
        bool notify;
        lock (gate)
        {
            ended |= status is null;
            rightsLost |= status is not null && known is not null && !status.Covers(known);
            known = status ?? known;
            (notify, IdleAt) = (IdleAt != idleAt, idleAt);
        }

        if (notify)
        {
            IdleChanged?.Invoke(this, EventArgs.Empty);
        }

        Act();
        Wake(status, now);
    }

    void Act()
    {
        var (end, notify, warn) = (false, false, false);
        Held[] held;
        lock (gate)
        {
            if (disposed || stopped || !(ended || rightsLost))
            {
                return;
            }

            held = [.. holds];
            var now = time.GetUtcNow();
            warn = held.Length > 0 && heldUntil is null;
            heldUntil ??= now + HoldLimit;
            if (held.Length == 0 || now >= heldUntil)
            {
                (end, notify, stopped) = (ended, !ended && rightsLost, ended);
                (rightsLost, heldUntil) = (false, null);
            }
        }

        if (warn || end || notify)
        {
            Array.ForEach(held, x => x.Changed(end || notify));
        }

        if (end)
        {
            SetAuthenticationState(Nobody);
        }
        else if (notify)
        {
            RightsLost?.Invoke(this, EventArgs.Empty);
        }
    }

    void Release(Held held)
    {
        lock (gate)
        {
            holds.Remove(held);
        }

        Act();
    }

    /// <summary>Checks again when the session expires, the user has to be asked, or the page has been held open for long enough.</summary>
    void Wake(SessionStatus? status, DateTimeOffset now)
    {
        var after = status is null ? LongestWait
            : status.ExpiresAt <= status.IdleAt ? status.ExpiresAt - now
            : IdleAt is null ? status.IdleAt - IdleNotice - now
            : Min(status.IdleAt - now, NoticeInterval);
        after = Min(after, Min(LongestWait, heldUntil - now ?? LongestWait));
        timer!.Change(after > TimeSpan.Zero ? after : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }

    static TimeSpan Min(TimeSpan one, TimeSpan other) => one < other ? one : other;

    [LoggerMessage(Level = LogLevel.Warning, Message = "Could not check the session of an open page. Retrying.")]
    partial void LogNotRead(Exception failure);

    sealed class Held(SessionWatch watch, Action<bool> changed) : IDisposable
    {
        int released;

        public Action<bool> Changed => changed;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref released, 1) == 0)
            {
                watch.Release(this);
            }
        }
    }
}
