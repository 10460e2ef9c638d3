using Dashboard.Core.Changes;
using Dashboard.Core.Credentials;
using Dashboard.Core.OAuth;
using Dashboard.Core.Organizations;
using Dashboard.Core.Tokens;
using Dashboard.Core.Verification;
using Dashboard.Tests.Unit.OAuth;
using Dashboard.Tests.Unit.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Dashboard.Tests.Unit.Tokens;

/// <summary>Access tokens in place of a session: which are accepted, what they can access, and how fast they are revoked.</summary>
[EveryDatabase]
public sealed class MemberTokensTests : IAsyncDisposable
{
    static readonly CallerContext Here = new(Path: "/api/keys") { Scheme = "http", Host = "localhost:5000" };

    readonly TestInstallation world = new();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Command_line_token_acts_as_the_member_in_its_organization()
    {
        var found = await FindAsync((await world.Services.CommandLineAsync(world.Developer)).AccessToken.Reveal());
        var actor = found.Actor!;
        Assert.Equal((PartyType.User, world.Developer.Id, "Dora", "192.0.2.7", null), (
            actor.Type, actor.Id, actor.Name, actor.Address, actor.SessionId));
        Assert.Equal((OAuthClient.CommandLineId, world.OrganizationId("acme")), (actor.Token!.ClientId, actor.Token.OrganizationId));
    }

    [Fact]
    public async Task Other_tokens_and_keys_do_not_act_as_members()
    {
        var account = await world.AccountTokenAsync(await world.AccountAsync(["read", "execute", "write"]), "api");
        var app = (await world.Services.ConsentAsync(world.Owner)).Tokens.AccessToken.Reveal();
        var narrow = await IssueAsync(world.Owner, "acme", ("scope", "read:workflows"));
        var elsewhere = await IssueAsync(world.Owner, "acme", ("resource", "https://api.example.com"));
        foreach (var (text, refusal) in new[] { (account, (RefusalCode?)null), (app, null), (narrow, null),
            ("a.b.c", RefusalCode.InvalidToken), (elsewhere, RefusalCode.InvalidToken) })
        {
            Assert.Equal(new MemberToken(null, refusal), await FindAsync(text));
        }

        var key = (await world.Services.Keys.CreateAsync(
            world.Owner, new(TestInstallation.Orders, "Backend"), Token)).Value.Secret.Reveal();
        foreach (var header in new[] { "X-API-Key", "Authorization" })
        {
            Assert.Null((
                await FindAsync(world.Services, new HeaderDictionary { [header] = header == "X-API-Key" ? key : $"Bearer {key}" })).Actor);
        }

        var bound = await IssueAsync(world.Owner, "acme", ("resource", "http://localhost:5000/api"));
        Assert.NotNull((await FindAsync(bound)).Actor);
    }

    [Fact]
    public async Task Token_is_valid_in_one_of_the_members_organizations()
    {
        world.AddMember("globex", world.Owner, OrganizationRole.Owner);
        var elsewhere = (await world.Services.Keys.CreateAsync(world.Stranger, new(TestInstallation.Billing, "Theirs"), Token)).Value;
        var account = (await world.Services.Get<Core.ServiceAccounts.ServiceAccountService>()
            .CreateAsync(world.Stranger, new("theirs", Organization: "globex"), Token)).Value.Account.Id;
        Assert.Equal(2, (await world.Services.Projects.OrganizationsAsync(world.Owner, Token)).Count);

        var actor = await ActorAsync(world.Owner);
        Assert.Equal(["acme"], (await world.Services.Projects.OrganizationsAsync(actor, Token)).Select(x => x.Slug));
        var projects = (await world.Services.Projects.ListAsync(actor, null, null, 50, Token)).Value.Items;
        Assert.Equal(["acme"], projects.Select(x => x.Organization).Distinct());
        ErrorCode?[] answers =
        [
            (await world.Services.Projects.GetAsync(actor, new("globex", "billing"), Token)).Error?.Code,
            (await world.Services.Projects.FindOrganizationAsync(actor, "globex", Token)).Error?.Code,
            (await world.Services.Keys.GetAsync(actor, elsewhere.Key.KeyId, Token)).Error?.Code,
            (await world.Services.Keys.WhichAsync(actor, elsewhere.Secret.Reveal(), Token)).Error?.Code,
            (await world.Services.Keys.RevokeAsync(actor, elsewhere.Key.KeyId, Token)).Error?.Code,
            (await world.Services.Keys.CreateAsync(actor, new(TestInstallation.Billing, "Mine"), Token)).Error?.Code,
            (await world.Services.Get<Core.ServiceAccounts.ServiceAccountService>().GetAsync(actor, account, Token)).Error?.Code,
            (await world.Services.Get<Core.ServiceAccounts.ServiceAccountService>().DeleteAsync(actor, account, Token)).Error?.Code,
        ];
        Assert.All(answers, answer => Assert.Equal(ErrorCode.NotFound, answer));
    }

