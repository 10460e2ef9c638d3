using Dashboard.Core.Changes;
using Dashboard.Core.Keys;
using Dashboard.Core.Projects;
using Dashboard.Tests.Unit.Support;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Dashboard.Tests.Unit.Projects;

[EveryDatabase]
public sealed class ResourceChangesTests : IAsyncDisposable
{
    const string Intake = "workflow:intake";
    const string Router = "agent:router";

    readonly TestInstallation world = new();

    public ResourceChangesTests()
    {
        world.AddResource(TestInstallation.Orders, "workflow", "intake");
        world.AddResource(TestInstallation.Orders, "agent", "router");
    }

    static CancellationToken Token => TestContext.Current.CancellationToken;

    ResourceService Resources => world.Services.Resources;

    public ValueTask DisposeAsync() => world.DisposeAsync();

    [Fact]
    public async Task Resource_is_renamed_and_keeps_its_id()
    {
        Assert.Equal("Order intake", (
            await Resources.ChangeAsync(world.Admin, TestInstallation.Orders, Intake, new(" Order intake "), Token)).Value.Name);
        Assert.Contains((await Resources.ListAsync(world.Viewer, new(TestInstallation.Orders), Token)).Value.Items, row =>
            row is { Kind: "workflow", Id: "intake", Name: "Order intake" });
        Assert.Equal(["resource.renamed acme/orders/workflow:intake"], await AuditAsync());
    }

    [Theory]
    [InlineData("workflow:missing")]
    [InlineData("nothing")]
    [InlineData("unknown:intake")]
    public async Task Unknown_resource_is_not_found(string resource)
    {
        Assert.Equal(
            ErrorCode.NotFound, (await Resources.ChangeAsync(world.Admin, TestInstallation.Orders, resource, new("x"), Token)).Error!.Code);
        Assert.Equal(
            ErrorCode.NotFound, (await Resources.PreviewDeletionAsync(world.Admin, TestInstallation.Orders, resource, Token)).Error!.Code);
        Assert.Equal(ErrorCode.NotFound, (await Resources.DeleteAsync(world.Admin, TestInstallation.Orders, resource, Token)).Error!.Code);
    }

    [Fact]
    public async Task Only_admins_and_owners_change_and_delete_resources()
    {
        foreach (var (person, code) in new[] { (world.Developer, ErrorCode.Forbidden), (world.Viewer, ErrorCode.Forbidden), (
            world.Stranger, ErrorCode.NotFound) })
        {
            Assert.Equal(code, (await Resources.ChangeAsync(person, TestInstallation.Orders, Intake, new("x"), Token)).Error!.Code);
            Assert.Equal(code, (await Resources.PreviewDeletionAsync(person, TestInstallation.Orders, Intake, Token)).Error!.Code);
            Assert.Equal(code, (await Resources.DeleteAsync(person, TestInstallation.Orders, Intake, Token)).Error!.Code);
        }

        Assert.True((await Resources.ChangeAsync(world.Owner, TestInstallation.Orders, Intake, new("x"), Token)).Succeeded);
        Assert.True((await Resources.DeleteAsync(world.Owner, TestInstallation.Orders, Intake, Token)).Succeeded);
    }

    [Fact]
    public async Task Resource_is_readable_by_members_only()
    {
        Assert.Equal("intake", (await Resources.GetAsync(world.Viewer, TestInstallation.Orders, Intake, Token)).Value.Id);
        Assert.Equal(ErrorCode.NotFound, (await Resources.GetAsync(world.Stranger, TestInstallation.Orders, Intake, Token)).Error!.Code);
        Assert.Equal(
            ErrorCode.NotFound, (await Resources.GetAsync(world.Viewer, TestInstallation.Orders, "workflow:missing", Token)).Error!.Code);
    }

    [Fact]
    public async Task Resource_of_a_removed_kind_can_still_be_deleted()
    {
        await using var later = world.Run(("ResourceKinds:0", "agent"));
        Assert.Equal("intake", (await later.Resources.DeleteAsync(world.Admin, TestInstallation.Orders, Intake, Token)).Value.Deleted.Id);
    }

