using Dashboard.Core.Changes;
using Dashboard.Core.Credentials;
using Dashboard.Core.Data;
using Dashboard.Core.Keys;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.Verification;

/// <summary>Finds keys by their text without asking the database again for what it knows. What it knows stays right by the change feed, not by its age: a change on
/// this node is known before it is answered, one of another node when the feed is read, each second; and once the feed has not been read for 30 seconds, nothing
/// is known any more. The decision behind it: docs/decisions/verification-cache.md.</summary>
public sealed class VerificationCache : IDisposable
{
    /// <summary>The most keys of a generation; there are two.</summary>
    const int Capacity = 1_000_000;

    /// <summary>So many changes are remembered for reads that are under way. A read that lasts for more is not kept.</summary>
    const int MaxRecent = 1024;

    /// <summary>With more new keys than this since the last read of the feed, all hashes are read again.</summary>
    const int MaxCreated = 10_000;

    /// <summary>The most keys of one question.</summary>
    const int BatchSize = 500;

    /// <summary>How long a request waits for the database before it is told that credentials cannot be checked. In real time: somebody waits.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    readonly IDbContextFactory<DashboardContext> contexts;
    readonly KnownKeyTemplates shapes;
    readonly ChangeFeed feed;
    readonly IDisposable subscription;

    /// <summary>Held for every change of what follows, so that what is read and what is told of it never cross.</summary>
    readonly Lock gate = new();

    readonly KeyCacheStore keys = new(Capacity);
    readonly Dictionary<KeyDigest, PendingRead> pendingReads = [];
    readonly Queue<(long Number, FeedScope Scope)> recent = new();
    readonly HashSet<string> created = new(StringComparer.Ordinal);

    /// <summary>How many changes were told, and the last of those that are no longer in <see cref="recent"/>.</summary>
    long told;
    long forgotten;

    /// <summary>Null until they have been read.</summary>
    volatile KeyHashFilter? hashes;

    /// <summary>Begins empty.</summary>
    public VerificationCache(IDbContextFactory<DashboardContext> contexts, KnownKeyTemplates shapes, ChangeFeed feed)
    {
        (this.contexts, this.shapes, this.feed) = (contexts, shapes, feed);
        subscription = feed.Subscribe(OnEntry, OnReset, OnReadAsync);
    }

    /// <summary>How many keys are held.</summary>
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

    /// <summary>Finds a key by its text. For one that is held nothing is waited for.</summary>
    /// <param name="credential">A key that was presented.</param>
    /// <returns>The key, whatever its state; or why there is none.</returns>
    /// <exception cref="Exception">It could not be read; the database did not answer, as a rule.</exception>
    internal ValueTask<KeyReadResult> FindAsync(PresentedCredential credential, CancellationToken cancellationToken)
    {
        if (!feed.IsFresh || hashes is not { } known)
        {
            return new(Unavailable);
        }

        var digest = KeyDigest.Of(credential.Reveal());
        if (keys.Find(digest, out var aging) is not { } key)
        {
            return new(SeekAsync(credential, digest, known, cancellationToken));
        }

        if (aging)
        {
            lock (gate)
            {
                keys.Keep(digest);
            }
        }

        return new(new KeyReadResult(key, null));
    }

    /// <inheritdoc />
    public void Dispose() => subscription.Dispose();

    static KeyReadResult Unavailable => new(null, RefusalCode.VerificationUnavailable);

    /// <summary>A key that is not held: unknown, unless its hash is stored; and what is stored is known for certain once the feed has been read.</summary>
    async Task<KeyReadResult> SeekAsync(PresentedCredential credential, KeyDigest digest, KeyHashFilter known, CancellationToken cancellationToken)
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

            await Task.Yield(); // the others who waited go on now, and a read takes its time
        }

        var read = Join(digest);
        return await read.WaitAsync(Patience, TimeProvider.System, cancellationToken) is { } key ? new(key, null) : Unknown(credential);
    }

    KeyReadResult Unknown(PresentedCredential credential) => new(null, shapes.Fits(credential.Reveal()) ? RefusalCode.InvalidKey : RefusalCode.MalformedKey);

    /// <summary>Reads a key, together with all who ask for it now. Who asks after a change does not share a read that was sent before it.</summary>
    Task<CachedKey?> Join(KeyDigest digest)
    {
        PendingRead pendingRead;
        lock (gate)
        {
            if (pendingReads.TryGetValue(digest, out var under) && under.Began == told)
            {
                return under.Result.Task;
            }

            pendingRead = new(told);
            pendingReads[digest] = pendingRead;
        }

        _ = FlyAsync(digest, pendingRead);
        return pendingRead.Result.Task;
    }

    async Task FlyAsync(KeyDigest digest, PendingRead pendingRead)
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
            failure = exception; // of all who wait
        }

        lock (gate)
        {
            if (pendingReads.GetValueOrDefault(digest) == pendingRead)
            {
                pendingReads.Remove(digest);
            }

            if (key is { Holds: true } && !HasChanged(key, pendingRead.Began))
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

    /// <summary>Whether something that a key rests on has changed, as far as was told, since its read began.</summary>
    bool HasChanged(CachedKey key, long since) => since < forgotten || (since < told && recent.Any(change => change.Number > since && change.Scope.Includes(key)));

    void OnEntry(FeedEntry entry)
    {
        var scope = FeedScope.Of(entry);
        lock (gate)
        {
            recent.Enqueue((++told, scope));
            if (recent.Count > MaxRecent)
            {
                forgotten = recent.Dequeue().Number;
            }

            if (entry.SubjectType == FeedSubject.Key && !keys.Has(entry.SubjectId))
            {
                created.Add(entry.SubjectId); // or changed only, which costs a question
            }

            keys.Drop(scope);
        }
    }

    void OnReset()
    {
        lock (gate)
        {
            forgotten = ++told;
            recent.Clear();
            keys.Clear();
            created.Clear();
            hashes = null;
        }
    }

    /// <summary>Learns the hashes of the keys that came since, or of all. From here on, who waited for this read knows what was minted before it.</summary>
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

    /// <summary>A read that is under way.</summary>
    /// <param name="began">How many changes had been told when it began.</param>
    sealed class PendingRead(long began)
    {
        public long Began { get; } = began;

        public TaskCompletionSource<CachedKey?> Result { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
