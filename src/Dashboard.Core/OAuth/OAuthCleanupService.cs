using Dashboard.Core.Changes;
using Dashboard.Core.Tokens;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Dashboard.Core.OAuth;

/// <summary>Publishes the next signing key in time and deletes expired OAuth data, at startup and once an hour.</summary>
public sealed partial class OAuthCleanupService(UnitOfWorkRunner changes, SigningKeys keys, TimeProvider time, ILogger<OAuthCleanupService> logger) : BackgroundService
{
    /// <summary>How often the service runs.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    /// <summary>How long expired data is kept, so that late clients get a specific error and reuse is detected.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(1);

    /// <summary>The maximum number of transactions in one run.</summary>
    const int MaxBatches = 1000;

    /// <summary>Deletes expired data.</summary>
    public async Task ClearAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        for (var (batch, count) = (0, DeviceCodeStore.MaxBatch); count == DeviceCodeStore.MaxBatch && batch < MaxBatches; batch++)
        {
            await changes.RunBehindAsync(async (context, token) => count = await DeviceCodeStore.ClearAsync(context, now, Kept, token), cancellationToken);
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

    [LoggerMessage(Level = LogLevel.Warning, Message = "The cleanup of OAuth keys and codes failed. The next attempt is in an hour.")]
    partial void LogFailed(Exception exception);
}
