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

    readonly Lock gate = new();
    readonly CancellationTokenSource lifetime = new();
    IDisposable? subscription;
    ITimer? timer;
    Actor? user;
    SessionStatus? known;
    bool checking;
    bool again;
    bool ended;
    bool rightsLost;
    bool disposed;
    int holds;

    /// <summary>Raised when the session continues but the user was removed from an organization or has a lower role, so that the page may
    /// show what they may no longer see. Raised on any thread.</summary>
    public event EventHandler? RightsLost;

    /// <summary>The current or the last check.</summary>
    public Task Checking { get; private set; } = Task.CompletedTask;

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
                if (entry.SubjectType == FeedSubject.User && entry.SubjectId == user.Id)
                {
                    Check();
                }
            },
            Check);
        Check(); // covers changes since the cookie was validated
    }

    /// <summary>Keeps the page open until the returned value is disposed, because it shows a secret that cannot be shown again. A session
    /// that ended in between ends the page then.</summary>
    public IDisposable Hold()
    {
        lock (gate)
        {
            holds++;
        }

        return new Held(this);
    }

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
            if (checking || ended || disposed)
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
                checking = again && !ended && !disposed;
                again = false;
                if (!checking)
                {
                    return;
                }
            }

            try
            {
                Apply(await sessions.FindStatusAsync(user!.SessionId!, user.Id, lifetime.Token));
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
        lock (gate)
        {
            ended = status is null;
            rightsLost |= status is not null && known is not null && !status.Covers(known);
            known = status ?? known;
        }

        if (status is not null)
        {
            var left = status.ExpiresAt - time.GetUtcNow();
            timer!.Change(left > TimeSpan.Zero ? left : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }

        Act();
    }

    void Act()
    {
        bool end, notify;
        lock (gate)
        {
            (end, notify) = holds > 0 || disposed ? (false, false) : (ended, rightsLost);
            rightsLost &= !notify;
        }

        if (end)
        {
            SetAuthenticationState(Task.FromResult(new AuthenticationState(new ClaimsPrincipal(new ClaimsIdentity()))));
        }
        else if (notify)
        {
            RightsLost?.Invoke(this, EventArgs.Empty);
        }
    }

    void Release()
    {
        lock (gate)
        {
            holds--;
        }

        Act();
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Could not check the session of an open page. Retrying.")]
    partial void LogNotRead(Exception failure);

    sealed class Held(SessionWatch watch) : IDisposable
    {
        int released;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref released, 1) == 0)
            {
                watch.Release();
            }
        }
    }
}