    [Fact]
    public async Task Keys_limited_to_a_resource_are_counted_unless_revoked()
    {
        await CreateAsync(Intake);
        await CreateAsync(Intake, Router);
        var gone = await CreateAsync(Router);
        await CreateAsync();
        await world.Services.Keys.RevokeAsync(world.Owner, gone.Key.KeyId, Token);
        var counts = (await Resources.CountKeysAsync(
            world.Viewer, TestInstallation.Orders, [Intake, Router, "gateway:intake", "nothing"], Token)).Value;
        Assert.Equal([(Router, 1), (Intake, 2)], counts.OrderBy(x => x.Value).Select(x => (x.Key, x.Value)));
        Assert.Equal([Router], (await Resources.CountKeysAsync(world.Viewer, TestInstallation.Orders, [Router], Token)).Value.Keys);
        Assert.Equal(
            ErrorCode.NotFound, (await Resources.CountKeysAsync(world.Stranger, TestInstallation.Orders, [Intake], Token)).Error!.Code);
        var many = Enumerable.Repeat(Intake, Page.MaxLimit + 1).ToList();
        Assert.Equal(
            ErrorCode.InvalidRequest, (await Resources.CountKeysAsync(world.Viewer, TestInstallation.Orders, many, Token)).Error!.Code);
    }

    [Fact]
    public async Task Name_is_checked() =>
        Assert.Equal("name", Assert.Single(
            (await Resources.ChangeAsync(world.Admin, TestInstallation.Orders, Intake, new(""), Token)).Error!.Errors!).Key);

    [Fact]
    public async Task Deletion_revokes_keys_limited_to_the_resource_and_keeps_the_others()
    {
        var (only, both, other, all) =
            (await CreateAsync(Intake), await CreateAsync(Intake, Router), await CreateAsync(Router), await CreateAsync());
        Assert.Equal(new DeletionPreview(1, 0, 1), (
            await Resources.PreviewDeletionAsync(world.Admin, TestInstallation.Orders, Intake, Token)).Value);
        var deletion = (await Resources.DeleteAsync(world.Admin, TestInstallation.Orders, Intake, Token)).Value;
        Assert.Equal(("intake", only.Key.KeyId, both.Key.KeyId), (
            deletion.Deleted.Id, Assert.Single(deletion.KeysRevoked), Assert.Single(deletion.KeysNarrowed)));

        Assert.Equal(RefusalCode.RevokedKey, await VerifyAsync(only, null));
        Assert.Equal(RefusalCode.ResourceOutOfScope, await VerifyAsync(both, Intake));
        Assert.Null(await VerifyAsync(both, Router));
        Assert.Null(await VerifyAsync(other, Router));
        Assert.Null(await VerifyAsync(all, Intake));
        var row = (await world.Services.Keys.GetAsync(world.Viewer, only.Key.KeyId, Token)).Value;
        Assert.Equal((KeyState.Revoked, TestInstallation.Start), (row.State, row.RevokedAt));
        Assert.Empty(row.Scope!);
    }

    [Fact]
    public async Task Deleting_the_last_resource_of_a_key_revokes_it()
    {
        var both = await CreateAsync(Intake, Router);
        await Resources.DeleteAsync(world.Admin, TestInstallation.Orders, Intake, Token);
        Assert.Equal(
            new DeletionPreview(1, 0), (await Resources.PreviewDeletionAsync(world.Admin, TestInstallation.Orders, Router, Token)).Value);
        await Resources.DeleteAsync(world.Admin, TestInstallation.Orders, Router, Token);
        Assert.Equal(RefusalCode.RevokedKey, await VerifyAsync(both, null));
    }

