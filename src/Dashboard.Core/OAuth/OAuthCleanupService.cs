using Dashboard.Core.Changes;
using Dashboard.Core.Data;
using Dashboard.Core.Tokens;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Dashboard.Core.OAuth;

/// <summary>Sees to it, at the start and once an hour, that the next signing key is published in time, and clears what is over.</summary>
public sealed partial class OAuthCleanupService(
    UnitOfWorkRunner changes, SigningKeys keys, TimeProvider time, ILogger<OAuthCleanupService> logger)
    : PeriodicService(Interval, time)
{
    /// <summary>How often the service runs.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    /// <summary>How long expired data is kept, so that late clients get a specific error and reuse is detected.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(1);

    /// <summary>The most rows of one kind that one transaction deletes.</summary>
    const int BatchSize = 1000;

    /// <summary>The most transactions of one round.</summary>
    const int MostBatches = 1000;

    /// <summary>Deletes expired data.</summary>
    public async Task ClearAsync(CancellationToken cancellationToken)
    {
        var now = Time.GetUtcNow();
        for (var (batch, count) = (0, BatchSize); count == BatchSize && batch < MostBatches; batch++)
        {
            await changes.RunBehindAsync(async (context, token) => count = await ClearAsync(context, now, Kept, token), cancellationToken);
        }
    }

    /// <inheritdoc />
    protected override bool RunsAtStart => true;

    /// <inheritdoc />
    protected override async Task WorkAsync(CancellationToken cancellationToken)
    {
        await keys.RotateAsync(cancellationToken);
        await ClearAsync(cancellationToken);
    }

    /// <summary>Clears what is over: codes, tokens and approvals past their end, and clients that nobody approved within a
    /// day, or that sent nobody within an hour.</summary>
    /// <param name="context">The transaction's context.</param>
    /// <param name="now">The time, UTC.</param>
    /// <param name="kept">How long expired rows are kept, so that a late request gets an error that says so.</param>
    /// <returns>How many rows went, of which kind the most.</returns>
    static async Task<int> ClearAsync(DashboardContext context, DateTimeOffset now, TimeSpan kept, CancellationToken cancellationToken)
    {
        var before = now - kept;
        var (unapproved, unused) = (now - ClientRegistration.UnapprovedLifetime, now - ClientRegistration.UnusedLifetime);
        return new[]
        {
            await context.AuthorizationCodes.Where(
                x => context.AuthorizationCodes.Where(old => old.ExpiresAt < before).OrderBy(old => old.ExpiresAt).Take(BatchSize)
                .Select(old => old.CodeHash).Contains(x.CodeHash)).ExecuteDeleteAsync(cancellationToken),
            await context.DeviceCodes.Where(
                x => context.DeviceCodes.Where(old => old.ExpiresAt < before).OrderBy(old => old.ExpiresAt).Take(BatchSize)
                .Select(old => old.CodeHash).Contains(x.CodeHash)).ExecuteDeleteAsync(cancellationToken),
            await context.RefreshTokens.Where(
                x => context.RefreshTokens.Where(old => old.ExpiresAt < before).OrderBy(old => old.ExpiresAt).Take(BatchSize)
                .Select(old => old.TokenHash).Contains(x.TokenHash)).ExecuteDeleteAsync(cancellationToken),
            await context.AccessTokens.Where(
                x => context.AccessTokens.Where(old => old.ExpiresAt < before).OrderBy(old => old.ExpiresAt).Take(BatchSize)
                .Select(old => old.Jti).Contains(x.Jti)).ExecuteDeleteAsync(cancellationToken),
            await context.RevokedTokens.Where(x => context.RevokedTokens.Where(old => old.ExpiresAt < before)
                .OrderBy(old => old.ExpiresAt).Take(BatchSize)
                .Select(old => old.Jti).Contains(x.Jti)).ExecuteDeleteAsync(cancellationToken),
            await context.Authorizations.Where(x => context.Authorizations.Where(old => old.ExpiresAt < before
                    && !context.AccessTokens.Any(token => token.AuthorizationId == old.Id)
                        && !context.RefreshTokens.Any(token => token.AuthorizationId == old.Id))
                .OrderBy(old => old.ExpiresAt).Take(BatchSize).Select(old => old.Id).Contains(x.Id)).ExecuteDeleteAsync(cancellationToken),
            await context.RegisteredClients.Where(x => context.RegisteredClients.Where(old => old.ApprovedAt == null
                && (old.CreatedAt < unapproved || (old.RequestedAt == null && old.CreatedAt < unused)))
                .OrderBy(old => old.CreatedAt).Take(BatchSize).Select(old => old.ClientId).Contains(x.ClientId))
                    .ExecuteDeleteAsync(cancellationToken),
        }.Max();
    }

    /// <inheritdoc />
    [LoggerMessage(Level = LogLevel.Warning, Message = "The upkeep of OAuth's keys and codes failed; it is tried again in an hour.")]
    protected override partial void LogFailure(Exception exception);
}
