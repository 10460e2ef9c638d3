using Dashboard.Core.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Dashboard.Core.Changes;

/// <summary>Brings the audit log's keys and its chains together before anything is written.</summary>
public static class AuditKeyStart
{
    const int AtOnce = 200;

    /// <summary>Makes the key if the log is empty, and makes sure that it is here if it is not. A new key begins in every chain at once, so that the old one is done with.</summary>
    /// <param name="services">The application's services; the database has to be there.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="SettingException">A key that entries were written with is missing.</exception>
    public static async Task PrepareAuditKeysAsync(this IServiceProvider services, CancellationToken cancellationToken)
    {
        var keys = services.GetRequiredService<AuditKeys>();
        await using var context = await services.GetRequiredService<IDbContextFactory<DashboardContext>>().CreateDbContextAsync(cancellationToken);
        // Asked before the file is looked for: a node that has just made it writes entries only afterwards.
        var used = await context.AuditChains.Where(chain => chain.KeyId != null).Select(chain => chain.KeyId!).Distinct().ToListAsync(cancellationToken);
        await keys.CheckAsync(used, cancellationToken);
        var current = (await keys.GetAsync(cancellationToken)).Current;
        var runner = services.GetRequiredService<UnitOfWorkRunner>();
        foreach (var old in used.Where(id => id != current.Id))
        {
            var chains = await context.AuditChains.Where(chain => chain.KeyId == old).Select(chain => chain.Id).ToListAsync(cancellationToken);
            foreach (var some in chains.Chunk(AtOnce))
            {
                await runner.RunAsync<Unit>(Actor.System, (unit, token) => BeginAsync(unit, some, old, current, token), cancellationToken);
            }
        }
    }

    static async Task<Result<Unit>> BeginAsync(UnitOfWork unit, long[] chains, string old, AuditKey current, CancellationToken cancellationToken)
    {
        foreach (var chain in chains.Order())
        {
            await unit.LockAuditChainAsync(chain, cancellationToken);
            if (await unit.Context.AuditChains.AnyAsync(head => head.Id == chain && head.KeyId == old, cancellationToken)) // no other node has been here
            {
                unit.Record(chain, AuditLogWriter.KeyChange(old, current.Id));
            }
        }

        return default(Unit);
    }
}
