using System.Security.Claims;
using Dashboard.Core.Accounts;
using Dashboard.Core.Changes;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server;

namespace Dashboard.Auth;

/// <summary>Stops an open page when what it rests on is gone. A circuit asks nothing of the cookie after it has begun, and lives for hours; so this listens to
/// what happens to the person, looks once when something has, and once more when the session ends by itself. While nothing happens it asks nothing.</summary>
sealed partial class SessionWatch(SessionService sessions, ChangeFeed feed, TimeProvider time, ILogger<SessionWatch> log) : ServerAuthenticationStateProvider, IDisposable
{
    /// <summary>How long it waits when it could not look.</summary>
    public static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    readonly Lock gate = new();
    readonly CancellationTokenSource life = new();
    IDisposable? listening;
    ITimer? timer;
    Actor? person;
    SessionStatus? known;
    bool looking;
    bool again;
    bool ended;
    bool lessened;
    bool disposed;
    int holds;

    /// <summary>The session goes on, but the person was removed from an organization or has a lesser role: what the page shows may no longer be theirs to
    /// see. Raised on any thread.</summary>
    public event EventHandler? RightsLost;

    /// <summary>The look that is being taken, or was the last.</summary>
    public Task Looking { get; private set; } = Task.CompletedTask;

    /// <summary>Begins to watch over the person of this circuit.</summary>
    public async Task BeginAsync()
    {
        person = (await GetAuthenticationStateAsync()).User.ToActor(null);
        if (person is null)
        {
            return;
        }

        timer = time.CreateTimer(_ => Look(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        listening = feed.Subscribe(
            entry =>
            {
                if (entry.SubjectType == FeedSubject.User && entry.SubjectId == person.Id)
                {
                    Look();
                }
            },
            Look);
        Look(); // what happened between the cookie and now
    }

    /// <summary>Lets the page stay as it is until what this returns is disposed: it shows what cannot be shown again. What was to happen meanwhile happens then.</summary>
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

        listening?.Dispose();
        timer?.Dispose();
        life.Cancel();
        life.Dispose();
    }

    /// <summary>Has a look taken, beside whoever asks for it; of several at once one or two.</summary>
    void Look()
    {
        lock (gate)
        {
            again = true;
            if (looking || ended || disposed)
            {
                return;
            }

            looking = true;
            Looking = Task.Run(LookAsync);
        }
    }

    async Task LookAsync()
    {
        while (true)
        {
            lock (gate)
            {
                looking = again && !ended && !disposed;
                again = false;
                if (!looking)
                {
                    return;
                }
            }

            try
            {
                Take(await sessions.FindStatusAsync(person!.SessionId!, person.Id, life.Token));
            }
            catch (Exception) when (disposed)
            {
                // The page is gone, or the whole product is stopping.
            }
            catch (ObjectDisposedException)
            {
                // The product is stopping, and this page with it.
            }
            catch (Exception failure)
            {
                // Nothing can be read or changed meanwhile, and a person should find the page as it was.
                LogNotRead(failure);
                timer!.Change(RetryAfter, Timeout.InfiniteTimeSpan);
            }
        }
    }

    void Take(SessionStatus? standing)
    {
        lock (gate)
        {
            ended = standing is null;
            lessened |= standing is not null && known is not null && !standing.Covers(known);
            known = standing ?? known;
        }

        if (standing is not null)
        {
            var left = standing.ExpiresAt - time.GetUtcNow();
            timer!.Change(left > TimeSpan.Zero ? left : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }

        Act();
    }

    void Act()
    {
        bool stop, tell;
        lock (gate)
        {
            (stop, tell) = holds > 0 || disposed ? (false, false) : (ended, lessened);
            lessened &= !tell;
        }

        if (stop)
        {
            SetAuthenticationState(Task.FromResult(new AuthenticationState(new ClaimsPrincipal(new ClaimsIdentity()))));
        }
        else if (tell)
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

    [LoggerMessage(Level = LogLevel.Warning, Message = "Whether an open page's session still counts could not be read; it is tried again.")]
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
