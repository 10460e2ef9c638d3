using System.Collections.Concurrent;
using Dashboard.Core.Changes;
using Dashboard.Core.Data;
using Dashboard.Core.Organizations;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.Tokens;

/// <summary>Keeps the clients that requests authenticate as, so that a client with a right secret costs no query. Kept right by the change
/// feed, and trusted as long as the feed is: otherwise the client is read. Clients that nobody has approved are never kept, because they
/// are removed without a change.</summary>
public sealed class OAuthClientCache : IDisposable
{
    /// <summary>The maximum number of clients, about 10 MB. All are discarded when it is reached.</summary>
    const int Capacity = 10_000;

    readonly IDbContextFactory<DashboardContext> contexts;
    readonly ChangeFeed feed;
    readonly IDisposable subscription;
    readonly ConcurrentDictionary<string, StoredClient> clients = new(StringComparer.Ordinal);

    /// <summary>Guards changes of <see cref="clients"/>.</summary>
    readonly Lock gate = new();

    /// <summary>The number of changes so far that may affect a client.</summary>
    long version;

    /// <summary>Creates an empty cache.</summary>
    public OAuthClientCache(IDbContextFactory<DashboardContext> contexts, ChangeFeed feed)
    {
        (this.contexts, this.feed) = (contexts, feed);
        subscription = feed.Subscribe(OnEntry, Clear);
    }

    /// <inheritdoc />
    public void Dispose() => subscription.Dispose();

    /// <summary>Finds a client by its identifier. Completes synchronously if it is cached.</summary>
    internal ValueTask<StoredClient?> FindAsync(string clientId, CancellationToken cancellationToken) =>
        feed.IsFresh && clients.TryGetValue(clientId, out var known) ? new(known) : new(ReadAsync(clientId, cancellationToken));

    async Task<StoredClient?> ReadAsync(string clientId, CancellationToken cancellationToken)
    {
        var since = Volatile.Read(ref version);
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var found = await OAuthClients.ReadAsync(context, clientId, cancellationToken);
        if (found is not { IsStable: true } || found.Client.ClientId != clientId || !feed.IsFresh)
        {
            return found;
        }

        lock (gate)
        {
            if (version == since) // otherwise it may be out of date already
            {
                if (clients.Count >= Capacity)
                {
                    clients.Clear();
                }

                clients[clientId] = found;
            }
        }

        return found;
    }

    void OnEntry(FeedEntry entry)
    {
        switch (entry.SubjectType)
        {
            case FeedSubject.ServiceAccount when ServiceAccount.IsId(entry.SubjectId):
                Remove(ServiceAccount.ClientIdOf(entry.SubjectId));
                break;
            case FeedSubject.Client when !entry.SubjectId.StartsWith(ServiceAccount.ClientIdPrefix, StringComparison.Ordinal):
                Remove(entry.SubjectId);
                break;
            case FeedSubject.Organization:
                Clear(); // its slug is part of its service accounts
                break;
        }
    }

    void Remove(string clientId)
    {
        lock (gate)
        {
            version++;
            clients.TryRemove(clientId, out _);
        }
    }

    void Clear()
    {
        lock (gate)
        {
            version++;
            clients.Clear();
        }
    }
}
