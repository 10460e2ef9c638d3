namespace Dashboard.Core.Verification;

/// <summary>Those who wait for the next read of the change feed. They share it, and bring about at most one each <see cref="Spacing"/>.</summary>
sealed class FeedWaiters : IDisposable
{
    /// <summary>The least time between two reads that somebody waits for.</summary>
    public static readonly TimeSpan Spacing = TimeSpan.FromMilliseconds(50);

    readonly Lock gate = new();
    readonly CancellationTokenSource ended = new();

    /// <summary>The read that has not begun; null while nobody waits for one.</summary>
    TaskCompletionSource<bool>? next;

    /// <summary>When the last read began. Real time, whatever clock the product runs by: what it spares is the database.</summary>
    long began = -1;

    bool running;
    bool disposed;

    /// <summary>Waits until a read has ended that begins after this call.</summary>
    /// <param name="read">Reads; calls <see cref="Begin"/>, and does not throw.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Whether that read succeeded.</returns>
    public Task<bool> WaitAsync(Func<CancellationToken, Task> read, CancellationToken cancellationToken)
    {
        TaskCompletionSource<bool> mine;
        bool run;
        lock (gate)
        {
            mine = next ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
            run = !running;
            running = true;
        }

        if (run)
        {
            _ = RunAsync(read);
        }

        return mine.Task.WaitAsync(cancellationToken);
    }

    /// <summary>A read begins: it is the one that those who wait by now have waited for.</summary>
    /// <returns>What has to be told how it went; null where nobody waits.</returns>
    public TaskCompletionSource<bool>? Begin()
    {
        lock (gate)
        {
            began = TimeProvider.System.GetTimestamp();
            var mine = next;
            next = null;
            return mine;
        }
    }

    /// <summary>Ends the waiting: there will be no more reads.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            if (!disposed)
            {
                disposed = true;
                ended.Cancel();
                ended.Dispose();
                next?.TrySetResult(false);
            }
        }
    }

    /// <summary>Reads as long as somebody waits. What the feed reads of its own accord serves them as well.</summary>
    async Task RunAsync(Func<CancellationToken, Task> read)
    {
        try
        {
            var token = ended.Token;
            while (true)
            {
                await PauseAsync(token);
                lock (gate)
                {
                    if (next is null)
                    {
                        running = false;
                        return;
                    }
                }

                await read(token);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException)
        {
            // The product stops.
        }
    }

    async Task PauseAsync(CancellationToken cancellationToken)
    {
        TimeSpan wait;
        lock (gate)
        {
            wait = began < 0 ? TimeSpan.Zero : Spacing - TimeProvider.System.GetElapsedTime(began);
        }

        if (wait > TimeSpan.Zero)
        {
            await Task.Delay(wait, TimeProvider.System, cancellationToken);
        }
    }
}
