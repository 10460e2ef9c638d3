using Dashboard.Core.Organizations;

namespace Dashboard.Tests.E2E.Members;

/// <summary>A control of a page.</summary>
/// <param name="Action">The action of the role table that it performs; null if nobody can perform it as things are.</param>
/// <param name="Name">Its role and name in the accessibility tree; for an item of a menu "Actions for it › Rename…", after the menu's
/// button.</param>
/// <param name="Of">The role of the member, or of the invitation, that it is about: it takes that role or a higher one.</param>
sealed record PageControl(MemberAction? Action, string Name, OrganizationRole Of = OrganizationRole.Viewer)
{
    /// <summary>Returns whether the table gives it to a member with this role.</summary>
    public bool IsFor(OrganizationRole role) => Action is { } action && role.Can(action) && role >= Of;
}

/// <summary>A page with its controls.</summary>
/// <param name="Route">Its route, as the page has it.</param>
/// <param name="Path">An address of it.</param>
/// <param name="Heading">Its first heading.</param>
/// <param name="Opens">The action that it takes to open it. For others it does not exist.</param>
sealed record ActionPage(string Route, string Path, string Heading, MemberAction Opens, params PageControl[] Controls)
{
    /// <summary>The part of the page to look at.</summary>
    public string Part { get; init; } = "#main";
}

/// <summary>The controls of the pages of an organization, each with the action of <see cref="RoleTable"/> that it performs.</summary>
static class PageActions
{
    /// <summary>The links to the pages.</summary>
    public const string Rail = "#nav";

    const string OfOrganization = "/" + RoleMatrixTests.Team.Slug;

    const string OfProject = "/" + RoleMatrixTests.Team.Project;

    const string Keys = "/{Organization}/{ProjectSlug}/keys";

    const MemberAction View = MemberAction.View;

    const MemberAction Accounts = MemberAction.ManageServiceAccounts;

    /// <summary>The pages, with two keys and a service account: what is "mine" is the developer's, and what is "theirs" the
    /// owner's.</summary>
    public static IReadOnlyList<ActionPage> Of(string theirs, string mine, string account) =>
    [
        new(Keys, OfProject + "/keys", "API keys", View, [.. Links()]) { Part = Rail },
        new(Keys, OfProject + "/keys", "API keys", View,
        [
            .. All(View, "button Docs", "button Switch theme", "button Your account, you"),
            .. Menu(View, "Organization: team", "team", "New organization…"),
            .. Menu(MemberAction.ManageProjects, "Project: default", "default", "New project…"), // others have nothing to choose
        ]) { Part = ".top" },
        new(Keys, OfProject + "/keys", "API keys", View, [.. OnKeys()]),
        Key(theirs, "theirs", MemberAction.ManageAllKeys),
        Key(mine, "mine", MemberAction.CreateKeys),
        new("/{Organization}/{ProjectSlug}/resources", OfProject + "/resources", "Resources", View,
        [
            .. All(View, "searchbox Search resources", "combobox Kind", "button Name", "button Added"),
            .. All(MemberAction.ManageResources, "button Add resource"),
            .. Menu(MemberAction.ManageResources, "Actions for intake", "Rename…", "Delete…"),
        ]),
        new("/{Organization}/{ProjectSlug}/apps", OfProject + "/apps", "Published apps", View,
        [
            .. All(View, "searchbox Search published apps", "switch Show unpublished apps"),
            .. All(MemberAction.PublishApps, "button Publish app"),
            .. Menu(MemberAction.PublishApps, "Actions for my app", "Unpublish…"),
            .. Menu(MemberAction.ManageAllApps, "Actions for their app", "Unpublish…"),
        ]),
        new("/{Organization}/{ProjectSlug}/settings", OfProject + "/settings", "Project settings", View,
            All(MemberAction.ManageProjects, "textbox Name", "textbox Address", "button Save", "button Delete project…")),
        new("/{Organization}/service-accounts", OfOrganization + "/service-accounts", "Service accounts", Accounts,
        [
            .. All(Accounts, "searchbox Search service accounts", "combobox Status", "button Create service account"),
            .. Menu(Accounts, "Actions for robot", OnAccount),
        ]),
        new("/{Organization}/service-accounts/{Id}", $"{OfOrganization}/service-accounts/{account}", "robot", Accounts,
        [
            .. All(Accounts, "button Disable", "button Create key", "button Change owners…",
                "button Add client secret", "button End all tokens"),
            .. All(Accounts, "button Copy the curl text"),
            .. Menu(Accounts, "Actions for robot", OnAccount),
            .. Menu(Accounts, "Actions for the key robot", "Rename…", "Disable", "Revoke…"),
            .. Menu(Accounts, "Actions for secret_…", "Revoke…"),
        ]),
        new("/{Organization}/connected-apps", OfOrganization + "/connected-apps", "Connected apps", MemberAction.ManageAuthorizations,
            All(MemberAction.ManageAuthorizations, "button Disconnect Latchkey command line of Developer")),
        new("/{Organization}/members", OfOrganization + "/members", "Members", View, [.. OnMembers()]),
        new("/{Organization}/audit", OfOrganization + "/audit", "Audit log", MemberAction.ReadAuditLog,
        [
            .. All(MemberAction.ReadAuditLog, "searchbox Search target", "combobox Category",
                "combobox Actor", "combobox Outcome", "combobox Time"),
            .. All(MemberAction.ReadAuditLog, "button Dates and network…", "button Verify chain…", "button Details of …"),
            .. Menu(MemberAction.ReadAuditLog, "Export", "CSV", "JSON Lines"),
        ]),
        new("/{Organization}/settings", OfOrganization + "/settings", "Organization settings", View, All(MemberAction.ChangeOrganization,
            "textbox Name", "textbox Address", "button Save", "button Save policies",
            "button Delete organization…", "switch Two factors for everyone",
            "combobox Longest life of a live key", "switch Developers may create live keys", "switch Live keys need an IP allow-list",
            "switch Live keys that may write need approval")),
    ];