    [Theory]
    [InlineData("revoked")]
    [InlineData("disconnected")]
    [InlineData("expired")]
    [InlineData("removed")]
    public async Task Invalid_token_is_refused_on_every_node_even_if_cached(string end)
    {
        var tokens = await world.Services.CommandLineAsync(world.Admin);
        var text = tokens.AccessToken.Reveal();
        var (here, other) = (world.Services, world.Run());
        var early = (await FindAsync(here, Bearer(text))).Actor!;
        Assert.NotNull((await FindAsync(other, Bearer(text))).Actor);
        await EndAsync(end, text);

        var refusal = end == "expired" ? RefusalCode.TokenExpired : RefusalCode.InvalidToken;
        Assert.Equal(new MemberToken(null, refusal), await FindAsync(here, Bearer(text)));
        Assert.Equal(new MemberToken(null, refusal), await FindAsync(other, Bearer(text)));
        var before = world.Dump();
        var late = await here.Keys.CreateAsync(early, new(TestInstallation.Orders, "Too late"), Token);
        Assert.Equal(end == "removed" ? ErrorCode.NotFound : ErrorCode.SessionRequired, late.Error?.Code);
        Assert.Equal(before, world.Dump());
    }

    [Fact]
    public async Task Current_role_applies()
    {
        var actor = await ActorAsync(world.Developer);
        Assert.Null((await world.Services.Keys.CreateAsync(actor, new(TestInstallation.Orders, "Before"), Token)).Error);
        world.SetRole("acme", world.Developer, OrganizationRole.Viewer);
        Assert.Equal(
            ErrorCode.Forbidden, (await world.Services.Keys.CreateAsync(actor, new(TestInstallation.Orders, "After"), Token)).Error?.Code);
    }

    [Fact]
    public async Task Audit_row_names_the_client()
    {
        var key = (await world.Services.Keys.CreateAsync(
            await ActorAsync(world.Developer), new(TestInstallation.Orders, "Backend"), Token)).Value.Key.KeyId;
        await using var context = world.Open();
        var row = await context.AuditEntries.SingleAsync(x => x.TargetId == key, Token);
        Assert.Equal((world.Developer.Id, "192.0.2.7"), (row.ActorId, row.Address));
        Assert.Equal(
            OAuthClient.CommandLineId, System.Text.Json.JsonDocument.Parse(row.Details).RootElement.GetProperty("through").GetString());
        Assert.Equal(row.Hash, row.ComputeHash(TestInstallation.AuditKey));
        await world.Services.Keys.ChangeAsync(world.Developer, key, new(Name: "Renamed"), Token);
        var plain = await context.AuditEntries.SingleAsync(x => x.TargetId == key && x.Sequence > row.Sequence, Token);
        Assert.False(System.Text.Json.JsonDocument.Parse(plain.Details).RootElement.TryGetProperty("through", out _));
    }

    public ValueTask DisposeAsync() => world.DisposeAsync();

    static HeaderDictionary Bearer(string token) => new() { ["Authorization"] = $"Bearer {token}" };

    static async Task<MemberToken> FindAsync(Services services, HeaderDictionary headers)
    {
        _ = services.Verifier; // reads the feed
        return await services.Get<MemberTokens>().FindAsync(CredentialReader.Read(headers, acceptBearer: false), Here, "192.0.2.7", Token);
    }

    Task<MemberToken> FindAsync(string token) => FindAsync(world.Services, Bearer(token));

    async Task<Actor> ActorAsync(Actor person) =>
        (await FindAsync((await world.Services.CommandLineAsync(person)).AccessToken.Reveal())).Actor!;

    /// <summary>Returns a command-line token with other scopes than usual.</summary>
    async Task<string> IssueAsync(Actor person, string organization, params (string, string)[] asked)
    {
        var body = OAuthFlow.Body([("client_id", OAuthClient.CommandLineId), .. asked]);
        var device = (await world.Services.Get<DeviceRequests>()
            .RequestAsync(body, PresentedClient.Read([], body).Value, OAuthFlow.Origin, Token)).Value;
        Assert.Null((await world.Services.Get<DeviceRequests>().ApproveAsync(person, device.UserCode.Reveal(), organization, Token)).Error);
        return (await world.Services.PollAsync(device)).Value.AccessToken.Reveal();
    }

    async Task EndAsync(string end, string token)
    {
        switch (end)
        {
            case "revoked":
                var body = OAuthFlow.Body(("token", token));
                Assert.Null((await world.Services.Get<TokenRevocation>()
                    .RevokeAsync(body, PresentedClient.Read([], body).Value, OAuthFlow.Origin, Token)).Error);
                break;
            case "disconnected":
                var own = (await world.Services.Get<AuthorizationService>().ListAsync(world.Admin, new(), Token)).Value.Items.Single();
                Assert.Null((await world.Services.Get<AuthorizationService>().DisconnectAsync(world.Admin, own.Id, Token)).Error);
                break;
            case "expired":
                world.Time.Advance(TimeSpan.FromHours(1));
                break;
            default:
                world.SetRole("acme", world.Admin, null);
                await world.Services.Work.AnnounceBehindAsync(
                    (_, _) => Task.FromResult<IReadOnlyList<FeedSubject>>([new(FeedSubject.User, world.Admin.Id)]), Token);
                break;
        }
    }
}
