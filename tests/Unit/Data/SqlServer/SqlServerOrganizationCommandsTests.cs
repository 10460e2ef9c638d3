using Dashboard.Core.Deletion;
using Dashboard.Core.Members;
using Dashboard.Core.Organizations;
using Dashboard.Core.Projects;
using Dashboard.Tests.Unit.Support;
using Xunit;

namespace Dashboard.Tests.Unit.Data.SqlServer;

[SqliteOnly("records what SQLite answers")]
public sealed class SqlServerOrganizationCommandsTests : SqlServerCommandsTest
{
    [Fact]
    public async Task Organizations_projects_and_resources_are_renamed_and_deleted_in_T_SQL()
    {
        World.AddResource(TestInstallation.Orders, "workflow", "intake");
        World.AddResource(TestInstallation.Orders, "agent", "clerk");
        await World.Services.Keys.CreateAsync(World.Developer, new(TestInstallation.Orders, "One", Resources: ["workflow:intake"]), Token);
        await World.Services.Keys.CreateAsync(
            World.Developer, new(TestInstallation.Orders, "Two", Resources: ["workflow:intake", "agent:clerk"]), Token);
        var path = new ProjectPath("acme", "orders");
        await BothAsync(services =>
            services.Resources.ChangeAsync(World.Admin, TestInstallation.Orders, "workflow:intake", new("Order intake"), Token));
        await BothAsync(
            services => services.Resources.PreviewDeletionAsync(World.Admin, TestInstallation.Orders, "workflow:intake", Token));
        await BothAsync(services => services.Resources.DeleteAsync(World.Admin, TestInstallation.Orders, "workflow:intake", Token));
        await BothAsync(services => services.Projects.ChangeAsync(World.Admin, path, new("Sales", "sales"), Token));
        await BothAsync(services => services.Projects.PreviewDeletionAsync(World.Admin, path, Token));
        await BothAsync(services => services.Projects.DeleteAsync(World.Admin, path, Token));
        await BothAsync(services => services.Get<OrganizationService>().ChangeAsync(World.Owner, "acme", new("Apex", "apex"), Token));
        await BothAsync(services => services.Get<OrganizationService>().ChangeAsync(
            World.Owner, "acme", new(Policies: before => before with { MaxLiveKeyDays = 90, LiveWriteKeysNeedApproval = true }), Token));
        await BothAsync(services => services.Get<OrganizationDeletionService>().PreviewAsync(World.Owner, "acme", Token));
        await BothAsync(services => services.Get<OrganizationDeletionService>().DeleteAsync(World.Owner, "acme", Token));
    }

    [Fact]
    public async Task Members_are_invited_listed_changed_and_removed_in_T_SQL()
    {
        var actor = World.SignIn(World.Owner);
        await World.Services.Keys.CreateAsync(World.Developer, new(TestInstallation.Orders, "Backend"), Token);
        World.SignIn(World.Developer);
        await BothAsync(services => services.Get<MemberService>().ListAsync(actor, new("acme", "example", Limit: 1), Token));
        var page = (await World.Services.Get<MemberService>().ListAsync(actor, new("acme", Limit: 1), Token)).Value;
        await BothAsync(
            services => services.Get<MemberService>().ListAsync(actor, new("acme", Cursor: Next(page.NextCursor), Limit: 1), Token));
        await BothAsync(services => services.Get<MemberService>().CountAsync(actor, new("acme", Role: OrganizationRole.Viewer), Token));
        await BothAsync(services => services.Get<MemberService>().FindBelongingsAsync(actor, "acme", World.Developer.Id, Token));
        await BothAsync(services => services.Get<MemberService>().FindPossibleOwnersAsync(actor, "acme", "example", Token));
        await BothAsync(services => services.Get<MemberService>().CheckOwnerStaysAsync(actor, "acme", World.Owner.Id, Token));
        await BothAsync(
            services => services.Get<MemberService>().ChangeRoleAsync(actor, "acme", World.Viewer.Id, OrganizationRole.Developer, Token));
        await BothAsync(services => services.Get<MemberService>().SetDisabledAsync(actor, "acme", World.Viewer.Id, true, Token));
        await BothAsync(services =>
            services.Get<InvitationService>().InviteAsync(actor, new("acme", "new@example.com", OrganizationRole.Viewer, ""), Token));
        await BothAsync(services => services.Get<InvitationService>().ListAsync(actor, new("acme", Limit: 1), Token));
        await BothAsync(services => services.Get<InvitationService>().FindAsync(LinkToken.Mint().Text, Token));
        await BothAsync(services => services.Get<MemberService>().RevokeEverythingAsync(actor, "acme", World.Developer.Id, Token));
        await BothAsync(
            services => services.Get<MemberService>().RemoveAsync(actor, "acme", World.Developer.Id, new([], new(World.Admin.Id)), Token));
        await BothAsync(services => services.Get<OrganizationCreation>().CreateAsync(actor, new("Initech", Project: "Reports"), Token));
    }

    [Fact]
    public async Task Projects_are_created_listed_and_found_in_T_SQL()
    {
        var actor = World.SignIn(World.Admin);
        await BothAsync(services => services.Projects.CreateAsync(actor, new("acme", "Orders"), Token));
        await BothAsync(services => services.Projects.CreateAsync(actor, new(null, "Ledger", "ledger"), Token));
        await BothAsync(services => services.Projects.FindAsync(actor, new("acme", "orders-2"), Token));
        await BothAsync(services => services.Projects.GetAsync(actor, new("acme", "orders-2"), Token));
        var page = (await World.Services.Projects.ListAsync(actor, "acme", null, 1, Token)).Value;
        await BothAsync(services => services.Projects.ListAsync(actor, "acme", Next(page.NextCursor), 1, Token));
        await BothAsync(services => services.Projects.ListAsync(actor, null, null, 50, Token));
        await RunBothAsync(services => services.Projects.OrganizationsAsync(actor, Token));
        await RunBothAsync(services => services.Projects.AccessibleAsync(actor, Token));
    }

    [Fact]
    public async Task Resources_are_created_listed_and_counted_in_T_SQL()
    {
        var actor = World.SignIn(World.Admin);
        await BothAsync(services => services.Resources.CreateAsync(actor, new(TestInstallation.Orders, "workflow", "intake"), Token));
        World.AddResource(TestInstallation.Orders, "workflow", "outtake");
        var query = new ResourceQuery(TestInstallation.Orders, "workflow", "take", Limit: 1);
        var page = (await World.Services.Resources.ListAsync(actor, query, Token)).Value;
        await BothAsync(services => services.Resources.ListAsync(actor, query with { Cursor = Next(page.NextCursor) }, Token));
        foreach (var descending in new[] { false, true })
        {
            var named = query with { Sort = ResourceSort.Name, Descending = descending };
            var before = (await World.Services.Resources.ListAsync(actor, named, Token)).Value.NextCursor;
            await BothAsync(services => services.Resources.ListAsync(actor, named with { Cursor = Next(before) }, Token));
        }

        await BothAsync(services => services.Resources.CountAsync(actor, query, Token));
        await BothAsync(services => services.Resources.GetAsync(actor, TestInstallation.Orders, "workflow:intake", Token));
        await BothAsync(
            services => services.Resources.CountKeysAsync(actor, TestInstallation.Orders, ["workflow:intake", "workflow:outtake"], Token));
    }
}
