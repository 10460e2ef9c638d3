using System.Text.Json;
using Dashboard.Core.Changes;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.Tokens;

/// <summary>Ends authorizations and records what happens to them.</summary>
static class AuthorizationRevocation
{
    /// <summary>Ends an authorization together with its refresh token and access tokens. Does nothing if it has already ended.</summary>
    /// <param name="id">The authorization.</param>
    /// <param name="because">The reason in snake case, or null if a person requested it.</param>
    public static async Task EndAsync(UnitOfWork change, string id, string? because, CancellationToken cancellationToken)
    {
        if (await change.Context.Authorizations.SingleOrDefaultAsync(x => x.Id == id, cancellationToken) is not { EndedAt: null } authorization)
        {
            return;
        }

        authorization.EndedAt = change.Now;
        var names = await OAuthClients.ReadManyAsync(change.Context, [authorization.ClientId], cancellationToken);
        Record(change, authorization, "authorization.ended", names.GetValueOrDefault(authorization.ClientId)?.Name ?? authorization.ClientId, because);
    }

    /// <summary>Records a change of an authorization.</summary>
    public static void Record(UnitOfWork change, Authorization authorization, string action, string client, string? because = null) => change.Record(authorization.OrganizationId, new(
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
