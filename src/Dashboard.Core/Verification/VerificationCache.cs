using Dashboard.Core.Changes;
using Dashboard.Core.Credentials;
using Dashboard.Core.Data;
using Dashboard.Core.Keys;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.Verification;

/// <summary>Finds keys by their text in a cache. Cached keys are kept correct by the change feed rather than by their age: changes on this
/// node take effect before the request that made them completes, changes on other nodes when the feed is read, every second. If the feed
/// has not been read for 30 seconds, nothing in the cache is trusted. See docs/decisions/verification-cache.md.</summary>
public sealed class VerificationCache : IDisposable
{
    /// <summary>The capacity of one of the two generations.</summary>
    const int Capacity = 1_000_000;

    /// <summary>The number of recent changes that are remembered for pending reads. The result of a read during which more occur is not
    /// cached.</summary>
    const int MaxRecent = 1024;

    /// <summary>If more keys than this have been created since the last read of the feed, all hashes are read again.</summary>
    const int MaxCreated = 10_000;

    /// <summary>The maximum number of keys in one query.</summary>
    const int BatchSize = 500;

    /// <summary>The database timeout of a request, after which verification is unavailable. In real time, because a caller is
    /// waiting.</summary>
    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    readonly IDbContextFactory<DashboardContext> contexts;
    readonly KnownKeyTemplates shapes;
    readonly ChangeFeed feed;
    readonly IDisposable subscription;

    /// <summary>Guards all changes of the fields below, so that reads and notifications never interleave.</summary>
    readonly Lock gate = new();

    readonly KeyCacheStore keys = new(Capacity);
    readonly Dictionary<KeyDigest, PendingRead> pendingReads = [];
    readonly Queue<(long Number, FeedScope Scope)> recent = new();
    readonly HashSet<string> created = new(StringComparer.Ordinal);

    /// <summary>The number of changes so far, and the number of the last one that is no longer in <see cref="recent"/>.</summary>
    long version;
    long lastDiscarded;

    /// <summary>Null until the hashes have been read.</summary>
    volatile KeyHashFilter? hashes;

    /// <summary>Creates an empty cache.</summary>
    public VerificationCache(IDbContextFactory<DashboardContext> contexts, KnownKeyTemplates shapes, ChangeFeed feed)
    {
        (this.contexts, this.shapes, this.feed) = (contexts, shapes, feed);
        subscription = feed.Subscribe(OnEntry, OnReset, OnReadAsync);
    }

    /// <summary>The number of cached keys.</summary>
    public int Count
    {
        get
        {
            lock (gate)
            {
                return keys.Count;
            }
        }
    }

    /// <summary>Finds a key by its text. Completes synchronously if the key is cached.</summary>
    /// <param name="credential">The presented key.</param>
    /// <returns>The key in any state, or the reason why there is none.</returns>
    /// <exception cref="Exception">The key could not be read, usually because the database did not respond.</exception>
    internal ValueTask<KeyReadResult> FindAsync(PresentedCredential credential, CancellationToken cancellationToken)
    {
        if (!feed.IsFresh || hashes is not { } known)
        {
            return new(Unavailable);
        }

        var digest = KeyDigest.Of(credential.Reveal());
        if (keys.Find(digest, out var aging) is not { } key)
        {
            return new(LookUpAsync(credential, digest, known, cancellationToken));
        }

        if (aging)
        {
            lock (gate)
            {
                keys.Promote(digest);
            }
        }

        return new(new KeyReadResult(key, null));
    }

    /// <inheritdoc />
    public void Dispose() => subscription.Dispose();

    static KeyReadResult Unavailable => new(null, RefusalCode.VerificationUnavailable);

    /// <summary>Looks up a key that is not cached. It is unknown unless its hash is stored, and which hashes are stored is certain once the
    /// feed has been read.</summary>
    async Task<KeyReadResult> LookUpAsync(
        PresentedCredential credential, KeyDigest digest, KeyHashFilter known, CancellationToken cancellationToken)
    {
        if (!known.Contains(digest.First))
        {
            if (!await feed.CatchUpAsync(cancellationToken) || hashes is not { } now)
            {
                return Unavailable;
            }

            if (!now.Contains(digest.First))
            {
                return Unknown(credential);
            }

            await Task.Yield(); // lets the other waiting callers continue before the read
        }

        var read = Join(digest);
        return await read.WaitAsync(Timeout, TimeProvider.System, cancellationToken) is { } key ? new(key, null) : Unknown(credential);
    }

