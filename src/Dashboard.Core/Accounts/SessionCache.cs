using System.Collections.Concurrent;
using Dashboard.Core.Changes;

namespace Dashboard.Core.Accounts;

/// <summary>Keeps the sessions that requests act through, so that the check of a cookie costs no query. Kept right by the change feed, and
/// trusted as long as the feed is: otherwise the session is read. A change reads and locks the session's row in its own
/// transaction all the same.</summary>
public sealed class SessionCache : IDisposable
{
    /// <summary>The maximum number of sessions, about 10 MB. All are discarded when it is reached.</summary>
    internal const int Capacity = 20_000;

    readonly ChangeFeed feed;
    readonly IDisposable subscription;
    readonly ConcurrentDictionary<string, LiveSession> sessions = new(StringComparer.Ordinal);

    /// <summary>Guards changes of <see cref="sessions"/>.</summary>
    readonly Lock gate = new();

    long version;

    /// <summary>Creates an empty cache.</summary>
    public SessionCache(ChangeFeed feed)
    {
        this.feed = feed;
        subscription = feed.Subscribe(OnEntry, Clear);
    }

    /// <summary>The number of changes so far that may affect a session. Read it before a session is read.</summary>
    internal long Version => Volatile.Read(ref version);

    /// <summary>Finds a session that has neither ended nor expired.</summary>
    /// <param name="hash">The hash of its secret, in hexadecimal digits.</param>
    /// <returns>The session, or null if it has to be read.</returns>
    internal LiveSession? Find(string hash, string userId, DateTimeOffset now) =>
        feed.IsFresh && sessions.TryGetValue(hash, out var known) && known.UserId == userId && known.ExpiresAt > now && known.IdleAt > now
            ? known : null;

    /// <summary>Keeps a session that was just read, unless something has changed since.</summary>
    /// <param name="since"><see cref="Version"/> before it was read.</param>
    internal void Keep(string hash, LiveSession session, long since)
    {
        if (!feed.IsFresh)
        {
            return;
        }

        lock (gate)
        {
            if (version == since) // otherwise it may be out of date already
            {
                if (sessions.Count >= Capacity)
                {
                    sessions.Clear();
                }

                sessions[hash] = session;
            }
        }
    }

    /// <summary>Discards the sessions of a person.</summary>
    internal void Forget(string userId)
    {
        lock (gate)
        {
            version++;
            foreach (var (hash, session) in sessions)
            {
                if (session.UserId == userId)
                {
                    sessions.TryRemove(hash, out _);
                }
            }
        }
    }

    /// <inheritdoc />
    public void Dispose() => subscription.Dispose();

    void OnEntry(FeedEntry entry)
    {
        switch (entry.SubjectType)
        {
            case FeedSubject.User:
                Forget(entry.SubjectId);
                break;
            case FeedSubject.Organization:
                Clear(); // it may require a second factor from now on
                break;
        }
    }

    void Clear()
    {
        lock (gate)
        {
            version++;
            sessions.Clear();
        }
    }
}
