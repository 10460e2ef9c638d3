using Dashboard.Core.Changes;
using Dashboard.Core.OAuth;
using Dashboard.Core.Organizations;
using Dashboard.Core.ServiceAccounts;
using Dashboard.Core.Tokens;
using Dashboard.Tests.Unit.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.IdentityModel.JsonWebTokens;
using Xunit;

namespace Dashboard.Tests.Unit.OAuth;

/// <summary>Token issuance, lifetimes and revocation.</summary>
[EveryDatabase]
public sealed class TokenServiceTests : IAsyncDisposable
{
    readonly TestInstallation world = new();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Service_account_gets_a_JWT_of_RFC_9068_for_a_day_and_no_refresh_token()
    {
        var account = await world.AccountAsync();
        var issued = (await world.Services.IssueAsync(
            ("grant_type", "client_credentials"), ("client_id", account.ClientId), ("client_secret", account.Secret))).Value;
        var jwt = new JsonWebToken(issued.AccessToken.Reveal());
        Assert.Equal(("at+jwt", "ES256"), (jwt.Typ, jwt.Alg));
        Assert.Equal(
            (OAuthFlow.Origin.Issuer, OAuthFlow.Origin.Issuer, account.Id), (jwt.Issuer, Assert.Single(jwt.Audiences), jwt.Subject));
        Assert.Equal(("acme", account.ClientId), (jwt.GetClaim("account_id").Value, jwt.GetClaim("client_id").Value));
        Assert.Equal("read:workflows read:gateways read:agents", jwt.GetClaim("scope").Value);
        Assert.Equal((TestInstallation.Start.UtcDateTime, TestInstallation.Start.AddDays(1).UtcDateTime), (jwt.IssuedAt, jwt.ValidTo));
        Assert.Equal((TimeSpan.FromSeconds(86400), null), (issued.ExpiresIn, issued.RefreshToken));
        Assert.NotEmpty(jwt.Id);
    }

    [Theory]
    [InlineData("read", "", "read:workflows read:gateways read:agents")]
    [InlineData("verify", "", "api")]
    [InlineData("read execute", "execute:agents read:workflows", "read:workflows execute:agents")]
    [InlineData("read execute", "api", "api")]
    [InlineData("execute", "", null)]
    [InlineData("read", "write:workflows", null)]
    [InlineData("read", " read:workflows   read:agents ", "read:workflows read:agents")]
    [InlineData("read", "read:workflows openid", null)]
    [InlineData("read", "read:spaceships", null)]
    [InlineData("read", "verify", null)]
    [InlineData("read", "API", null)]
    public async Task Service_account_gets_the_scopes_that_it_may_have(string permissions, string scope, string? granted)
    {
        var account = await world.AccountAsync(permissions.Split(' '));
        var outcome = await world.Services.IssueAsync(
            ("grant_type", "client_credentials"), ("client_id", account.ClientId), ("client_secret", account.Secret), ("scope", scope));
        Assert.Equal((granted is null ? "invalid_scope" : null, granted), (
            outcome.Error.OAuthName(), outcome.Error is null ? outcome.Value.Scope : null));
    }

    [Fact]
    public async Task Client_with_a_wrong_secret_or_disabled_account_gets_no_token()
    {
        var account = await world.AccountAsync();
        foreach (var (id, secret) in new[] { (account.ClientId, "secret_wrong"), (account.ClientId, ""),
            ("latchkey-sa-nobody", account.Secret), (OAuthClient.CommandLineId, account.Secret), ("", "") })
        {
            Assert.Equal(
                "invalid_client", (await world.Services.IssueAsync(
                    ("grant_type", "client_credentials"), ("client_id", id), ("client_secret", secret))).Error.OAuthName());
        }

        await world.Services.Get<ServiceAccountService>()
            .ChangeAsync(world.Owner, account.Id, new(State: ServiceAccountState.Inactive), Token);
        Assert.Equal(
            "invalid_client",
            (await world.Services.IssueAsync(("grant_type", "client_credentials"), ("client_id", account.ClientId),
                ("client_secret", account.Secret))).Error.OAuthName());
    }

