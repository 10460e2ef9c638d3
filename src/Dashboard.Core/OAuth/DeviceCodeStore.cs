using Dashboard.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.OAuth;

/// <summary>Reads and writes devices' requests.</summary>
static class DeviceCodeStore
{
    /// <summary>By how much the interval increases with each early poll (RFC 8628 section 3.5).</summary>
    const int SlowDownSeconds = 5;

    /// <summary>What a device is told; null where its request is approved.</summary>
    public static async Task<OAuthError?> PollAsync(DashboardContext context, string clientId, byte[] hash, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var row = await context.DeviceCodes.SingleOrDefaultAsync(x => x.CodeHash == hash, cancellationToken);
        if (row is null || row.ClientId != clientId)
        {
            return OAuthError.InvalidGrant("The device code does not exist for this client.");
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
    /// <returns>False if another request has the same user code.</returns>
    public static async Task<bool> AddAsync(DashboardContext context, DeviceCode code, CancellationToken cancellationToken)
    {
        if (await context.DeviceCodes.AnyAsync(x => x.UserCodeHash == code.UserCodeHash, cancellationToken))
        {
            return false;
        }

        context.Add(code);
        return true;
    }
}
