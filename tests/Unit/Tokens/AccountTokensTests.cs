using Dashboard.Core.Changes;
using Dashboard.Core.Credentials;
using Dashboard.Core.OAuth;
using Dashboard.Core.ServiceAccounts;
using Dashboard.Core.Tokens;
using Dashboard.Tests.Unit.OAuth;
using Dashboard.Tests.Unit.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Xunit;

namespace Dashboard.Tests.Unit.Tokens;

/// <summary>The access tokens of service accounts, which leave no row: what decides about them, and what ends them.</summary>
[EveryDatabase]
public sealed class AccountTokensTests : IAsyncDisposable
{
    readonly TestInstallation world = new();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Issuing_writes_nothing_and_the_token_is_valid_on_every_node()
    {
        var account = await world.AccountAsync();
        await world.Services.Get<SigningKeys>().PublishedAsync(Token);
        var before = world.Dump();
        var token = await world.AccountTokenAsync(account, "read:workflows");
        Assert.Equal(before, world.Dump());
        Assert.Equal(0, new JsonWebToken(token).GetPayloadValue<long>("token_generation"));
        AccessRequirement read = new(Permission: "read", Resource: "workflow:x"), write = new(Permission: "write", Resource: "workflow:x");
        foreach (var node in new[] { world.Services, world.Run() })
        {
            Assert.Null((await node.AskAsync(token, read)).Refusal);
            Assert.Equal(RefusalCode.InsufficientPermissions, (await node.AskAsync(token, write)).Refusal);
        }
    }

    [Fact]
    public async Task Ending_all_tokens_ends_those_on_every_node_and_lets_new_ones_be_issued()
    {
        var (account, bystander) = (await world.AccountAsync(), await world.AccountTokenAsync(await world.AccountAsync()));
        var (other, token) = (world.Run(), await world.AccountTokenAsync(account));
        foreach (var node in new[] { world.Services, other })
        {
            Assert.Null((await node.AskAsync(token)).Refusal);
        }

        Assert.Null((await world.Services.Get<ServiceAccountService>().EndTokensAsync(world.Admin, account.Id, Token)).Error);
        var next = await world.AccountTokenAsync(account);
        foreach (var node in new[] { world.Services, other, world.Run() })
        {
            Assert.Equal(RefusalCode.InvalidToken, (await node.AskAsync(token)).Refusal);
            Assert.Null((await node.AskAsync(next)).Refusal);
            Assert.Null((await node.AskAsync(bystander)).Refusal);
        }

        await using var context = world.Open();
        var entry = await context.AuditEntries.SingleAsync(entry => entry.Action == "service_account.tokens_ended", Token);
        Assert.Equal((AuditCategory.ServiceAccounts, account.Id, world.Admin.Id), (entry.Category, entry.TargetId, entry.ActorId));
    }

    [Fact]
    public async Task Node_that_has_not_heard_of_the_end_issues_nothing_that_is_valid()
    {
        var (account, other) = (await world.AccountAsync(), world.Run());
        await other.ReadFeedAsync();
        Assert.Null((await IssueAsync(other, account)).Error);
        await world.Services.Get<ServiceAccountService>().EndTokensAsync(world.Owner, account.Id, Token);
        var late = (await IssueAsync(other, account)).Value.AccessToken.Reveal();
        Assert.Equal(RefusalCode.InvalidToken, (await world.Services.AskAsync(late)).Refusal);
        await other.ReadFeedAsync();
        Assert.Null((await world.Services.AskAsync((await IssueAsync(other, account)).Value.AccessToken.Reveal())).Refusal);
    }

    [Fact]
    public async Task Removing_a_secret_ends_no_token()
    {
        var (account, accounts) = (await world.AccountAsync(), world.Services.Get<ServiceAccountService>());
        var token = await world.AccountTokenAsync(account);
        var added = await accounts.AddSecretAsync(world.Owner, account.Id, Token);
        var first = added.Value.Account.Secrets.Single(secret => secret.Id != added.Value.Row.Id);
        await accounts.RemoveSecretAsync(world.Owner, account.Id, first.Id, Token);
        Assert.Null((await world.Services.AskAsync(token)).Refusal);
        Assert.Equal("invalid_client", (await IssueAsync(world.Services, account)).Error.OAuthName());
        Assert.Null((await IssueAsync(world.Services, account with { Secret = added.Value.Secret.Reveal() })).Error);
    }

