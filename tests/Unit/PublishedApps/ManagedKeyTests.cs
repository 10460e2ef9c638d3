using Dashboard.Core.Credentials;
using Dashboard.Core.Keys;
using Dashboard.Core.Keys.Listing;
using Dashboard.Core.Projects;
using Dashboard.Core.PublishedApps;
using Dashboard.Core.Verification;
using Dashboard.Tests.Unit.Support;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Dashboard.Tests.Unit.PublishedApps;

/// <summary>Keys of apps: hidden in lists, excluded from the limit, and revoked with their app or resource.</summary>
[EveryDatabase]
public sealed class ManagedKeyTests : IAsyncDisposable
{
    const string Intake = "workflow:intake";

    readonly TestInstallation world = new(("Keys:MaxActivePerProject", "2"));

    public ManagedKeyTests()
    {
        world.AddResource(TestInstallation.Orders, "workflow", "intake");
        world.AddResource(TestInstallation.Orders, "agent", "router");
    }

    static CancellationToken Token => TestContext.Current.CancellationToken;

    PublishedAppService Apps => world.Services.Get<PublishedAppService>();

    KeyService Keys => world.Services.Keys;

    public ValueTask DisposeAsync() => world.DisposeAsync();

    [Fact]
    public async Task Managed_keys_do_not_count_toward_the_limit()
    {
        for (var i = 0; i < 4; i++)
        {
            await PublishAsync($"App {i}");
        }

        Assert.Equal(new Allowance(0, 2), (await Keys.AllowanceAsync(world.Viewer, TestInstallation.Orders, Token)).Value);
        Assert.True((await Keys.CreateAsync(world.Developer, new(TestInstallation.Orders, "One"), Token)).Succeeded);
        Assert.True((await Keys.CreateAsync(world.Developer, new(TestInstallation.Orders, "Two"), Token)).Succeeded);
        Assert.Equal(
            ErrorCode.KeyLimitReached, (await Keys.CreateAsync(world.Developer, new(TestInstallation.Orders, "Three"), Token)).Error?.Code);
        var app = await PublishAsync("In a full project");
        Assert.True((await Keys.ChangeAsync(
            world.Developer, app.PublishedApp.Key.KeyId, new(ExpiresAt: new(TestInstallation.Start.AddHours(1))), Token)).Succeeded);
        world.Time.Advance(TimeSpan.FromHours(2));
        Assert.Equal(KeyState.Expired, (await Apps.GetAsync(world.Viewer, app.PublishedApp.Id, Token)).Value.Key.State);
        Assert.Equal(KeyState.Active,
            (await Keys.ChangeAsync(world.Developer, app.PublishedApp.Key.KeyId, new(ExpiresAt: Expiry.Never), Token)).Value.State);
    }

    [Fact]
    public async Task Managed_keys_are_listed_only_on_request()
    {
        await PublishAsync("App live");
        var gone = await PublishAsync("App gone");
        await Apps.PublishAsync(world.Developer, new(TestInstallation.Orders, "App test", Intake, KeyEnvironment.Test), Token);
        await Keys.CreateAsync(world.Developer, new(TestInstallation.Orders, "Key live"), Token);
        await Apps.UnpublishAsync(world.Developer, gone.PublishedApp.Id, Token);

        Assert.Equal(["Key live"], await ListAsync(new(TestInstallation.Orders)));
        Assert.Equal(["Key live"], await ListAsync(new(TestInstallation.Orders, true)));
        Assert.Equal(["App live", "App test", "Key live"], await ListAsync(new(TestInstallation.Orders, IncludeManaged: true)));
        Assert.Equal(
            ["App gone", "App live", "App test", "Key live"], await ListAsync(new(TestInstallation.Orders, true, IncludeManaged: true)));
        Assert.Equal(["App test"], await ListAsync(new(TestInstallation.Orders, Environment: KeyEnvironment.Test, IncludeManaged: true)));
        Assert.Equal(["App live"], await ListAsync(new(TestInstallation.Orders, Search: "app l", IncludeManaged: true)));
        Assert.Empty(await ListAsync(new(TestInstallation.Orders, Search: "app l")));
        var cursor =
            (await world.Services.KeyLists.ListAsync(
                world.Viewer, new(TestInstallation.Orders, Limit: 1, IncludeManaged: true), Token)).Value.NextCursor;
        Assert.Equal(
            "cursor", (await world.Services.KeyLists.ListAsync(
                world.Viewer, new(TestInstallation.Orders, Cursor: cursor), Token)).Error?.Errors?.Keys.Single());

        async Task<List<string>> ListAsync(KeyQuery query)
        {
            var seen = new List<string>();
            foreach (var sort in Enum.GetValues<KeySort>())
            {
                seen.Clear();
                var page = query with { Sort = sort, Limit = 2 };
                do
                {
                    var read = (await world.Services.KeyLists.ListAsync(world.Viewer, page, Token)).Value;
                    seen.AddRange(read.Items.Select(key => key.Name));
                    page = page with { Cursor = read.NextCursor };
                }
                while (page.Cursor is not null);
                Assert.Equal((await world.Services.KeyLists.CountAsync(world.Viewer, query, Token)).Value, seen.Count);
            }

            seen.Sort(StringComparer.Ordinal);
            return seen;
        }
    }

