using Dashboard.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.Usage;

/// <summary>Writes a batch within one transaction. Updates add to existing rows rather than set them, so that nodes can write the same
/// rows. Each command updates many rows, so that a batch of thousands of keys takes a few dozen commands.</summary>
static class UsageWriter
{
    /// <summary>The maximum number of clients stored for a key. Beyond it the one that was seen longest ago is deleted.</summary>
    public const int MaxClients = 50;

    /// <summary>The maximum number of keys in one command.</summary>
    const int ChunkSize = 500;

    /// <summary>How far a stored time may be ahead of this node's clock. One further ahead was written by a clock that has been set back
    /// since, and would otherwise stay until the time has passed.</summary>
    static readonly TimeSpan MaxAhead = TimeSpan.FromMinutes(5);

    const string KeyId = nameof(KeyHour.KeyId);
    const string Outcome = nameof(KeyHour.Outcome);
    const string Count = nameof(KeyHour.Count);

    /// <summary>Writes a batch, unless it has already been written.</summary>
    /// <param name="now">The time of writing, which may be long after the batch was built.</param>
    public static async Task WriteAsync(DashboardContext context, UsageBatch batch, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var latest = UtcMilliseconds.TruncateToMilliseconds(now + MaxAhead);
        if (!await BeginAsync(context, batch, cancellationToken))
        {
            return;
        }

        foreach (var keys in batch.Keys.Chunk(ChunkSize))
        {
            var ids = keys.Select(key => key.KeyId).ToList();
            await WriteHoursAsync(context, keys, ids, cancellationToken);
            await WriteDaysAsync(context, keys, ids, cancellationToken);
            await WriteClientsAsync(context, keys, ids, latest, cancellationToken);
            await WritePermissionsAsync(context, keys, ids, latest, cancellationToken);
            await WriteLastUsesAsync(context, keys, latest, cancellationToken);
            await context.SaveChangesAsync(cancellationToken);
            context.ChangeTracker.Clear();
        }
    }

