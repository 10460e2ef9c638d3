namespace Dashboard.Core.Changes;

/// <summary>Callers that wait for the next read of the change feed. They share one read, and cause at most one per
/// <see cref="Spacing"/>.</summary>
/// <param name="timeout">The maximum wait for a read, in real time because a request is pending.</param>
sealed class FeedWaiters(TimeSpan timeout) : IDisposable
{
    /// <summary>The minimum time between two reads that callers cause.</summary>
    public static readonly TimeSpan Spacing = TimeSpan.FromMilliseconds(50);

    readonly Lock gate = new();
    readonly CancellationTokenSource ended = new();

    /// <summary>The callers that wait for a read that has not started, or null if there are none.</summary>
    WaiterGroup? next;

    /// <summary>When the last read started. Real time whatever clock the application uses, because it protects the database.</summary>
    long lastStart = -1;

    bool running;
    bool disposed;

    /// <summary>Waits for a read that starts after this call.</summary>
    /// <param name="read">Performs a read. It calls <see cref="Begin"/> and does not throw.</param>
    /// <returns>Whether the read succeeded within the timeout.</returns>
    public Task<bool> WaitAsync(Func<CancellationToken, Task> read, CancellationToken cancellationToken)
    {
        Task<bool> waiter;
        bool run;
        lock (gate)
        {
            if (next is null)
            {
                next = new();
                _ = TimeOutAsync(next);
            }

            waiter = next.Join();
            run = !running;
            running = true;
        }

        if (run)
        {
            _ = RunAsync(read);
        }

        return waiter.WaitAsync(cancellationToken);
    }

    /// <summary>Marks the start of a read, which serves every caller that waits by now.</summary>
    /// <returns>The group to complete with the result of the read, or null if nobody waits.</returns>
    public WaiterGroup? Begin()
    {
        lock (gate)
        {
            lastStart = TimeProvider.System.GetTimestamp();
            var waiter = next;
            next = null;
            return waiter;
        }
    }

    /// <summary>Releases all waiting callers. There will be no more reads.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            if (!disposed)
            {
                disposed = true;
                ended.Cancel();
                ended.Dispose();
                next?.Complete(false);
            }
        }
    }

    /// <summary>Completes a group as failed when its read takes too long. One timer serves the whole group, which may be large.</summary>
    async Task TimeOutAsync(WaiterGroup group)
    {
        await Task.Delay(timeout, TimeProvider.System);
        lock (gate)
        {
            next = next == group ? null : next; // no more callers join it
        }

        group.Complete(false);
    }

    /// <summary>Reads while callers are waiting. The regular reads of the feed serve them as well.</summary>
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
            // The application is stopping.
        }
    }

    async Task PauseAsync(CancellationToken cancellationToken)
    {
        TimeSpan wait;
        lock (gate)
        {
            wait = lastStart < 0 ? TimeSpan.Zero : Spacing - TimeProvider.System.GetElapsedTime(lastStart);
        }

        if (wait > TimeSpan.Zero)
        {
            await Task.Delay(wait, TimeProvider.System, cancellationToken);
        }
    }

    /// <summary>The callers that wait for one read. A large group resumes a few callers at a time until the next read is due, so that other
    /// requests are not queued behind all of them: most waiting callers presented an unknown key.</summary>
    internal sealed class WaiterGroup
    {
        /// <summary>The minimum number of callers that resume at once.</summary>
        const int MinPerStep = 16;

        /// <summary>The interval at which more callers of a large group resume.</summary>
        static readonly TimeSpan Step = TimeSpan.FromMilliseconds(1);

        readonly List<TaskCompletionSource<bool>> waiting = [];
        int ended;

        /// <summary>Adds a caller. Must not be called after <see cref="Complete"/>.</summary>
        public Task<bool> Join()
        {
            var waiter = new TaskCompletionSource<bool>();
            waiting.Add(waiter);
            return waiter.Task;
        }

        /// <summary>Completes all callers with the result of the read, unless they have been completed already. No caller resumes within
        /// this call.</summary>
        public void Complete(bool succeeded)
        {
            if (Interlocked.Exchange(ref ended, 1) == 0)
            {
                _ = Task.Run(() => CompleteAsync(succeeded));
            }
        }

        async Task CompleteAsync(bool succeeded)
        {
            var perStep = Math.Max(MinPerStep, (int)(waiting.Count * (Step / Spacing)) + 1);
            for (var index = 0; index < waiting.Count; index++)
            {
                waiting[index].SetResult(succeeded);
                if (index % perStep == perStep - 1)
                {
                    await Task.Delay(Step, TimeProvider.System);
                }
            }
        }
    }
}
