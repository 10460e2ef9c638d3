using Dashboard.Core.Changes;
using Dashboard.Core.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Dashboard.Core.Keys;

/// <summary>Checks once a day that the number of active keys of each project is right. A wrong one is repaired and logged. Keys that have
/// expired since are released, so that few are left to subtract when a page shows the number.</summary>
public sealed partial class KeyCountService(
    IDbContextFactory<DashboardContext> contexts, UnitOfWorkRunner changes, TimeProvider time, ILogger<KeyCountService> logger)
        : PeriodicService(Interval, time)
{
    /// <summary>How often the numbers are checked.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromDays(1);

    /// <summary>Checks all projects. Only those that need a change are locked, one at a time.</summary>
    /// <returns>The number of projects whose number was wrong.</returns>
    public async Task<int> CheckAsync(CancellationToken cancellationToken)
    {
        var wrong = 0;
        foreach (var project in await FindWrongAsync(cancellationToken))
        {
            var (before, now) = (0, 0);
            await changes.RunBehindAsync(
                async (context, token) =>
                    (before, now) = await KeyCount.RepairAsync(context, project, Time.GetUtcNow(), token), cancellationToken);
            if (before != now)
            {
                LogRepaired(project, before, now);
                wrong++;
            }
        }

        return wrong;
    }

    /// <summary>Counts the keys of all projects, after rows were inserted directly. Nothing is logged.</summary>
    public async Task RecountAsync(CancellationToken cancellationToken)
    {
        foreach (var project in await FindWrongAsync(cancellationToken))
        {
            await changes.RunBehindAsync(
                (context, token) => KeyCount.RepairAsync(context, project, Time.GetUtcNow(), token), cancellationToken);
        }
    }

    /// <inheritdoc />
    protected override bool RunsAtStart => true;

    /// <inheritdoc />
    protected override Task WorkAsync(CancellationToken cancellationToken) => CheckAsync(cancellationToken);

    async Task<List<long>> FindWrongAsync(CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        return await KeyCount.FindWrongAsync(context, Time.GetUtcNow(), cancellationToken);
    }

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "Project {ProjectId} was counted as having {Before} active keys but has {Now}. The number has been repaired.")]
    partial void LogRepaired(long projectId, int before, int now);

    /// <inheritdoc />
    [LoggerMessage(Level = LogLevel.Warning, Message = "The numbers of active keys could not be checked; it is tried again in a day.")]
    protected override partial void LogFailure(Exception exception);
}
