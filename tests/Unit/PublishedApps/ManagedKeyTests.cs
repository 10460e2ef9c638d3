using Dashboard.Core;
using Dashboard.Core.Apps;
using Dashboard.Core.Keys;
using Dashboard.Core.Organizations;
using Dashboard.Core.Verification;
using Dashboard.Tests.Unit.Support;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Dashboard.Tests.Unit.Apps;

/// <summary>Keys that apps own: hidden among the others, counted by no limit, and revoked with what they are for.</summary>
public sealed class ManagedKeyTests : IAsyncDisposable
{
    const string Intake = "workflow:intake";

    readonly World world = new(("Keys:MaxActivePerProject", "2"));

    public ManagedKeyTests()
    {
        world.AddResource(World.Orders, "workflow", "intake");
        world.AddResource(World.Orders, "agent", "router");
    }

    static CancellationToken Token => TestContext.Current.CancellationToken;

    AppService Apps => world.Services.Get<AppService>();

    KeyService Keys => world.Services.Keys;

    public ValueTask DisposeAsync() => world.DisposeAsync();

    [Fact]
    public async Task Managed_keys_count_against_no_limit()
    {
        for (var i = 0; i < 4; i++)
        {
            await PublishAsync($"App {i}");
        }

        Assert.Equal(new Allowance(0, 2), (await Keys.AllowanceAsync(world.Viewer, World.Orders, Token)).Value);
        Assert.True((await Keys.CreateAsync(world.Developer, new(World.Orders, "One"), Token)).Succeeded);
        Assert.True((await Keys.CreateAsync(world.Developer, new(World.Orders, "Two"), Token)).Succeeded);
        Assert.Equal(FaultCode.KeyLimitReached, (await Keys.CreateAsync(world.Developer, new(World.Orders, "Three"), Token)).Fault?.Code);
        var app = await PublishAsync("In a full project");
        Assert.True((await Keys.ChangeAsync(world.Developer, app.App.Key.KeyId, new(ExpiresAt: new(World.Start.AddHours(1))), Token)).Succeeded);
        world.Time.Advance(TimeSpan.FromHours(2));
        Assert.Equal(KeyState.Expired, (await Apps.GetAsync(world.Viewer, app.App.Id, Token)).Value.Key.State);
        Assert.Equal(KeyState.Active, (await Keys.ChangeAsync(world.Developer, app.App.Key.KeyId, new(ExpiresAt: Expiry.Never), Token)).Value.State);
    }

