using System.Globalization;
using System.Text;

namespace Dashboard.Core.Organizations;

/// <summary>What a member can do in an organization. <see cref="RoleTable"/> holds the role that each action takes.</summary>
public enum MemberAction
{
    /// <summary>See the projects of the organization and what is in them.</summary>
    View,

    /// <summary>Create keys, and manage the keys that they own.</summary>
    CreateKeys,

    /// <summary>Publish apps, and unpublish the apps that they published.</summary>
    PublishApps,

    /// <summary>Authorize a client for more than reading.</summary>
    AuthorizeFully,

    /// <summary>Manage keys that other members own.</summary>
    ManageAllKeys,

    /// <summary>Import keys that were issued elsewhere.</summary>
    ImportKeys,

    /// <summary>Unpublish apps that other members published.</summary>
    ManageAllApps,

    /// <summary>Register, rename and delete resources.</summary>
    ManageResources,

    /// <summary>Create, rename and delete projects.</summary>
    ManageProjects,

    /// <summary>Manage service accounts, their keys and their client secrets.</summary>
    ManageServiceAccounts,

    /// <summary>See and disconnect what other members authorized.</summary>
    ManageAuthorizations,

    /// <summary>Invite, change and remove members, up to their own role.</summary>
    ManageMembers,

    /// <summary>Read, export and verify the audit log.</summary>
    ReadAuditLog,

    /// <summary>Disable and enable members.</summary>
    DisableMembers,

    /// <summary>Change the organization itself.</summary>
    ChangeOrganization,
}

/// <summary>The one table of what each role can do. Services, pages and endpoints ask it, and <c>docs/roles.md</c> prints it.</summary>
public static class RoleTable
{
    /// <summary>One action: the lowest role that can do it, and the rest of the sentence "Admins can …".</summary>
    sealed record Row(MemberAction Action, OrganizationRole Lowest, string Phrase);

    static readonly Row[] rows =
    [
        new(MemberAction.View, OrganizationRole.Viewer, "see projects, resources, keys, published apps and members"),
        new(MemberAction.CreateKeys, OrganizationRole.Developer, "create keys, and change or revoke their own"),
        new(MemberAction.PublishApps, OrganizationRole.Developer, "publish apps, and unpublish their own"),
        new(MemberAction.AuthorizeFully, OrganizationRole.Developer, "let a connected app do more than read"),
        new(MemberAction.ManageAllKeys, OrganizationRole.Admin, "change or revoke other members' keys"),
        new(MemberAction.ImportKeys, OrganizationRole.Admin, "import keys that were issued elsewhere"),
        new(MemberAction.ManageAllApps, OrganizationRole.Admin, "unpublish other members' apps"),
        new(MemberAction.ManageResources, OrganizationRole.Admin, "add, rename and delete resources"),
        new(MemberAction.ManageProjects, OrganizationRole.Admin, "create, rename and delete projects"),
        new(MemberAction.ManageServiceAccounts, OrganizationRole.Admin, "manage service accounts, and create keys for any of them"),
        new(MemberAction.ManageAuthorizations, OrganizationRole.Admin, "see and disconnect other members' connected apps"),
        new(MemberAction.ManageMembers, OrganizationRole.Admin, "invite, change and remove members, up to their own role"),
        new(MemberAction.ReadAuditLog, OrganizationRole.Admin, "read, export and verify the audit log"),
        new(MemberAction.DisableMembers, OrganizationRole.Owner, "disable and enable members"),
        new(MemberAction.ChangeOrganization, OrganizationRole.Owner, "change the organization itself"),
    ];

    /// <summary>Returns whether a member with this role can do <paramref name="action"/>.</summary>
    public static bool Can(this OrganizationRole role, MemberAction action) => role >= Find(action).Lowest;

    /// <summary>Returns null if the role can do <paramref name="action"/>; otherwise an <see cref="ErrorCode.Forbidden"/> that names the
    /// roles that can.</summary>
    public static Error? Check(this OrganizationRole role, MemberAction action)
    {
        var row = Find(action);
        return role >= row.Lowest
            ? null
            : Error.Forbidden($"Only {PluralNames(row.Lowest)} can {row.Phrase}. Ask an {(row.Lowest == OrganizationRole.Owner ? "owner" : "admin")} of your organization.");
    }

    /// <summary>Returns the roles that can do <paramref name="action"/>, for use in a query.</summary>
    public static OrganizationRole[] RolesFor(MemberAction action) =>
        [.. Enum.GetValues<OrganizationRole>().Where(role => role.Can(action))];

    /// <summary>Prints the table as Markdown: an action in each row, a role in each column.</summary>
    public static string ToMarkdown()
    {
        var roles = Enum.GetValues<OrganizationRole>();
        var text = new StringBuilder("| A member can |").AppendJoin("", roles.Select(role => $" {role} |"))
            .Append("\n| --- |").AppendJoin("", roles.Select(_ => " --- |")).Append('\n');
        foreach (var row in rows)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {row.Phrase} |")
                .AppendJoin("", roles.Select(role => role >= row.Lowest ? " yes |" : " |")).Append('\n');
        }

        return text.ToString();
    }

    static Row Find(MemberAction action) => rows[(int)action];

    static string PluralNames(OrganizationRole lowest) => lowest switch
    {
        OrganizationRole.Owner => "owners",
        OrganizationRole.Admin => "admins and owners",
        _ => "developers, admins and owners",
    };
}
