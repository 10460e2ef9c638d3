using Dashboard.Core.Credentials;
using Dashboard.Core.Keys;
using Dashboard.Core.PublishedApps;
using Dashboard.Core.Verification;
using Dashboard.Tests.Unit.Support;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Dashboard.Tests.Unit.PublishedApps;

[EveryDatabase]
public sealed class PublishedAppTests : IAsyncDisposable
{
    const string Intake = "workflow:intake";

    readonly TestInstallation world = new();

    public PublishedAppTests() => world.AddResource(TestInstallation.Orders, "workflow", "intake");

    static CancellationToken Token => TestContext.Current.CancellationToken;

    PublishedAppService Apps => world.Services.Get<PublishedAppService>();

    public ValueTask DisposeAsync() => world.DisposeAsync();

    [Fact]
    public async Task Published_app_has_one_key_and_no_secret_is_stored()
    {
        world.Sql("UPDATE Resources SET Name = 'Order intake'");
        var issued = await PublishAsync(new(TestInstallation.Orders, " Returns desk ", Intake, KeyEnvironment.Test, ["execute", "read"]));
        var (app, key) = (issued.PublishedApp, issued.PublishedApp.Key);
        Assert.Matches("^app_[A-Za-z0-9]{16}$", app.Id);
        Assert.Equal(
            ("Returns desk", TestInstallation.Orders, Intake, "Order intake", TestInstallation.Start, new Party(
                PartyType.User, world.Developer.Id, "Dora"), null),
            (app.Name, app.Project, app.Resource, app.ResourceName, app.PublishedAt, app.PublishedBy, app.UnpublishedAt));
        Assert.Equal(
            ("Returns desk", new Party(PartyType.PublishedApp, app.Id, "Returns desk"), KeyEnvironment.Test, KeyState.Active, "Dora"),
            (key.Name, key.Owner, key.Environment, key.State, key.CreatedBy.Name));
        Assert.Equal([Intake], key.Scope);
        Assert.Equal(["read", "execute"], key.Permissions);
        Assert.Equal(["app.published", "key.created"], await ActionsAsync());
        var stored = world.DumpBytes();
        Assert.DoesNotContain(issued.Secret.Reveal(), stored, StringComparison.Ordinal);
        Assert.Contains(Convert.ToHexString(issued.Secret.Hash), stored, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Key_of_an_app_is_valid_for_its_resource_until_unpublished()
    {
        var issued = await PublishAsync(new(TestInstallation.Orders, "Returns desk", Intake, Permissions: ["read"]));
        var other = world.Run();
        var principal = (await VerifyAsync(world.Services, issued, new(Resource: Intake))).Principal!;
        Assert.Equal(new Party(PartyType.PublishedApp, issued.PublishedApp.Id, "Returns desk"), principal.Owner);
        Assert.Equal([Intake], principal.Scope);
        Assert.Equal(RefusalCode.ResourceOutOfScope, (await VerifyAsync(world.Services, issued, new(Resource: "workflow:other"))).Refusal);
        Assert.Equal(RefusalCode.InsufficientPermissions, (await VerifyAsync(world.Services, issued, new(Permission: "write"))).Refusal);
        Assert.Null((await VerifyAsync(other, issued, AccessRequirement.None)).Refusal);

        world.Time.Advance(TimeSpan.FromSeconds(1));
        var app = (await Apps.UnpublishAsync(world.Developer, issued.PublishedApp.Id, Token)).Value;
        Assert.Equal((TestInstallation.Start.AddSeconds(1), KeyState.Revoked, TestInstallation.Start.AddSeconds(1)), (
            app.UnpublishedAt, app.Key.State, app.Key.RevokedAt));
        // At once on this node, although it has not read the feed since.
        Assert.Equal(
            RefusalCode.RevokedKey, (await world.Services.Get<Verifier>()
                .VerifyAsync(PresentedKeys.Key(issued.Secret.Reveal()), AccessRequirement.None, null, Token)).Refusal);
        // after the other node has read the feed
        Assert.Equal(RefusalCode.RevokedKey, (await VerifyAsync(other, issued, AccessRequirement.None)).Refusal);
        Assert.Equal(["app.published", "key.created", "app.unpublished", "key.revoked"], await ActionsAsync());

        var before = world.Dump();
        Assert.Equal(app.UnpublishedAt, (await Apps.UnpublishAsync(world.Developer, issued.PublishedApp.Id, Token)).Value.UnpublishedAt);
        Assert.Equal(before, world.Dump());
        Assert.Equal("Returns desk", (await world.Services.Keys.GetAsync(world.Viewer, app.Key.KeyId, Token)).Value.Owner.Name);
    }

    [Theory]
    [InlineData("Owner", null, null)]
    [InlineData("Admin", null, null)]
    [InlineData("Developer", null, ErrorCode.Forbidden)]
    [InlineData("Viewer", ErrorCode.Forbidden, ErrorCode.Forbidden)]
    [InlineData("Stranger", ErrorCode.NotFound, ErrorCode.NotFound)]
    public async Task Role_and_publisher_decide_who_publishes_and_unpublishes(
        string who, ErrorCode? publishes, ErrorCode? unpublishesOthers)
    {
        var others = (await PublishAsync(new(TestInstallation.Orders, "Owner's", Intake), world.Owner)).PublishedApp;
        var actor = Actor(who);
        var own = await Apps.PublishAsync(actor, new(TestInstallation.Orders, "Own", Intake), Token);
        Assert.Equal(publishes, own.Error?.Code);
        Assert.Equal(unpublishesOthers, (await Apps.UnpublishAsync(actor, others.Id, Token)).Error?.Code);
        Assert.Equal(
            unpublishesOthers,
            (await world.Services.Keys.ChangeAsync(
                actor, (await PublishAsync(new(TestInstallation.Orders, "x", Intake), world.Owner)).PublishedApp.Key.KeyId,
                new("y"), Token)).Error?.Code);
        Assert.Equal(who == "Stranger" ? ErrorCode.NotFound : null, (await Apps.GetAsync(actor, others.Id, Token)).Error?.Code);
        Assert.Equal(
            who == "Stranger" ? ErrorCode.NotFound : null, (await Apps.ListAsync(actor, new(TestInstallation.Orders), Token)).Error?.Code);
        Assert.Equal(
            who == "Stranger" ? ErrorCode.NotFound : null, (await Apps.CountAsync(actor, new(TestInstallation.Orders), Token)).Error?.Code);
        if (own.Succeeded)
        {
            Assert.Null((await world.Services.Keys.ChangeAsync(
                actor, own.Value.PublishedApp.Key.KeyId, new(State: KeyState.Inactive), Token)).Error);
            Assert.NotNull((await Apps.UnpublishAsync(actor, own.Value.PublishedApp.Id, Token)).Value.UnpublishedAt);
        }
    }

    [Fact]
    public async Task Publisher_who_became_a_viewer_cannot_unpublish()
    {
        var app = (await PublishAsync(new(TestInstallation.Orders, "x", Intake))).PublishedApp;
        world.SetRole("acme", world.Developer, Core.Organizations.OrganizationRole.Viewer);
        Assert.Equal(ErrorCode.Forbidden, (await Apps.UnpublishAsync(world.Developer, app.Id, Token)).Error?.Code);
        Assert.Equal(ErrorCode.Forbidden, (await world.Services.Keys.RevokeAsync(world.Developer, app.Key.KeyId, Token)).Error?.Code);
    }

    [Theory]
    [InlineData("", Intake, null, "name")]
    [InlineData("x", "", null, "resource")]
    [InlineData("x", "intake", null, "resource")]
    [InlineData("x", "workflow:missing", null, "resource")]
    [InlineData("x", Intake, "", "permissions")]
    [InlineData("x", Intake, "read read", "permissions")]
    [InlineData("x", Intake, "verify", "permissions")]
    public async Task Invalid_input_is_an_error_by_field(string name, string resource, string? permissions, string field)
    {
        var before = world.Dump();
        var outcome = await Apps.PublishAsync(world.Developer, new(
            TestInstallation.Orders, name, resource, Permissions: permissions?.Split(' ', StringSplitOptions.RemoveEmptyEntries)), Token);
        Assert.Equal((ErrorCode.InvalidRequest, field), (outcome.Error!.Code, outcome.Error.Errors!.Keys.Single()));
        Assert.Equal(before, world.Dump());
    }

    [Fact]
    public async Task Several_errors_are_reported_at_once_and_an_invalid_id_is_not_found()
    {
        var outcome = await Apps.PublishAsync(world.Developer, new(TestInstallation.Orders, "", "nonsense", Permissions: []), Token);
        Assert.Equal(["name", "permissions", "resource"], outcome.Error!.Errors!.Keys.Order(StringComparer.Ordinal));
        var app = (await PublishAsync(new(TestInstallation.Orders, "x", Intake))).PublishedApp;
        foreach (var id in new[] { "app_nothing", $"{app.Id} ", app.Key.KeyId, "" })
        {
            Assert.Equal(ErrorCode.NotFound, (await Apps.GetAsync(world.Owner, id, Token)).Error?.Code);
            Assert.Equal(ErrorCode.NotFound, (await Apps.UnpublishAsync(world.Owner, id, Token)).Error?.Code);
        }
    }

    [Fact]
    public async Task Repeat_publishes_nothing_and_differs_from_a_repeated_key()
    {
        var asked = new NewPublishedApp(TestInstallation.Orders, "Returns desk", Intake, Permissions: ["read"], IdempotencyKey: "11f0-1");
        var issued = await PublishAsync(asked);
        var before = world.Dump();
        var fault = (await Apps.PublishAsync(world.Developer, asked, Token)).Error!;
        Assert.Equal((ErrorCode.AlreadyCreated, issued.PublishedApp.Key.KeyId), (fault.Code, fault.CreatedId));
        Assert.Contains(issued.PublishedApp.Id, fault.Detail, StringComparison.Ordinal);
        Assert.Equal(ErrorCode.Conflict, (await Apps.PublishAsync(world.Developer, asked with { Name = "Other" }, Token)).Error?.Code);
        var key = new NewKey(TestInstallation.Orders, "Returns desk", Resources: [Intake], Permissions: ["read"], IdempotencyKey: "11f0-1");
        Assert.Equal(ErrorCode.Conflict, (await world.Services.Keys.CreateAsync(world.Developer, key, Token)).Error?.Code);
        Assert.Equal("idempotency_key",
            (await Apps.PublishAsync(world.Developer, asked with { IdempotencyKey = "not this" }, Token)).Error?.Errors?.Keys.Single());
        Assert.Equal(before, world.Dump());
    }

    [Fact]
    public async Task List_is_paged_newest_first_and_includes_unpublished_apps_on_request()
    {
        var ids = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            ids.Add((await PublishAsync(new(TestInstallation.Orders, $"App {i}", Intake))).PublishedApp.Id);
            world.Time.Advance(TimeSpan.FromSeconds(i % 2)); // some have equal times
        }

        await Apps.UnpublishAsync(world.Admin, ids[3], Token);
        Assert.Equal(ids.Order(), (await WalkAsync(new(TestInstallation.Orders, true, Limit: 2))).Order());
        Assert.Equal(ids.Where(id => id != ids[3]).Order(), (await WalkAsync(new(TestInstallation.Orders, Limit: 2))).Order());
        Assert.Equal([ids[4]], await WalkAsync(new(TestInstallation.Orders, Search: " p 4 ")));
        Assert.Equal([ids[2]], await WalkAsync(new(TestInstallation.Orders, Search: ids[2][..12])));
        Assert.Equal(
            (4, 5, 1), (await CountAsync(new(TestInstallation.Orders)), await CountAsync(new(TestInstallation.Orders, true)),
                await CountAsync(new(TestInstallation.Orders, Search: "4"))));
        Assert.Empty((await Apps.ListAsync(world.Stranger, new(), Token)).Value.Items);
        var cursor = (await Apps.ListAsync(world.Viewer, new(TestInstallation.Orders, Limit: 1), Token)).Value.NextCursor;
        Assert.Equal("cursor",
            (await Apps.ListAsync(world.Viewer, new(TestInstallation.Orders, true, Cursor: cursor), Token)).Error?.Errors?.Keys.Single());
        Assert.Equal(
            "limit", (await Apps.ListAsync(world.Viewer, new(TestInstallation.Orders, Limit: 0), Token)).Error?.Errors?.Keys.Single());

        async Task<List<string>> WalkAsync(PublishedAppQuery query)
        {
            var seen = new List<PublishedAppSummary>();
            do
            {
                var page = (await Apps.ListAsync(world.Viewer, query, Token)).Value;
                seen.AddRange(page.Items);
                query = query with { Cursor = page.NextCursor };
            }
            while (query.Cursor is not null);
            Assert.Equal(seen.Select(x => x.PublishedAt).OrderDescending(), seen.Select(x => x.PublishedAt));
            return seen.ConvertAll(x => x.Id);
        }

        async Task<int> CountAsync(PublishedAppQuery query) => (await Apps.CountAsync(world.Viewer, query, Token)).Value;
    }

    async Task<IssuedPublishedApp> PublishAsync(NewPublishedApp input, Actor? actor = null) =>
        (await Apps.PublishAsync(actor ?? world.Developer, input, Token)).Value;

    static ValueTask<Verdict> VerifyAsync(Services services, IssuedPublishedApp issued, AccessRequirement requirement) =>
        services.Verifier.VerifyAsync(PresentedKeys.Key(issued.Secret.Reveal()), requirement, null, Token);

    async Task<List<string>> ActionsAsync()
    {
        await using var context = world.Open();
        return await context.AuditEntries.OrderBy(x => x.Sequence).Select(x => x.Action).ToListAsync(Token);
    }

    Actor Actor(string who) => who switch
    {
        "Owner" => world.Owner,
        "Admin" => world.Admin,
        "Developer" => world.Developer,
        "Viewer" => world.Viewer,
        _ => world.Stranger,
    };
}