    [Fact]
    public async Task Revoked_token_is_refused_on_every_node_until_its_entry_goes_with_its_expiry()
    {
        var (account, other) = (await world.AccountAsync(), world.Run());
        var (token, sibling) = (await world.AccountTokenAsync(account), await world.AccountTokenAsync(account));
        Assert.Null((await other.AskAsync(token)).Refusal);
        await Task.WhenAll(
            Enumerable.Range(0, 4).Select(i => Task.Run(() => RevokeAsync(i % 2 == 0 ? world.Services : other, token), Token)));
        Assert.Equal(RefusalCode.InvalidToken, (await world.Services.AskAsync(token)).Refusal);
        Assert.Equal(RefusalCode.InvalidToken, (await other.AskAsync(token)).Refusal);
        Assert.Equal(RefusalCode.InvalidToken, (await world.Run().AskAsync(token)).Refusal);
        Assert.Null((await other.AskAsync(sibling)).Refusal);
        Assert.Equal(1, await RevokedAsync());

        world.Time.Advance(TimeSpan.FromDays(1));
        await world.Services.Get<OAuthCleanupService>().ClearAsync(Token);
        Assert.Equal(1, await RevokedAsync());
        world.Time.Advance(OAuthCleanupService.Kept + TimeSpan.FromSeconds(1));
        await world.Services.Get<OAuthCleanupService>().ClearAsync(Token);
        Assert.Equal(0, await RevokedAsync());
        Assert.Equal(RefusalCode.TokenExpired, (await other.AskAsync(token)).Refusal);
    }

    [Fact]
    public async Task Revoking_what_has_ended_or_is_not_ours_leaves_nothing()
    {
        var account = await world.AccountAsync();
        var (ended, expired) = (await world.AccountTokenAsync(account), "");
        await world.Services.Get<ServiceAccountService>().EndTokensAsync(world.Owner, account.Id, Token);
        expired = await world.AccountTokenAsync(account);
        world.Time.Advance(TimeSpan.FromDays(1));
        foreach (var token in new[] { ended, expired, expired[..^4] + "AAAA", "a.b.c" })
        {
            Assert.Null(await RevokeAsync(world.Services, token));
        }

        Assert.Equal(0, await RevokedAsync());
    }

    [Fact]
    public async Task Persons_token_without_its_row_is_invalid()
    {
        var token = (await world.Services.ConsentAsync(world.Developer)).Tokens.AccessToken.Reveal();
        Assert.Null((await world.Services.AskAsync(token)).Refusal);
        world.Sql("DELETE FROM OAuthAccessTokens");
        Assert.Equal(RefusalCode.InvalidToken, (await world.Run().AskAsync(token)).Refusal);
    }

    [Fact]
    public async Task Token_that_has_a_row_stays_valid_until_all_tokens_are_ended()
    {
        var account = await world.AccountAsync();
        var (first, second) = (await OldTokenAsync(account, "old1"), await OldTokenAsync(account, "old2"));
        Assert.Null((await world.Services.AskAsync(first, new(Permission: "read", Resource: "workflow:x"))).Refusal);
        Assert.Null((await world.Services.AskAsync(second)).Refusal);
        Assert.Null(await RevokeAsync(world.Services, first));
        Assert.Equal(RefusalCode.InvalidToken, (await world.Services.AskAsync(first)).Refusal);
        Assert.Null((await world.Services.AskAsync(second)).Refusal);
        await world.Services.Get<ServiceAccountService>().EndTokensAsync(world.Owner, account.Id, Token);
        Assert.Equal(RefusalCode.InvalidToken, (await world.Services.AskAsync(second)).Refusal);
        Assert.Equal(0, await RevokedAsync());
    }

    [Theory]
    [InlineData("0")]
    [InlineData(null)]
    [InlineData(1L)]
    public async Task Token_whose_generation_is_not_the_accounts_is_refused(object? generation)
    {
        var account = await world.AccountAsync();
        var claims = Claims(account, "new1");
        claims["token_generation"] = generation!;
        Assert.Equal(RefusalCode.InvalidToken, (await world.Services.AskAsync(await SignAsync(claims))).Refusal);
        claims["token_generation"] = 0L;
        Assert.Null((await world.Services.AskAsync(await SignAsync(claims))).Refusal);
        claims["sub"] = world.Owner.Id;
        Assert.Equal(RefusalCode.InvalidToken, (await world.Services.AskAsync(await SignAsync(claims))).Refusal);
    }

