using Dashboard.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.OAuth;

/// <summary>Reads and writes devices' requests.</summary>
static class DeviceCodeStore
{
    /// <summary>By how much the interval increases with each early poll (RFC 8628 section 3.5).</summary>
    const int SlowDownSeconds = 5;

    /// <summary>The maximum number of requests, with those that are over and not cleared yet.</summary>
    public const int Max = 10_000;

    /// <summary>The maximum number of requests of one network.</summary>
    public const int MaxOfNetwork = Max / 4;

    const int ClearedAtOnce = 100;

    /// <summary>The error that a device gets; null where its request is approved.</summary>
    public static async Task<OAuthError?> PollAsync(
        DashboardContext context, string clientId, byte[] hash, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var row = await context.DeviceCodes.SingleOrDefaultAsync(x => x.CodeHash == hash, cancellationToken);
        if (row is null || row.ClientId != clientId)
        {
            return OAuthError.UnknownGrant("The device code does not exist for this client.");
        }

        switch (row.State)
        {
            case DeviceCodeState.Used:
                return OAuthError.InvalidGrant("The device code has been used.");
            case DeviceCodeState.Denied:
                return OAuthError.AccessDenied;
            case var _ when row.ExpiresAt <= now:
                return OAuthError.ExpiredToken;
            case DeviceCodeState.Approved:
                return null;
        }

        var soon = row.PolledAt is { } before && now - before < TimeSpan.FromSeconds(row.IntervalSeconds);
        row.PolledAt = now;
        row.IntervalSeconds += soon ? SlowDownSeconds : 0;
        return soon ? OAuthError.SlowDown : OAuthError.AuthorizationPending;
    }

    /// <summary>Adds a device authorization request.</summary>
    /// <returns>False if another request has the same user code; or <c>temporarily_unavailable</c> if there is no room.</returns>
    public static async Task<Result<bool>> AddAsync(DashboardContext context, DeviceCode code, CancellationToken cancellationToken)
    {
        if (await context.DeviceCodes.AnyAsync(x => x.UserCodeHash == code.UserCodeHash, cancellationToken))
        {
            return false;
        }

        if (await MakeRoomAsync(context, code.Network, code.CreatedAt, cancellationToken) is { } full)
        {
            return full;
        }

        await ClientRequests.RecordAsync(context, code.ClientId, code.CreatedAt, cancellationToken);
        context.Add(code);
        return true;
    }

    /// <summary>Makes room for a request. What is over goes first, then the oldest pending request of the network that has most, unless it
    /// is new. A network that has its share makes room itself.</summary>
    /// <returns>Why there is none, or null.</returns>
    static async Task<OAuthError?> MakeRoomAsync(
        DashboardContext context, string? network, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var isShareFull = await context.DeviceCodes.CountAsync(x => x.Network == network, cancellationToken) >= MaxOfNetwork;
        if (!isShareFull && await context.DeviceCodes.CountAsync(cancellationToken) < Max)
        {
            return null;
        }

        var over = context.DeviceCodes.Where(x => (x.Network == network || !isShareFull)
            && (x.ExpiresAt <= now || x.State == DeviceCodeState.Used || x.State == DeviceCodeState.Denied))
            .OrderBy(x => x.ExpiresAt).Take(ClearedAtOnce).Select(x => x.CodeHash);
        if (await context.DeviceCodes.Where(x => over.Contains(x.CodeHash)).ExecuteDeleteAsync(cancellationToken) > 0)
        {
            return null;
        }

        var most = isShareFull ? network : await context.DeviceCodes.GroupBy(x => x.Network).OrderByDescending(x => x.Count())
            .Select(x => x.Key).FirstAsync(cancellationToken);
        var old = now - ClientRegistration.Protected;
        var oldest = context.DeviceCodes.Where(x => x.Network == most && x.State == DeviceCodeState.Pending && x.CreatedAt <= old)
            .OrderBy(x => x.CreatedAt).Take(1).Select(x => x.CodeHash);
        return await context.DeviceCodes.Where(x => oldest.Contains(x.CodeHash)).ExecuteDeleteAsync(cancellationToken) > 0 ? null
            : OAuthError.NoRoom(
                $"Too many devices{(isShareFull ? " of your network" : "")} wait for approval. Try again in 10 minutes.",
                ClientRegistration.Protected);
    }
}
