using Dashboard.Core.Changes;
using Dashboard.Core.Credentials;
using Dashboard.Core.Organizations;
using Dashboard.Core.ServiceAccounts;
using Dashboard.Core.Verification;
using Dashboard.Tests.Unit.OAuth;
using Dashboard.Tests.Unit.Support;
using Xunit;

namespace Dashboard.Tests.Unit.Tokens;

/// <summary>Verification of access tokens: what they allow, and how fast they are revoked.</summary>
[EveryDatabase]
public sealed class TokenVerificationTests : IAsyncDisposable
{
    readonly TestInstallation world = new();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("read:workflows", "read", "workflow:intake", null)]
    [InlineData("read:workflows", null, "workflow:intake", null)]
    [InlineData("read:workflows", "read", "agent:clerk", RefusalCode.ResourceOutOfScope)]
    [InlineData("read:workflows", "execute", "workflow:intake", RefusalCode.InsufficientPermissions)]
    [InlineData("read:workflows", "read", null, RefusalCode.InsufficientPermissions)]
    [InlineData("read:workflows read:gateways read:agents", "read", null, null)]
    [InlineData("api", "write", null, null)]
    [InlineData("api", "write", "agent:clerk", null)]
    [InlineData("api", "verify", null, RefusalCode.InsufficientPermissions)]
    [InlineData("api", null, "", RefusalCode.ResourceOutOfScope)]
    public async Task Token_has_the_permissions_of_its_scopes(string scope, string? permission, string? resource, RefusalCode? refusal)
    {
        var token = await world.AccountTokenAsync(await world.AccountAsync(["read", "execute", "write"]), scope);
        Assert.Equal(refusal, (await world.Services.AskAsync(token, new(Permission: permission, Resource: resource))).Refusal);
    }

    [Theory]
    [InlineData("acme/orders", null)]
    [InlineData("acme/-", null)]
    [InlineData("-/orders", null)]
    [InlineData("acme/ledger", RefusalCode.WrongProject)]
    [InlineData("acme/nothing", RefusalCode.WrongProject)]
    [InlineData("globex/billing", RefusalCode.WrongProject)]
    [InlineData("globex/-", RefusalCode.WrongProject)]
    [InlineData("", RefusalCode.WrongProject)]
    public async Task Token_accesses_its_owners_projects_in_both_environments(string project, RefusalCode? refusal)
    {
        world.AddProject("acme", "ledger");
        var token = await world.AccountTokenAsync(await world.AccountAsync(projects: new([TestInstallation.Orders])));
        foreach (var environment in new[] { AcceptedEnvironments.Live, AcceptedEnvironments.Test, AcceptedEnvironments.Both })
        {
            Assert.Equal(refusal, (await world.Services.AskAsync(token, new(environment, project))).Refusal);
        }

        Assert.Equal(RefusalCode.WrongEnvironment, (await world.Services.AskAsync(token, new(AcceptedEnvironments.None, project))).Refusal);
    }

    [Fact]
    public async Task Principal_contains_the_requested_project_and_environment()
    {
        var token = await world.AccountTokenAsync(
            await world.AccountAsync(["read", "execute"]), "read:workflows read:gateways read:agents execute:agents");
        var principal = (await world.Services.AskAsync(token, new(AcceptedEnvironments.Test, TestInstallation.Orders))).Principal!;
        Assert.Equal(("acme", TestInstallation.Orders, "gateway"), (principal.Organization, principal.Project, principal.Owner.Name));
        Assert.Equal(["read", "execute:agents"], principal.Permissions);
        Assert.Equal((null, TestInstallation.Start.AddDays(1)), (principal.Scope, principal.ExpiresAt));
        var plain = (await world.Services.AskAsync(token)).Principal!;
        Assert.Equal((null, null), (plain.Project, plain.Environment));
    }

    [Fact]
    public async Task Viewer_only_reads_and_role_changes_apply_at_once_on_every_node()
    {
        var token = (await world.Services.ConsentAsync(world.Viewer, "read:workflows write:workflows")).Tokens.AccessToken.Reveal();
        var other = world.Run();
        AccessRequirement read = new(Permission: "read", Resource: "workflow:x"), write = new(Permission: "write", Resource: "workflow:x");
        foreach (var node in new[] { world.Services, other })
        {
            Assert.Null((await node.AskAsync(token, read)).Refusal);
            Assert.Equal(RefusalCode.InsufficientPermissions, (await node.AskAsync(token, write)).Refusal);
        }

        await SetRoleAsync(world.Viewer, OrganizationRole.Developer);
        Assert.Null((await world.Services.AskAsync(token, write)).Refusal);
        Assert.Null((await other.AskAsync(token, write)).Refusal);
        await SetRoleAsync(world.Viewer, null);
        Assert.Equal(RefusalCode.InvalidToken, (await world.Services.AskAsync(token, read)).Refusal);
        Assert.Equal(RefusalCode.InvalidToken, (await other.AskAsync(token, read)).Refusal);
    }

    [Fact]
    public async Task Changing_disabling_or_deleting_a_service_account_affects_its_tokens()
    {
        var accounts = world.Services.Get<ServiceAccountService>();
        var account = await world.AccountAsync(["read", "write"]);
        var token = await world.AccountTokenAsync(account, "api");
        var other = world.Run();
        Assert.Null((await other.AskAsync(token, new(Permission: "write"))).Refusal);
        await accounts.ChangeAsync(world.Owner, account.Id, new(Permissions: ["read"]), Token);
        Assert.Equal(RefusalCode.InsufficientPermissions, (await other.AskAsync(token, new(Permission: "write"))).Refusal);
        await accounts.ChangeAsync(world.Owner, account.Id, new(State: ServiceAccountState.Inactive), Token);
        Assert.Equal(RefusalCode.InvalidToken, (await other.AskAsync(token)).Refusal);
        await accounts.ChangeAsync(world.Owner, account.Id, new(State: ServiceAccountState.Active), Token);
        Assert.Equal(RefusalCode.InvalidToken, (await other.AskAsync(token)).Refusal); // only its keys and secrets work again
        token = await world.AccountTokenAsync(account);
        Assert.Null((await other.AskAsync(token)).Refusal);
        await accounts.DeleteAsync(world.Owner, account.Id, Token);
        Assert.Equal(RefusalCode.InvalidToken, (await other.AskAsync(token)).Refusal);
    }

    [Fact]
    public async Task Renamed_and_deleted_projects_apply_at_once()
    {
        var token = await world.AccountTokenAsync(await world.AccountAsync());
        Assert.Null((await world.Services.AskAsync(token, new(Project: TestInstallation.Orders))).Refusal);
        await world.Services.Projects.ChangeAsync(world.Owner, new("acme", "orders"), new(null, "sales"), Token);
        Assert.Equal("acme/sales", (await world.Services.AskAsync(token, new(Project: TestInstallation.Orders))).Principal!.Project);
        await world.Services.Projects.CreateAsync(world.Owner, new("acme", "Ledger"), Token);
        Assert.Null((await world.Services.AskAsync(token, new(Project: "acme/ledger"))).Refusal);
        await world.Services.Projects.DeleteAsync(world.Owner, new("acme", "sales"), Token);
        Assert.Equal(RefusalCode.WrongProject, (await world.Services.AskAsync(token, new(Project: TestInstallation.Orders))).Refusal);
    }

    [Theory]
    [InlineData("https://api.example.com", "https", "api.example.com", "/anything", null)]
    [InlineData("https://api.example.com/v1", "https", "api.example.com", "/v1/x", null)]
    [InlineData("https://api.example.com/v1", "https", "API.example.com:443", "/v1", null)]
    [InlineData("https://api.example.com/v1", "https", "api.example.com.", "/v1", null)]
    [InlineData("https://api.example.com./v1", "https", "api.example.com.:443", "/v1", null)]
    [InlineData("https://api.example.com", "https", "api.example.com:444", "/", RefusalCode.InvalidToken)]
    [InlineData("https://api.example.com", "http", "api.example.com:443", "/", RefusalCode.InvalidToken)]
    [InlineData("https://api.example.com/v1", "https", "api.example.com", "/v10", RefusalCode.InvalidToken)]
    [InlineData("https://api.example.com/v1", "https", "api.example.com", "/v1/../admin", RefusalCode.InvalidToken)]
    [InlineData("https://api.example.com/v1", "https", "api.example.com", "/v1/%2e%2e/admin", RefusalCode.InvalidToken)]
    [InlineData("https://api.example.com/v1", "https", "api.example.com", "/v1/..%2fadmin", RefusalCode.InvalidToken)]
    [InlineData("https://api.example.com/v1", "https", "evil.example", "/v1/x", RefusalCode.InvalidToken)]
    [InlineData("https://api.example.com", "https", "api.example.com.evil.example", "/", RefusalCode.InvalidToken)]
    [InlineData("https://api.example.com", "http", "api.example.com", "/", RefusalCode.InvalidToken)]
    [InlineData("https://api.example.com", "https", "api.example.com:8443", "/", RefusalCode.InvalidToken)]
    [InlineData("https://api.example.com", "https", "user@api.example.com", "/", RefusalCode.InvalidToken)]
    [InlineData("https://api.example.com", null, null, null, RefusalCode.InvalidToken)]
    [InlineData("https://api.example.com", "wss", "api.example.com", "/stream", null)]
    [InlineData("https://api.example.com", "ws", "api.example.com", "/stream", RefusalCode.InvalidToken)]
    [InlineData("http://api.example.com", "ws", "api.example.com", "/stream", null)]
    [InlineData("https://npm.example.com", "https", "npm.example.com", "/@acme%2fwidget", null)]
    [InlineData("https://npm.example.com/", "https", "npm.example.com", "/a//b/../%00", null)] // a whole host names no path
    [InlineData("https://npm.example.com", "https", "evil.example", "/@acme%2fwidget", RefusalCode.InvalidToken)]
    [InlineData("https://npm.example.com", "https", "npm.example.com/evil", "/", RefusalCode.InvalidToken)]
    [InlineData("https://api.example.com/v1", "https", "api.example.com", "/v1/report%2epdf", null)]
    [InlineData("https://api.example.com/v1", "https", "api.example.com", "/v1/%E2%82%AC", null)]
    [InlineData("https://api.example.com/v1", "https", "api.example.com", "/v1/%E2%82", RefusalCode.InvalidToken)]
    [InlineData("https://api.example.com/v1", "https", "api.example.com", "/v1//x", RefusalCode.InvalidToken)]
    [InlineData("https://api.example.com/v1", "https", "api.example.com", "/v1/x/", null)]
    [InlineData("https://api.example.com/v1", "https", "api.example.com", "/v1/..;x=1/admin", RefusalCode.InvalidToken)]
    [InlineData("https://api.example.com/v1", "https", "api.example.com", "/v1/..%3bx/admin", RefusalCode.InvalidToken)]
    [InlineData("https://api.example.com/v1", "https", "api.example.com", "/v1/a;b=1/x", null)]
    [InlineData("https://api.example.com/v1", "https", "api.example.com", "/v1/%252e%252e/x", RefusalCode.InvalidToken)]
    [InlineData("https://api.example.com/v1", "https", "api.example.com", "/%76%31/x", null)]
    public async Task Token_for_a_resource_is_valid_only_for_URLs_under_it(
        string resource, string? scheme, string? host, string? path, RefusalCode? refusal)
    {
        var token = await world.AccountTokenAsync(await world.AccountAsync(), resource: resource);
        Assert.Equal(refusal, (await world.Services.AskAsync(token, null, new(Path: path) { Scheme = scheme, Host = host })).Refusal);
    }

    [Fact]
    public async Task No_token_is_valid_where_there_is_no_authorization_server()
    {
        var token = await world.AccountTokenAsync(await world.AccountAsync());
        Assert.Null((await world.Services.AskAsync(token)).Refusal);
        Assert.Equal(RefusalCode.InvalidToken, (await world.Run(("OAuth:Enabled", "false")).AskAsync(token)).Refusal);
    }

    [Fact]
    public async Task Expired_token_is_refused_at_its_expiry_cached_or_not()
    {
        var token = await world.AccountTokenAsync(await world.AccountAsync());
        world.Time.Advance(TimeSpan.FromSeconds(86400) - TimeSpan.FromMilliseconds(1));
        Assert.Null((await world.Services.AskAsync(token)).Refusal);
        world.Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(RefusalCode.TokenExpired, (await world.Services.AskAsync(token)).Refusal);
        Assert.Equal(RefusalCode.TokenExpired, (await world.Run().AskAsync(token)).Refusal);
    }

    [Fact]
    public async Task Cached_token_needs_no_query_and_is_refused_without_the_feed()
    {
        var token = await world.AccountTokenAsync(await world.AccountAsync());
        var commands = new SentCommands();
        var node = world.Run(commands);
        Assert.Null((await node.AskAsync(token)).Refusal);
        var verifier = node.Get<Verifier>();
        var credential = CredentialReader.Read(
            new Microsoft.AspNetCore.Http.HeaderDictionary { ["Authorization"] = $"Bearer {token}" }, acceptBearer: true);
        var asked = 0;
        commands.FailWhen = _ => ++asked > 0;
        Assert.Null((await verifier.VerifyAsync(credential, AccessRequirement.None, null, Token)).Refusal);
        Assert.Equal(0, asked);
        world.Time.Advance(ChangeFeed.Trusted);
        Assert.Equal(
            RefusalCode.VerificationUnavailable, (await verifier.VerifyAsync(credential, AccessRequirement.None, null, Token)).Refusal);
    }

    [Fact]
    public async Task Concurrent_requests_share_one_lookup()
    {
        var token = await world.AccountTokenAsync(await world.AccountAsync());
        var lookups = 0;
        var commands = new SentCommands
        {
            FailWhen = text =>
            text.Contains("OAuthRevokedTokens", StringComparison.Ordinal) && Interlocked.Increment(ref lookups) < 0
        };
        var node = world.Run(commands);
        await node.ReadFeedAsync();
        var credential = CredentialReader.Read(
            new Microsoft.AspNetCore.Http.HeaderDictionary { ["Authorization"] = $"Bearer {token}" }, acceptBearer: true);
        var verdicts = await Task.WhenAll(Enumerable.Range(0, 20)
            .Select(_ => node.Get<Verifier>().VerifyAsync(credential, AccessRequirement.None, null, Token).AsTask()));
        Assert.All(verdicts, verdict => Assert.Null(verdict.Refusal));
        Assert.InRange(lookups, 1, 2); // a second lookup only for requests that arrive after the first has ended
    }

    [Fact]
    public async Task Service_account_verifies_keys_with_its_token()
    {
        var key = (await world.Services.Keys.CreateAsync(world.Developer, new(TestInstallation.Orders, "Backend"), Token)).Value;
        foreach (var (permissions, scope, refusal) in new[] { ("verify", (string?)null, (RefusalCode?)null), ("read verify", "api", null), (
            "read verify", "read:workflows", RefusalCode.InsufficientPermissions) })
        {
            var token = await world.AccountTokenAsync(await world.AccountAsync(permissions.Split(' ')), scope);
            var caller = CredentialReader.Read(
                new Microsoft.AspNetCore.Http.HeaderDictionary { ["Authorization"] = $"Bearer {token}" }, acceptBearer: true);
            _ = world.Services.Verifier;
            var outcome = await world.Services.Get<KeyVerificationService>()
                .AskAsync(caller, null, (Result<VerifyKeyRequest>)new VerifyKeyRequest(key.Secret.Reveal()), Token);
            Assert.Equal((refusal, refusal is null ? key.Key.KeyId : null), (outcome.Refused?.Refusal, outcome.Answer?.Verdict.KeyId));
        }
    }

    public ValueTask DisposeAsync() => world.DisposeAsync();

    /// <summary>Changes a role and writes a feed row about the user.</summary>
    async Task SetRoleAsync(Actor person, OrganizationRole? role)
    {
        world.SetRole("acme", person, role);
        await world.Services.Work.AnnounceBehindAsync(
            (_, _) => Task.FromResult<IReadOnlyList<FeedSubject>>([new(FeedSubject.User, person.Id)]), Token);
    }
}
