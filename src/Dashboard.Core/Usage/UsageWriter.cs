using Dashboard.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.Usage;

/// <summary>Writes a batch inside one transaction. Rows that are there are raised by commands that say how much, not to what, so that nodes can write the same rows; and
/// each command raises as many as there are, so that a batch of thousands of keys takes a few dozen commands.</summary>
static class UsageWriter
{
    /// <summary>The most clients that are kept of a key: beyond, the one that was not seen for longest goes.</summary>
    public const int MostClients = 50;

    /// <summary>The most keys that one command names.</summary>
    const int ChunkSize = 500;

    /// <summary>Writes a batch, unless it is written already.</summary>
    public static async Task WriteAsync(DashboardContext context, UsageBatch batch, CancellationToken cancellationToken)
    {
        if (!await BeginAsync(context, batch, cancellationToken))
        {
            return;
        }

        foreach (var keys in batch.Keys.Chunk(ChunkSize))
        {
            var ids = keys.Select(key => key.KeyId).ToList();
            await WriteHoursAsync(context, keys, ids, cancellationToken);
            await WriteClientsAsync(context, keys, ids, cancellationToken);
            await WritePermissionsAsync(context, keys, ids, cancellationToken);
            await WriteLastUsesAsync(context, keys, cancellationToken);
            await context.SaveChangesAsync(cancellationToken);
            context.ChangeTracker.Clear();
        }
    }

    /// <summary>Writes the batch's number. False when it was written before.</summary>
    static async Task<bool> BeginAsync(DashboardContext context, UsageBatch batch, CancellationToken cancellationToken)
    {
        var raised = await context.UsageNodes.Where(node => node.Id == batch.Node && node.LastBatch < batch.Number)
            .ExecuteUpdateAsync(set => set.SetProperty(node => node.LastBatch, batch.Number).SetProperty(node => node.SeenAt, batch.At), cancellationToken);
        if (raised == 0)
        {
            if (await context.UsageNodes.AnyAsync(node => node.Id == batch.Node, cancellationToken))
            {
                return false;
            }

            context.Add(new UsageNode { Id = batch.Node, LastBatch = batch.Number, SeenAt = batch.At });
            await context.SaveChangesAsync(cancellationToken);
        }

        return true;
    }

    static async Task WriteHoursAsync(DashboardContext context, UsageOfKey[] keys, List<string> ids, CancellationToken cancellationToken)
    {
        var first = keys.Min(key => key.Hours.Min(x => x.Hour));
        var there = (await context.KeyHours.Where(row => ids.Contains(row.KeyId) && row.Hour >= first)
            .Select(row => new { row.KeyId, row.Hour, row.Outcome }).ToListAsync(cancellationToken))
            .Select(row => (row.KeyId, row.Hour, row.Outcome)).ToHashSet();
        var raised = new List<(string KeyId, DateTimeOffset Hour, string Outcome, long Count)>();
        foreach (var key in keys)
        {
            foreach (var (hour, outcome, count) in key.Hours)
            {
                if (there.Contains((key.KeyId, hour, outcome)))
                {
                    raised.Add((key.KeyId, hour, outcome, count));
                }
                else
                {
                    context.Add(new KeyHour { KeyId = key.KeyId, Hour = hour, Outcome = outcome, ProjectId = key.ProjectId, Count = count });
                }
            }
        }

        foreach (var same in raised.GroupBy(x => (x.Hour, x.Outcome)))
        {
            // By each power of two the rows whose count has it: however different the counts are, there are no more commands than digits.
            for (var step = 1L; same.Any(x => x.Count >= step); step <<= 1)
            {
                var having = same.Where(x => (x.Count & step) != 0).Select(x => x.KeyId).ToList();
                if (having.Count > 0)
                {
                    await context.KeyHours.Where(row => having.Contains(row.KeyId) && row.Hour == same.Key.Hour && row.Outcome == same.Key.Outcome)
                        .ExecuteUpdateAsync(set => set.SetProperty(row => row.Count, row => row.Count + step), cancellationToken);
                }
            }
        }
    }

