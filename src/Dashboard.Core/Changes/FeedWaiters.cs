namespace Dashboard.Core.Changes;

/// <summary>Those who wait for the next read of the change feed. They share it, and bring about at most one each <see cref="Spacing"/>.</summary>
/// <param name="patience">How long somebody waits for a read at most. In real time: a request hangs on it.</param>
sealed class FeedWaiters(TimeSpan patience) : IDisposable
{
    /// <summary>The least time between two reads that somebody waits for.</summary>
    public static readonly TimeSpan Spacing = TimeSpan.FromMilliseconds(50);

    readonly Lock gate = new();
    readonly CancellationTokenSource ended = new();

    /// <summary>Those who wait for the read that has not begun; null while nobody does.</summary>
    Party? next;

    /// <summary>When the last read began. Real time, whatever clock the product runs by: what it spares is the database.</summary>
    long began = -1;

    bool running;
    bool disposed;

    /// <summary>Waits until a read has ended that begins after this call.</summary>
    /// <param name="read">Reads; calls <see cref="Begin"/>, and does not throw.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Whether that read succeeded, while there was patience.</returns>
    public Task<bool> WaitAsync(Func<CancellationToken, Task> read, CancellationToken cancellationToken)
    {
        Task<bool> mine;
        bool run;
        lock (gate)
        {
            if (next is null)
            {
                next = new();
                _ = GiveUpLaterAsync(next);
            }

            mine = next.Join();
            run = !running;
            running = true;
        }

        if (run)
        {
            _ = RunAsync(read);
        }

        return mine.WaitAsync(cancellationToken);
    }

    /// <summary>A read begins: it is the one that those who wait by now have waited for.</summary>
    /// <returns>What has to be told how it went; null where nobody waits.</returns>
    public Party? Begin()
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
                next?.Tell(false);
            }
        }
    }

    /// <summary>Tells all of a party that its read did not succeed, once it has taken too long. One clock for all of them: there may be very many.</summary>
    async Task GiveUpLaterAsync(Party party)
    {
        await Task.Delay(patience, TimeProvider.System);
        lock (gate)
        {
            next = next == party ? null : next; // nobody joins it any more
        }

        party.Tell(false);
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

    /// <summary>Those who wait for one read. However many there are, they go on a few at a time until the next read is due, so that a request that came meanwhile
    /// does not stand behind all of them: who waits here presented a key that is unknown, as a rule for good.</summary>
    internal sealed class Party
    {
        /// <summary>So many go on at once.</summary>
        const int Few = 16;

        /// <summary>So often some more do, where there are many.</summary>
        static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(1);

        readonly List<TaskCompletionSource<bool>> waiting = [];
        int ended;

        /// <summary>One more waits. Not after <see cref="Tell"/>.</summary>
        public Task<bool> Join()
        {
            var mine = new TaskCompletionSource<bool>();
            waiting.Add(mine);
            return mine.Task;
        }

        /// <summary>Tells all how the read went, unless they were told already. Nobody goes on within this call.</summary>
        public void Tell(bool succeeded)
        {
            if (Interlocked.Exchange(ref ended, 1) == 0)
            {
                _ = Task.Run(() => TellAsync(succeeded));
            }
        }

        async Task TellAsync(bool succeeded)
        {
            var atOnce = Math.Max(Few, (int)(waiting.Count * (Pace / Spacing)) + 1);
            for (var told = 0; told < waiting.Count; told++)
            {
                waiting[told].SetResult(succeeded);
                if (told % atOnce == atOnce - 1)
                {
                    await Task.Delay(Pace, TimeProvider.System);
                }
            }
        }
    }
}
