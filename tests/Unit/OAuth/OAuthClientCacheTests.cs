using Dashboard.Core.Changes;
using Dashboard.Core.OAuth;
using Dashboard.Core.Organizations;
using Dashboard.Core.ServiceAccounts;
using Dashboard.Core.Tokens;
using Dashboard.Tests.Unit.Support;
using Microsoft.IdentityModel.JsonWebTokens;
using Xunit;

namespace Dashboard.Tests.Unit.OAuth;

/// <summary>The clients that requests authenticate as are kept in memory, and follow every change.</summary>
[EveryDatabase]
public sealed class OAuthClientCacheTests : IAsyncDisposable
{
    readonly TestInstallation world = new();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Disabling_deleting_and_secrets_count_at_once_here_and_elsewhere_with_the_feed()
    {
        var (account, accounts) = (await world.AccountAsync(), world.Services.Get<ServiceAccountService>());
        Services[] nodes = [world.Services, world.Run()];
        await IssuedAsync(account, nodes);
        await accounts.ChangeAsync(world.Owner, account.Id, new(State: ServiceAccountState.Inactive), Token);
        await RefusedAsync(account, nodes);
        await accounts.ChangeAsync(world.Owner, account.Id, new(State: ServiceAccountState.Active), Token);
        await IssuedAsync(account, nodes);
        var added = (await accounts.AddSecretAsync(world.Owner, account.Id, Token)).Value;
        var next = account with { Secret = added.Secret.Reveal() };
        await IssuedAsync(next, nodes);
        await accounts.RemoveSecretAsync(world.Owner, account.Id, added.Account.Secrets.Single(x => x.Id != added.Row.Id).Id, Token);
        await RefusedAsync(account, nodes);
        await IssuedAsync(next, nodes);
        await accounts.DeleteAsync(world.Owner, account.Id, Token);
        await RefusedAsync(next, nodes);
    }

    [Fact]
    public async Task Changed_permissions_and_a_renamed_organization_count_for_the_next_token()
    {
        var (account, node) = (await world.AccountAsync(["read", "write"]), world.Run());
        await node.ReadFeedAsync();
        Assert.Equal("acme", (await ReadAsync()).GetClaim("account_id").Value);
        await world.Services.Get<ServiceAccountService>().ChangeAsync(world.Owner, account.Id, new(Permissions: ["read"]), Token);
        await world.Services.Get<OrganizationService>().ChangeAsync(world.Owner, "acme", new(null, "apex"), Token);
        await node.ReadFeedAsync();
        Assert.Equal("apex", (await ReadAsync()).GetClaim("account_id").Value);
        Assert.Equal("invalid_scope", (await IssueAsync(node, account, "write:workflows")).Error.OAuthName());

        async Task<JsonWebToken> ReadAsync() => new((await IssueAsync(node, account, "read:workflows")).Value.AccessToken.Reveal());
    }

    [Fact]
    public async Task Introspecting_client_follows_changes_and_needs_no_query_while_the_feed_is_read()
    {
        var commands = new SentCommands();
        var (account, node) = (await world.AccountAsync(["verify"]), world.Run(commands));
        var body = OAuthFlow.Body(
            ("token", await world.AccountTokenAsync(await world.AccountAsync())), ("client_id", account.ClientId), (
                "client_secret", account.Secret));
        await node.ReadFeedAsync();
        Assert.NotNull((await AskAsync()).Facts);
        commands.Forget();
        Assert.NotNull((await AskAsync()).Facts);
        Assert.Empty(commands.Sent);
        await world.Services.Get<ServiceAccountService>().ChangeAsync(world.Owner, account.Id, new(Permissions: ["read"]), Token);
        await node.ReadFeedAsync();
        Assert.Null((await AskAsync()).Facts); // may ask about its own tokens only
        await world.Services.Get<ServiceAccountService>()
            .ChangeAsync(world.Owner, account.Id, new(State: ServiceAccountState.Inactive), Token);
        await node.ReadFeedAsync();
        Assert.Equal("invalid_client", (await AskAsync()).Error.OAuthName());

        Task<IntrospectionAnswer> AskAsync() =>
            node.Get<Introspection>().AskAsync(body, PresentedClient.Read([], body).Value, default, null, OAuthFlow.Origin, Token);
    }