    [Fact]
    public async Task Failures_are_limited_by_address_and_client_and_never_refuse_the_right_secret()
    {
        var (account, other) = (await world.AccountAsync(), await world.AccountAsync());
        for (var i = 0; i < 60; i++)
        {
            Assert.Equal("invalid_client", (await IssueAsync(account.ClientId, "wrong")).Error.OAuthName());
        }

        var outcome = await IssueAsync(account.ClientId, "wrong");
        Assert.Equal(("temporarily_unavailable", 429), (outcome.Error.OAuthName(), outcome.Error.OAuthStatus()));
        Assert.NotNull(outcome.Error!.RetryAfter);
        Assert.Null((await IssueAsync(account.ClientId, account.Secret)).Error);
        Assert.Equal("invalid_client", (await IssueAsync(other.ClientId, "wrong")).Error.OAuthName()); // is not to blame for it
        Assert.Equal("invalid_client", (await IssueAsync(account.ClientId, "wrong", fromPage: true)).Error.OAuthName());

        Task<Result<IssuedTokens>> IssueAsync(string id, string secret, bool fromPage = false)
        {
            var body = OAuthFlow.Body(("grant_type", "client_credentials"), ("client_id", id), ("client_secret", secret));
            return world.Services.Get<TokenService>()
                .IssueAsync(body, PresentedClient.Read([], body).Value, OAuthFlow.Origin with { FromPage = fromPage }, Token);
        }
    }

    [Fact]
    public async Task Neighbor_who_fails_closes_nothing_for_what_is_right()
    {
        var services = world.Services;
        var account = await world.AccountAsync();
        var (client, tokens) = await services.ConsentAsync(world.Developer);
        var (code, device) = (await services.CodeAsync(world.Developer, client), await services.DeviceAsync());
        await services.Get<DeviceRequests>().ApproveAsync(world.Developer, device.UserCode.Reveal(), "acme", Token);
        foreach (var i in Enumerable.Range(0, 61))
        {
            await services.IssueAsync(
                ("grant_type", "client_credentials"), ("client_id", account.ClientId), ("client_secret", $"secret_{i}"));
            await services.IssueAsync(("grant_type", "client_credentials"), ("client_id", $"latchkey-sa-{i}"), ("client_secret", "x"));
            await services.ExchangeAsync(client, $"latchkey_ac_{i}");
            await services.RefreshAsync(client, $"latchkey_rt_{i}");
            await services.PollAsync(device with { DeviceCode = OAuthSecret.Of("", $"latchkey_dc_{i}") });
            await RevokeAsync(("token", $"latchkey_rt_{i}"));
            await RevokeAsync(("token", "a.b.c"), ("client_id", account.ClientId), ("client_secret", "wrong"));
        }

        Assert.Equal(
            429, (await services.IssueAsync(
                ("grant_type", "client_credentials"), ("client_id", account.ClientId), ("client_secret", "x"))).Error.OAuthStatus());
        Assert.Equal(429, (await services.ExchangeAsync(client, "latchkey_ac_x")).Error.OAuthStatus());
        Assert.Equal(429, (await services.RefreshAsync(client, "latchkey_rt_x")).Error.OAuthStatus());
        Assert.Equal(429, (await services.PollAsync(device with { DeviceCode = OAuthSecret.Of("", "latchkey_dc_x") })).Error.OAuthStatus());
        Assert.Equal(429, (await RevokeAsync(("token", "latchkey_rt_x"))).Error.OAuthStatus());

        var own = await services.IssueAsync(
            ("grant_type", "client_credentials"), ("client_id", account.ClientId), ("client_secret", account.Secret));
        Assert.Null(own.Error);
        Assert.Null((await services.ExchangeAsync(client, code)).Error);
        var refreshed = await services.RefreshAsync(client, tokens.RefreshToken!.Reveal());
        Assert.Null(refreshed.Error);
        Assert.Null((await services.PollAsync(device)).Error);
        foreach (var (text, more) in new[] { (own.Value.AccessToken, account.ClientId), (refreshed.Value.RefreshToken!, "") })
        {
            // Found somewhere, with the id of a client whose secret the finder does not know.
            Assert.Null((
                await RevokeAsync(("token", text.Reveal()), ("client_id", more), ("client_secret", more.Length > 0 ? "wrong" : ""))).Error);
        }

        Assert.Equal(RefusalCode.InvalidToken, (await services.AskAsync(own.Value.AccessToken.Reveal())).Refusal);
        Assert.Equal(RefusalCode.InvalidToken, (await services.AskAsync(refreshed.Value.AccessToken.Reveal())).Refusal);

        Task<Result<Core.Common.Unit>> RevokeAsync(params (string Name, string Value)[] values)
        {
            var body = OAuthFlow.Body(values);
            return services.Get<TokenRevocation>().RevokeAsync(body, PresentedClient.Read([], body).Value, OAuthFlow.Origin, Token);
        }
    }

