using Dashboard.Core.Data;
using Dashboard.Core.Tokens;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.OAuth;

/// <summary>Writes what nobody decides and no answer about a credential rests on: devices' requests and questions, and the clearing of what is over.</summary>
static class DeviceCodeStore
{
    /// <summary>By how much an interval grows with each question that comes too soon (RFC 8628 section 3.5).</summary>
    const int SlowDownSeconds = 5;

    /// <summary>No more rows go in one transaction.</summary>
    const int BatchSize = 1000;

    /// <summary>What a device is told; null where its request is approved.</summary>
    public static async Task<OAuthError?> PollAsync(DashboardContext context, string clientId, byte[] hash, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var row = await context.DeviceCodes.SingleOrDefaultAsync(x => x.CodeHash == hash, cancellationToken);
        if (row is null || row.ClientId != clientId)
        {
            return OAuthError.InvalidGrant("There is no such device code for this client.");
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

    /// <summary>Adds a device's request.</summary>
    /// <returns>False where the user code is another request's.</returns>
    public static async Task<bool> AddAsync(DashboardContext context, DeviceCode code, CancellationToken cancellationToken)
    {
        if (await context.DeviceCodes.AnyAsync(x => x.UserCodeHash == code.UserCodeHash, cancellationToken))
        {
            return false;
        }

        context.Add(code);
        return true;
    }

    /// <summary>Clears what is over: codes, tokens and approvals past their end, and clients that nobody approved within a day.</summary>
    /// <param name="context">The transaction's context.</param>
    /// <param name="now">The time, UTC.</param>
    /// <param name="kept">How long what is over is kept, so that who comes too late is told so.</param>
    /// <returns>How many rows went, of which kind the most.</returns>
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

    /// <summary>The most rows that one transaction clears of one kind.</summary>
    public static int MaxBatch => BatchSize;
}
