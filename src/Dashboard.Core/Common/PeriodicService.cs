using Microsoft.Extensions.Hosting;

namespace Dashboard.Core.Common;

/// <summary>A background service that does the same work again at an interval. Rounds never overlap. A round that fails is reported and the
/// next one tries again: an exception that leaves a background service would stop the host.</summary>
public abstract class PeriodicService : BackgroundService
{
    readonly TimeSpan interval;
    readonly SemaphoreSlim turn = new(1);
    PeriodicTimer? timer;

    /// <summary>A service that begins a round every <paramref name="interval"/>; <see cref="Timeout.InfiniteTimeSpan"/> where
    /// <see cref="WaitAsync"/> decides.</summary>
    protected PeriodicService(TimeSpan interval, TimeProvider time) => (this.interval, Time) = (interval, time);

    /// <summary>The clock.</summary>
    protected TimeProvider Time { get; }

    /// <summary>Whether the first round begins at the start, without waiting for the interval.</summary>
    protected virtual bool RunsAtStart => false;

    /// <summary>Whether a graceful stop ends with one more round.</summary>
    protected virtual bool RunsAtStop => false;

    /// <inheritdoc />
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        timer = new(interval, Time); // here, so that the interval counts from the start whenever a thread is free for the loop
        await base.StartAsync(cancellationToken);
    }

    /// <inheritdoc />
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        if (RunsAtStop)
        {
            await TryRunAsync(cancellationToken);
        }
    }

    /// <inheritdoc />
    public override void Dispose()
    {
        base.Dispose(); // first: it cancels the loop, which would spin on a disposed timer
        timer?.Dispose();
        turn.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>The work of one round.</summary>
    protected abstract Task WorkAsync(CancellationToken cancellationToken);

    /// <summary>Logs that a round failed.</summary>
    protected abstract void LogFailure(Exception exception);

    /// <summary>Waits until the next round is due.</summary>
    /// <param name="succeeded">Whether the last round succeeded.</param>
    /// <param name="cancellationToken">Cancelled when the service stops.</param>
    protected virtual async Task WaitAsync(bool succeeded, CancellationToken cancellationToken) =>
        await timer!.WaitForNextTickAsync(cancellationToken);

    /// <summary>One round, after the one that is running.</summary>
    protected async Task RunAsync(CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken);
        try
        {
            await WorkAsync(cancellationToken);
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>One round, after the one that is running. A failure is logged.</summary>
    /// <returns>Whether it succeeded.</returns>
    protected async Task<bool> TryRunAsync(CancellationToken cancellationToken)
    {
        try
        {
            await RunAsync(cancellationToken);
            return true;
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            LogFailure(exception);
            return false;
        }
    }

    /// <inheritdoc />
    protected sealed override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            var succeeded = !RunsAtStart || await TryRunAsync(stoppingToken);
            while (!stoppingToken.IsCancellationRequested)
            {
                await WaitAsync(succeeded, stoppingToken);
                succeeded = await TryRunAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The service stops.
        }
    }
}