    [Fact]
    public async Task Token_for_the_issuer_itself_is_limited_to_it()
    {
        var account = await world.AccountAsync();
        var token = await world.AccountTokenAsync(account, resource: OAuthFlow.Origin.Issuer);
        Assert.Equal(RefusalCode.InvalidToken, (
            await world.Services.AskAsync(token, null, new(Path: "/x") { Scheme = "https", Host = "api.example.com" })).Refusal);
        Assert.Null((await world.Services.AskAsync(token, null, new(Path: "/x") { Scheme = "http", Host = "localhost:5000" })).Refusal);
    }

    [Fact]
    public async Task Service_account_gets_600_tokens_a_minute_and_the_limit_ends_none()
    {
        var account = await world.AccountAsync();
        var first = await world.AccountTokenAsync(account);
        for (var i = 1; i < 600; i++)
        {
            Assert.Null((await IssueAsync(world.Services, account)).Error);
        }

        var outcome = await IssueAsync(world.Services, account);
        Assert.Equal(("temporarily_unavailable", 429), (outcome.Error.OAuthName(), outcome.Error.OAuthStatus()));
        Assert.InRange(outcome.Error!.RetryAfter!.Value, TimeSpan.FromTicks(1), TimeSpan.FromMinutes(2));
        Assert.Null((await world.Services.AskAsync(first)).Refusal);
        Assert.Null((await IssueAsync(world.Services, await world.AccountAsync())).Error); // another account
        world.Time.Advance(outcome.Error.RetryAfter.Value);
        Assert.Null((await IssueAsync(world.Services, account)).Error);
    }

    [Theory]
    [InlineData("0", 3)]
    [InlineData("2", 2)]
    public async Task Limit_is_a_setting_and_0_is_none(string limit, int granted)
    {
        var (account, node) = (await world.AccountAsync(), world.Run(("Limits:TokensPerMinute", limit)));
        var outcomes = new List<Result<IssuedTokens>>();
        for (var i = 0; i < 3; i++)
        {
            outcomes.Add(await IssueAsync(node, account));
        }

        Assert.Equal(granted, outcomes.Count(outcome => outcome.Succeeded));
    }

    public ValueTask DisposeAsync() => world.DisposeAsync();

    static Task<Result<IssuedTokens>> IssueAsync(Services node, (string Id, string ClientId, string Secret) account) =>
        node.IssueAsync(("grant_type", "client_credentials"), ("client_id", account.ClientId), ("client_secret", account.Secret));

    static async Task<Error?> RevokeAsync(Services node, string token)
    {
        var body = OAuthFlow.Body(("token", token));
        return (await node.Get<TokenRevocation>().RevokeAsync(body, PresentedClient.Read([], body).Value, OAuthFlow.Origin, Token)).Error;
    }

    static Dictionary<string, object> Claims((string Id, string ClientId, string Secret) account, string jti) => new()
    {
        ["sub"] = account.Id,
        ["account_id"] = "acme",
        ["client_id"] = account.ClientId,
        ["scope"] = "read:workflows",
        ["jti"] = jti,
    };

    /// <summary>Makes a token as they were before they had generations: with a row.</summary>
    async Task<string> OldTokenAsync((string Id, string ClientId, string Secret) account, string jti)
    {
        world.Add(new AccessToken
        {
            Jti = jti,
            ClientId = account.ClientId,
            OwnerType = PartyType.ServiceAccount,
            OwnerId = account.Id,
            OrganizationId = world.OrganizationId("acme"),
            Scope = "read:workflows",
            IssuedAt = TestInstallation.Start,
            ExpiresAt = TestInstallation.Start.AddDays(1),
        });
        return await SignAsync(Claims(account, jti));
    }

    async Task<string> SignAsync(Dictionary<string, object> claims)
    {
        var signer = await world.Services.Get<SigningKeys>().CurrentAsync(Token);
        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor
        {
            TokenType = "at+jwt",
            Issuer = OAuthFlow.Origin.Issuer,
            Audience = OAuthFlow.Origin.Issuer,
            IssuedAt = TestInstallation.Start.UtcDateTime,
            Expires = TestInstallation.Start.AddDays(1).UtcDateTime,
            SigningCredentials = signer.Credentials,
            Claims = claims,
        });
    }

    async Task<int> RevokedAsync()
    {
        await using var context = world.Open();
        return await context.RevokedTokens.CountAsync(Token);
    }
}
