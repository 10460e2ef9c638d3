using Dashboard.Core.Changes;
using Dashboard.Core.Tokens;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Dashboard.Core.OAuth;

/// <summary>Sees to it, at the start and once an hour, that the next signing key is published in time, and clears what is over.</summary>
public sealed partial class OAuthCleanupService(UnitOfWorkRunner changes, SigningKeys keys, TimeProvider time, ILogger<OAuthCleanupService> logger) : BackgroundService
{
    /// <summary>How often.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    /// <summary>How long what is over stays: who comes too late with it is told what became of it, and what was used twice is noticed.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(1);

    /// <summary>The most transactions of one round.</summary>
    const int MaxBatches = 1000;

    /// <summary>Clears what is over.</summary>
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
            // Another round, or another node, goes on.
        }
    }

    async Task TryAsync(CancellationToken cancellationToken)
    {
        try
        {
            await keys.RotateAsync(cancellationToken);
            await ClearAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested) // whatever it is, it does not stop the host
        {
            LogFailed(exception);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The upkeep of OAuth's keys and codes failed; it is tried again in an hour.")]
    partial void LogFailed(Exception exception);
}
