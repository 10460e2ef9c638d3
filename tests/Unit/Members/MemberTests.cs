using Dashboard.Core.Changes;
using Dashboard.Core.Credentials;
using Dashboard.Core.Keys;
using Dashboard.Core.Members;
using Dashboard.Core.Organizations;
using Dashboard.Core.ServiceAccounts;
using Dashboard.Core.Tokens;
using Dashboard.Tests.Unit.OAuth;
using Dashboard.Tests.Unit.Support;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Dashboard.Tests.Unit.Members;

[EveryDatabase]
public sealed class MemberTests : IAsyncDisposable
{
    readonly TestInstallation world = new();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    MemberService Members => world.Services.Get<MemberService>();

    public ValueTask DisposeAsync() => world.DisposeAsync();

    [Fact]
    public async Task List_has_every_member_in_the_order_of_joining_and_details_for_those_who_manage()
    {
        var page = (await Members.ListAsync(world.Admin, new("acme", Limit: 3), Token)).Value;
        Assert.Equal(["Olga", "Adam", "Dora"], page.Items.Select(x => x.Name));
        Assert.Equal((0, 0, SecondFactor.None), (
            page.Items[0].Details!.Keys, page.Items[0].Details!.ServiceAccounts, page.Items[0].Details!.SecondFactor));
        var rest = (await Members.ListAsync(world.Admin, new("acme", Cursor: page.NextCursor, Limit: 3), Token)).Value;
        Assert.Equal(("Viktor", null), (Assert.Single(rest.Items).Name, rest.NextCursor));

        var seen = (await Members.ListAsync(world.Viewer, new("acme"), Token)).Value.Items;
        Assert.Equal([false, false, false, true], seen.Select(x => x.Details is not null)); // one's own
        Assert.Equal([false, false, false, true], seen.Select(x => x.IsYou));
        Assert.Equal(ErrorCode.NotFound, (await Members.ListAsync(world.Stranger, new("acme"), Token)).Error?.Code);
        Assert.Equal(ErrorCode.NotFound, (await Members.GetAsync(world.Owner, "acme", world.Stranger.Id, Token)).Error?.Code);
    }

    [Theory]
    [InlineData("ＯＬＧＡ", null, "Olga")]
    [InlineData("dora@EXAMPLE", null, "Dora")]
    [InlineData("example.com", OrganizationRole.Viewer, "Viktor")]
    [InlineData("nobody", null, null)]
    public async Task Search_finds_names_and_addresses_whatever_their_case(string search, OrganizationRole? role, string? found)
    {
        var query = new MemberQuery("acme", search, role);
        Assert.Equal(found is null ? [] : [found], (await Members.ListAsync(world.Owner, query, Token)).Value.Items.Select(x => x.Name));
        Assert.Equal(found is null ? 0 : 1, (await Members.CountAsync(world.Owner, query, Token)).Value);
    }

    [Theory]
    [InlineData(OrganizationRole.Viewer, null)]
    [InlineData(OrganizationRole.Admin, null)]
    [InlineData(OrganizationRole.Owner, ErrorCode.Forbidden)]
    public async Task Admin_grants_no_role_above_their_own(OrganizationRole role, ErrorCode? refused)
    {
        var changed = await Members.ChangeRoleAsync(world.Admin, "acme", world.Developer.Id, role, Token);
        Assert.Equal(refused, changed.Error?.Code);
        Assert.Equal(refused is null ? role
            : OrganizationRole.Developer, (await Members.GetAsync(world.Owner, "acme", world.Developer.Id, Token)).Value.Role);
    }