    [Theory]
    [InlineData("client_assertion")]
    [InlineData("client_assertion_type")]
    public void Client_assertion_is_refused_by_name(string name)
    {
        var refused = PresentedClient.Read([], OAuthFlow.Body(("client_id", OAuthClient.CommandLineId), (name, "a.b.c"))).Error;
        Assert.Equal(("invalid_client", 401), (refused.OAuthName(), refused.OAuthStatus()));
        Assert.StartsWith(name, refused!.Detail, StringComparison.Ordinal);
        Assert.Null(PresentedClient.Read([], OAuthFlow.Body(("client_id", OAuthClient.CommandLineId), (name, ""))).Error);
    }

    [Fact]
    public async Task Pages_of_other_sites_use_up_nothing_that_programs_need()
    {
        var body = OAuthFlow.Body(("token", "latchkey_rt_guess"));
        var (page, client) = (OAuthFlow.Origin with { FromPage = true }, new NewClient("x", [OAuthFlow.Callback]));
        for (var i = 0; i < 60; i++)
        {
            await world.Services.Get<TokenRevocation>().RevokeAsync(body, PresentedClient.Read([], body).Value, page, Token);
            await world.Services.Get<ClientRegistration>().RegisterAsync(client, page, Token);
        }

        Assert.Equal(
            429, (await world.Services.Get<TokenRevocation>()
                .RevokeAsync(body, PresentedClient.Read([], body).Value, page, Token)).Error.OAuthStatus());
        Assert.Equal(429, (await world.Services.Get<ClientRegistration>().RegisterAsync(client, page, Token)).Error.OAuthStatus());
        Assert.Null((await world.Services.Get<TokenRevocation>()
            .RevokeAsync(body, PresentedClient.Read([], body).Value, OAuthFlow.Origin, Token)).Error);
        var tokens = await world.Services.CommandLineAsync(world.Developer);
        var right = OAuthFlow.Body(("token", tokens.RefreshToken!.Reveal()));
        // who holds it ends it
        Assert.Null((
            await world.Services.Get<TokenRevocation>().RevokeAsync(right, PresentedClient.Read([], right).Value, page, Token)).Error);
        Assert.Equal(RefusalCode.InvalidToken, (await world.Services.AskAsync(tokens.AccessToken.Reveal())).Refusal);
        Assert.Null((await world.Services.Get<ClientRegistration>().RegisterAsync(client, OAuthFlow.Origin, Token)).Error);
    }

    [Fact]
    public async Task Former_member_gets_no_tokens()
    {
        var (client, first) = await world.Services.ConsentAsync(world.Developer);
        var code = await world.Services.CodeAsync(world.Developer, client);
        world.SetRole("acme", world.Developer, null);
        Assert.Equal("invalid_grant", (await world.Services.ExchangeAsync(client, code)).Error.OAuthName());
        Assert.Equal("invalid_grant", (await world.Services.RefreshAsync(client, first.RefreshToken!.Reveal())).Error.OAuthName());
    }

