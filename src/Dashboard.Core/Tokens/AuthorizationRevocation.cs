using System.Text.Json;
using Dashboard.Core.Audit;
using Dashboard.Core.Data;
using Dashboard.Core.Verification;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.OAuth;

/// <summary>What becomes of approvals.</summary>
static class Approvals
{
    /// <summary>Ends an approval, and with it its refresh token and its access tokens. One that has ended stays as it is.</summary>
    /// <param name="change">The change that does it.</param>
    /// <param name="id">The approval.</param>
    /// <param name="because">Why, in snake case; null where somebody asked for it.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async Task EndAsync(Change change, string id, string? because, CancellationToken cancellationToken)
    {
        if (await change.Context.Approvals.SingleOrDefaultAsync(x => x.Id == id, cancellationToken) is not { EndedAt: null } approval)
        {
            return;
        }

        approval.EndedAt = change.Now;
        var names = await OAuthClients.ReadManyAsync(change.Context, [approval.ClientId], cancellationToken);
        Record(change, approval, "authorization.ended", names.GetValueOrDefault(approval.ClientId)?.Name ?? approval.ClientId, because);
    }

    /// <summary>Says what became of an approval.</summary>
    public static void Record(Change change, Approval approval, string action, string client, string? because = null) => change.Record(approval.OrganizationId, new(
        AuditCategory.Tokens, action, new(FeedSubject.Authorization, approval.Id, client),
        Details: JsonSerializer.Serialize(new Dictionary<string, string?>
        {
            ["client_id"] = approval.ClientId,
            ["user"] = approval.UserId,
            ["scope"] = approval.Scope,
            ["resource"] = approval.Resource,
            ["because"] = because,
        })));
}