    [Fact]
    public async Task Admin_changes_no_member_whose_role_is_above_their_own()
    {
        var other = world.AddPerson("Omar");
        world.AddMember("acme", other, OrganizationRole.Owner);
        Assert.Equal(ErrorCode.Forbidden,
            (await Members.ChangeRoleAsync(world.Admin, "acme", other.Id, OrganizationRole.Viewer, Token)).Error?.Code);
        Assert.Equal(
            ErrorCode.Forbidden, (await Members.RemoveAsync(world.Admin, "acme", other.Id, Handover.RevokeAll, Token)).Error?.Code);
        Assert.Equal(ErrorCode.Forbidden, (await Members.RevokeEverythingAsync(world.Admin, "acme", other.Id, Token)).Error?.Code);
        Assert.Equal(ErrorCode.Forbidden, (await Members.SetDisabledAsync(world.Admin, "acme", world.Viewer.Id, true, Token)).Error?.Code);
    }

    [Fact]
    public async Task Last_owner_is_neither_lowered_nor_removed_nor_disabled_and_cannot_leave()
    {
        var other = world.AddPerson("Omar");
        world.AddMember("acme", other, OrganizationRole.Owner);
        Assert.Null((await Members.SetDisabledAsync(world.Owner, "acme", other.Id, true, Token)).Error); // a disabled owner is none
        Assert.Equal(ErrorCode.Conflict,
            (await Members.ChangeRoleAsync(world.Owner, "acme", world.Owner.Id, OrganizationRole.Admin, Token)).Error?.Code);
        Assert.Equal(
            ErrorCode.Conflict, (await Members.RemoveAsync(world.Owner, "acme", world.Owner.Id, Handover.RevokeAll, Token)).Error?.Code);
        Assert.Equal(ErrorCode.Conflict, (await Members.SetDisabledAsync(world.Owner, "acme", world.Owner.Id, true, Token)).Error?.Code);

        Assert.Null((await Members.SetDisabledAsync(world.Owner, "acme", other.Id, false, Token)).Error);
        Assert.Null((await Members.RemoveAsync(world.Owner, "acme", world.Owner.Id, Handover.RevokeAll, Token)).Error);
        Assert.Equal(ErrorCode.NotFound, (await Members.ListAsync(world.Owner, new("acme"), Token)).Error?.Code);
    }

    [Fact]
    public async Task Last_owner_is_refused_before_anything_is_asked()
    {
        await world.Services.Keys.CreateAsync(world.Owner, new(TestInstallation.Orders, "Backend"), Token);
        var refused = (await Members.RemoveAsync(world.Owner, "acme", world.Owner.Id, Handover.RevokeAll, Token)).Error;
        Assert.Equal(ErrorCode.Conflict, refused?.Code);
        Assert.Equal(refused, (await Members.FindBelongingsAsync(world.Owner, "acme", world.Owner.Id, Token)).Error);
        Assert.Equal(refused, (await Members.CheckOwnerStaysAsync(world.Owner, "acme", world.Owner.Id, Token)).Error);
        Assert.Null((await Members.CheckOwnerStaysAsync(world.Owner, "acme", world.Admin.Id, Token)).Error);
        // above their own role
        Assert.Equal(ErrorCode.Forbidden, (await Members.FindBelongingsAsync(world.Admin, "acme", world.Owner.Id, Token)).Error?.Code);

        var other = world.AddPerson("Omar");
        world.AddMember("acme", other, OrganizationRole.Owner);
        Assert.Equal(1, (await Members.FindBelongingsAsync(world.Owner, "acme", world.Owner.Id, Token)).Value.Total);
        Assert.Null((await Members.CheckOwnerStaysAsync(world.Owner, "acme", world.Owner.Id, Token)).Error);
        await Members.SetDisabledAsync(world.Owner, "acme", other.Id, true, Token);
        Assert.Null((await Members.FindBelongingsAsync(world.Owner, "acme", other.Id, Token)).Error); // a disabled owner is none
        Assert.Equal(refused, (await Members.FindBelongingsAsync(world.Owner, "acme", world.Owner.Id, Token)).Error);
    }

