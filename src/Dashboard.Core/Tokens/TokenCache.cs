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
    /// <summary>The most tokens of a generation; there are two.</summary>
    const int Capacity = 100_000;

    /// <summary>How long a request waits for the database. In real time: somebody waits.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    readonly IDbContextFactory<DashboardContext> contexts;
    readonly ChangeFeed feed;
    readonly AccessTokenReader reader;
    readonly OAuthScopes scopes;
    readonly TimeProvider time;
    readonly IDisposable subscription;

    /// <summary>Held for every change of what follows.</summary>
    readonly Lock gate = new();

    readonly Dictionary<KeyDigest, PendingRead> pendingReads = [];
    readonly Dictionary<long, CachedOrganization> organizations = [];
    volatile ConcurrentDictionary<KeyDigest, CachedToken> young = new();
    volatile ConcurrentDictionary<KeyDigest, CachedToken> old = new();

    /// <summary>How many changes were told that may concern a token.</summary>
    long told;

    /// <summary>Begins empty.</summary>
    public TokenCache(IDbContextFactory<DashboardContext> contexts, ChangeFeed feed, AccessTokenReader reader, OAuthScopes scopes, TimeProvider time)
    {
        (this.contexts, this.feed, this.reader, this.scopes, this.time) = (contexts, feed, reader, scopes, time);
        subscription = feed.Subscribe(OnEntry, OnReset);
    }

    /// <summary>How many tokens are held.</summary>
    public int Count => young.Count + old.Keys.Count(digest => !young.ContainsKey(digest));

    /// <inheritdoc />
    public void Dispose() => subscription.Dispose();

    /// <summary>Finds a token. For one that is held nothing is waited for.</summary>
    /// <param name="credential">A JWT that was presented.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The token, whether it counts or not; or why there is none.</returns>
    /// <exception cref="Exception">The database did not answer (<see cref="Outages.Caused"/>).</exception>
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

        return old.TryGetValue(digest, out token) && token.Holds ? new(Keep(digest, token)) : new(SeekAsync(credential.Reveal().ToString(), digest, cancellationToken));
    }

    TokenReadResult Keep(KeyDigest digest, CachedToken token)
    {
        lock (gate)
        {
            if (old.ContainsKey(digest)) // or it was dropped meanwhile, and serves this request alone
            {
                Put(digest, token);
            }
        }

        return new(token, null);
    }

    async Task<TokenReadResult> SeekAsync(string text, KeyDigest digest, CancellationToken cancellationToken)
    {
        if (await reader.ReadAsync(text, cancellationToken).AsTask().WaitAsync(Patience, TimeProvider.System, cancellationToken) is not { } read)
        {
            return new(null, RefusalCode.InvalidToken);
        }

        if (read.ExpiresAt <= time.GetUtcNow())
        {
            return new(null, RefusalCode.TokenExpired); // for ever: nothing has to be looked up
        }

        return await Join(digest, read).WaitAsync(Patience, TimeProvider.System, cancellationToken) is { } token ? new(token, null) : new(null, RefusalCode.InvalidToken);
    }

    /// <summary>Looks a token up, together with all who ask for it now. Who asks after a change does not share a read from before it.</summary>
    Task<CachedToken?> Join(KeyDigest digest, ReadToken read)
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

        _ = FlyAsync(digest, read, pendingRead);
        return pendingRead.Result.Task;
    }

    async Task FlyAsync(KeyDigest digest, ReadToken read, PendingRead pendingRead)
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
            failure = exception; // of all who wait
        }

        lock (gate)
        {
            if (pendingReads.GetValueOrDefault(digest) == pendingRead)
            {
                pendingReads.Remove(digest);
            }

            if (token is { Holds: true } && pendingRead.Began == told)
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
            return; // no token rests on it
        }

        lock (gate)
        {
            told++;
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
            told++;
            organizations.Clear();
            (young, old) = (new(), new());
        }
    }

    /// <summary>A look-up that is under way.</summary>
    /// <param name="began">How many changes had been told when it began.</param>
    sealed class PendingRead(long began)
    {
        public long Began { get; } = began;

        public TaskCompletionSource<CachedToken?> Result { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

/// <summary>The token that was presented, or why there is none.</summary>
/// <param name="Token">The token, whether it counts or not.</param>
/// <param name="Refusal">Null where there is a token.</param>
readonly record struct TokenReadResult(CachedToken? Token, RefusalCode? Refusal);
