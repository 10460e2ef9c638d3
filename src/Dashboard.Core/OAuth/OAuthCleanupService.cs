using Dashboard.Core.Changes;
using Dashboard.Core.Tokens;
using Microsoft.Extensions.Logging;

namespace Dashboard.Core.OAuth;

/// <summary>Sees to it, at the start and once an hour, that the next signing key is published in time, and clears what is over.</summary>
public sealed partial class OAuthCleanupService(UnitOfWorkRunner changes, SigningKeys keys, TimeProvider time, ILogger<OAuthCleanupService> logger)
    : PeriodicService(Interval, time)
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
        var now = Time.GetUtcNow();
        for (var (batch, count) = (0, DeviceCodeStore.MaxBatch); count == DeviceCodeStore.MaxBatch && batch < MaxBatches; batch++)
        {
            await changes.RunBehindAsync(async (context, token) => count = await DeviceCodeStore.ClearAsync(context, now, Kept, token), cancellationToken);
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

    /// <inheritdoc />
    [LoggerMessage(Level = LogLevel.Warning, Message = "The upkeep of OAuth's keys and codes failed; it is tried again in an hour.")]
    protected override partial void LogFailure(Exception exception);
}