    [Fact]
    public async Task Two_owners_who_remove_each_other_at_once_leave_one()
    {
        var other = world.AddPerson("Omar");
        world.AddMember("acme", other, OrganizationRole.Owner);
        var node = world.Run();
        for (var round = 0; round < 3; round++)
        {
            var outcomes = await Task.WhenAll(
                Task.Run(() => Members.RemoveAsync(world.Owner, "acme", other.Id, Handover.RevokeAll, Token), Token),
                Task.Run(() => node.Get<MemberService>().RemoveAsync(other, "acme", world.Owner.Id, Handover.RevokeAll, Token), Token));
            Assert.Single(outcomes, x => x.Succeeded);
            Assert.Single(Owners());
            world.AddMember("acme", Owners().Single() == other.Id ? world.Owner : other, OrganizationRole.Owner);
        }
    }

    [Fact]
    public async Task Two_owners_who_leave_or_step_down_at_once_leave_one()
    {
        var other = world.AddPerson("Omar");
        world.AddMember("acme", other, OrganizationRole.Owner);
        var node = world.Run();
        var outcomes = await Task.WhenAll(
            Task.Run(async () => (await Members.RemoveAsync(world.Owner, "acme", world.Owner.Id, Handover.RevokeAll, Token)).Error, Token),
            Task.Run(async () =>
                (await node.Get<MemberService>().ChangeRoleAsync(other, "acme", other.Id, OrganizationRole.Viewer, Token)).Error, Token));
        Assert.Equal(ErrorCode.Conflict, Assert.Single(outcomes.OfType<Error>()).Code);
        Assert.Single(Owners());
    }

    [Fact]
    public async Task Disabled_member_finds_nothing_of_the_organization_and_their_keys_keep_working()
    {
        var key = (await world.Services.Keys.CreateAsync(world.Developer, new(TestInstallation.Orders, "Backend"), Token)).Value;
        var session = world.SignIn(world.Developer);
        Assert.Null((await Members.SetDisabledAsync(world.Owner, "acme", world.Developer.Id, true, Token)).Error);
        Assert.Empty(await world.Services.Projects.AccessibleAsync(world.Developer, Token));
        Assert.Equal(ErrorCode.NotFound, (await world.Services.Keys.GetAsync(world.Developer, key.Key.KeyId, Token)).Error?.Code);
        // their only organization
        Assert.Equal(ErrorCode.SessionRequired, (await world.Services.Keys.RevokeAsync(session, key.Key.KeyId, Token)).Error?.Code);
        Assert.Null((await world.Services.Verifier.VerifyAsync(
            PresentedKeys.Key(key.Secret.Reveal()), AccessRequirement.None, null, Token)).Refusal);
        Assert.True((await Members.GetAsync(world.Owner, "acme", world.Developer.Id, Token)).Value.IsDisabled);

        Assert.Null((await Members.SetDisabledAsync(world.Owner, "acme", world.Developer.Id, false, Token)).Error);
        Assert.Single(await world.Services.Projects.AccessibleAsync(world.Developer, Token));
    }

    [Fact]
    public async Task Member_of_another_organization_keeps_their_sessions()
    {
        world.AddMember("globex", world.Developer, OrganizationRole.Viewer);
        var session = world.SignIn(world.Developer);
        Assert.Null((await Members.RemoveAsync(world.Owner, "acme", world.Developer.Id, Handover.RevokeAll, Token)).Error);
        Assert.Equal(["globex"], (await world.Services.Projects.OrganizationsAsync(session, Token)).Select(x => x.Slug));
        await using var context = world.Open();
        Assert.Null((await context.Sessions.SingleAsync(Token)).EndedAt);
    }

