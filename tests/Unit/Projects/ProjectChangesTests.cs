using Dashboard.Core.Changes;
using Dashboard.Core.Keys;
using Dashboard.Core.Organizations;
using Dashboard.Core.Projects;
using Dashboard.Tests.Unit.Support;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Dashboard.Tests.Unit.Projects;

[EveryDatabase]
public sealed class ProjectChangesTests : IAsyncDisposable
{
    static readonly ProjectPath Orders = new("acme", "orders");

    readonly TestInstallation world = new();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    ProjectService Projects => world.Services.Projects;

    public ValueTask DisposeAsync() => world.DisposeAsync();

    [Fact]
    public async Task Moved_project_is_found_by_its_former_slugs_and_returns_the_current_one()
    {
        await Projects.ChangeAsync(world.Admin, Orders, new(Slug: "sales"), Token);
        await Projects.ChangeAsync(world.Admin, Orders, new(Slug: "trade"), Token);
        foreach (var slug in new[] { "orders", "sales", "trade" })
        {
            Assert.Equal("acme/trade", (await Projects.FindAsync(world.Viewer, new("acme", slug), Token)).Value.Path.ToString());
        }
    }

    [Fact]
    public async Task Project_is_readable_by_members_only_at_every_address()
    {
        await Projects.ChangeAsync(world.Admin, Orders, new(Slug: "sales"), Token);
        Assert.Equal(("acme", "sales", "orders"), (await Projects.GetAsync(world.Viewer, Orders, Token)).Value is var row
            ? (row.Organization, row.Slug, row.Name) : default);
        Assert.Equal(ErrorCode.NotFound, (await Projects.GetAsync(world.Stranger, Orders, Token)).Error!.Code);
        Assert.Equal(ErrorCode.NotFound, (await Projects.GetAsync(world.Viewer, new("acme", "nothing"), Token)).Error!.Code);
    }

    [Fact]
    public async Task Slug_of_another_project_is_refused_and_an_own_former_one_is_reused()
    {
        world.AddProject("acme", "ledger");
        await Projects.ChangeAsync(world.Admin, Orders, new(Slug: "sales"), Token);
        Assert.Equal(
            ErrorCode.Conflict, (await Projects.ChangeAsync(world.Admin, new("acme", "ledger"), new(Slug: "sales"), Token)).Error!.Code);
        Assert.Equal(
            ErrorCode.Conflict, (await Projects.ChangeAsync(world.Admin, new("acme", "ledger"), new(Slug: "orders"), Token)).Error!.Code);
        Assert.Equal("orders", (await Projects.ChangeAsync(world.Admin, new("acme", "sales"), new(Slug: "orders"), Token)).Value.Slug);
    }

    [Fact]
    public async Task Renaming_and_moving_write_audit_rows_and_a_feed_row_with_the_old_address()
    {
        var heard = new List<string>();
        using var subscription = world.Services.Get<ChangeFeed>().Subscribe(entry => heard.Add($"{entry.SubjectType} {entry.SubjectId}"));
        var row = (await Projects.ChangeAsync(world.Admin, Orders, new(" Sales ", "sales"), Token)).Value;
        Assert.Equal(("Sales", "sales"), (row.Name, row.Slug));
        Assert.Equal(["project acme/orders"], heard);
        Assert.Equal(["project.renamed acme/orders", "project.moved acme/orders"], await AuditAsync());
    }

    [Fact]
    public async Task Change_without_effect_writes_nothing()
    {
        var before = world.Dump();
        Assert.True((await Projects.ChangeAsync(world.Admin, Orders, new("orders", "orders"), Token)).Succeeded);
        Assert.Equal(before, world.Dump());
    }

    [Theory]
    [InlineData("", null, "name")]
    [InlineData(null, "Not a slug", "slug")]
    [InlineData(null, "settings", "slug")]
    public async Task Name_and_slug_are_checked(string? name, string? slug, string field) =>
        Assert.Equal(field, Assert.Single((await Projects.ChangeAsync(world.Admin, Orders, new(name, slug), Token)).Error!.Errors!).Key);

    [Fact]
    public async Task Only_admins_and_owners_change_and_delete_projects()
    {
        foreach (var (person, code) in new[] { (world.Developer, ErrorCode.Forbidden), (world.Viewer, ErrorCode.Forbidden), (
            world.Stranger, ErrorCode.NotFound) })
        {
            Assert.Equal(code, (await Projects.ChangeAsync(person, Orders, new("x"), Token)).Error!.Code);
            Assert.Equal(code, (await Projects.PreviewDeletionAsync(person, Orders, Token)).Error!.Code);
            Assert.Equal(code, (await Projects.DeleteAsync(person, Orders, Token)).Error!.Code);
        }

        Assert.True((await Projects.ChangeAsync(world.Owner, Orders, new("x"), Token)).Succeeded);
        Assert.True((await Projects.DeleteAsync(world.Owner, Orders, Token)).Succeeded);
    }

