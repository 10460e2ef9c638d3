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
    public async Task Code_is_exchanged_once_and_its_reuse_ends_what_it_gave()
    {
        var client = (await world.Services.RegisterAsync()).Client.ClientId;
        var code = await world.Services.CodeAsync(world.Developer, client);
        var issued = (await world.Services.ExchangeAsync(client, code)).Value;
        Assert.Equal((TimeSpan.FromSeconds(3600), "read:workflows"), (issued.ExpiresIn, issued.Scope));
        Assert.Null((await world.Services.AskAsync(issued.AccessToken.Reveal())).Refusal);

        Assert.Equal("invalid_grant", (await world.Services.ExchangeAsync(client, code)).Error.OAuthName());
        Assert.Equal(RefusalCode.InvalidToken, (await world.Services.AskAsync(issued.AccessToken.Reveal())).Refusal);
        Assert.Equal("invalid_grant", (await world.Services.RefreshAsync(client, issued.RefreshToken!.Reveal())).Error.OAuthName());
    }

    [Fact]
    public async Task Code_is_valid_for_its_client_redirect_verifier_and_a_minute()
    {
        var client = (await world.Services.RegisterAsync()).Client.ClientId;
        var other = (await world.Services.RegisterAsync()).Client.ClientId;
        var code = await world.Services.CodeAsync(world.Developer, client);
        Assert.Equal("invalid_grant", (await world.Services.ExchangeAsync(other, code)).Error.OAuthName());
        Assert.Equal("invalid_grant", (await world.Services.ExchangeAsync(client, code, new string('a', 43))).Error.OAuthName());
        Assert.Equal(
            "invalid_grant", (await world.Services.ExchangeAsync(client, code, redirect: "http://127.0.0.1:1/callback")).Error.OAuthName());
        Assert.Equal("invalid_grant", (await world.Services.ExchangeAsync(client, code, redirect: "")).Error.OAuthName());
        Assert.Equal("invalid_grant", (await world.Services.ExchangeAsync(client, code + "x")).Error.OAuthName());
        world.Time.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal("invalid_grant", (await world.Services.ExchangeAsync(client, code)).Error.OAuthName());
        var late = await world.Services.CodeAsync(world.Developer, client);
        world.Time.Advance(TimeSpan.FromSeconds(60) - TimeSpan.FromMilliseconds(1));
        Assert.Null((await world.Services.ExchangeAsync(client, late)).Error);
    }

    [Fact]
    public async Task Refresh_token_is_single_use_and_a_later_replay_ends_the_family()
    {
        var (client, first) = await world.Services.ConsentAsync(world.Developer);
        var second = (await world.Services.RefreshAsync(client, first.RefreshToken!.Reveal())).Value;
        Assert.Null((await world.Services.AskAsync(second.AccessToken.Reveal())).Refusal);
        world.Time.Advance(TimeSpan.FromSeconds(61));
        Assert.Equal("invalid_grant", (await world.Services.RefreshAsync(client, first.RefreshToken.Reveal())).Error.OAuthName());
        Assert.Equal(RefusalCode.InvalidToken, (await world.Services.AskAsync(second.AccessToken.Reveal())).Refusal);
        Assert.Equal("invalid_grant", (await world.Services.RefreshAsync(client, second.RefreshToken!.Reveal())).Error.OAuthName());
        await using var context = world.Open();
        var ended = await context.AuditEntries.SingleAsync(entry => entry.Action == "authorization.ended", Token);
        Assert.Equal((AuditCategory.Tokens, "Assistant"), (ended.Category, ended.TargetName));
        Assert.Contains("refresh_token_reused", ended.Details, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Used_refresh_token_leads_to_the_same_successor_for_a_minute()
    {
        var (client, first) = await world.Services.ConsentAsync(world.Developer, "read:workflows execute:workflows");
        var second = (await world.Services.RefreshAsync(client, first.RefreshToken!.Reveal())).Value;
        var third = (await world.Services.RefreshAsync(client, second.RefreshToken!.Reveal())).Value;
        world.Time.Advance(TimeSpan.FromSeconds(60));
        var again = (await world.Services.RefreshAsync(client, first.RefreshToken.Reveal(), "read:workflows")).Value;
        Assert.Equal((second.RefreshToken.Reveal(), "read:workflows"), (again.RefreshToken!.Reveal(), again.Scope));
        Assert.NotEqual(second.AccessToken.Reveal(), again.AccessToken.Reveal());
        Assert.Matches("^latchkey_rt_[0-9A-Za-z]{43}$", again.RefreshToken.Reveal());
        foreach (var issued in new[] { second, third, again })
        {
            Assert.Null((await world.Services.AskAsync(issued.AccessToken.Reveal())).Refusal);
        }

        Assert.Equal(third.RefreshToken!.Reveal(),
            (await world.Services.RefreshAsync(client, again.RefreshToken.Reveal())).Value.RefreshToken!.Reveal());
        Assert.DoesNotContain(second.RefreshToken.Reveal(), world.Dump(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ten_that_refresh_at_once_on_two_nodes_all_go_on()
    {
        var (client, tokens) = await world.Services.ConsentAsync(world.Developer);
        var first = tokens.RefreshToken!.Reveal();
        Services[] nodes = [world.Services, world.Run()];
        for (var round = 0; round < 3; round++)
        {
            var refresh = tokens.RefreshToken!.Reveal();
            var outcomes =
                await Task.WhenAll(Enumerable.Range(0, 10).Select(i => Task.Run(() => nodes[i % 2].RefreshAsync(client, refresh), Token)));
            Assert.All(outcomes, outcome => Assert.Null(outcome.Error));
            Assert.Single(outcomes.Select(outcome => outcome.Value.RefreshToken!.Reveal()).Distinct(StringComparer.Ordinal));
            Assert.Equal(10, outcomes.Select(outcome => outcome.Value.AccessToken.Reveal()).Distinct(StringComparer.Ordinal).Count());
            foreach (var outcome in outcomes)
            {
                Assert.Null((await nodes[1].AskAsync(outcome.Value.AccessToken.Reveal())).Refusal);
            }

            tokens = outcomes[0].Value;
            world.Time.Advance(TimeSpan.FromSeconds(10));
        }

        world.Time.Advance(TimeSpan.FromSeconds(61));
        Assert.Equal("invalid_grant", (await nodes[1].RefreshAsync(client, first)).Error.OAuthName()); // a thief comes late
        Assert.Equal("invalid_grant", (await nodes[0].RefreshAsync(client, tokens.RefreshToken!.Reveal())).Error.OAuthName());
        Assert.Equal(RefusalCode.InvalidToken, (await nodes[0].AskAsync(tokens.AccessToken.Reveal())).Refusal);
    }

    [Fact]
    public async Task Used_refresh_token_is_of_no_use_to_another_client_or_after_the_end()
    {
        var (client, first) = await world.Services.ConsentAsync(world.Developer);
        var other = (await world.Services.RegisterAsync()).Client.ClientId;
        var second = (await world.Services.RefreshAsync(client, first.RefreshToken!.Reveal())).Value;
        Assert.Equal("invalid_grant", (await world.Services.RefreshAsync(other, first.RefreshToken.Reveal())).Error.OAuthName());
        Assert.Equal(
            "invalid_scope", (await world.Services.RefreshAsync(client, first.RefreshToken.Reveal(), "write:workflows")).Error.OAuthName());
        Assert.Null((await world.Services.AskAsync(second.AccessToken.Reveal())).Refusal); // the family is as it was
        var body = OAuthFlow.Body(("token", second.RefreshToken!.Reveal()));
        await world.Services.Get<TokenRevocation>().RevokeAsync(body, PresentedClient.Read([], body).Value, OAuthFlow.Origin, Token);
        Assert.Equal("invalid_grant", (await world.Services.RefreshAsync(client, first.RefreshToken.Reveal())).Error.OAuthName());
    }

    [Fact]
    public async Task Successor_stays_the_same_while_the_audit_key_changes()
    {
        var (client, first) = await world.Services.ConsentAsync(world.Developer);
        var second = (await world.Services.RefreshAsync(client, first.RefreshToken!.Reveal())).Value;
        var next = Convert.ToBase64String(Enumerable.Range(100, 32).Select(i => (byte)i).ToArray());
        var renewed = world.Run((AuditKeys.Setting, next), (AuditKeys.OldSetting, TestInstallation.AuditKeyText));
        Assert.Equal(
            second.RefreshToken!.Reveal(), (await renewed.RefreshAsync(client, first.RefreshToken.Reveal())).Value.RefreshToken!.Reveal());
        var forgetful = world.Run((AuditKeys.Setting, next));
        Assert.Equal("invalid_grant", (await forgetful.RefreshAsync(client, first.RefreshToken.Reveal())).Error.OAuthName());
        Assert.Null((await world.Services.AskAsync(second.AccessToken.Reveal())).Refusal); // a node that cannot derive it accuses nobody
    }

    [Fact]
    public async Task Concurrent_use_of_a_code_counts_as_a_replay()
    {
        var client = (await world.Services.RegisterAsync()).Client.ClientId;
        var code = await world.Services.CodeAsync(world.Developer, client);
        var other = world.Run();
        var outcomes = await Task.WhenAll(
            Task.Run(() => world.Services.ExchangeAsync(client, code), Token), Task.Run(() => other.ExchangeAsync(client, code), Token));
        var winner = Assert.Single(outcomes, outcome => outcome.Error is null);
        Assert.Equal("invalid_grant", Assert.Single(outcomes, outcome => outcome.Error is not null).Error.OAuthName());
        Assert.Equal(RefusalCode.InvalidToken, (await world.Services.AskAsync(winner.Value.AccessToken.Reveal())).Refusal);
    }

    [Fact]
    public async Task Concurrent_use_of_a_device_code_issues_tokens_once()
    {
        var device = await world.Services.DeviceAsync();
        await world.Services.Get<DeviceRequests>().ApproveAsync(world.Developer, device.UserCode.Reveal(), "acme", Token);
        var other = world.Run();
        var outcomes =
            await Task.WhenAll(Task.Run(() => world.Services.PollAsync(device), Token), Task.Run(() => other.PollAsync(device), Token));
        Assert.Single(outcomes, outcome => outcome.Error is null);
        Assert.Equal("invalid_grant", Assert.Single(outcomes, outcome => outcome.Error is not null).Error.OAuthName());
    }

    [Fact]
    public async Task Family_ends_30_days_after_approval_despite_refreshes()
    {
        var (client, tokens) = await world.Services.ConsentAsync(world.Developer);
        for (var day = 0; day < 29; day++)
        {
            world.Time.Advance(TimeSpan.FromDays(1));
            tokens = (await world.Services.RefreshAsync(client, tokens.RefreshToken!.Reveal())).Value;
        }

        world.Time.Advance(TimeSpan.FromDays(1) - TimeSpan.FromSeconds(10));
        tokens = (await world.Services.RefreshAsync(client, tokens.RefreshToken!.Reveal())).Value;
        Assert.Equal(TimeSpan.FromSeconds(10), tokens.ExpiresIn); // no longer than the authorization
        world.Time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal("invalid_grant", (await world.Services.RefreshAsync(client, tokens.RefreshToken!.Reveal())).Error.OAuthName());
        Assert.Equal(RefusalCode.TokenExpired, (await world.Services.AskAsync(tokens.AccessToken.Reveal())).Refusal);
    }

    [Fact]
    public async Task Refresh_can_narrow_scopes_and_restore_them_but_not_widen()
    {
        var (client, first) = await world.Services.ConsentAsync(world.Developer, "read:workflows execute:workflows");
        Assert.Equal("invalid_scope",
            (await world.Services.RefreshAsync(client, first.RefreshToken!.Reveal(), "write:workflows")).Error.OAuthName());
        Assert.Equal("invalid_scope", (await world.Services.RefreshAsync(client, first.RefreshToken.Reveal(), "api")).Error.OAuthName());
        var narrow = (await world.Services.RefreshAsync(client, first.RefreshToken.Reveal(), "read:workflows")).Value;
        Assert.Equal("read:workflows", narrow.Scope);
        Assert.Equal(
            "read:workflows execute:workflows", (await world.Services.RefreshAsync(client, narrow.RefreshToken!.Reveal())).Value.Scope);
    }

    [Theory]
    [InlineData("", "read:workflows execute:workflows")]
    [InlineData("openid", "read:workflows execute:workflows")]
    [InlineData("openid  read:workflows ", "read:workflows")]
    [InlineData("read:workflows execute:workflows api", "read:workflows execute:workflows")]
    [InlineData("api", null)]
    [InlineData("read:workflows write:workflows", null)]
    public async Task Refresh_leaves_out_what_was_left_out_before(string scope, string? granted)
    {
        var (client, first) = await world.Services.ConsentAsync(world.Developer, "openid read:workflows api execute:workflows");
        Assert.Equal("read:workflows execute:workflows", first.Scope);
        var outcome = await world.Services.RefreshAsync(client, first.RefreshToken!.Reveal(), scope);
        Assert.Equal((granted is null ? "invalid_scope" : null, granted), (
            outcome.Error.OAuthName(), outcome.Error is null ? outcome.Value.Scope : null));
    }

    [Theory]
    [InlineData("https://mcp.example.com", "https://mcp.example.com/", null)]
    [InlineData("https://mcp.example.com/", "https://mcp.example.com", null)]
    [InlineData("https://mcp.example.com/a", "HTTPS://MCP.EXAMPLE.COM:443/%61", null)]
    [InlineData("https://mcp.example.com", "https://mcp.example.com./", null)]
    [InlineData("https://mcp.example.com/a", "https://mcp.example.com/a/", "invalid_target")]
    [InlineData("https://mcp.example.com", "http://mcp.example.com", "invalid_target")]
    [InlineData("https://mcp.example.com", "https://mcp.example.com:8443", "invalid_target")]
    [InlineData("https://mcp.example.com", "https://other.example.com", "invalid_target")]
    public async Task Resource_is_compared_as_an_address_with_code_and_refresh_token(string approved, string named, string? error)
    {
        var client = (await world.Services.RegisterAsync()).Client.ClientId;
        var code = await world.Services.CodeAsync(world.Developer, client, resource: approved);
        var exchanged = await world.Services.IssueAsync(
            ("grant_type", "authorization_code"), ("client_id", client), ("code", code),
            ("code_verifier", OAuthFlow.Verifier), ("redirect_uri", OAuthFlow.Callback), ("resource", named));
        Assert.Equal(error, exchanged.Error.OAuthName());
        var (other, tokens) = await world.Services.ConsentAsync(world.Developer, resource: approved);
        var refreshed = await world.Services.IssueAsync(
            ("grant_type", "refresh_token"), ("client_id", other), ("refresh_token", tokens.RefreshToken!.Reveal()), ("resource", named));
        Assert.Equal(error, refreshed.Error.OAuthName());
        if (error is null)
        {
            // as approved
            Assert.All([exchanged, refreshed], outcome =>
                Assert.Equal([approved], new JsonWebToken(outcome.Value.AccessToken.Reveal()).Audiences));
        }
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
    public async Task Device_waits_slows_down_and_gets_its_tokens()
    {
        var device = await world.Services.DeviceAsync();
        Assert.Equal((TimeSpan.FromSeconds(1800), TimeSpan.FromSeconds(5)), (device.ExpiresIn, device.Interval));
        Assert.Matches("^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$", device.UserCode.Reveal());
        await PollsAsync(device, "authorization_pending");
        world.Time.Advance(TimeSpan.FromSeconds(5));
        await PollsAsync(device, "authorization_pending");
        world.Time.Advance(TimeSpan.FromSeconds(4.9));
        await PollsAsync(device, "slow_down");
        world.Time.Advance(TimeSpan.FromSeconds(9.9)); // the interval is now 10 seconds
        await PollsAsync(device, "slow_down");
        world.Time.Advance(TimeSpan.FromSeconds(15));
        await PollsAsync(device, "authorization_pending");
        await world.Services.Get<DeviceRequests>().ApproveAsync(world.Developer, device.UserCode.Reveal(), "acme", Token);
        var issued = (await world.Services.PollAsync(device)).Value;
        Assert.Equal(("api", TimeSpan.FromSeconds(3600)), (issued.Scope, issued.ExpiresIn));
        Assert.NotNull(issued.RefreshToken);
        await PollsAsync(device, "invalid_grant");
    }

    [Fact]
    public async Task Denied_or_expired_device_gets_an_error()
    {
        var (denied, late, approved) =
            (await world.Services.DeviceAsync(), await world.Services.DeviceAsync(), await world.Services.DeviceAsync());
        await world.Services.Get<DeviceRequests>().DenyAsync(world.Developer, denied.UserCode.Reveal(), Token);
        await PollsAsync(denied, "access_denied");
        await world.Services.Get<DeviceRequests>().ApproveAsync(world.Developer, approved.UserCode.Reveal(), "acme", Token);
        world.Time.Advance(TimeSpan.FromSeconds(1800));
        await PollsAsync(late, "expired_token");
        await PollsAsync(approved, "expired_token");
        Assert.NotNull(
            (await world.Services.Get<DeviceRequests>().ApproveAsync(world.Developer, late.UserCode.Reveal(), "acme", Token)).Error);
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

    async Task PollsAsync(DeviceGrant device, string error) =>
        Assert.Equal(error, (await world.Services.PollAsync(device)).Error.OAuthName());
}