    [Fact]
    public async Task Removal_hands_over_or_revokes_each_key_and_account()
    {
        world.SetRole("acme", world.Developer, OrganizationRole.Admin);
        var (kept, gone) = (await KeyAsync("kept"), await KeyAsync("gone"));
        var (robot, scrap) = (await AccountAsync("robot"), await AccountAsync("scrap"));
        world.SetRole("acme", world.Developer, OrganizationRole.Developer);
        var owned = (await Members.FindBelongingsAsync(world.Admin, "acme", world.Developer.Id, Token)).Value;
        Assert.Equal(((string[])[kept, gone, robot, scrap]).Order(), owned.Items.Select(x => x.Id).Order());
        Assert.Equal((4, "Olga,Adam"), (owned.Total, string.Join(',', owned.Heirs.Select(x => x.Name))));

        var some = new Handover([new(kept, world.Admin.Id), new(gone, null), new(robot, world.Owner.Id)]);
        var undecided = await Members.RemoveAsync(world.Admin, "acme", world.Developer.Id, some, Token);
        Assert.Equal(ErrorCode.Conflict, undecided.Error?.Code);
        var toViewer = await Members.RemoveAsync(world.Admin, "acme", world.Developer.Id, new([], new(world.Viewer.Id)), Token);
        Assert.Equal(ErrorCode.InvalidRequest, toViewer.Error?.Code);
        var foreign = await Members.RemoveAsync(world.Admin, "acme", world.Developer.Id, new([new("nothing", null)], new(null)), Token);
        Assert.Equal(ErrorCode.InvalidRequest, foreign.Error?.Code);

        var done = (await Members.RemoveAsync(world.Admin, "acme", world.Developer.Id, some with { Rest = new(null) }, Token)).Value;
        Assert.Equal(
            (gone, kept, scrap, robot),
            (Assert.Single(done.KeysRevoked), Assert.Single(done.KeysHandedOver), Assert.Single(done.ServiceAccountsDeleted), Assert.Single(
                done.ServiceAccountsHandedOver)));
        Assert.Equal("Adam", (await world.Services.Keys.GetAsync(world.Admin, kept, Token)).Value.Owner.Name);
        Assert.Equal(KeyState.Revoked, (await world.Services.Keys.GetAsync(world.Admin, gone, Token)).Value.State);
        var account = (await world.Services.Get<ServiceAccountService>().GetAsync(world.Admin, robot, Token)).Value;
        var heir = Assert.Single(account.Owners);
        Assert.Equal(("Olga", false, "Dora"), (heir.User.Name, heir.Left, account.CreatedBy.Name));
        Assert.Equal(
            ErrorCode.NotFound, (await world.Services.Get<ServiceAccountService>().GetAsync(world.Admin, scrap, Token)).Error?.Code);
    }

    [Fact]
    public async Task Account_with_other_owners_stays_with_them_and_takes_no_decision()
    {
        world.SetRole("acme", world.Developer, OrganizationRole.Admin);
        var (shared, viewed) = (await AccountAsync("shared"), await AccountAsync("viewed"));
        var other = world.AddPerson("Dan");
        world.AddMember("acme", other, OrganizationRole.Developer);
        var accounts = world.Services.Get<ServiceAccountService>();
        foreach (var account in new[] { shared, viewed })
        {
            await accounts.ChangeAsync(
                world.Owner, account, new(OwnerIds: [world.Developer.Id, account == shared ? world.Admin.Id : other.Id]), Token);
        }

        world.SetRole("acme", other, OrganizationRole.Viewer); // can create no keys, so somebody has to
        var owned = (await Members.FindBelongingsAsync(world.Owner, "acme", world.Developer.Id, Token)).Value;
        Assert.Equal((viewed, 1, "shared", 1), (Assert.Single(owned.Items).Id, owned.Total, Assert.Single(owned.Kept), owned.KeptTotal));
        Assert.Equal(2, (await Members.GetAsync(world.Owner, "acme", world.Developer.Id, Token)).Value.Details?.ServiceAccounts);

        foreach (var (decisions, code) in new (Handover, ErrorCode)[]
        {
            (new([]), ErrorCode.Conflict), (new([new(shared, null)], new(null)), ErrorCode.Conflict), (
                new([new(shared, world.Owner.Id)], new(null)), ErrorCode.Conflict),
        })
        {
            Assert.Equal(code, (await Members.RemoveAsync(world.Owner, "acme", world.Developer.Id, decisions, Token)).Error?.Code);
        }

        var done = (await Members.RemoveAsync(world.Owner, "acme", world.Developer.Id, new([new(viewed, world.Owner.Id)]), Token)).Value;
        Assert.Equal((shared, viewed), (Assert.Single(done.ServiceAccountsKept), Assert.Single(done.ServiceAccountsHandedOver)));
        Assert.Equal("Adam", Assert.Single((await accounts.GetAsync(world.Owner, shared, Token)).Value.Owners).User.Name);
        // in the leaver's place
        Assert.Equal(["Olga", "Dan"], (await accounts.GetAsync(world.Owner, viewed, Token)).Value.Owners.Select(owner => owner.User.Name));
    }