    /// <summary>Stores the number of the batch. Returns false if the batch has already been written.</summary>
    static async Task<bool> BeginAsync(DashboardContext context, UsageBatch batch, CancellationToken cancellationToken)
    {
        var raised = await context.UsageNodes.Where(node => node.Id == batch.Node && node.LastBatch < batch.Number)
            .ExecuteUpdateAsync(
                set => set.SetProperty(node => node.LastBatch, batch.Number).SetProperty(node => node.SeenAt, batch.At), cancellationToken);
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

    static Task WriteHoursAsync(
        DashboardContext context, UsageOfKey[] keys, List<string> ids, CancellationToken cancellationToken) => WriteCountsAsync(
        context,
        context.KeyHours.Where(row => ids.Contains(row.KeyId)),
        nameof(KeyHour.Hour),
        [.. from key in keys from x in key.Hours select (key, x.Hour, x.Outcome, x.Count)],
        (key, hour, outcome, count) =>
            new KeyHour { KeyId = key.KeyId, Hour = hour, Outcome = outcome, ProjectId = key.ProjectId, Count = count },
        cancellationToken);

    /// <summary>Adds to the day what is added to its hours, whenever that arrives.</summary>
    static Task WriteDaysAsync(
        DashboardContext context, UsageOfKey[] keys, List<string> ids, CancellationToken cancellationToken) => WriteCountsAsync(
        context,
        context.KeyDays.Where(row => ids.Contains(row.KeyId)),
        nameof(KeyDay.Day),
        [
            .. from key in keys
               from x in key.Hours
               group x.Count by (key, Day: new DateTimeOffset(x.Hour.UtcDateTime.Date, TimeSpan.Zero), x.Outcome) into same
               select (same.Key.key, same.Key.Day, same.Key.Outcome, same.Sum()),
        ],
        (key, day, outcome, count) =>
            new KeyDay { KeyId = key.KeyId, Day = day, Outcome = outcome, ProjectId = key.ProjectId, Count = count },
        cancellationToken);

    /// <summary>Adds counts to the rows of their periods.</summary>
    /// <param name="rows">The rows of all keys that are counted.</param>
    /// <param name="period">The column with the start of the period. <typeparamref name="T"/> also has the columns <c>KeyId</c>,
    /// <c>Outcome</c> and <c>Count</c>.</param>
    /// <param name="create">Creates a row that does not exist yet.</param>
    static async Task WriteCountsAsync<T>(
        DashboardContext context,
        IQueryable<T> rows,
        string period,
        List<(UsageOfKey Key, DateTimeOffset Start, string Outcome, long Count)> counts,
        Func<UsageOfKey, DateTimeOffset, string, long, T> create,
        CancellationToken cancellationToken)
        where T : class
    {
        var first = counts.Min(x => x.Start);
        var existing = (await rows.Where(row => EF.Property<DateTimeOffset>(row, period) >= first)
            .Select(row => new
            {
                KeyId = EF.Property<string>(row, KeyId),
                Start = EF.Property<DateTimeOffset>(row, period),
                Outcome = EF.Property<string>(row, Outcome),
            })
            .ToListAsync(cancellationToken)).Select(row => (row.KeyId, row.Start, row.Outcome)).ToHashSet();
        var parts = counts.ToLookup(x => existing.Contains((x.Key.KeyId, x.Start, x.Outcome)));
        context.AddRange(parts[false].Select(x => create(x.Key, x.Start, x.Outcome, x.Count)));
        foreach (var same in parts[true].GroupBy(x => (x.Start, x.Outcome)))
        {
            // For each power of two, one command adds it to the rows whose count has that bit. However different the counts are, there are
            // no more commands than bits.
            var (start, outcome) = same.Key;
            for (var step = 1L; same.Any(x => x.Count >= step); step <<= 1)
            {
                var having = same.Where(x => (x.Count & step) != 0).Select(x => x.Key.KeyId).ToList();
                if (having.Count > 0)
                {
                    await context.Set<T>()
                        .Where(row => having.Contains(EF.Property<string>(row, KeyId))
                            && EF.Property<DateTimeOffset>(row, period) == start && EF.Property<string>(row, Outcome) == outcome)
                        .ExecuteUpdateAsync(
                            set => set.SetProperty(row => EF.Property<long>(row, Count), row => EF.Property<long>(row, Count) + step),
                            cancellationToken);
                }
            }
        }
    }

    static async Task WriteClientsAsync(
        DashboardContext context, UsageOfKey[] keys, List<string> ids, DateTimeOffset latest, CancellationToken cancellationToken)
    {
        var existing = (await context.KeyClients.AsNoTracking().Where(row => ids.Contains(row.KeyId)).ToListAsync(cancellationToken))
            .ToLookup(row => row.KeyId, StringComparer.Ordinal);
        var seen = new List<(string KeyId, string Network, string Client, DateTimeOffset Last)>();
        foreach (var key in keys)
        {
            var known = existing[key.KeyId].ToDictionary(row => (row.Network, row.Client), row => row.LastSeenAt);
            foreach (var (network, client, first, last) in key.Clients)
            {
                if (!known.TryGetValue((network, client), out var before))
                {
                    known[(network, client)] = last;
                    context.Add(new KeyClient
                    {
                        KeyId = key.KeyId,
                        Network = network,
                        Client = client,
                        FirstSeenAt = first,
                        LastSeenAt = last
                    });
                }
                else if (before < last || before > latest)
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
            await context.KeyClients.Where(row => having.Contains(row.KeyId) && row.Network == network && row.Client == client
                    && (row.LastSeenAt < last || row.LastSeenAt > latest))
                .ExecuteUpdateAsync(set => set.SetProperty(row => row.LastSeenAt, last), cancellationToken);
        }
    }

    /// <summary>Deletes the clients of a key beyond <see cref="MaxClients"/>.</summary>
    static async Task ForgetAsync(DashboardContext context, string keyId, Dictionary<(string Network, string Client),
        DateTimeOffset> known, CancellationToken cancellationToken)
    {
        foreach (var ((network, client), _) in known.OrderBy(x => x.Value).ThenBy(x => x.Key).Take(known.Count - MaxClients).ToList())
        {
            var added = context.ChangeTracker.Entries<KeyClient>()
                .FirstOrDefault(x => x.Entity.KeyId == keyId && x.Entity.Network == network && x.Entity.Client == client);
            if (added is not null)
            {
                added.State = EntityState.Detached;
            }
            else
            {
                await context.KeyClients.Where(row => row.KeyId == keyId && row.Network == network && row.Client == client)
                    .ExecuteDeleteAsync(cancellationToken);
            }
        }
    }

    static async Task WritePermissionsAsync(
        DashboardContext context, UsageOfKey[] keys, List<string> ids, DateTimeOffset latest, CancellationToken cancellationToken)
    {
        if (keys.All(key => key.Permissions.Count == 0))
        {
            return;
        }

        var existing = (await context.KeyPermissionUses.AsNoTracking().Where(row => ids.Contains(row.KeyId)).ToListAsync(cancellationToken))
            .ToDictionary(row => (row.KeyId, row.Permission), row => row.LastAskedAt);
        var updates = new List<(string KeyId, string Permission, DateTimeOffset At)>();
        foreach (var key in keys)
        {
            foreach (var (permission, at) in key.Permissions)
            {
                if (!existing.TryGetValue((key.KeyId, permission), out var before))
                {
                    context.Add(new KeyPermissionUse { KeyId = key.KeyId, Permission = permission, FirstAskedAt = at, LastAskedAt = at });
                }
                else if (before < at || before > latest)
                {
                    updates.Add((key.KeyId, permission, at));
                }
            }
        }

        foreach (var same in updates.GroupBy(x => (x.Permission, x.At), x => x.KeyId))
        {
            var (permission, at) = same.Key;
            var having = same.ToList();
            await context.KeyPermissionUses.Where(row => having.Contains(row.KeyId) && row.Permission == permission
                && (row.LastAskedAt < at || row.LastAskedAt > latest))
                .ExecuteUpdateAsync(set => set.SetProperty(row => row.LastAskedAt, at), cancellationToken);
        }
    }

    static async Task WriteLastUsesAsync(
        DashboardContext context, UsageOfKey[] keys, DateTimeOffset latest, CancellationToken cancellationToken)
    {
        foreach (var same in keys.Where(key => key.LastUse is not null).GroupBy(key => key.LastUse!.Value, key => key.KeyId))
        {
            // To the second: within one second the later batch has the later use, and the time never goes back behind the stored first use.
            var (at, network) = same.Key;
            var (next, having) = (at.AddSeconds(1), same.ToList());
            await context.Keys.Where(key => having.Contains(key.KeyId)
                && (key.LastUsedAt == null || key.LastUsedAt < next || key.LastUsedAt > latest)).ExecuteUpdateAsync(
                set => set.SetProperty(key => key.LastUsedOrder, key => key.LastUsedOrder > at && key.LastUsedOrder <= latest
                    ? key.LastUsedOrder : at)
                    .SetProperty(key => key.LastUsedAt, key => key.LastUsedAt > at && key.LastUsedAt <= latest ? key.LastUsedAt : at)
                    .SetProperty(key => key.LastUsedFrom, key => network ?? key.LastUsedFrom),
                cancellationToken);
        }
    }
}
