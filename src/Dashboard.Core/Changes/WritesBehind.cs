using System.Collections.Concurrent;
using System.Threading.Channels;
using Dashboard.Core.Data;
using Microsoft.Extensions.Logging;

namespace Dashboard.Core.Changes;

/// <summary>Writes what a page notes on its way, such as that somebody is active, beside the request: the page does not wait for the
/// writer's turn, nor does it fail when nothing can be written. What waits is in the memory of this process, and what cannot be written is
/// dropped: the next page notes it again.</summary>
public sealed partial class WritesBehind(UnitOfWorkRunner changes, TimeProvider time, ILogger<WritesBehind> logger)
    : PeriodicService(Timeout.InfiniteTimeSpan, time)
{
    /// <summary>The maximum number of writes that wait.</summary>
    public const int MaxWaiting = 1000;

    readonly ConcurrentDictionary<string, Write> waiting = new(StringComparer.Ordinal);

    /// <summary>Holds at most one signal.</summary>
    readonly Channel<bool> signal =
        Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    bool failing;

    /// <summary>Adds a write. One that waits already, or beyond <see cref="MaxWaiting"/>, is dropped.</summary>
    /// <param name="what">What it writes.</param>
    /// <param name="caller">Whose turn it takes.</param>
    /// <param name="write">Writes it. It may run more than once.</param>
    internal void Add(string what, Actor caller, Func<DashboardContext, CancellationToken, Task> write)
    {
        if (waiting.Count < MaxWaiting && waiting.TryAdd(what, new(caller, write)))
        {
            signal.Writer.TryWrite(true);
        }
    }

    /// <summary>Writes what waits.</summary>
    public Task FlushAsync(CancellationToken cancellationToken) => RunAsync(cancellationToken);

    /// <inheritdoc />
    protected override bool RunsAtStop => true;

    /// <inheritdoc />
    protected override async Task WaitAsync(bool succeeded, CancellationToken cancellationToken) =>
        await signal.Reader.ReadAsync(cancellationToken);

    /// <inheritdoc />
    protected override async Task WorkAsync(CancellationToken cancellationToken)
    {
        foreach (var what in waiting.Keys)
        {
            if (waiting.TryRemove(what, out var next))
            {
                try
                {
                    await changes.RunBehindAsync(next.Run, cancellationToken, next.Caller);
                    failing = false;
                }
                catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
                {
                    LogFailure(exception);
                }
            }
        }
    }

    /// <inheritdoc />
    protected override void LogFailure(Exception exception)
    {
        if (!failing) // once, not for every page
        {
            LogNotWritten(exception);
        }

        failing = true;
    }

    [LoggerMessage(
        Level = LogLevel.Warning, Message = "What pages noted cannot be written, such as the activity of sessions. This is reported once.")]
    partial void LogNotWritten(Exception exception);

    sealed record Write(Actor Caller, Func<DashboardContext, CancellationToken, Task> Run);
}