    [Fact]
    public async Task Managed_keys_are_listed_only_where_asked_for()
    {
        await PublishAsync("App live");
        var gone = await PublishAsync("App gone");
        await Apps.PublishAsync(world.Developer, new(World.Orders, "App test", Intake, KeyEnvironment.Test), Token);
        await Keys.CreateAsync(world.Developer, new(World.Orders, "Key live"), Token);
        await Apps.UnpublishAsync(world.Developer, gone.App.Id, Token);

        Assert.Equal(["Key live"], await ListAsync(new(World.Orders)));
        Assert.Equal(["Key live"], await ListAsync(new(World.Orders, true)));
        Assert.Equal(["App live", "App test", "Key live"], await ListAsync(new(World.Orders, IncludeManaged: true)));
        Assert.Equal(["App gone", "App live", "App test", "Key live"], await ListAsync(new(World.Orders, true, IncludeManaged: true)));
        Assert.Equal(["App test"], await ListAsync(new(World.Orders, Environment: KeyEnvironment.Test, IncludeManaged: true)));
        Assert.Equal(["App live"], await ListAsync(new(World.Orders, Search: "app l", IncludeManaged: true)));
        Assert.Empty(await ListAsync(new(World.Orders, Search: "app l")));
        var cursor = (await Keys.ListAsync(world.Viewer, new(World.Orders, Limit: 1, IncludeManaged: true), Token)).Value.NextCursor;
        Assert.Equal("cursor", (await Keys.ListAsync(world.Viewer, new(World.Orders, Cursor: cursor), Token)).Fault?.Errors?.Keys.Single());

        async Task<List<string>> ListAsync(KeyQuery query)
        {
            var seen = new List<string>();
            foreach (var sort in Enum.GetValues<KeySort>())
            {
                seen.Clear();
                var page = query with { Sort = sort, Limit = 2 };
                do
                {
                    var read = (await Keys.ListAsync(world.Viewer, page, Token)).Value;
                    seen.AddRange(read.Items.Select(key => key.Name));
                    page = page with { Cursor = read.NextCursor };
                }
                while (page.Cursor is not null);
                Assert.Equal((await Keys.CountAsync(world.Viewer, query, Token)).Value, seen.Count);
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
    public async Task App_whose_key_is_revoked_is_unpublished_with_it(string how, string because)
    {
        var issued = await PublishAsync("App");
        var spared = (await Apps.PublishAsync(world.Developer, new(World.Orders, "Spared", "agent:router"), Token)).Value;
        world.Time.Advance(TimeSpan.FromMinutes(1));
        switch (how)
        {
            case "revoke":
                Assert.Equal(KeyState.Revoked, (await Keys.RevokeAsync(world.Developer, issued.App.Key.KeyId, Token)).Value.State);
                break;
            case "self-revoke":
                await world.Services.ReadFeedAsync();
                Assert.Null((await world.Services.Get<SelfRevocation>().RevokeAsync(Presented.Key(issued.Secret.Reveal()), null, Token)).Refusal);
                break;
            case "resource":
                Assert.Equal(new DeletionPreview(1, 0, 0, 1), (await world.Services.Resources.PreviewDeletionAsync(world.Admin, World.Orders, Intake, Token)).Value);
                Assert.Equal([issued.App.Key.KeyId], (await world.Services.Resources.DeleteAsync(world.Admin, World.Orders, Intake, Token)).Value.KeysRevoked);
                break;
            default:
                Assert.Equal(new DeletionPreview(2, 0, 0, 2), (await world.Services.Projects.PreviewDeletionAsync(world.Admin, new("acme", "orders"), Token)).Value);
                Assert.Equal(2, (await world.Services.Projects.DeleteAsync(world.Admin, new("acme", "orders"), Token)).Value.KeysRevoked.Count);
                break;
        }

        var app = (await Apps.GetAsync(world.Viewer, issued.App.Id, Token)).Value;
        Assert.Equal((World.Start.AddMinutes(1), KeyState.Revoked), (app.UnpublishedAt, app.Key.State));
        Assert.Equal("intake", app.ResourceName); // also once it is gone
        Assert.Equal(how == "project", (await Apps.GetAsync(world.Viewer, spared.App.Id, Token)).Value.UnpublishedAt is not null);
        Assert.Equal(RefusalCode.RevokedKey, (await world.Services.Verifier.VerifyAsync(Presented.Key(issued.Secret.Reveal()), Demand.None, null, Token)).Refusal);
        await using var context = world.Open();
        var told = await context.AuditEntries.SingleAsync(x => x.Action == "app.unpublished" && x.TargetId == app.Id, Token);
        Assert.Equal(("app", $$"""{"because":"{{because}}"}"""), (told.TargetType, told.Details));
        Assert.Contains($"app {app.Id}", await context.FeedEntries.Select(x => x.SubjectType + " " + x.SubjectId).ToListAsync(Token));
    }

    [Fact]
    public async Task Found_string_of_an_app_is_told()
    {
        var issued = await PublishAsync("App");
        Assert.Equal(new Party(PartyType.App, issued.App.Id, "App"), (await Keys.WhichAsync(world.Viewer, issued.Secret.Reveal(), Token)).Value.Owner);
    }

    async Task<IssuedApp> PublishAsync(string name) => (await Apps.PublishAsync(world.Developer, new(World.Orders, name, Intake), Token)).Value;
}