    [Theory]
    [InlineData("revoke", "key_revoked")]
    [InlineData("self-revoke", "self_revoke")]
    [InlineData("resource", "resource_deleted")]
    [InlineData("project", "project_deleted")]
    public async Task Revoking_an_apps_key_unpublishes_the_app(string how, string because)
    {
        var issued = await PublishAsync("App");
        var spared = (await Apps.PublishAsync(world.Developer, new(TestInstallation.Orders, "Spared", "agent:router"), Token)).Value;
        world.Time.Advance(TimeSpan.FromMinutes(1));
        switch (how)
        {
            case "revoke":
                Assert.Equal(KeyState.Revoked, (await Keys.RevokeAsync(world.Developer, issued.PublishedApp.Key.KeyId, Token)).Value.State);
                break;
            case "self-revoke":
                await world.Services.ReadFeedAsync();
                Assert.Null((await world.Services.Get<SelfRevocation>()
                    .RevokeAsync(PresentedKeys.Key(issued.Secret.Reveal()), null, Token)).Refusal);
                break;
            case "resource":
                Assert.Equal(new DeletionPreview(1, 0, 0, 1), (
                    await world.Services.Resources.PreviewDeletionAsync(world.Admin, TestInstallation.Orders, Intake, Token)).Value);
                Assert.Equal([issued.PublishedApp.Key.KeyId],
                    (await world.Services.Resources.DeleteAsync(world.Admin, TestInstallation.Orders, Intake, Token)).Value.KeysRevoked);
                break;
            default:
                Assert.Equal(new DeletionPreview(2, 0, 0, 2), (
                    await world.Services.Projects.PreviewDeletionAsync(world.Admin, new("acme", "orders"), Token)).Value);
                Assert.Equal(
                    2, (await world.Services.Projects.DeleteAsync(world.Admin, new("acme", "orders"), Token)).Value.KeysRevoked.Count);
                break;
        }

        var app = (await Apps.GetAsync(world.Viewer, issued.PublishedApp.Id, Token)).Value;
        Assert.Equal((TestInstallation.Start.AddMinutes(1), KeyState.Revoked), (app.UnpublishedAt, app.Key.State));
        Assert.Equal("intake", app.ResourceName); // even after its deletion
        Assert.Equal(how == "project", (await Apps.GetAsync(world.Viewer, spared.PublishedApp.Id, Token)).Value.UnpublishedAt is not null);
        Assert.Equal(
            RefusalCode.RevokedKey, (await world.Services.Verifier.VerifyAsync(
                PresentedKeys.Key(issued.Secret.Reveal()), AccessRequirement.None, null, Token)).Refusal);
        await using var context = world.Open();
        var told = await context.AuditEntries.SingleAsync(x => x.Action == "app.unpublished" && x.TargetId == app.Id, Token);
        Assert.Equal(("app", $$"""{"because":"{{because}}"}"""), (told.TargetType, told.Details));
        Assert.Contains($"app {app.Id}", await context.FeedEntries.Select(x => x.SubjectType + " " + x.SubjectId).ToListAsync(Token));
    }

    [Fact]
    public async Task Lookup_finds_the_key_of_an_app()
    {
        var issued = await PublishAsync("App");
        Assert.Equal(new Party(PartyType.PublishedApp, issued.PublishedApp.Id, "App"),
            (await Keys.WhichAsync(world.Viewer, issued.Secret.Reveal(), Token)).Value.Owner);
    }

    async Task<IssuedPublishedApp> PublishAsync(string name) =>
        (await Apps.PublishAsync(world.Developer, new(TestInstallation.Orders, name, Intake), Token)).Value;
}
