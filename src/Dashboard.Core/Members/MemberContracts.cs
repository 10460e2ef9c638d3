using Dashboard.Core.Keys;
using Dashboard.Core.Organizations;

namespace Dashboard.Core.Members;

/// <summary>The strongest second factor that a person has.</summary>
public enum SecondFactor
{
    /// <summary>None.</summary>
    None,

    /// <summary>An authenticator app.</summary>
    Authenticator,

    /// <summary>A passkey.</summary>
    Passkey,
}

/// <summary>The names of <see cref="SecondFactor"/> values in responses.</summary>
public static class SecondFactors
{
    /// <summary>Returns the name of <paramref name="factor"/>: <c>none</c>, <c>authenticator</c> or <c>passkey</c>.</summary>
    public static string ToWireName(this SecondFactor factor) => factor switch
    {
        SecondFactor.Passkey => "passkey",
        SecondFactor.Authenticator => "authenticator",
        _ => "none",
    };
}

/// <summary>A member as lists and pages show it.</summary>
/// <param name="UserId">The person's identifier.</param>
/// <param name="Name">The display name.</param>
/// <param name="Email">The email address.</param>
/// <param name="Role">The role.</param>
/// <param name="IsDisabled">Whether an owner has disabled the membership.</param>
/// <param name="JoinedAt">When the person joined, UTC.</param>
/// <param name="IsYou">Whether it is the caller.</param>
public sealed record MemberSummary(
    string UserId, string Name, string Email, OrganizationRole Role, bool IsDisabled, DateTimeOffset JoinedAt, bool IsYou)
{
    /// <summary>What only those see who manage members; null for others.</summary>
    public MemberDetails? Details { get; init; }
}

/// <summary>What those see of a member who manage members.</summary>
/// <param name="LastSeenAt">When the person was last active, UTC, or null if not within the last 30 days.</param>
/// <param name="SecondFactor">The strongest second factor.</param>
/// <param name="Keys">The number of keys that the person owns, except revoked ones.</param>
/// <param name="ServiceAccounts">The number of service accounts that the person owns.</param>
public sealed record MemberDetails(DateTimeOffset? LastSeenAt, SecondFactor SecondFactor, int Keys, int ServiceAccounts);

/// <summary>The filter and page of a list of members.</summary>
/// <param name="Organization">The organization's slug; null if the caller has only one.</param>
/// <param name="Search">Part of the name or address; null or empty for all.</param>
/// <param name="Role">The role to list; null for all.</param>
/// <param name="Cursor">The cursor of the previous page; null for the first page.</param>
/// <param name="Limit">The page size, 1 to 200.</param>
public sealed record MemberQuery(
    string? Organization = null, string? Search = null, OrganizationRole? Role = null, string? Cursor =
        null, int Limit = Page.DefaultLimit);

/// <summary>A member who may own keys and service accounts.</summary>
/// <param name="UserId">The person's identifier.</param>
/// <param name="Name">The display name.</param>
/// <param name="Email">The email address.</param>
public sealed record PossibleOwner(string UserId, string Name, string Email);

/// <summary>Something that a member owns: an API key or a service account.</summary>
/// <param name="Id">The identifier of the key or the service account.</param>
/// <param name="IsServiceAccount">Whether it is a service account.</param>
/// <param name="Name">The display name.</param>
/// <param name="LastUsedAt">When a key was last accepted, UTC, or null.</param>
/// <param name="ExpiresAt">When a key expires, UTC, or null for never.</param>
public sealed record OwnedItem(string Id, bool IsServiceAccount, string Name, DateTimeOffset? LastUsedAt, DateTimeOffset? ExpiresAt);

/// <summary>What a member owns in an organization, and who may get it.</summary>
/// <param name="Items">The first items to decide on, most recently used first: keys, and the service accounts that nobody else
/// owns.</param>
/// <param name="Total">The number of all such items.</param>
/// <param name="Heirs">The members who can own keys, without the member.</param>
public sealed record Belongings(IReadOnlyList<OwnedItem> Items, int Total, IReadOnlyList<Party> Heirs)
{
    /// <summary>The names of the first service accounts that stay with their other owners. Nobody decides on them.</summary>
    public IReadOnlyList<string> Kept { get; init; } = [];

    /// <summary>The number of all such service accounts.</summary>
    public int KeptTotal { get; init; }
}

/// <summary>What becomes of an item.</summary>
/// <param name="Id">The identifier of the key or the service account.</param>
/// <param name="To">The member who gets it; null to revoke the key or delete the service account.</param>
public sealed record ItemDecision(string Id, string? To);

/// <summary>What becomes of everything that a member owns, when the member leaves.</summary>
/// <param name="Items">The decisions by item.</param>
/// <param name="Rest">The decision for every other item; null if there must be no other.</param>
public sealed record Handover(IReadOnlyList<ItemDecision> Items, RestDecision? Rest = null)
{
    /// <summary>Everything is revoked.</summary>
    public static Handover RevokeAll { get; } = new([], new(null));
}

/// <summary>What becomes of the items without a decision of their own.</summary>
/// <param name="To">The member who gets them; null to revoke them.</param>
public sealed record RestDecision(string? To);

/// <summary>What was done with what a member owned.</summary>
/// <param name="KeysRevoked">The keys that were revoked.</param>
/// <param name="KeysHandedOver">The keys that have another owner now.</param>
/// <param name="ServiceAccountsDeleted">The service accounts that were deleted.</param>
/// <param name="ServiceAccountsHandedOver">The service accounts that have another owner now.</param>
/// <param name="ServiceAccountsKept">The service accounts that stay with their other owners.</param>
public sealed record Settlement(
    IReadOnlyList<string> KeysRevoked, IReadOnlyList<string> KeysHandedOver, IReadOnlyList<string> ServiceAccountsDeleted,
    IReadOnlyList<string> ServiceAccountsHandedOver, IReadOnlyList<string> ServiceAccountsKept);

/// <summary>What was revoked of a person.</summary>
/// <param name="Keys">The keys, with those of published apps.</param>
/// <param name="Authorizations">The number of connected apps that were disconnected.</param>
/// <param name="Sessions">The number of browser sessions that were ended.</param>
public sealed record RevokedAccess(IReadOnlyList<string> Keys, int Authorizations, int Sessions);
