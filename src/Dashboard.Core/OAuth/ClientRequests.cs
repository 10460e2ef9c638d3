using Dashboard.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.OAuth;

/// <summary>Records that a client has a request under way, so that it keeps its place until it is approved.</summary>
static class ClientRequests
{
    /// <summary>The accuracy, so that a page that is reloaded writes once a minute.</summary>
    static readonly TimeSpan Step = TimeSpan.FromMinutes(1);

    /// <summary>Returns whether there is something to record.</summary>
    public static Task<bool> AreNewAsync(DashboardContext context, string clientId, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var before = now - Step;
        return context.RegisteredClients.AnyAsync(x => x.ClientId == clientId && x.ApprovedAt == null
            && (x.RequestedAt == null || x.RequestedAt < before), cancellationToken);
    }

    /// <summary>Records a request of a client that nobody has approved.</summary>
    public static Task RecordAsync(DashboardContext context, string clientId, DateTimeOffset now, CancellationToken cancellationToken) =>
        context.RegisteredClients.Where(x => x.ClientId == clientId && x.ApprovedAt == null)
            .ExecuteUpdateAsync(set => set.SetProperty(x => x.RequestedAt, now), cancellationToken);
}
