using Dashboard.Core.Data;
using Dashboard.Core.Tokens;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.OAuth;

/// <summary>Stores device authorization requests and their polling, and deletes expired OAuth data. None of it is a person's decision or
/// affects the verification of a credential.</summary>
static class DeviceCodeStore
{
    /// <summary>By how much the interval increases with each early poll (RFC 8628 section 3.5).</summary>
    const int SlowDownSeconds = 5;

    /// <summary>The maximum number of rows in one transaction.</summary>
    const int BatchSize = 1000;

    /// <summary>Returns the error that the device receives, or null if its request is approved.</summary>
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

    /// <summary>Deletes expired codes, tokens and authorizations, and clients that nobody approved within a day.</summary>
    /// <param name="context">The context of the transaction.</param>
    /// <param name="now">The current time, UTC.</param>
    /// <param name="kept">How long expired data is kept, so that a late client gets a specific error.</param>
    /// <returns>The highest number of deleted rows of any kind.</returns>
    public static async Task<int> ClearAsync(DashboardContext context, DateTimeOffset now, TimeSpan kept, CancellationToken cancellationToken)
    {
        var before = now - kept;
        var unapproved = now - ClientRegistration.UnapprovedLifetime;
        return new[]
        {
            await context.AuthorizationCodes.Where(x => context.AuthorizationCodes.Where(old => old.ExpiresAt < before).OrderBy(old => old.ExpiresAt).Take(BatchSize)
                .Select(old => old.CodeHash).Contains(x.CodeHash)).ExecuteDeleteAsync(cancellationToken),
            await context.DeviceCodes.Where(x => context.DeviceCodes.Where(old => old.ExpiresAt < before).OrderBy(old => old.ExpiresAt).Take(BatchSize)
                .Select(old => old.CodeHash).Contains(x.CodeHash)).ExecuteDeleteAsync(cancellationToken),
            await context.RefreshTokens.Where(x => context.RefreshTokens.Where(old => old.ExpiresAt < before).OrderBy(old => old.ExpiresAt).Take(BatchSize)
                .Select(old => old.TokenHash).Contains(x.TokenHash)).ExecuteDeleteAsync(cancellationToken),
            await context.AccessTokens.Where(x => context.AccessTokens.Where(old => old.ExpiresAt < before).OrderBy(old => old.ExpiresAt).Take(BatchSize)
                .Select(old => old.Jti).Contains(x.Jti)).ExecuteDeleteAsync(cancellationToken),
            await context.Authorizations.Where(x => context.Authorizations.Where(old => old.ExpiresAt < before
                    && !context.AccessTokens.Any(token => token.AuthorizationId == old.Id) && !context.RefreshTokens.Any(token => token.AuthorizationId == old.Id))
                .OrderBy(old => old.ExpiresAt).Take(BatchSize).Select(old => old.Id).Contains(x.Id)).ExecuteDeleteAsync(cancellationToken),
            await context.RegisteredClients.Where(x => context.RegisteredClients.Where(old => old.ApprovedAt == null && old.CreatedAt < unapproved)
                .OrderBy(old => old.CreatedAt).Take(BatchSize).Select(old => old.ClientId).Contains(x.ClientId)).ExecuteDeleteAsync(cancellationToken),
        }.Max();
    }

    /// <summary>The maximum number of rows of one kind that a transaction deletes.</summary>
    public static int MaxBatch => BatchSize;
}