    [Fact]
    public async Task Revoking_an_access_token_ends_it_and_a_refresh_token_the_family()
    {
        var (client, first) = await world.Services.ConsentAsync(world.Developer);
        var second = (await world.Services.RefreshAsync(client, first.RefreshToken!.Reveal())).Value;
        await RevokeAsync(first.AccessToken);
        Assert.Equal(RefusalCode.InvalidToken, (await world.Services.AskAsync(first.AccessToken.Reveal())).Refusal);
        Assert.Null((await world.Services.AskAsync(second.AccessToken.Reveal())).Refusal);
        await RevokeAsync(second.RefreshToken!);
        Assert.Equal(RefusalCode.InvalidToken, (await world.Services.AskAsync(second.AccessToken.Reveal())).Refusal);
        Assert.Equal("invalid_grant", (await world.Services.RefreshAsync(client, second.RefreshToken!.Reveal())).Error.OAuthName());

        async Task RevokeAsync(OAuthSecret secret)
        {
            var body = OAuthFlow.Body(("token", secret.Reveal()));
            for (var repeat = 0; repeat < 2; repeat++)
            {
                Assert.Null((await world.Services.Get<TokenRevocation>()
                    .RevokeAsync(body, PresentedClient.Read([], body).Value, OAuthFlow.Origin, Token)).Error);
            }
        }
    }

    [Fact]
    public async Task No_code_token_or_secret_is_stored_and_none_prints_itself()
    {
        var client = await world.Services.RegisterAsync(new("Assistant", [OAuthFlow.Callback], AuthMethods.Post));
        var device = await world.Services.DeviceAsync();
        var code = await world.Services.CodeAsync(world.Developer, client.Client.ClientId);
        var body = OAuthFlow.Body(
            ("grant_type", "authorization_code"), ("client_id", client.Client.ClientId),
            ("client_secret", client.Secret!.Reveal()), ("code", code),
            ("code_verifier", OAuthFlow.Verifier), ("redirect_uri", OAuthFlow.Callback));
        var presented = PresentedClient.Read([], body).Value;
        var issued = (await world.Services.Get<TokenService>().IssueAsync(body, presented, OAuthFlow.Origin, Token)).Value;
        string[] secrets =
        [
            issued.AccessToken.Reveal(), issued.RefreshToken!.Reveal(), code, client.Secret.Reveal(),
            device.DeviceCode.Reveal(), device.UserCode.Reveal(),
            device.UserCode.Reveal().Replace("-", "", StringComparison.Ordinal), issued.AccessToken.Reveal().Split('.')[2],
        ];
        var printed = world.Dump() + issued + client + device + body + presented + issued.AccessToken
            + System.Text.Json.JsonSerializer.Serialize(issued);
        Assert.All(secrets, secret => Assert.DoesNotContain(secret, printed, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Expired_rows_and_unapproved_clients_are_deleted()
    {
        var (client, _) = await world.Services.ConsentAsync(world.Developer);
        var idle = (await world.Services.RegisterAsync()).Client.ClientId;
        await world.Services.Get<AuthorizationRequests>()
            .CheckAsync(world.Developer, OAuthFlow.Authorize(idle), OAuthFlow.Origin.Issuer, Token);
        await world.Services.Get<WritesBehind>().FlushAsync(Token);
        await world.Services.DeviceAsync();
        world.Time.Advance(TimeSpan.FromDays(1));
        await world.Services.Get<OAuthCleanupService>().ClearAsync(Token);
        Assert.NotNull(await world.Services.Get<OAuthClients>().FindAsync(idle, Token)); // exactly at the limit
        world.Time.Advance(TimeSpan.FromHours(2));
        await world.Services.Get<OAuthCleanupService>().ClearAsync(Token);
        Assert.Null(await world.Services.Get<OAuthClients>().FindAsync(idle, Token));
        Assert.NotNull(await world.Services.Get<OAuthClients>().FindAsync(client, Token));
        await using (var context = world.Open())
        {
            Assert.Equal(
                (0, 0, 0, 1), (await context.DeviceCodes.CountAsync(Token), await context.AuthorizationCodes.CountAsync(Token),
                    await context.AccessTokens.CountAsync(Token), await context.Authorizations.CountAsync(Token)));
        }

        world.Time.Advance(TimeSpan.FromDays(31));
        await world.Services.Get<OAuthCleanupService>().ClearAsync(Token);
        await using var later = world.Open();
        Assert.Equal((0, 0), (await later.Authorizations.CountAsync(Token), await later.RefreshTokens.CountAsync(Token)));
    }

    public ValueTask DisposeAsync() => world.DisposeAsync();
}
