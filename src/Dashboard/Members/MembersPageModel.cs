using System.Globalization;
using Dashboard.Core.Members;
using Dashboard.Core.Organizations;
using Dashboard.Shared;

namespace Dashboard.Members;

/// <summary>The list's filters, as the URL encodes them.</summary>
/// <param name="Organization">The organization's slug, as in the URL.</param>
/// <param name="Role">Show only members with this role.</param>
public sealed record MembersPageState(string Organization, OrganizationRole? Role) : ListPageState
{
    /// <inheritdoc />
    protected override IEnumerable<(string Name, string? Value)> Filters => [("role", Role?.ToWireName())];

    /// <inheritdoc />
    public override string ToPath() => $"/{Organization}/members";
}

/// <summary>What the page of an organization's members shows, handed from the prerendered page to its circuit. It contains no
/// link.</summary>
/// <param name="Organization">The organization, with the user's role.</param>
/// <param name="Searched">Whether a search is active.</param>
/// <param name="Items">The members.</param>
/// <param name="NextCursor">The cursor of the next page, or null.</param>
/// <param name="Total">The number of members on all pages.</param>
/// <param name="Invitations">The newest invitations; empty for those who do not manage members.</param>
/// <param name="MoreInvitations">Whether there are others.</param>
/// <param name="At">When the data was read. Relative times are computed from it.</param>
public sealed record MembersPageModel(
    MembersPageState State, OrganizationAccess Organization, bool Searched, IReadOnlyList<MemberSummary> Items,
    string? NextCursor, int Total,
    IReadOnlyList<InvitationSummary> Invitations, bool MoreInvitations, DateTimeOffset At) : IListPage<MembersPageState>
{
    int IListPage<MembersPageState>.Count => Items.Count + Invitations.Count;

    string IListPage<MembersPageState>.ToPath() => (State with { Organization = Organization.Slug }).ToPath();

    /// <summary>Whether the user manages members.</summary>
    public bool Manages => Organization.Role.Can(MemberAction.ManageMembers);

    /// <summary>Returns "5 members", or the range that the page shows.</summary>
    public string Summary => State.Before is var before && before == 0 && NextCursor is null
        ? string.Create(CultureInfo.InvariantCulture, $"{Items.Count:N0} {(Items.Count == 1 ? "member" : "members")}")
        : string.Create(CultureInfo.InvariantCulture,
            $"{before + 1:N0} to {before + Items.Count:N0} of {Math.Max(Total, before + Items.Count):N0} members");
}