    [Fact]
    public async Task Reregistered_id_is_a_new_resource_that_earlier_keys_cannot_access()
    {
        var (only, both) = (await CreateAsync(Intake), await CreateAsync(Intake, Router));
        await Resources.DeleteAsync(world.Admin, TestInstallation.Orders, Intake, Token);
        Assert.True((await Resources.CreateAsync(world.Admin, new(TestInstallation.Orders, "workflow", "intake"), Token)).Succeeded);
        Assert.Equal(RefusalCode.RevokedKey, await VerifyAsync(only, Intake));
        Assert.Equal(RefusalCode.ResourceOutOfScope, await VerifyAsync(both, Intake));
        Assert.Null(await VerifyAsync(await CreateAsync(Intake), Intake));
    }

    [Fact]
    public async Task Deletion_writes_audit_and_feed_rows_for_the_resource_and_each_changed_key()
    {
        var (only, both, past) = (await CreateAsync(Intake), await CreateAsync(Intake, Router), await CreateAsync(Intake));
        await world.Services.Keys.RevokeAsync(world.Owner, past.Key.KeyId, Token);
        var (heard, before) = (new List<string>(), (await AuditAsync()).Count);
        using var subscription = world.Services.Get<ChangeFeed>().Subscribe(entry => heard.Add($"{entry.SubjectType} {entry.SubjectId}"));
        await Resources.DeleteAsync(world.Admin, TestInstallation.Orders, Intake, Token);
        Assert.Equal("resource acme/orders/workflow:intake", heard[0]);
        Assert.Equal([$"key {only.Key.KeyId}", $"key {both.Key.KeyId}"], heard.Skip(1));
        Assert.Equal(
            new[] { "resource.deleted acme/orders/workflow:intake", $"key.revoked {only.Key.KeyId}",
                $"key.scope_reduced {both.Key.KeyId}" }.Order(StringComparer.Ordinal),
            (await AuditAsync()).Skip(before).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Preview_counts_recently_used_keys()
    {
        var (one, _) = (await CreateAsync(Intake), await CreateAsync(Intake));
        await VerifyAsync(one, null);
        await world.Services.Usage.FlushAsync(Token);
        Assert.Equal(
            new DeletionPreview(2, 1), (await Resources.PreviewDeletionAsync(world.Admin, TestInstallation.Orders, Intake, Token)).Value);
        world.Time.Advance(DeletionPreview.Recent);
        Assert.Equal(
            new DeletionPreview(2, 0), (await Resources.PreviewDeletionAsync(world.Admin, TestInstallation.Orders, Intake, Token)).Value);
    }

    [Fact]
    public async Task Key_created_for_a_resource_being_deleted_is_revoked_or_not_created()
    {
        await using var node = world.Run(("Keys:MaxActivePerProject", "1000"));
        var creations = Enumerable.Range(0, 30)
            .Select(i =>
                Task.Run(() => node.Keys.CreateAsync(i % 2 == 0 ? world.Developer
                    : world.Admin, new(TestInstallation.Orders, $"{i}", Resources: [Intake]), Token), Token)).ToList();
        var deletion = Task.Run(() => Resources.DeleteAsync(world.Owner, TestInstallation.Orders, Intake, Token), Token);
        var outcomes = await Task.WhenAll(creations);
        Assert.True((await deletion).Succeeded);
        Assert.All(outcomes, outcome => Assert.True(outcome.Succeeded || outcome.Error!.Code == ErrorCode.InvalidRequest));
        await using var context = world.Open();
        Assert.Equal(0, await context.Keys.CountAsync(key => key.State != KeyState.Revoked, Token));
        Assert.Equal(0, await context.KeyResources.CountAsync(Token));
    }

    async Task<IssuedKey> CreateAsync(params string[] resources) =>
        (await world.Services.Keys.CreateAsync(
            world.Developer, new(TestInstallation.Orders, "name", Resources: resources.Length == 0 ? null : resources), Token)).Value;

    async Task<RefusalCode?> VerifyAsync(IssuedKey key, string? resource) => (await world.Services.Verifier.VerifyAsync(
        PresentedKeys.Key(key), new(Resource: resource), null, Token)).Refusal;

    async Task<List<string>> AuditAsync()
    {
        await using var context = world.Open();
        return await context.AuditEntries.OrderBy(x => x.Sequence).Select(x => x.Action + " " + x.TargetId).ToListAsync(Token);
    }
}
