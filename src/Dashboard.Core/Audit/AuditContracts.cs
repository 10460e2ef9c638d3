using Dashboard.Core.Changes;

namespace Dashboard.Core.Audit;

/// <summary>What to list of an organization's audit log. Null members filter nothing.</summary>
/// <param name="Organization">The slug; null if the caller has only one organization.</param>
/// <param name="Category">One of <see cref="AuditCategory"/>.</param>
/// <param name="Actor">The identifier of who acted.</param>
/// <param name="Target">The identifier of what it happened to.</param>
/// <param name="Succeeded">False for refused attempts only, true for changes only, null for both.</param>
/// <param name="Network">An address, or its network as the log shows it: <c>10.2.3.0/24</c> or <c>2001:db8:7::/48</c>.</param>
/// <param name="From">The earliest time, inclusive.</param>
/// <param name="To">The latest time, exclusive.</param>
/// <param name="Cursor">The cursor of the previous page.</param>
/// <param name="Limit">1 to <see cref="Page.MaxLimit"/>.</param>
public sealed record AuditQuery(
    string? Organization = null, string? Category = null, string? Actor = null, string? Target = null, bool? Succeeded = null,
    string? Network = null,
    DateTimeOffset? From = null, DateTimeOffset? To = null, string? Cursor = null, int Limit = Page.DefaultLimit)
{
    /// <summary>The maximum length of an identifier to filter by.</summary>
    public const int MaxId = AuditEntry.MaxTargetId;

    /// <summary>Returns whether text can be a <see cref="Network"/>.</summary>
    public static bool IsNetwork(string? text) => text is not null && AuditEntryQuery.NetworkOf(text) is not null;
}

/// <summary>An entry of an organization's audit log as it is shown.</summary>
/// <param name="IsSignIn">Whether it is in the installation's chain with the sign-ins, and not in the organization's own.</param>
/// <param name="Sequence">The position in its chain.</param>
/// <param name="At">When, UTC.</param>
/// <param name="Actor">Who acted; a party without an identifier has not authenticated.</param>
/// <param name="Address">The client address, the network of counted refusals, or null.</param>
/// <param name="Network">The network of the address, or null.</param>
/// <param name="Category">One of <see cref="AuditCategory"/>.</param>
/// <param name="Action">What happened, such as <c>key.created</c>.</param>
/// <param name="Target">What it happened to.</param>
/// <param name="Succeeded">False for a refused attempt.</param>
/// <param name="Details">Further details as a JSON object.</param>
/// <param name="Hash">The entry's hash, 64 hexadecimal digits.</param>
/// <param name="PreviousHash">The hash of the entry before it.</param>
public sealed record AuditRecord(
    bool IsSignIn, long Sequence, DateTimeOffset At, AuditActor Actor, string? Address, string? Network,
    string Category, string Action, AuditTarget Target,
    bool Succeeded, string Details, string Hash, string PreviousHash)
{
    internal const string SignInPrefix = "sign-in-";

    /// <summary>The identifier in the organization's log: the position, with a prefix for the chain with the sign-ins.</summary>
    public string Id => IsSignIn ? $"{SignInPrefix}{Sequence}" : $"{Sequence}";

    internal static AuditRecord Of(AuditEntry entry) => new(
        entry.ChainId == AuditChain.Installation, entry.Sequence, entry.At,
        new(entry.ActorType, entry.ActorId, entry.ActorName), entry.Address, entry.Network,
        entry.Category, entry.Action, new(entry.TargetType, entry.TargetId, entry.TargetName),
        entry.Succeeded, entry.Details, Convert.ToHexStringLower(entry.Hash),
        Convert.ToHexStringLower(entry.PreviousHash));
}

/// <summary>Who acted, as the log kept it.</summary>
/// <param name="Type">A name of <see cref="PartyTypes"/>.</param>
/// <param name="Id">The identifier; empty for a caller that has not authenticated.</param>
/// <param name="Name">The name at that time.</param>
public sealed record AuditActor(string Type, string Id, string Name);

/// <summary>The end of an organization's chain.</summary>
/// <param name="Organization">The current slug.</param>
/// <param name="Head">The head, to be kept elsewhere; null while the chain is empty.</param>
/// <param name="At">When it was read, UTC.</param>
public sealed record OrganizationHead(string Organization, AuditHead? Head, DateTimeOffset At);