    KeyReadResult Unknown(PresentedCredential credential) =>
        new(null, shapes.Fits(credential.Reveal()) ? RefusalCode.InvalidKey : RefusalCode.MalformedKey);

    /// <summary>Reads a key, sharing the read with concurrent callers. A caller that arrives after a change does not share a read from
    /// before it.</summary>
    Task<CachedKey?> Join(KeyDigest digest)
    {
        PendingRead pendingRead;
        lock (gate)
        {
            if (pendingReads.TryGetValue(digest, out var running) && running.Version == version)
            {
                return running.Result.Task;
            }

            pendingRead = new(version);
            pendingReads[digest] = pendingRead;
        }

        _ = ReadAsync(digest, pendingRead);
        return pendingRead.Result.Task;
    }

    async Task ReadAsync(KeyDigest digest, PendingRead pendingRead)
    {
        CachedKey? key = null;
        Exception? failure = null;
        try
        {
            await using var context = await contexts.CreateDbContextAsync();
            key = await CachedKeyQuery.FindAsync(context, digest.ToArray(), Known, CancellationToken.None);
        }
        catch (Exception exception)
        {
            failure = exception; // for all callers
        }

        lock (gate)
        {
            if (pendingReads.GetValueOrDefault(digest) == pendingRead)
            {
                pendingReads.Remove(digest);
            }

            if (key is { Holds: true } && !HasChanged(key, pendingRead.Version))
            {
                keys.Put(digest, key);
            }
        }

        if (failure is null)
        {
            pendingRead.Result.SetResult(key);
        }
        else
        {
            pendingRead.Result.SetException(failure);
        }
    }

    CachedProject? Known(long id)
    {
        lock (gate)
        {
            return keys.FindProject(id);
        }
    }

    /// <summary>Returns whether something that a key depends on has changed since its read started, according to the changes received so
    /// far.</summary>
    bool HasChanged(CachedKey key, long since) =>
        since < lastDiscarded || (since < version && recent.Any(change => change.Number > since && change.Scope.Includes(key)));

    void OnEntry(FeedEntry entry)
    {
        var scope = FeedScope.Of(entry);
        lock (gate)
        {
            recent.Enqueue((++version, scope));
            if (recent.Count > MaxRecent)
            {
                lastDiscarded = recent.Dequeue().Number;
            }

            if (entry.SubjectType == FeedSubject.Key && !keys.Has(entry.SubjectId))
            {
                created.Add(entry.SubjectId); // or only changed, which costs a query
            }

            keys.Drop(scope);
        }
    }

    void OnReset()
    {
        lock (gate)
        {
            lastDiscarded = ++version;
            recent.Clear();
            keys.Clear();
            created.Clear();
            hashes = null;
        }
    }

    /// <summary>Reads the hashes of the keys created since the last read, or of all keys. Callers that waited for this read then know every
    /// key created before it.</summary>
    async Task OnReadAsync(DashboardContext context, CancellationToken cancellationToken)
    {
        List<string> added;
        var known = hashes;
        lock (gate)
        {
            if (created.Count > MaxCreated)
            {
                known = null;
            }

            added = [.. created];
        }

        if (known is not null)
        {
            var count = known.Count;
            foreach (var batch in added.Chunk(BatchSize))
            {
                await AddAsync(known, context.Keys.Where(key => batch.Contains(key.KeyId)), cancellationToken);
            }

            if (known.Count > count)
            {
                await shapes.LoadAsync(context, cancellationToken);
            }
        }
        else
        {
            known = new();
            await AddAsync(known, context.Keys, cancellationToken);
            await shapes.LoadAsync(context, cancellationToken);
        }

        lock (gate)
        {
            hashes = known;
            created.ExceptWith(added);
        }
    }

    static async Task AddAsync(KeyHashFilter known, IQueryable<ApiKey> from, CancellationToken cancellationToken)
    {
        await foreach (var hash in from.Select(key => key.Hash).AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            known.Add(KeyDigest.PrefixOf(hash));
        }
    }

    /// <summary>A pending database read.</summary>
    /// <param name="version">The version of the cache when the read started.</param>
    sealed class PendingRead(long version)
    {
        public long Version { get; } = version;

        public TaskCompletionSource<CachedKey?> Result { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
