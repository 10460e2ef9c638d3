using Dashboard.Core.Members;
using Dashboard.Core.Organizations;
using Dashboard.Core.ServiceAccounts;
using Dashboard.Tests.Unit.Support;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Dashboard.Tests.Unit.ServiceAccounts;

[EveryDatabase]
public sealed class ServiceAccountOwnersTests : IAsyncDisposable
{
    readonly TestInstallation world = new();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    ServiceAccountService Accounts => world.Services.Get<ServiceAccountService>();

    public ValueTask DisposeAsync() => world.DisposeAsync();

    [Fact]
    public async Task Owners_are_chosen_among_the_members_and_keep_their_order()
    {
        var id = await CreateAsync();
        Assert.Equal("Adam", Names(await ReadAsync(id)));
        Assert.Equal("Adam, Dora, Olga", Names(await ChangeAsync(id, world.Developer, world.Owner, world.Admin)));
        Assert.Equal("Dora, Olga", Names(await ChangeAsync(id, world.Owner, world.Developer)));
        Assert.Equal("Dora, Olga, Adam", Names(await ChangeAsync(id, world.Admin, world.Owner, world.Developer)));
        Assert.Equal("Adam", Names(await ChangeAsync(id, world.Admin)));
        Assert.Equal("Adam", (await ReadAsync(id)).CreatedBy.Name);
    }