    [Fact]
    public async Task Account_whose_owners_leave_at_once_is_decided_on_by_the_last()
    {
        var id = (await world.Services.Get<ServiceAccountService>().CreateAsync(world.Admin, new("shared"), Token)).Value.Account.Id;
        await world.Services.Get<ServiceAccountService>()
            .ChangeAsync(world.Owner, id, new(OwnerIds: [world.Admin.Id, world.Developer.Id]), Token);
        var node = world.Run();
        var outcomes = await Task.WhenAll(
            Task.Run(() => Members.RemoveAsync(world.Owner, "acme", world.Admin.Id, new([]), Token), Token),
            Task.Run(() => node.Get<MemberService>().RemoveAsync(world.Owner, "acme", world.Developer.Id, new([]), Token), Token));
        Assert.Equal(ErrorCode.Conflict, Assert.Single(outcomes, outcome => !outcome.Succeeded).Error?.Code);
        Assert.False(Assert.Single((await world.Services.Get<ServiceAccountService>().GetAsync(world.Owner, id, Token)).Value.Owners).Left);
    }

    [Fact]
    public async Task Removed_members_connected_app_stops_and_their_invitations_are_withdrawn()
    {
        var (_, tokens) = await world.Services.ConsentAsync(world.Admin);
        var link = (await world.Services.Get<InvitationService>()
            .InviteAsync(world.Admin, new("acme", "new@example.com", OrganizationRole.Admin, "https://keys.example"), Token)).Value.Link;
        Assert.Null((
            await world.Services.Get<MemberService>().RemoveAsync(world.Owner, "acme", world.Admin.Id, Handover.RevokeAll, Token)).Error);
        Assert.Empty((await world.Services.Get<AuthorizationService>().ListAsync(world.Owner, new("acme"), Token)).Value.Items);
        Assert.NotNull((await world.Services.RefreshAsync("anything", tokens.RefreshToken!.Reveal())).Error);
        Assert.Equal(
            ErrorCode.NotFound, (await world.Services.Get<InvitationService>().FindAsync(link[^LinkToken.Length..], Token)).Error?.Code);
    }

    [Fact]
    public async Task Invitations_above_a_lowered_role_are_withdrawn_and_others_stay()
    {
        var owner = world.AddPerson("Omar");
        world.AddMember("acme", owner, OrganizationRole.Owner);
        var invitations = world.Services.Get<InvitationService>();
        await invitations.InviteAsync(owner, new("acme", "boss@example.com", OrganizationRole.Owner, "https://keys.example"), Token);
        await invitations.InviteAsync(owner, new("acme", "dev@example.com", OrganizationRole.Developer, "https://keys.example"), Token);
        Assert.Null((await Members.ChangeRoleAsync(world.Owner, "acme", owner.Id, OrganizationRole.Admin, Token)).Error);
        Assert.Equal("dev@example.com", Assert.Single((await invitations.ListAsync(world.Owner, new("acme"), Token)).Value.Items).Email);
        Assert.Null((await Members.ChangeRoleAsync(world.Owner, "acme", owner.Id, OrganizationRole.Viewer, Token)).Error);
        Assert.Empty((await invitations.ListAsync(world.Owner, new("acme"), Token)).Value.Items);
    }

