using Dashboard.Core.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Dashboard.Core.Changes;

/// <summary>Prepares the keys of the audit log before anything is written.</summary>
public static class AuditKeyStart
{
    const int BatchSize = 200;

    /// <summary>Creates the key if the log is empty, and verifies that it is available otherwise. A new key begins in all chains at once,
    /// so that an entry under the old key cannot be appended to any of them.</summary>
    /// <param name="services">The services of the application. The database must exist.</param>
    /// <exception cref="SettingException">The key of an entry is missing.</exception>
    public static async Task PrepareAuditKeysAsync(this IServiceProvider services, CancellationToken cancellationToken)
    {
        var keys = services.GetRequiredService<AuditKeys>();
        var contexts = services.GetRequiredService<IDbContextFactory<DashboardContext>>();
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        // Read before the file: another node that creates the file at the same time writes its first entry only afterwards.
        var used = await context.AuditChains.Where(chain => chain.KeyId != null).Select(chain => chain.KeyId!)
            .Distinct().ToListAsync(cancellationToken);
        await keys.CheckAsync(used, cancellationToken);
        var current = (await keys.GetAsync(cancellationToken)).Current;
        var runner = services.GetRequiredService<UnitOfWorkRunner>();
        foreach (var old in used.Where(id => id != current.Id))
        {
            var chains = await context.AuditChains.Where(chain => chain.KeyId == old).Select(chain => chain.Id)
                .ToListAsync(cancellationToken);
            foreach (var batch in chains.Order().Chunk(BatchSize))
            {
                await runner.RunAsync<Unit>(Actor.System, (unit, token) => BeginAsync(unit, batch, old, current, token), cancellationToken);
            }
        }
    }

    static async Task<Result<Unit>> BeginAsync(
        UnitOfWork unit, long[] chains, string old, AuditKey current, CancellationToken cancellationToken)
    {
        foreach (var chain in chains)
        {
            await unit.LockAuditChainAsync(chain, cancellationToken);
            var isOld = await unit.Context.AuditChains.AnyAsync(head => head.Id == chain && head.KeyId == old, cancellationToken);
            if (isOld) // no other node has begun the new key here
            {
                unit.Record(chain, AuditLogWriter.KeyChange(old, current.Id));
            }
        }

        return default(Unit);
    }
}
