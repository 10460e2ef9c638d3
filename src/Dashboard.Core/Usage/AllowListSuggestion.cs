namespace Dashboard.Core.Usage;

/// <summary>Suggests an allow-list from where a key was used.</summary>
public static class AllowListSuggestion
{
    /// <summary>Returns the networks of the clients that were seen within <see cref="KeyDetailsService.Days"/> days before
    /// <paramref name="now"/>, the last seen first and each once. Clients whose network is not known have no part in it.</summary>
    /// <param name="clients">The clients of a key.</param>
    public static IReadOnlyList<string> Of(IEnumerable<KeyClientUsage> clients, DateTimeOffset now) =>
    [
        .. clients.Where(client => client.Network != UsageBatch.Unknown && client.LastSeenAt >= now.AddDays(-KeyDetailsService.Days))
            .OrderByDescending(client => client.LastSeenAt).Select(client => client.Network).Distinct(StringComparer.Ordinal)
            .Take(AddressList.MaxNetworks),
    ];
}
