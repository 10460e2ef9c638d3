using System.Net;
using Dashboard.Core.Usage;

namespace Dashboard.Keys.Details;

/// <summary>Finds what an allow-list would shut out.</summary>
static class AllowListCheck
{
    /// <summary>Traffic that is younger counts as current.</summary>
    public static readonly TimeSpan Recent = TimeSpan.FromDays(7);

    /// <summary>Returns the networks that were seen within <see cref="Recent"/> and are on the old list but not on the new one, the last
    /// seen first. A network that a list holds in part counts as on it. Unknown ones are among them: a list refuses a request without an
    /// address.</summary>
    /// <param name="clients">The clients of the key, the last seen first.</param>
    /// <param name="before">The list as it is; null for any address.</param>
    /// <param name="after">The list to be saved; null for any address.</param>
    public static IReadOnlyList<KeyClientUsage> ShutOut(
        IReadOnlyList<KeyClientUsage> clients, IReadOnlyList<string>? before, IReadOnlyList<string>? after, DateTimeOffset now) =>
    [
        .. clients.Where(client => client.LastSeenAt > now - Recent).DistinctBy(client => client.Network)
            .Where(client => Holds(before, client.Network) && !Holds(after, client.Network)),
    ];

    /// <summary>Returns whether a list has the network or a part of it.</summary>
    public static bool Holds(IReadOnlyList<string>? list, string network) =>
        list is null || (IPNetwork.TryParse(network, out var seen) && list.Any(text => IPNetwork.TryParse(text, out var allowed)
            && (allowed.Contains(seen.BaseAddress) || seen.Contains(allowed.BaseAddress))));
}
