using Dashboard.Core.Changes;
using Dashboard.Tests.Unit.Support;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Dashboard.Tests.Unit.Audit;

/// <summary>Writes and reads entries of the audit log.</summary>
static class AuditSamples
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    public static Task<Result<Core.Common.Unit>> WriteAsync(TestInstallation world, long chain, Actor actor, params AuditEvent[] events) =>
        world.Services.Work.RunAsync<Core.Common.Unit>(
            actor,
            (change, _) =>
            {
                foreach (var what in events)
                {
                    change.Record(chain, what);
                }

                return Task.FromResult<Result<Core.Common.Unit>>(default(Core.Common.Unit));
            },
            Token);

    /// <summary>The entries with an action, by chain and position.</summary>
    public static async Task<List<AuditEntry>> ReadAsync(TestInstallation world, string? action = null)
    {
        await using var context = world.Open();
        return await context.AuditEntries.AsNoTracking().Where(entry => action == null || entry.Action == action)
            .OrderBy(entry => entry.ChainId).ThenBy(entry => entry.Sequence).ToListAsync(Token);
    }
}
