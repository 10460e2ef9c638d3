using Dashboard.Core.Members;
using Dashboard.Core.Organizations;
using Dashboard.Core.Projects;

namespace Dashboard.Members;

/// <summary>Reads the data of the page of members.</summary>
sealed class MembersPageQuery(MemberService members, InvitationService invitations, ProjectService projects, TimeProvider time)
{
    /// <summary>The number of invitations that are shown.</summary>
    public const int MaxInvitations = 25;

    /// <summary>Reads one page of an organization's members, with its invitations.</summary>
    /// <returns>The page, or an error. If the URL uses a former name of the organization, its <see cref="OrganizationAccess.Slug"/>
    /// differs.</returns>
    public async Task<Result<MembersPageModel>> ReadAsync(
        Actor actor, MembersPageState asked, string term, CancellationToken cancellationToken)
    {
        var organization = await projects.FindOrganizationAsync(actor, asked.Organization, cancellationToken);
        if (organization.Error is { } missing)
        {
            return missing;
        }

        var access = organization.Value;
        var query = new MemberQuery(access.Slug, term, asked.Role, asked.Cursor, asked.Size);
        var page = await members.ListAsync(actor, query, cancellationToken);
        if (page.Error is { } refused)
        {
            return refused;
        }

        var open = new Page<InvitationSummary>([], null);
        if (access.Role.Can(MemberAction.ManageMembers))
        {
            var read = await invitations.ListAsync(actor, new(access.Slug, Limit: MaxInvitations), cancellationToken);
            if (read.Error is { } fault)
            {
                return fault;
            }

            open = read.Value;
        }

        var onePage = asked.Cursor is null && page.Value.NextCursor is null;
        var total = onePage ? page.Value.Items.Count : await members.CountAsync(actor, query, cancellationToken);
        return total.Error is { } lost ? lost : new MembersPageModel(
            asked, access, term.Length > 0, page.Value.Items, page.Value.NextCursor, total.Value,
            open.Items, open.NextCursor is not null, time.GetUtcNow());
    }
}
