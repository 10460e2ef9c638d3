using Dashboard.Core.Keys;

namespace Dashboard.Core.Usage;

/// <summary>Everything that the page of a key shows.</summary>
/// <param name="Key">The key itself.</param>
/// <param name="MayChange">Whether the caller may change and revoke the key, as far as the caller's role goes: a revoked key can no longer
/// be changed.</param>
/// <param name="Resources">The resources that the key is limited to, A to Z; empty for a key with access to all.</param>
/// <param name="Days">The usage of the last <see cref="KeyDetailsService.Days"/> days, the oldest first and today last, with those without
/// usage.</param>
/// <param name="Permissions">The permissions that are granted or were asked for, in the order of the catalog.</param>
/// <param name="Clients">Where the key was presented from, the last seen first.</param>
/// <param name="History">The newest entries of the audit log about the key, the newest first.</param>
/// <param name="HasMoreHistory">Whether there are older entries.</param>
public sealed record KeyDetails(
    KeySummary Key,
    bool MayChange,
    IReadOnlyList<KeyResourceName> Resources,
    IReadOnlyList<UsageDay> Days,
    IReadOnlyList<KeyPermissionUsage> Permissions,
    IReadOnlyList<KeyClientUsage> Clients,
    IReadOnlyList<KeyHistoryEntry> History,
    bool HasMoreHistory);

/// <summary>A resource that a key is limited to.</summary>
/// <param name="Kind">The kind, such as <c>workflow</c>.</param>
/// <param name="Id">The API identifier.</param>
/// <param name="Name">The display name.</param>
public sealed record KeyResourceName(string Kind, string Id, string Name);

/// <summary>The results that a key had on one day.</summary>
/// <param name="Day">The day, in UTC.</param>
/// <param name="Allowed">The number of accepted requests.</param>
/// <param name="Refused">The number of requests refused for any reason but the rate limit.</param>
/// <param name="RateLimited">The number of requests refused for the rate limit.</param>
public sealed record UsageDay(DateOnly Day, long Allowed, long Refused, long RateLimited);

/// <summary>A permission of a key beside the requests that required it.</summary>
/// <param name="Permission">The permission.</param>
/// <param name="Granted">Whether the key has it.</param>
/// <param name="LastAskedAt">When a request last required it, UTC, accurate to the hour; null if none did within
/// <see cref="KeyDetailsService.Days"/> days.</param>
public sealed record KeyPermissionUsage(string Permission, bool Granted, DateTimeOffset? LastAskedAt);

/// <summary>A client that presented a key, whether or not it was accepted.</summary>
/// <param name="Network">The client's network in CIDR notation, or <see cref="Unknown"/>.</param>
/// <param name="Client">A name from <see cref="ClientFamily"/>, or <see cref="Unknown"/>.</param>
/// <param name="FirstSeenAt">When it was first seen, UTC.</param>
/// <param name="LastSeenAt">When it was last seen, UTC, accurate to the minute.</param>
public sealed record KeyClientUsage(string Network, string Client, DateTimeOffset FirstSeenAt, DateTimeOffset LastSeenAt)
{
    /// <summary>The network or the client of a request that did not say.</summary>
    public const string Unknown = UsageBatch.Unknown;
}

/// <summary>A change of a key, from the audit log.</summary>
/// <param name="At">When it was made, UTC.</param>
/// <param name="Action">What happened, such as <c>key.created</c>.</param>
/// <param name="ActorName">Who did it, by the name at that time.</param>
/// <param name="Details">Further details by name.</param>
public sealed record KeyHistoryEntry(DateTimeOffset At, string Action, string ActorName, IReadOnlyDictionary<string, string?> Details);