    [Fact]
    public async Task Client_is_read_again_while_the_feed_cannot_be_trusted()
    {
        var commands = new SentCommands();
        var (account, node) = (await world.AccountAsync(), world.Run(commands));
        await node.ReadFeedAsync();
        Assert.Null((await IssueAsync(node, account)).Error);
        world.Time.Advance(ChangeFeed.Trusted);
        await world.Services.Get<ServiceAccountService>()
            .ChangeAsync(world.Owner, account.Id, new(State: ServiceAccountState.Inactive), Token);
        commands.Forget();
        Assert.Equal("invalid_client", (await IssueAsync(node, account)).Error.OAuthName()); // although the node has not read the feed
        Assert.NotEmpty(commands.Sent);
    }

    [Fact]
    public async Task Change_during_the_read_keeps_its_result_out()
    {
        var account = await world.AccountAsync();
        var (commands, accounts) = (new SentCommands(), world.Services.Get<ServiceAccountService>());
        var node = world.Run(commands);
        await node.ReadFeedAsync();
        await world.Services.Get<SigningKeys>().PublishedAsync(Token);
        await node.ReadFeedAsync();
        var changed = false;
        commands.Before = text =>
        {
            if (text.Contains("ServiceAccountCredentials", StringComparison.Ordinal) && !changed)
            {
                changed = true;
                node.Work.AnnounceBehindAsync(
                    (_, _) => Task.FromResult<IReadOnlyList<FeedSubject>>([new(FeedSubject.ServiceAccount, account.Id)]), Token)
                    .GetAwaiter().GetResult();
            }
        };
        Assert.Null((await IssueAsync(node, account)).Error);
        commands.Forget();
        Assert.Null((await IssueAsync(node, account)).Error);
        Assert.Contains(commands.Sent, text => text.Contains("ServiceAccountCredentials", StringComparison.Ordinal));
        commands.Forget();
        Assert.Null((await IssueAsync(node, account)).Error);
        Assert.Empty(commands.Sent);
    }

    [Fact]
    public async Task Registered_client_is_kept_once_somebody_has_approved_it()
    {
        var commands = new SentCommands();
        var node = world.Run(commands);
        var client = (await world.Services.RegisterAsync()).Client.ClientId;
        await node.ReadFeedAsync();
        var cache = node.Get<OAuthClientCache>();
        for (var i = 0; i < 2; i++)
        {
            commands.Forget();
            Assert.NotNull(await cache.FindAsync(client, Token));
            Assert.Single(commands.Sent);
        }

        await world.Services.ExchangeAsync(client, await world.Services.CodeAsync(world.Developer, client));
        await node.ReadFeedAsync();
        Assert.NotNull(await cache.FindAsync(client, Token));
        commands.Forget();
        Assert.NotNull(await cache.FindAsync(client, Token));
        Assert.Empty(commands.Sent);
    }

    public ValueTask DisposeAsync() => world.DisposeAsync();

    static Task<Result<IssuedTokens>> IssueAsync(
        Services node, (string Id, string ClientId, string Secret) account, string scope = "") => node.IssueAsync(
        ("grant_type", "client_credentials"), ("client_id", account.ClientId), ("client_secret", account.Secret), ("scope", scope));

    static async Task IssuedAsync((string Id, string ClientId, string Secret) account, Services[] nodes)
    {
        foreach (var node in nodes)
        {
            await node.ReadFeedAsync();
            Assert.Null((await IssueAsync(node, account)).Error);
        }
    }

    static async Task RefusedAsync((string Id, string ClientId, string Secret) account, Services[] nodes)
    {
        Assert.Equal("invalid_client", (await IssueAsync(nodes[0], account)).Error.OAuthName()); // at once
        foreach (var node in nodes)
        {
            await node.ReadFeedAsync();
            Assert.Equal("invalid_client", (await IssueAsync(node, account)).Error.OAuthName());
        }
    }
}
