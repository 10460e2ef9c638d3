using Dashboard.Core.Changes;
using Dashboard.Core.Data;
using Dashboard.Core.Tokens;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Dashboard.Core.OAuth;

/// <summary>Publishes the next signing key in time and deletes expired OAuth data, at startup and once an hour.</summary>
public sealed partial class OAuthCleanupService(UnitOfWorkRunner changes, SigningKeys keys, TimeProvider time, ILogger<OAuthCleanupService> logger) : BackgroundService
{
    /// <summary>The number of results.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    /// <summary>How long expired data is kept, so that late clients get a specific error and reuse is detected.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(1);

    /// <summary>The most rows of one kind that one transaction deletes.</summary>
    const int BatchSize = 1000;

    /// <summary>The maximum number of transactions in one run.</summary>
    const int MaxBatches = 1000;

    /// <summary>Deletes expired data.</summary>
    public async Task ClearAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        for (var (batch, count) = (0, BatchSize); count == BatchSize && batch < MaxBatches; batch++)
        {
            await changes.RunBehindAsync(async (context, token) => count = await ClearAsync(context, now, Kept, token), cancellationToken);
        }
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            do
            {
                await TryAsync(stoppingToken);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The next run, or another node, continues.
        }
    }

    async Task TryAsync(CancellationToken cancellationToken)
    {
        try
        {
            await keys.RotateAsync(cancellationToken);
            await ClearAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested) // no failure may stop the host
        {
            LogFailed(exception);
        }
    }

    /// <summary>Deletes expired codes, tokens and authorizations, and clients that nobody approved within a day.</summary>
    /// <param name="context">The context of the transaction.</param>
    /// <param name="now">The current time, UTC.</param>
    /// <param name="kept">How long expired data is kept, so that a late client gets a specific error.</param>
    /// <returns>The highest number of deleted rows of any kind.</returns>
    static async Task<int> ClearAsync(DashboardContext context, DateTimeOffset now, TimeSpan kept, CancellationToken cancellationToken)
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

    [LoggerMessage(Level = LogLevel.Warning, Message = "The cleanup of OAuth keys and codes failed. The next attempt is in an hour.")]
    partial void LogFailed(Exception exception);
}