    [Fact]
    public async Task Former_address_still_matches_the_project_in_verification()
    {
        world.AddProject("acme", "ledger");
        var key = await CreateAsync("one");
        await Projects.ChangeAsync(world.Admin, Orders, new(Slug: "sales"), Token);
        Assert.Null(await VerifyAsync(key, "acme/sales"));
        Assert.Null(await VerifyAsync(key, "acme/orders"));
        Assert.Equal(RefusalCode.WrongProject, await VerifyAsync(key, "acme/ledger"));
        Assert.Equal(RefusalCode.WrongProject, await VerifyAsync(key, "globex/orders"));
        await world.Services.Get<OrganizationService>().ChangeAsync(world.Owner, "acme", new(Slug: "apex"), Token);
        Assert.Null(await VerifyAsync(key, "acme/orders"));
        Assert.Null(await VerifyAsync(key, "apex/sales"));
    }

    [Fact]
    public async Task Deleted_project_disappears_and_its_keys_are_revoked_permanently()
    {
        var keys = new[] { await CreateAsync("one"), await CreateAsync("two"), await CreateAsync("off") };
        await world.Services.Keys.ChangeAsync(world.Developer, keys[2].Key.KeyId, new(State: KeyState.Inactive), Token);
        var deletion = (await Projects.DeleteAsync(world.Admin, Orders, Token)).Value;
        Assert.Equal("orders", deletion.Deleted.Slug);
        Assert.Equal(keys.Select(key => key.Key.KeyId).Order(StringComparer.Ordinal), deletion.KeysRevoked);

        await Assert.AllAsync(keys, async key => Assert.Equal(RefusalCode.RevokedKey, await VerifyAsync(key, null)));
        Assert.Equal(ErrorCode.NotFound, (await Projects.FindAsync(world.Owner, Orders, Token)).Error!.Code);
        Assert.Empty(await Projects.AccessibleAsync(world.Owner, Token));
        Assert.Empty((await Projects.ListAsync(world.Owner, "acme", null, 50, Token)).Value.Items);
        Assert.Equal(
            ErrorCode.NotFound, (await world.Services.KeyLists.ListAsync(world.Owner, new(TestInstallation.Orders), Token)).Error!.Code);
        Assert.Equal(
            ErrorCode.NotFound, (await world.Services.Keys.CreateAsync(world.Owner, new(TestInstallation.Orders, "x"), Token)).Error!.Code);
        Assert.Equal(ErrorCode.NotFound,
            (await world.Services.Resources.CreateAsync(world.Owner, new(TestInstallation.Orders, "workflow", "x"), Token)).Error!.Code);
        Assert.Equal(ErrorCode.NotFound, (await Projects.ChangeAsync(world.Owner, Orders, new("x"), Token)).Error!.Code);
        Assert.Equal(ErrorCode.NotFound, (await Projects.DeleteAsync(world.Owner, Orders, Token)).Error!.Code);
        // The holder of a key or its id can still look up its state.
        Assert.Equal((KeyState.Revoked, TestInstallation.Start), await StateAsync(keys[0]));
        Assert.Equal(KeyState.Revoked, (await world.Services.Keys.WhichAsync(world.Viewer, keys[1].Secret.Reveal(), Token)).Value.State);
        Assert.True((await world.Services.Keys.RevokeAsync(world.Owner, keys[0].Key.KeyId, Token)).Succeeded);
        Assert.Equal(ErrorCode.Conflict,
            (await world.Services.Keys.ChangeAsync(world.Owner, keys[0].Key.KeyId, new(State: KeyState.Active), Token)).Error!.Code);
    }

    [Fact]
    public async Task Slugs_of_a_deleted_project_are_not_reused()
    {
        await Projects.ChangeAsync(world.Admin, Orders, new(Slug: "sales"), Token);
        await Projects.DeleteAsync(world.Admin, Orders, Token);
        Assert.Equal(ErrorCode.Conflict, (await Projects.CreateAsync(world.Admin, new("acme", "x", "orders"), Token)).Error!.Code);
        Assert.Equal(ErrorCode.Conflict, (await Projects.CreateAsync(world.Admin, new("acme", "x", "sales"), Token)).Error!.Code);
        Assert.Equal("orders-2", (await Projects.CreateAsync(world.Admin, new("acme", "Orders"), Token)).Value.Slug);
    }