    [Fact]
    public async Task Revoking_everything_ends_keys_apps_connections_and_sessions_and_keeps_the_member()
    {
        world.AddResource(TestInstallation.Orders, "workflow", "intake");
        var key = await KeyAsync("backend");
        await world.Services.Get<Core.PublishedApps.PublishedAppService>()
            .PublishAsync(world.Developer, new(TestInstallation.Orders, "Bot", "workflow:intake"), Token);
        await world.Services.ConsentAsync(world.Developer);
        world.SignIn(world.Developer);
        var done = (await Members.RevokeEverythingAsync(world.Admin, "acme", world.Developer.Id, Token)).Value;
        Assert.Equal((2, 1, 1), (done.Keys.Count, done.Authorizations, done.Sessions));
        Assert.Contains(key, done.Keys);
        Assert.Equal(OrganizationRole.Developer, (await Members.GetAsync(world.Admin, "acme", world.Developer.Id, Token)).Value.Role);
        Assert.Empty((await Members.RevokeEverythingAsync(world.Admin, "acme", world.Developer.Id, Token)).Value.Keys);
    }

    [Fact]
    public async Task Changes_of_members_need_a_fresh_proof_of_presence()
    {
        var owner = world.SignIn(world.Owner);
        world.Time.Advance(TimeSpan.FromMinutes(16));
        ErrorCode?[] codes =
        [
            (await Members.ChangeRoleAsync(owner, "acme", world.Developer.Id, OrganizationRole.Viewer, Token)).Error?.Code,
            (await Members.SetDisabledAsync(owner, "acme", world.Developer.Id, true, Token)).Error?.Code,
            (await Members.RemoveAsync(owner, "acme", world.Developer.Id, Handover.RevokeAll, Token)).Error?.Code,
            (await Members.RevokeEverythingAsync(owner, "acme", world.Developer.Id, Token)).Error?.Code,
            (await world.Services.Get<InvitationService>()
                .InviteAsync(owner, new("acme", "new@example.com", OrganizationRole.Viewer, ""), Token)).Error?.Code,
        ];
        Assert.All(codes, code => Assert.Equal(ErrorCode.FreshSignInRequired, code));
    }

    [Fact]
    public async Task Audit_log_says_who_was_changed_and_how()
    {
        await Members.ChangeRoleAsync(world.Owner, "acme", world.Developer.Id, OrganizationRole.Viewer, Token);
        await Members.RemoveAsync(world.Owner, "acme", world.Developer.Id, Handover.RevokeAll, Token);
        await using var context = world.Open();
        var rows = await context.AuditEntries.Where(x => x.Category == AuditCategory.Members).OrderBy(x => x.Sequence).ToListAsync(Token);
        Assert.Equal(["member.role_changed", "member.removed"], rows.Select(x => x.Action));
        Assert.Equal("""{"from":"developer","to":"viewer"}""", rows[0].Details);
        Assert.All(rows, row => Assert.Equal((world.Owner.Id, world.Developer.Id, "Dora"), (row.ActorId, row.TargetId, row.TargetName)));
    }

    List<string> Owners()
    {
        using var context = world.Open();
        var organization = world.OrganizationId("acme");
        return [.. context.Members.Where(x => x.OrganizationId == organization && x.Role == OrganizationRole.Owner).Select(x => x.UserId)];
    }

    async Task<string> KeyAsync(string name) =>
        (await world.Services.Keys.CreateAsync(world.Developer, new(TestInstallation.Orders, name), Token)).Value.Key.KeyId;

    async Task<string> AccountAsync(string name) =>
        (await world.Services.Get<ServiceAccountService>().CreateAsync(world.Developer, new(name), Token)).Value.Account.Id;
}
