using Dashboard.Core.Keys;
using Dashboard.Core.Organizations;

namespace Dashboard.Core.Members;

/// <summary>The input for an invitation.</summary>
/// <param name="Organization">The organization's slug; null if the caller has only one.</param>
/// <param name="Email">The address that it is for.</param>
/// <param name="Role">The role that the person gets.</param>
/// <param name="Origin">The scheme and host that the link begins with.</param>
public sealed record NewInvitation(string? Organization, string? Email, OrganizationRole Role, string Origin);

/// <summary>An invitation as lists show it. It contains nothing that opens it.</summary>
/// <param name="Id">The identifier.</param>
/// <param name="Organization">The organization's slug.</param>
/// <param name="Email">The address that it is for.</param>
/// <param name="Role">The role that the person gets.</param>
/// <param name="InvitedBy">The member who made the newest link.</param>
/// <param name="CreatedAt">When it was made, UTC.</param>
/// <param name="ExpiresAt">Until when the newest link works, UTC.</param>
/// <param name="IsExpired">Whether the link no longer works.</param>
public sealed record InvitationSummary(
    string Id, string Organization, string Email, OrganizationRole Role, Party InvitedBy,
    DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt, bool IsExpired);

/// <summary>An invitation with its new link, which exists only here and in the mail.</summary>
public sealed class IssuedInvitation(InvitationSummary invitation, string link)
{
    /// <summary>The invitation.</summary>
    public InvitationSummary Invitation { get; } = invitation;

    /// <summary>The link.</summary>
    public string Link { get; } = link;
}

/// <summary>The filter and page of a list of invitations.</summary>
/// <param name="Organization">The organization's slug; null if the caller has only one.</param>
/// <param name="Cursor">The cursor of the previous page; null for the first page.</param>
/// <param name="Limit">The page size, 1 to 200.</param>
public sealed record InvitationQuery(string? Organization = null, string? Cursor = null, int Limit = Page.DefaultLimit);

/// <summary>What somebody sees who has opened the link of an invitation.</summary>
/// <param name="Organization">The organization's name.</param>
/// <param name="Inviter">The name of the member who made the link.</param>
/// <param name="Email">The address that the invitation is for.</param>
/// <param name="Role">The role that the person gets.</param>
/// <param name="HasAccount">Whether the address has an account.</param>
public sealed record OpenInvitation(string Organization, string Inviter, string Email, OrganizationRole Role, bool HasAccount);

/// <summary>What accepting an invitation led to.</summary>
/// <param name="UserId">The new member.</param>
/// <param name="Email">Their address.</param>
/// <param name="Organization">The organization's slug.</param>
public sealed record Joined(string UserId, string Email, string Organization);
