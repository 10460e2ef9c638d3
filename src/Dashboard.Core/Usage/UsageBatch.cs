namespace Dashboard.Core.Usage;

/// <summary>The usage that one transaction writes. It is built only once, so that a retry writes the same.</summary>
/// <param name="Node">The node that counted.</param>
/// <param name="Number">The number of the batch on that node: 1, 2, 3, …</param>
/// <param name="At">When the batch was built, UTC.</param>
/// <param name="Keys">The usage of each key, sorted by identifier.</param>
sealed record UsageBatch(string Node, long Number, DateTimeOffset At, IReadOnlyList<UsageOfKey> Keys)
{
    /// <summary>The maximum number of meters in one batch, so that other writers never wait long.</summary>
    public const int MaxMeters = 5_000;

    /// <summary>The name of an unknown network or client family.</summary>
    public const string Unknown = "unknown";

    /// <summary>Builds a batch from what meters have counted.</summary>
    public static UsageBatch Of(
        string node, long number, IReadOnlyList<(KeyMeter Meter, MeterWindow Window)> taken,
        IReadOnlyList<string> permissions, DateTimeOffset now)
    {
        var keys = taken.GroupBy(x => x.Meter.KeyId, StringComparer.Ordinal).OrderBy(x => x.Key, StringComparer.Ordinal)
            .Select(key => UsageOfKey.Of(key.Key, [.. key], permissions)).ToList();
        return new(node, number, now, keys);
    }
}

/// <summary>The usage of one key in a batch.</summary>
/// <param name="ProjectId">The project.</param>
/// <param name="Hours">The count of each outcome in each hour.</param>
/// <param name="Clients">The clients that presented the key, with times to the minute.</param>
/// <param name="Permissions">The permissions that were required, with times to the hour.</param>
/// <param name="LastUse">When and from where the key was last accepted, to the second; null if it need not be written.</param>
sealed record UsageOfKey(
    string KeyId,
    long ProjectId,
    IReadOnlyList<(DateTimeOffset Hour, string Outcome, long Count)> Hours,
    IReadOnlyList<(string Network, string Client, DateTimeOffset First, DateTimeOffset Last)> Clients,
    IReadOnlyList<(string Permission, DateTimeOffset At)> Permissions,
    (DateTimeOffset At, string? Network)? LastUse)
{
    public static UsageOfKey Of(string keyId, IReadOnlyList<(KeyMeter Meter, MeterWindow Window)> taken, IReadOnlyList<string> permissions)
    {
        var hours =
            from part in taken
            from counted in part.Window.NonZero()
            group counted.Count by (Hour: At(part.Window.Hour * TimeSpan.TicksPerHour), counted.Outcome) into same
            select (same.Key.Hour, same.Key.Outcome, same.Sum());
        var asked =
            from part in taken
            from index in Enumerable.Range(0, permissions.Count)
            where (part.Window.Permissions & (1UL << index)) != 0
            group part.Window.LastAt by permissions[index] into same
            select (same.Key, At(same.Max(), TimeSpan.TicksPerHour));
        var last = taken.MaxBy(part => part.Window.LastUsedAt);
        var network = taken.Select(part => part.Window).Where(x => x.LastUsedFrom != default)
            .MaxBy(x => x.LastUsedAt)?.LastUsedFrom ?? default;
        return new(
            keyId,
            taken[0].Meter.ProjectId,
            [.. hours],
            ClientsOf(taken),
            [.. asked],
            last.Window.LastUsedAt > 0 && last.Meter.IsNewUse(last.Window.LastUsedAt, network)
                ? (At(last.Window.LastUsedAt, TimeSpan.TicksPerSecond), network.ToText())
                : null);
    }

    static List<(string Network, string Client, DateTimeOffset First, DateTimeOffset Last)> ClientsOf(
        IReadOnlyList<(KeyMeter Meter, MeterWindow Window)> taken)
    {
        var clients = new Dictionary<(string Network, string Client), (long First, long Last)>();
        foreach (var (_, window) in taken)
        {
            foreach (var client in window.Clients)
            {
                var name = (client.Network.ToText() ?? UsageBatch.Unknown, ClientFamily.Of(client.Agent) ?? UsageBatch.Unknown);
                clients[name] = clients.TryGetValue(name, out var known)
                    ? (Math.Min(known.First, client.FirstAt), Math.Max(known.Last, client.LastAt))
                    : (client.FirstAt, client.LastAt);
            }
        }

        return [.. clients.Select(
            x => (x.Key.Network, x.Key.Client, At(x.Value.First, TimeSpan.TicksPerMinute), At(x.Value.Last, TimeSpan.TicksPerMinute)))];
    }

    static DateTimeOffset At(long ticks, long unit = 1) => new(ticks - (ticks % unit), TimeSpan.Zero);
}
