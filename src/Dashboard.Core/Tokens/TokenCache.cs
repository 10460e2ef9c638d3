using Dashboard.Core.Changes;
using Dashboard.Core.Credentials;
using Dashboard.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.Tokens;

/// <summary>Finds access tokens by their text: read, checked and looked up once, then held as keys are, right by the change feed and
/// trusted as long as it is (the verification cache). A token that no key of ours signed costs no question.</summary>
public sealed class TokenCache : IDisposable
{
    /// <summary>The maximum number of tokens, about 100 MB.</summary>
    const int Capacity = 100_000;

    /// <summary>The maximum number of tokens of one person or service account.</summary>
    internal const int MaxPerOwner = 1000;

    /// <summary>The number of recent changes that are remembered for pending reads. The result of a read during which more occur is not
    /// cached.</summary>
    const int MaxRecent = 1024;

    /// <summary>The database timeout of a request. In real time, because a caller is waiting.</summary>
    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    readonly IDbContextFactory<DashboardContext> contexts;
    readonly ChangeFeed feed;
    readonly AccessTokenReader reader;
    readonly OAuthScopes scopes;
    readonly TimeProvider time;
    readonly IDisposable subscription;

    /// <summary>Guards all changes of the fields below.</summary>
    readonly Lock gate = new();

    readonly TokenCacheStore tokens = new(Capacity, MaxPerOwner);
    readonly Dictionary<KeyDigest, PendingRead> pendingReads = [];
    readonly Queue<(long Number, FeedEntry Entry)> recent = new();

    /// <summary>The number of changes so far that may affect a token, and the number of the last one that is no longer in
    /// <see cref="recent"/>.</summary>
    long version;
    long lastDiscarded;

    /// <summary>Creates an empty cache.</summary>
    public TokenCache(
        IDbContextFactory<DashboardContext> contexts, ChangeFeed feed, AccessTokenReader reader, OAuthScopes scopes, TimeProvider time)
    {
        (this.contexts, this.feed, this.reader, this.scopes, this.time) = (contexts, feed, reader, scopes, time);
        subscription = feed.Subscribe(OnEntry, OnReset, OnReadAsync);
    }

    /// <summary>The number of cached tokens.</summary>
    public int Count
    {
        get
        {
            lock (gate)
            {
                return tokens.Count;
            }
        }
    }

    /// <inheritdoc />
    public void Dispose() => subscription.Dispose();

    /// <summary>Finds a token. Completes synchronously if the token is cached.</summary>
    /// <param name="credential">The presented JWT.</param>
    /// <returns>The token, valid or not, or the reason why there is none.</returns>
    /// <exception cref="Exception">The database did not respond (<see cref="Outages.Caused"/>).</exception>
    internal ValueTask<TokenReadResult> FindAsync(PresentedCredential credential, CancellationToken cancellationToken)
    {
        if (!feed.IsFresh)
        {
            return new(new TokenReadResult(null, RefusalCode.VerificationUnavailable));
        }

        if (credential.Reveal().Length > AccessTokenReader.MaxLength)
        {
            return new(new TokenReadResult(null, RefusalCode.InvalidToken));
        }

        var digest = KeyDigest.Of(credential.Reveal());
        return tokens.Find(digest) is { } token
            ? new(new TokenReadResult(token, null))
            : new(LookUpAsync(credential.Reveal().ToString(), digest, cancellationToken));
    }

    async Task<TokenReadResult> LookUpAsync(string text, KeyDigest digest, CancellationToken cancellationToken)
    {
        if (await reader.ReadAsync(text, cancellationToken).AsTask()
            .WaitAsync(Timeout, TimeProvider.System, cancellationToken) is not { } read)
        {
            return new(null, RefusalCode.InvalidToken);
        }

        if (read.ExpiresAt <= time.GetUtcNow())
        {
            return new(null, RefusalCode.TokenExpired); // permanently, so no lookup is needed
        }

        return await Join(digest, read).WaitAsync(Timeout, TimeProvider.System, cancellationToken) is { } token
            ? new(token, null) : new(null, RefusalCode.InvalidToken);
    }

    /// <summary>Reads a token, sharing the read with concurrent callers. A caller that arrives after a change does not share a read from
    /// before it.</summary>
    Task<CachedToken?> Join(KeyDigest digest, ReadToken read)
    {
        PendingRead pendingRead;
        lock (gate)
        {
            if (tokens.Find(digest) is { } token)
            {
                return Task.FromResult<CachedToken?>(token); // read by another caller while this one checked the signature
            }

            if (pendingReads.TryGetValue(digest, out var running) && running.Version == version)
            {
                return running.Result.Task;
            }

            pendingRead = new(version);
            pendingReads[digest] = pendingRead;
        }

        _ = ReadAsync(digest, read, pendingRead);
        return pendingRead.Result.Task;
    }

    async Task ReadAsync(KeyDigest digest, ReadToken read, PendingRead pendingRead)
    {
        CachedToken? token = null;
        Exception? failure = null;
        try
        {
            await using var context = await contexts.CreateDbContextAsync();
            token = await CachedTokenQuery.FindAsync(context, read, scopes, Known, CancellationToken.None);
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

            if (token is { Holds: true } && !HasChanged(token, pendingRead.Version))
            {
                tokens.Put(digest, token, time.GetUtcNow());
            }
        }

        if (failure is null)
        {
            pendingRead.Result.SetResult(token);
        }
        else
        {
            pendingRead.Result.SetException(failure);
        }
    }

    CachedOrganization? Known(long id)
    {
        lock (gate)
        {
            return tokens.FindOrganization(id);
        }
    }

    /// <summary>Returns whether something that a token depends on has changed since its read started, according to the changes received so
    /// far.</summary>
    bool HasChanged(CachedToken token, long since) =>
        since < lastDiscarded || (since < version && recent.Any(change => change.Number > since && token.IsConcernedBy(change.Entry)));

    void OnEntry(FeedEntry entry)
    {
        if (entry.SubjectType is not (FeedSubject.Token or FeedSubject.Authorization or FeedSubject.User or FeedSubject.ServiceAccount
            or FeedSubject.Organization or FeedSubject.Project))
        {
            return; // no token depends on it, or PublishedKeys marks what it signed
        }

        lock (gate)
        {
            recent.Enqueue((++version, entry));
            if (recent.Count > MaxRecent)
            {
                lastDiscarded = recent.Dequeue().Number;
            }

            tokens.Drop(entry);
        }
    }

    void OnReset()
    {
        lock (gate)
        {
            lastDiscarded = ++version;
            recent.Clear();
            tokens.Clear();
        }
    }

    Task OnReadAsync(DashboardContext context, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            tokens.Purge(time.GetUtcNow());
        }

        return Task.CompletedTask;
    }

    /// <summary>A pending database read.</summary>
    /// <param name="version">The version of the cache when the read started.</param>
    sealed class PendingRead(long version)
    {
        public long Version { get; } = version;

        public TaskCompletionSource<CachedToken?> Result { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

/// <summary>The presented token, or the reason why there is none.</summary>
/// <param name="Token">The token, valid or not.</param>
/// <param name="Refusal">Null if there is a token.</param>
readonly record struct TokenReadResult(CachedToken? Token, RefusalCode? Refusal);
