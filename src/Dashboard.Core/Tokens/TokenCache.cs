using System.Collections.Concurrent;
using Dashboard.Core.Changes;
using Dashboard.Core.Credentials;
using Dashboard.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.Tokens;

/// <summary>Finds access tokens by their text: read, checked and looked up once, then held as keys are, right by the change feed and trusted as long as it is
/// (the verification cache). A token that no key of ours signed costs no question.</summary>
public sealed class TokenCache : IDisposable
{
    /// <summary>The capacity of one of the two generations.</summary>
    const int Capacity = 100_000;

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

    readonly Dictionary<KeyDigest, PendingRead> pendingReads = [];
    readonly Dictionary<long, CachedOrganization> organizations = [];
    volatile ConcurrentDictionary<KeyDigest, CachedToken> young = new();
    volatile ConcurrentDictionary<KeyDigest, CachedToken> old = new();

    /// <summary>The number of changes so far that may affect a token.</summary>
    long version;

    /// <summary>Creates an empty cache.</summary>
    public TokenCache(IDbContextFactory<DashboardContext> contexts, ChangeFeed feed, AccessTokenReader reader, OAuthScopes scopes, TimeProvider time)
    {
        (this.contexts, this.feed, this.reader, this.scopes, this.time) = (contexts, feed, reader, scopes, time);
        subscription = feed.Subscribe(OnEntry, OnReset);
    }

    /// <summary>The number of cached tokens.</summary>
    public int Count => young.Count + old.Keys.Count(digest => !young.ContainsKey(digest));

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
        if (young.TryGetValue(digest, out var token) && token.Holds)
        {
            return new(new TokenReadResult(token, null));
        }

        return old.TryGetValue(digest, out token) && token.Holds ? new(Promote(digest, token)) : new(LookUpAsync(credential.Reveal().ToString(), digest, cancellationToken));
    }

    TokenReadResult Promote(KeyDigest digest, CachedToken token)
    {
        lock (gate)
        {
            if (old.ContainsKey(digest)) // otherwise it was removed in the meantime and serves only this request
            {
                Put(digest, token);
            }
        }

        return new(token, null);
    }

    async Task<TokenReadResult> LookUpAsync(string text, KeyDigest digest, CancellationToken cancellationToken)
    {
        if (await reader.ReadAsync(text, cancellationToken).AsTask().WaitAsync(Timeout, TimeProvider.System, cancellationToken) is not { } read)
        {
            return new(null, RefusalCode.InvalidToken);
        }

        if (read.ExpiresAt <= time.GetUtcNow())
        {
            return new(null, RefusalCode.TokenExpired); // permanently, so no lookup is needed
        }

        return await Join(digest, read).WaitAsync(Timeout, TimeProvider.System, cancellationToken) is { } token ? new(token, null) : new(null, RefusalCode.InvalidToken);
    }

    /// <summary>Reads a token, sharing the read with concurrent callers. A caller that arrives after a change does not share a read from
    /// before it.</summary>
    Task<CachedToken?> Join(KeyDigest digest, ReadToken read)
    {
        PendingRead pendingRead;
        lock (gate)
        {
            if (young.TryGetValue(digest, out var token) && token.Holds)
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

            if (token is { Holds: true } && pendingRead.Version == version)
            {
                organizations[token.Organization.Id] = token.Organization;
                Put(digest, token);
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

    void Put(KeyDigest digest, CachedToken token)
    {
        if (young.Count >= Capacity)
        {
            (old, young) = (young, new());
        }

        young[digest] = token;
    }

    CachedOrganization? Known(long id)
    {
        lock (gate)
        {
            return organizations.GetValueOrDefault(id);
        }
    }

    void OnEntry(FeedEntry entry)
    {
        var organization = entry.SubjectType switch
        {
            FeedSubject.Organization => entry.SubjectId,
            FeedSubject.Project => entry.SubjectId.Split('/')[0],
            _ => null,
        };
        if (organization is null && entry.SubjectType is not (FeedSubject.Token or FeedSubject.Authorization or FeedSubject.User or FeedSubject.ServiceAccount))
        {
            return; // no token depends on it
        }

        lock (gate)
        {
            version++;
            foreach (var own in organizations.Values.Where(known => organization is not null && known.IsCalled(organization)).ToList())
            {
                own.Leave();
                organizations.Remove(own.Id);
            }

            foreach (var generation in new[] { young, old })
            {
                foreach (var (digest, _) in generation.Where(held => held.Value.IsConcernedBy(entry) || !held.Value.Holds))
                {
                    generation.TryRemove(digest, out _);
                }
            }
        }
    }

    void OnReset()
    {
        lock (gate)
        {
            version++;
            organizations.Clear();
            (young, old) = (new(), new());
        }
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