    [Fact]
    public async Task New_account_has_the_owners_that_its_creator_chose()
    {
        string[] owners = [world.Developer.Id, world.Admin.Id];
        var request = new NewServiceAccount(
            "gateway", Projects: new([TestInstallation.Orders]), OwnerIds: owners, IdempotencyKey: "11f0-4");
        var account = (await Accounts.CreateAsync(world.Admin, request, Token)).Value.Account;
        Assert.Equal(("Dora, Adam", "Adam"), (Names(account), account.CreatedBy.Name));
        Assert.Equal([account.Id], (await Accounts.ListAsync(world.Developer, new("acme"), Token)).Value.Items.Select(x => x.Id));
        Assert.Equal(ErrorCode.AlreadyCreated, (await Accounts.CreateAsync(world.Admin, request, Token)).Error?.Code);
        Assert.Equal(
            ErrorCode.Conflict, (await Accounts.CreateAsync(world.Admin, request with { OwnerIds = null }, Token)).Error?.Code);
        await using var context = world.Open();
        var row = await context.AuditEntries.SingleAsync(x => x.Action == "service_account.created", Token);
        Assert.Contains($"\"owners\":\"{string.Join(' ', owners)}\"", row.Details, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Audit_log_lists_who_was_added_and_removed()
    {
        var id = await CreateAsync();
        await using var context = world.Open();
        var before = await context.FeedEntries.MaxAsync(x => x.Number, Token);
        await ChangeAsync(id, world.Developer, world.Owner);
        await ChangeAsync(id, world.Owner, world.Developer); // nothing changes
        var row = await context.AuditEntries.SingleAsync(x => x.Action == "service_account.owners_changed", Token);
        Assert.Equal((world.Admin.Id, id, "gateway"), (row.ActorId, row.TargetId, row.TargetName));
        Assert.Equal($$"""{"added":"{{world.Developer.Id}} {{world.Owner.Id}}","removed":"{{world.Admin.Id}}"}""", row.Details);
        Assert.Equal([id], await context.FeedEntries.Where(x => x.Number > before).Select(x => x.SubjectId).ToListAsync(Token));
    }

    [Fact]
    public async Task Who_cannot_own_an_account_is_refused()
    {
        var id = await CreateAsync();
        world.AddMember("globex", world.Admin, OrganizationRole.Admin);
        await world.Services.Get<MemberService>().SetDisabledAsync(world.Owner, "acme", world.Developer.Id, true, Token);
        var eleven = Enumerable.Range(0, 11).Select(i => $"{world.Admin.Id[..^2]}{i:D2}").ToArray();
        foreach (var owners in new string[][]
        {
            [], [world.Viewer.Id], [world.Stranger.Id], [world.Developer.Id], [world.Admin.Id, world.Viewer.Id],
                [world.Admin.Id, world.Admin.Id], [""], ["no one "], eleven,
        })
        {
            Assert.Equal(
                "owner_ids", (await Accounts.ChangeAsync(world.Admin, id, new(OwnerIds: owners), Token)).Error?.Errors?.Keys.Single());
            var refused = await Accounts.CreateAsync(
                world.Admin, new("second", Projects: new([TestInstallation.Orders]), OwnerIds: owners), Token);
            Assert.Equal("owner_ids", refused.Error?.Errors?.Keys.Single());
        }

        Assert.Equal(1, (await Accounts.CountAsync(world.Admin, new("acme"), Token)).Value);

        Assert.Equal("Adam", Names(await ReadAsync(id)));
        var able = (await world.Services.Get<MemberService>().FindPossibleOwnersAsync(world.Admin, "acme", null, Token)).Value;
        Assert.Equal(["Olga", "Adam"], able.Select(member => member.Name));
        Assert.Equal(
            ["Olga"], (await world.Services.Get<MemberService>()
                .FindPossibleOwnersAsync(world.Admin, "acme", "olg", Token)).Value.Select(member => member.Name));
        Assert.Empty((await world.Services.Get<MemberService>().FindPossibleOwnersAsync(world.Admin, "acme", "dor", Token)).Value);
    }

    [Fact]
    public async Task Every_owner_sees_the_account_and_creates_its_keys_as_long_as_they_own_it()
    {
        var id = await CreateAsync();
        var other = world.AddPerson("Dan");
        world.AddMember("acme", other, OrganizationRole.Developer);
        await ChangeAsync(id, world.Developer, other);
        foreach (var owner in new[] { world.Developer, other })
        {
            Assert.Equal([id], (await Accounts.ListAsync(owner, new("acme"), Token)).Value.Items.Select(x => x.Id));
            Assert.Equal(1, (await Accounts.CountAsync(owner, new("acme"), Token)).Value);
            Assert.Equal("gateway", (await Accounts.GetAsync(owner, id, Token)).Value.Name);
            Assert.Null((
                await world.Services.Keys.CreateAsync(owner, new(TestInstallation.Orders, "second", ServiceAccountId: id), Token)).Error);
            Assert.Equal(ErrorCode.Forbidden, (await Accounts.ChangeAsync(owner, id, new(OwnerIds: [owner.Id]), Token)).Error?.Code);
        }

        await ChangeAsync(id, world.Admin, other);
        Assert.Equal(ErrorCode.Forbidden, (await Accounts.GetAsync(world.Developer, id, Token)).Error?.Code);
        Assert.Equal(ErrorCode.Forbidden, (await Accounts.ListAsync(world.Developer, new("acme"), Token)).Error?.Code);
        Assert.Equal(
            ErrorCode.Forbidden, (await world.Services.Keys.CreateAsync(
                world.Developer, new(TestInstallation.Orders, "x", ServiceAccountId: id), Token)).Error?.Code);
    }

    [Fact]
    public async Task Account_says_which_owners_are_gone_and_when_none_is_left()
    {
        var id = await CreateAsync();
        var other = world.AddPerson("Dan");
        world.AddMember("acme", other, OrganizationRole.Developer);
        await ChangeAsync(id, world.Admin, world.Developer, other);
        world.SetRole("acme", world.Admin, null);
        await world.Services.Get<MemberService>().SetDisabledAsync(world.Owner, "acme", world.Developer.Id, true, Token);
        var account = await ReadAsync(id);
        Assert.Equal(
            [("Adam", true, false), ("Dora", true, true), ("Dan", false, false)], account.Owners.Select(
                owner => (owner.User.Name, owner.Left, owner.Disabled)));
        Assert.False(account.HasNoOwnerLeft);

        // Who owns it may stay, also if nobody could choose them now.
        world.SetRole("acme", other, null);
        Assert.Null((await Accounts.ChangeAsync(world.Owner, id, new(OwnerIds: [world.Developer.Id, other.Id]), Token)).Error);
        account = await ReadAsync(id);
        Assert.Equal(("Dora, Dan", true), (Names(account), account.HasNoOwnerLeft));
    }

    [Fact]
    public async Task Two_who_change_the_owners_at_once_leave_the_choice_of_one()
    {
        var id = await CreateAsync();
        var node = world.Run();
        var outcomes = await Task.WhenAll(
            Task.Run(() => Accounts.ChangeAsync(world.Admin, id, new(OwnerIds: [world.Developer.Id]), Token), Token),
            Task.Run(() => node.Get<ServiceAccountService>().ChangeAsync(world.Owner, id, new(OwnerIds: [world.Owner.Id]), Token), Token));
        Assert.All(outcomes, outcome => Assert.Null(outcome.Error));
        Assert.Contains(Names(await ReadAsync(id)), (string[])["Dora", "Olga"]);
    }

    static string Names(ServiceAccountSummary account) => string.Join(", ", account.Owners.Select(owner => owner.User.Name));

    async Task<string> CreateAsync() =>
        (await Accounts.CreateAsync(world.Admin, new("gateway", Projects: new([TestInstallation.Orders])), Token)).Value.Account.Id;

    async Task<ServiceAccountSummary> ReadAsync(string id) => (await Accounts.GetAsync(world.Owner, id, Token)).Value;

    async Task<ServiceAccountSummary> ChangeAsync(string id, params Actor[] owners) =>
        (await Accounts.ChangeAsync(world.Admin, id, new(OwnerIds: [.. owners.Select(owner => owner.Id)]), Token)).Value;
}
