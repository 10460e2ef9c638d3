using System.Text.Json;
using Dashboard.Core.Changes;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.Tokens;

/// <summary>What becomes of approvals.</summary>
static class AuthorizationRevocation
{
    /// <summary>Ends an approval, and with it its refresh token and its access tokens. One that has ended stays as it is.</summary>
    /// <param name="id">The approval.</param>
    /// <param name="because">Why, in snake case; null where somebody asked for it.</param>
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

    /// <summary>Says what became of an approval.</summary>
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