    [Fact]
    public async Task Deletion_writes_audit_and_feed_rows_for_the_project_and_each_revoked_key()
    {
        var (one, two, past) = (await CreateAsync("one"), await CreateAsync("two"), await CreateAsync("past"));
        await world.Services.Keys.RevokeAsync(world.Owner, past.Key.KeyId, Token);
        var (heard, before) = (new List<string>(), (await AuditAsync()).Count);
        using var subscription = world.Services.Get<ChangeFeed>().Subscribe(entry => heard.Add($"{entry.SubjectType} {entry.SubjectId}"));
        await Projects.DeleteAsync(world.Admin, Orders, Token);
        var keys = new[] { one.Key.KeyId, two.Key.KeyId }.Order(StringComparer.Ordinal).ToList();
        Assert.Equal(keys.Select(id => $"key {id}").Prepend("project acme/orders"), heard);
        Assert.Equal(keys.Select(id => $"key.revoked {id}").Prepend("project.deleted acme/orders"), (await AuditAsync()).Skip(before));
    }

    [Fact]
    public async Task Preview_counts_keys_to_revoke_and_recently_used_ones_and_changes_nothing()
    {
        var (one, two, three) = (await CreateAsync("one"), await CreateAsync("two"), await CreateAsync("three"));
        await CreateAsync("unused");
        await VerifyAsync(one, null);
        await world.Services.Usage.FlushAsync(Token);
        world.Time.Advance(DeletionPreview.Recent);
        await VerifyAsync(two, null);
        await VerifyAsync(three, null);
        await world.Services.Usage.FlushAsync(Token);
        await world.Services.Keys.RevokeAsync(world.Owner, three.Key.KeyId, Token);
        var before = world.Dump();
        Assert.Equal(new DeletionPreview(3, 1), (await Projects.PreviewDeletionAsync(world.Admin, Orders, Token)).Value);
        Assert.Equal(before, world.Dump());
    }

    [Fact]
    public async Task Key_created_while_its_project_is_deleted_is_revoked_or_not_created()
    {
        await using var node = world.Run(("Keys:MaxActivePerProject", "1000"));
        var creations = Enumerable.Range(0, 30)
            .Select(i =>
                Task.Run(() => node.Keys.CreateAsync(i % 2 == 0 ? world.Developer
                    : world.Admin, new(TestInstallation.Orders, $"{i}"), Token), Token)).ToList();
        var deletion = Task.Run(() => Projects.DeleteAsync(world.Owner, Orders, Token), Token);
        var outcomes = await Task.WhenAll(creations);
        Assert.True((await deletion).Succeeded);
        Assert.All(outcomes, outcome => Assert.True(outcome.Succeeded || outcome.Error!.Code == ErrorCode.NotFound));
        await using var context = world.Open();
        Assert.Equal(0, await context.Keys.CountAsync(key => key.State != KeyState.Revoked, Token));
    }

    [Fact]
    public async Task Organization_is_renamed_by_owners_and_keeps_its_former_slugs()
    {
        var organizations = world.Services.Get<OrganizationService>();
        var heard = new List<string>();
        using var subscription = world.Services.Get<ChangeFeed>().Subscribe(entry => heard.Add($"{entry.SubjectType} {entry.SubjectId}"));
        Assert.Equal(ErrorCode.Forbidden, (await organizations.ChangeAsync(world.Admin, "acme", new("Apex"), Token)).Error!.Code);
        Assert.Equal(ErrorCode.NotFound, (await organizations.ChangeAsync(world.Stranger, "acme", new("Apex"), Token)).Error!.Code);
        Assert.Equal(ErrorCode.Conflict, (await organizations.ChangeAsync(world.Owner, "acme", new(Slug: "globex"), Token)).Error!.Code);
        Assert.Empty(heard);
        var changed = (await organizations.ChangeAsync(world.Owner, "acme", new("Apex", "apex"), Token)).Value;
        Assert.Equal(("apex", "Apex"), (changed.Slug, changed.Name));
        Assert.Equal(["organization acme"], heard);
        Assert.Equal("apex/orders", (await Projects.FindAsync(world.Viewer, Orders, Token)).Value.Path.ToString());
        Assert.Equal(ErrorCode.Conflict, (await organizations.ChangeAsync(world.Stranger, "globex", new(Slug: "acme"), Token)).Error!.Code);
        Assert.Equal("acme", (await organizations.ChangeAsync(world.Owner, "apex", new(Slug: "acme"), Token)).Value.Slug);
    }

    async Task<IssuedKey> CreateAsync(string name) =>
        (await world.Services.Keys.CreateAsync(world.Developer, new(TestInstallation.Orders, name), Token)).Value;

    async Task<(KeyState, DateTimeOffset?)> StateAsync(IssuedKey key)
    {
        var row = (await world.Services.Keys.GetAsync(world.Viewer, key.Key.KeyId, Token)).Value;
        return (row.State, row.RevokedAt);
    }

    async Task<RefusalCode?> VerifyAsync(IssuedKey key, string? project) => (await world.Services.Verifier.VerifyAsync(
        PresentedKeys.Key(key), new(Project: project), null, Token)).Refusal;

    async Task<List<string>> AuditAsync()
    {
        await using var context = world.Open();
        return await context.AuditEntries.OrderBy(x => x.Sequence).Select(x => x.Action + " " + x.TargetId).ToListAsync(Token);
    }
}
