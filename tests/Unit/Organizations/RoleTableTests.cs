using Dashboard.Core.Audit;
using Dashboard.Core.Import;
using Dashboard.Core.Members;
using Dashboard.Core.Organizations;
using Dashboard.Core.PublishedApps;
using Dashboard.Core.ServiceAccounts;
using Dashboard.Core.Tokens;
using Dashboard.Tests.Unit.Support;
using Xunit;

namespace Dashboard.Tests.Unit.Organizations;

/// <summary>Tests each cell of the table with the service that performs the action and a member with the role.</summary>
[EveryDatabase]
public sealed class RoleTableTests : IAsyncDisposable
{
    readonly TestInstallation world = new();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<MemberAction, OrganizationRole> Cells()
    {
        var cells = new TheoryData<MemberAction, OrganizationRole>();
        foreach (var action in Enum.GetValues<MemberAction>())
        {
            foreach (var role in Enum.GetValues<OrganizationRole>())
            {
                cells.Add(action, role);
            }
        }

        return cells;
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public async Task Service_allows_an_action_to_the_roles_of_the_table(MemberAction action, OrganizationRole role)
    {
        world.AddResource(TestInstallation.Orders, "workflow", "intake");
        var member = world.AddPerson("Mona");
        world.AddMember("acme", member, role);
        var error = await TryAsync(action, member);
        Assert.Equal(role.Can(action) ? null : ErrorCode.Forbidden, error?.Code);
        if (error is not null && action != MemberAction.AuthorizeFully)
        {
            Assert.StartsWith("Only ", error.Detail, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Every_action_has_a_row_in_the_order_of_its_number()
    {
        foreach (var action in Enum.GetValues<MemberAction>())
        {
            Assert.True(OrganizationRole.Owner.Can(action));
            Assert.Equal(RoleTable.RolesFor(action), Enum.GetValues<OrganizationRole>().Where(role => role.Check(action) is null));
        }

        Assert.True(OrganizationRole.Viewer.Can(MemberAction.View));
        Assert.False(OrganizationRole.Viewer.Can(MemberAction.CreateKeys));
        Assert.False(OrganizationRole.Developer.Can(MemberAction.ManageServiceAccounts));
        Assert.False(OrganizationRole.Admin.Can(MemberAction.ChangeOrganization));
    }

    [Fact]
    public void Documentation_prints_the_table()
    {
        var page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "roles.md"));
        Assert.Contains(RoleTable.ToMarkdown(), page, StringComparison.Ordinal);
    }

    public ValueTask DisposeAsync() => world.DisposeAsync();

    async Task<Error?> TryAsync(MemberAction action, Actor member)
    {
        var services = world.Services;
        switch (action)
        {
            case MemberAction.View:
                return (await services.Resources.GetAsync(member, TestInstallation.Orders, "workflow:intake", Token)).Error;
            case MemberAction.CreateKeys:
                return (await services.Keys.CreateAsync(member, new(TestInstallation.Orders, "Backend"), Token)).Error;
            case MemberAction.PublishApps:
                return (await PublishAsync(member)).Error;
            case MemberAction.AuthorizeFully:
                var granted = services.Get<OAuthScopes>().PermissionsOf(await RoleOfAsync(member));
                return granted.Count > 1 ? null : Error.Forbidden(string.Join(' ', granted));
            case MemberAction.ManageAllKeys:
                var key = (await services.Keys.CreateAsync(world.Owner, new(TestInstallation.Orders, "Backend"), Token)).Value.Key.KeyId;
                return (await services.Keys.RevokeAsync(member, key, Token)).Error;
            case MemberAction.ImportKeys:
                return (await services.Get<KeyImportService>()
                    .ImportAsync(member, new(TestInstallation.Orders, [new(new string('0', 64), "Backend")], IsDryRun: true), Token)).Error;
            case MemberAction.ManageAllApps:
                var app = (await PublishAsync(world.Owner)).Value.PublishedApp.Id;
                return (await services.Get<PublishedAppService>().UnpublishAsync(member, app, Token)).Error;
            case MemberAction.ManageResources:
                return (await services.Resources.ChangeAsync(
                    member, TestInstallation.Orders, "workflow:intake", new("Intake 2"), Token)).Error;
            case MemberAction.ManageProjects:
                return (await services.Projects.CreateAsync(member, new("acme", "Returns"), Token)).Error;
            case MemberAction.ManageServiceAccounts:
                return (await services.Get<ServiceAccountService>()
                    .CreateAsync(member, new("Robot", Organization: "acme", Projects: ProjectChoice.All), Token)).Error;
            case MemberAction.ManageAuthorizations:
                return (await services.Get<AuthorizationService>().ListAsync(member, new("acme"), Token)).Error;
            case MemberAction.ReadAuditLog:
                return (await services.Get<AuditLogService>().ListAsync(member, new("acme"), Token)).Error;
            case MemberAction.ManageMembers:
                return (await services.Get<InvitationService>()
                    .InviteAsync(member, new("acme", "new@example.com", OrganizationRole.Viewer, ""), Token)).Error;
            case MemberAction.DisableMembers:
                return (await services.Get<MemberService>().SetDisabledAsync(member, "acme", world.Viewer.Id, true, Token)).Error;
            case MemberAction.ChangeOrganization:
                return (await services.Get<OrganizationService>().ChangeAsync(member, "acme", new("Acme 2"), Token)).Error;
            default:
                throw new ArgumentOutOfRangeException(nameof(action), action, "Try this action too.");
        }
    }

    Task<Result<IssuedPublishedApp>> PublishAsync(Actor actor) =>
        world.Services.Get<PublishedAppService>().PublishAsync(actor, new(TestInstallation.Orders, "Bot", "workflow:intake"), Token);

    async Task<OrganizationRole> RoleOfAsync(Actor member) =>
        (await world.Services.Projects.FindOrganizationAsync(member, "acme", Token)).Value.Role;
}
