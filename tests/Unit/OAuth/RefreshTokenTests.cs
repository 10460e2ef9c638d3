using Dashboard.Core.Changes;
using Dashboard.Core.OAuth;
using Dashboard.Tests.Unit.Support;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Dashboard.Tests.Unit.OAuth;

/// <summary>Tokens for a refresh token.</summary>
[EveryDatabase]
public sealed class RefreshTokenTests : IAsyncDisposable
{
    readonly TestInstallation world = new();

    static CancellationToken Token => TestContext.Current.CancellationToken;

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

    public ValueTask DisposeAsync() => world.DisposeAsync();
}