    static readonly string[] OnAccount = ["Change…", "Disable", "Change owners…", "End all tokens…", "Delete…"];

    static IEnumerable<PageControl> Links() =>
        from link in new (MemberAction Action, string Path)[]
        {
            (View, OfProject + "/keys"), (View, OfProject + "/resources"), (View, OfProject + "/apps"), (
                MemberAction.ManageProjects, OfProject + "/settings"),
            (Accounts, OfOrganization + "/service-accounts"), (MemberAction.ManageAuthorizations, OfOrganization + "/connected-apps"),
            (View, OfOrganization + "/members"), (MemberAction.ReadAuditLog, OfOrganization + "/audit"), (
                MemberAction.ChangeOrganization, OfOrganization + "/settings"),
        }
        select new PageControl(link.Action, $"link {link.Path}");

    static PageControl[] OnKeys() =>
    [
        .. All(View, "searchbox Search keys", "combobox Environment", "button Filter",
            "switch Show revoked keys", "switch Show keys of published apps"),
        .. All(View, "button Name", "button Created", "button Last used", "button Expiry"),
        .. All(MemberAction.CreateKeys, "button Create key", "checkbox Select all keys on this page",
            "checkbox Select mine", "checkbox Select pending"),
        .. Menu(MemberAction.CreateKeys, "Actions for mine", "Rename…", "Disable", "Revoke…"),
        .. Menu(MemberAction.CreateKeys, "Actions for pending", "Rename…", "Revoke…"),
        .. Menu(MemberAction.ManageAllKeys, "Actions for pending", "Approve", "Reject…"),
        new(null, "Actions for pending › Enable"),
        .. All(MemberAction.ManageAllKeys, "checkbox Select theirs", "checkbox Select robot"),
        .. Menu(MemberAction.ManageAllKeys, "Actions for theirs", "Rename…", "Disable", "Revoke…"),
        .. Menu(MemberAction.ManageAllKeys, "Actions for robot", "Rename…", "Disable", "Revoke…"),
    ];

    static ActionPage Key(string id, string name, MemberAction action) => new($"{Keys}/{{KeyId}}", $"{OfProject}/keys/{id}", name, View,
    [
        .. All(View, "button Copy the prefix"),
        .. All(action, "button Disable", "button Revoke…", "button Change expiry", "button Change rate limit", "button Add a note"),
        .. All(action, "button Add network…", "button Remove 192.0.2.0/24"),
        .. Menu(action, $"Actions for {name}", "Rename…", "Change expiry…", "Change rate limit…", "Add a note…"),
        new(null, "button Suggest from traffic…"), // nothing was seen yet
        new(null, "button Trim"), // not before a month of requests
    ]);

    static PageControl[] OnMembers() =>
    [
        .. All(View, "searchbox Search members", "combobox Filter by role"),
        .. Menu(View, "Actions for you", "Leave…"),
        .. All(MemberAction.ManageMembers, "button Invite a person"),
        .. Menu(MemberAction.ManageMembers, "Actions for you", "Change role…", "Revoke all access…"),
        .. Enum.GetValues<OrganizationRole>().SelectMany(About),
        .. Invitation("viewer-to-be@example.com", OrganizationRole.Viewer), .. Invitation(
            "owner-to-be@example.com", OrganizationRole.Owner),
    ];

    /// <summary>What can be done to the member with a role by the others.</summary>
    static IEnumerable<PageControl> About(OrganizationRole role) =>
    [
        .. Menu(MemberAction.ManageMembers, $"Actions for {role}", "Change role…", "Revoke all access…", "Remove…")
            .Select(control => control with { Of = role }),
        new(MemberAction.DisableMembers, $"Actions for {role} › Disable…", role),
    ];

    static IEnumerable<PageControl> Invitation(string address, OrganizationRole role) =>
        Menu(MemberAction.ManageMembers, $"Actions for {address}", "Send a new link", "Withdraw")
            .Select(control => control with { Of = role });

    static PageControl[] All(MemberAction action, params string[] names) => [.. names.Select(name => new PageControl(action, name))];

    static PageControl[] Menu(MemberAction action, string button, params string[] items) =>
        [.. items.Select(item => new PageControl(action, $"{button} › {item}"))];
}
