using Dashboard.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.Changes;

/// <summary>Finds out whether changes can be written: the file is there, nobody holds its lock, the disk is not full, the server takes
/// writes. What was committed a moment ago is the proof; without it, a row is written with the value that it has. However many ask, that
/// happens once at a time.</summary>
public sealed class WriteProbe(UnitOfWorkRunner changes, DatabaseFile file)
{
    /// <summary>How long a commit proves that the next one will succeed.</summary>
    static readonly TimeSpan Recent = TimeSpan.FromSeconds(5);

    /// <summary>How long a caller waits. In real time, because it does wait.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(1.5);

    /// <summary>The minimum time between two writes.</summary>
    static readonly TimeSpan Spacing = TimeSpan.FromSeconds(1);

    readonly Lock gate = new();
    Task running = Task.CompletedTask;
    long startedAt = long.MinValue;

    /// <summary>Returns <see cref="ErrorCode.Unavailable"/> if nothing can be written, or null.</summary>
    public async Task<Error?> FindFailureAsync()
    {
        try
        {
            file.Check();
            if (changes.SinceCommit < Recent)
            {
                return null;
            }

            await Join().WaitAsync(Patience, TimeProvider.System);
            return null;
        }
        catch (DatabaseFileException exception)
        {
            return new(ErrorCode.Unavailable, exception.Message);
        }
        catch (TimeoutException)
        {
            return new(ErrorCode.Unavailable, "No change can be written: the database is locked by another process, or too busy.");
        }
    }

    /// <summary>Returns the write that runs, one that ended within the last second, or a new one.</summary>
    Task Join()
    {
        lock (gate)
        {
            if (running.IsCompleted && (startedAt == long.MinValue || TimeProvider.System.GetElapsedTime(startedAt) > Spacing))
            {
                startedAt = TimeProvider.System.GetTimestamp();
                running = Task.Run(() => changes.RunBehindAsync(WriteAsync, CancellationToken.None));
            }

            return running;
        }
    }

    /// <summary>Writes the row that every change needs last.</summary>
    static Task WriteAsync(DashboardContext context, CancellationToken cancellationToken) =>
        context.FeedCounters.ExecuteUpdateAsync(
            set => set.SetProperty(counter => counter.Number, counter => counter.Number), cancellationToken);
}
