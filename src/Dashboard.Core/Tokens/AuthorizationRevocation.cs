using System.Text.Json;
using Dashboard.Core.Changes;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.Tokens;

/// <summary>Ends authorizations and records what happens to them.</summary>
static class AuthorizationRevocation
{
    /// <summary>How many one approval ends at most, where the limit has been lowered.</summary>
    const int EndedAtOnce = 100;

    /// <summary>Ends an authorization together with its refresh token and access tokens. Does nothing if it has already ended.</summary>
    /// <param name="id">The authorization.</param>
    /// <param name="because">The reason in snake case, or null if a person requested it.</param>
    public static async Task EndAsync(UnitOfWork change, string id, string? because, CancellationToken cancellationToken)
    {
        if (await change.Context.Authorizations.SingleOrDefaultAsync(x =>
            x.Id == id, cancellationToken) is not { EndedAt: null } authorization)
        {
            return;
        }

        authorization.EndedAt = change.Now;
        var names = await OAuthClients.ReadManyAsync(change.Context, [authorization.ClientId], cancellationToken);
        Record(change, authorization, "authorization.ended", names.GetValueOrDefault(authorization.ClientId)?.Name
            ?? authorization.ClientId, because);
    }

    /// <summary>Ends the oldest authorizations of a person for a client, so that one more can be added.</summary>
    /// <param name="max">The maximum number of them; 0 for no limit.</param>
    public static async Task EndOldestAsync(UnitOfWork change, string userId, string clientId, int max, CancellationToken cancellationToken)
    {
        if (max == 0)
        {
            return;
        }

        // Of two that come at once, the later one waits here and then counts the other.
        await change.Context.Users.Where(x => x.Id == userId)
            .ExecuteUpdateAsync(set => set.SetProperty(x => x.Name, x => x.Name), cancellationToken);
        var surplus = await change.Context.Authorizations.Where(x => x.UserId == userId && x.ClientId == clientId && x.EndedAt == null
            && x.ExpiresAt > change.Now)
            .OrderByDescending(x => x.ApprovedAt).ThenByDescending(x => x.Id).Skip(max - 1).Take(EndedAtOnce).Select(x => x.Id)
                .ToListAsync(cancellationToken);
        foreach (var id in surplus)
        {
            await EndAsync(change, id, "limit_reached", cancellationToken);
        }
    }

    /// <summary>Records a change of an authorization.</summary>
    public static void Record(UnitOfWork change, Authorization authorization, string action, string client,
        string? because = null) => change.Record(authorization.OrganizationId, new(
        AuditCategory.Tokens, action, new(FeedSubject.Authorization, authorization.Id, client),
        Details: JsonSerializer.Serialize(new Dictionary<string, string?>
        {
            ["client_id"] = authorization.ClientId,
            ["user"] = authorization.UserId,
            ["scope"] = authorization.Scope,
            ["resource"] = authorization.Resource,
            ["because"] = because,
        })));
}