    static async Task WriteClientsAsync(DashboardContext context, UsageOfKey[] keys, List<string> ids, CancellationToken cancellationToken)
    {
        var there = (await context.KeyClients.AsNoTracking().Where(row => ids.Contains(row.KeyId)).ToListAsync(cancellationToken)).ToLookup(row => row.KeyId, StringComparer.Ordinal);
        var seen = new List<(string KeyId, string Network, string Client, DateTimeOffset Last)>();
        foreach (var key in keys)
        {
            var known = there[key.KeyId].ToDictionary(row => (row.Network, row.Client), row => row.LastSeenAt);
            foreach (var (network, client, first, last) in key.Clients)
            {
                if (!known.TryGetValue((network, client), out var before))
                {
                    known[(network, client)] = last;
                    context.Add(new KeyClient { KeyId = key.KeyId, Network = network, Client = client, FirstSeenAt = first, LastSeenAt = last });
                }
                else if (before < last)
                {
                    known[(network, client)] = last;
                    seen.Add((key.KeyId, network, client, last));
                }
            }

            await ForgetAsync(context, key.KeyId, known, cancellationToken);
        }

        foreach (var same in seen.GroupBy(x => (x.Network, x.Client, x.Last), x => x.KeyId))
        {
            var (network, client, last) = same.Key;
            var having = same.ToList();
            await context.KeyClients.Where(row => having.Contains(row.KeyId) && row.Network == network && row.Client == client && row.LastSeenAt < last)
                .ExecuteUpdateAsync(set => set.SetProperty(row => row.LastSeenAt, last), cancellationToken);
        }
    }

    /// <summary>Keeps a key's clients to <see cref="MostClients"/>.</summary>
    static async Task ForgetAsync(DashboardContext context, string keyId, Dictionary<(string Network, string Client), DateTimeOffset> known, CancellationToken cancellationToken)
    {
        foreach (var ((network, client), _) in known.OrderBy(x => x.Value).ThenBy(x => x.Key).Take(known.Count - MostClients).ToList())
        {
            var added = context.ChangeTracker.Entries<KeyClient>().FirstOrDefault(x => x.Entity.KeyId == keyId && x.Entity.Network == network && x.Entity.Client == client);
            if (added is not null)
            {
                added.State = EntityState.Detached;
            }
            else
            {
                await context.KeyClients.Where(row => row.KeyId == keyId && row.Network == network && row.Client == client).ExecuteDeleteAsync(cancellationToken);
            }
        }
    }

    static async Task WritePermissionsAsync(DashboardContext context, UsageOfKey[] keys, List<string> ids, CancellationToken cancellationToken)
    {
        if (keys.All(key => key.Permissions.Count == 0))
        {
            return;
        }

        var there = (await context.KeyPermissionUses.AsNoTracking().Where(row => ids.Contains(row.KeyId)).ToListAsync(cancellationToken))
            .ToDictionary(row => (row.KeyId, row.Permission), row => row.LastAskedAt);
        var asked = new List<(string KeyId, string Permission, DateTimeOffset At)>();
        foreach (var key in keys)
        {
            foreach (var (permission, at) in key.Permissions)
            {
                if (!there.TryGetValue((key.KeyId, permission), out var before))
                {
                    context.Add(new KeyPermissionUse { KeyId = key.KeyId, Permission = permission, FirstAskedAt = at, LastAskedAt = at });
                }
                else if (before < at)
                {
                    asked.Add((key.KeyId, permission, at));
                }
            }
        }

        foreach (var same in asked.GroupBy(x => (x.Permission, x.At), x => x.KeyId))
        {
            var (permission, at) = same.Key;
            var having = same.ToList();
            await context.KeyPermissionUses.Where(row => having.Contains(row.KeyId) && row.Permission == permission && row.LastAskedAt < at)
                .ExecuteUpdateAsync(set => set.SetProperty(row => row.LastAskedAt, at), cancellationToken);
        }
    }

    static async Task WriteLastUsesAsync(DashboardContext context, UsageOfKey[] keys, CancellationToken cancellationToken)
    {
        foreach (var same in keys.Where(key => key.LastUse is not null).GroupBy(key => key.LastUse!.Value, key => key.KeyId))
        {
            // To the second: within one, the later batch has the later use, and the time does not go back behind what the first use wrote.
            var (at, network) = same.Key;
            var (next, having) = (at.AddSeconds(1), same.ToList());
            await context.Keys.Where(key => having.Contains(key.KeyId) && (key.LastUsedAt == null || key.LastUsedAt < next)).ExecuteUpdateAsync(
                set => set.SetProperty(key => key.LastUsedOrder, key => key.LastUsedOrder > at ? key.LastUsedOrder : at)
                    .SetProperty(key => key.LastUsedAt, key => key.LastUsedAt > at ? key.LastUsedAt : at).SetProperty(key => key.LastUsedFrom, network),
                cancellationToken);
        }
    }
}
