using Dashboard.Core.OAuth;
using Dashboard.Core.Tokens;
using Dashboard.Tests.Unit.Support;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Dashboard.Tests.Unit.OAuth;

/// <summary>Device requests and authorizations from the user's side.</summary>
[EveryDatabase]
public sealed class DeviceRequestsTests : IAsyncDisposable
{
    readonly TestInstallation world = new();

    DeviceRequests Devices => world.Services.Get<DeviceRequests>();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Code_is_found_in_any_form_with_the_request_details()
    {
        var device = await world.Services.DeviceAsync();
        var code = device.UserCode.Reveal();
        foreach (var typed in new[] { code, code.ToLowerInvariant(), code.Replace("-", "", StringComparison.Ordinal),
            $" {code.Replace('-', ' ')} ",
            code.Replace('-', '\u2014'), code.Replace('-', '\u00A0'), code.Replace('-', '_'),
            $"{code}\r\n", $"\"{code}\"", $"\u201C{code}\u201D.", string.Join('\u200B', code.AsEnumerable()),
            string.Concat(code.Select(c => c == '-' ? '\uFF0D' : (char)(c + 0xFEE0))), $"{code}\ud800", $"1{code}2" })
        {
            world.Time.Advance(TimeSpan.FromMinutes(1)); // guesses are limited
            var request = (await Devices.FindAsync(world.Developer, typed, Token)).Value;
            Assert.Equal((code, OAuthClient.CommandLineId, "127.0.0.1", "curl/8", TestInstallation.Start), (
                request.UserCode, request.Client.ClientId, request.Address, request.UserAgent, request.CreatedAt));
            Assert.Equal(["api"], request.Scopes);
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("WDJB-MJH")]
    [InlineData("WDJB-MJHTX")]
    [InlineData("AEIO-UYAE")]
    [InlineData("1234-5678")]
    [InlineData("WDJB-MJHT")]
    public async Task Code_of_no_device_is_unknown(string? typed)
    {
        Assert.Equal(ErrorCode.InvalidRequest, (await Devices.FindAsync(world.Developer, typed, Token)).Error?.Code);
        Assert.Equal(ErrorCode.InvalidRequest, (await Devices.ApproveAsync(world.Developer, typed, "acme", Token)).Error?.Code);
        Assert.Equal(ErrorCode.InvalidRequest, (await Devices.DenyAsync(world.Developer, typed, Token)).Error?.Code);
    }

    [Fact]
    public async Task Guesses_are_limited_per_user()
    {
        var device = await world.Services.DeviceAsync();
        for (var i = 0; i < 10; i++)
        {
            await Devices.FindAsync(world.Developer, "BBBB-BBBB", Token);
        }

        Assert.Equal(ErrorCode.RateLimited, (await Devices.FindAsync(world.Developer, device.UserCode.Reveal(), Token)).Error?.Code);
        Assert.Equal(
            ErrorCode.RateLimited, (await Devices.ApproveAsync(world.Developer, device.UserCode.Reveal(), "acme", Token)).Error?.Code);
        Assert.True((await Devices.FindAsync(world.Admin, device.UserCode.Reveal(), Token)).Succeeded);
    }

    [Fact]
    public async Task Device_is_approved_for_an_organization_of_the_person_and_only_once()
    {
        var device = await world.Services.DeviceAsync();
        Assert.Equal(
            ErrorCode.NotFound, (await Devices.ApproveAsync(world.Developer, device.UserCode.Reveal(), "globex", Token)).Error?.Code);
        Assert.Null((await Devices.ApproveAsync(world.Developer, device.UserCode.Reveal(), "acme", Token)).Error);
        Assert.NotNull((await Devices.DenyAsync(world.Developer, device.UserCode.Reveal(), Token)).Error);
        Assert.NotNull((await Devices.ApproveAsync(world.Stranger, device.UserCode.Reveal(), "globex", Token)).Error);
        Assert.Equal("person-3", new Microsoft.IdentityModel.JsonWebTokens.JsonWebToken(
            (await world.Services.PollAsync(device)).Value.AccessToken.Reveal()).Subject);
    }

    [Fact]
    public async Task Of_two_concurrent_decisions_one_applies()
    {
        var device = await world.Services.DeviceAsync();
        var other = world.Run();
        var outcomes = await Task.WhenAll(
            Task.Run(() => Devices.ApproveAsync(world.Developer, device.UserCode.Reveal(), "acme", Token), Token),
            Task.Run(() => other.Get<DeviceRequests>().DenyAsync(world.Admin, device.UserCode.Reveal(), Token), Token));
        Assert.Single(outcomes, outcome => outcome.Succeeded);
    }

    [Fact]
    public async Task Network_with_its_share_of_codes_makes_room_itself_and_closes_the_endpoint_to_nobody_else()
    {
        await AddAsync("over", 1, "203.0.113.0/24", DeviceCodeState.Used, minutesAgo: 5);
        await AddAsync("old", 1, "203.0.113.0/24", DeviceCodeState.Pending, minutesAgo: 11);
        await AddAsync("new", DeviceCodeStore.MaxOfNetwork - 3, "203.0.113.0/24", DeviceCodeState.Pending, minutesAgo: 9);
        await AddAsync("good", 1, "203.0.113.0/24", DeviceCodeState.Approved, minutesAgo: 20);
        Assert.Null(await RequestFromAsync("203.0.113.7")); // what is over goes
        Assert.Null(await RequestFromAsync("203.0.113.7")); // then the oldest pending one
        var full = await RequestFromAsync("203.0.113.7");
        Assert.Equal(("temporarily_unavailable", 429), (full.OAuthName(), full.OAuthStatus()));
        Assert.StartsWith("Too many devices of your network", full!.Detail, StringComparison.Ordinal);
        Assert.Null(await RequestFromAsync("198.51.100.7"));
        await using var context = world.Open();
        Assert.Equal(0, await context.DeviceCodes.CountAsync(x => x.UserAgent == "over" || x.UserAgent == "old", Token));
        // its device has not asked yet
        Assert.Equal(1, await context.DeviceCodes.CountAsync(x => x.State == DeviceCodeState.Approved, Token));
    }

    [Fact]
    public async Task Codes_of_all_networks_are_bounded()
    {
        for (var i = 0; i < 5; i++)
        {
            await AddAsync($"{i}", DeviceCodeStore.Max / 5, $"203.0.{i}.0/24", DeviceCodeState.Pending, minutesAgo: 9);
        }

        Assert.StartsWith("Too many devices wait", (await RequestFromAsync("198.51.100.7"))!.Detail, StringComparison.Ordinal);
        world.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Null(await RequestFromAsync("198.51.100.7"));
        await using var context = world.Open();
        Assert.Equal(DeviceCodeStore.Max, await context.DeviceCodes.CountAsync(Token));
    }

    [Fact]
    public async Task Next_authorization_of_a_person_and_client_beyond_the_limit_ends_the_oldest()
    {
        var limited = world.Run(("Limits:AuthorizationsPerPerson", "2"));
        var first = await limited.CommandLineAsync(world.Developer);
        world.Time.Advance(TimeSpan.FromMinutes(2));
        var second = await limited.CommandLineAsync(world.Developer);
        var ofAnother = await limited.CommandLineAsync(world.Admin);
        world.Time.Advance(TimeSpan.FromMinutes(2));
        var (client, app) = await limited.ConsentAsync(world.Developer);
        var third = await limited.CommandLineAsync(world.Developer);
        Assert.Equal(RefusalCode.InvalidToken, (await limited.AskAsync(first.AccessToken.Reveal())).Refusal);
        foreach (var tokens in new[] { second, third, ofAnother, app })
        {
            Assert.Null((await limited.AskAsync(tokens.AccessToken.Reveal())).Refusal);
        }

        Assert.Equal(
            "invalid_grant", (await limited.RefreshAsync(OAuthClient.CommandLineId, first.RefreshToken!.Reveal())).Error.OAuthName());
        await using var context = world.Open();
        var entry = await context.AuditEntries.SingleAsync(x => x.Action == "authorization.ended", Token);
        Assert.Contains("limit_reached", entry.Details, StringComparison.Ordinal);

        world.Time.Advance(TimeSpan.FromMinutes(2));
        for (var i = 0; i < 3; i++) // by codes too
        {
            Assert.Null((await limited.ExchangeAsync(client, await limited.CodeAsync(world.Developer, client))).Error);
            world.Time.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.Equal(2, await context.Authorizations.CountAsync(x => x.ClientId == client && x.EndedAt == null, Token));
    }

    [Fact]
    public async Task Oldest_authorization_ends_only_once_the_code_is_claimed_and_the_member_locked()
    {
        var commands = new SentCommands();
        var limited = world.Run(commands, ("Limits:AuthorizationsPerPerson", "1"));
        var (client, _) = await limited.ConsentAsync(world.Developer);
        var code = await limited.CodeAsync(world.Developer, client);
        commands.Forget();
        Assert.Null((await limited.ExchangeAsync(client, code)).Error);
        int[] order =
        [
            .. new[] { "OAuthCodes", "Members", "AspNetUsers" }.Select(table => commands.Sent.ToList().FindIndex(
                sql => sql.StartsWith("UPDATE", StringComparison.Ordinal) && sql.Contains(table, StringComparison.Ordinal))),
        ];
        Assert.All(order, place => Assert.NotEqual(-1, place));
        Assert.Equal(order.Order(), order);
        await using var context = world.Open();
        Assert.Equal(1, await context.Authorizations.CountAsync(x => x.ClientId == client && x.EndedAt == null, Token));
    }

    [Fact]
    public async Task Approvals_at_the_same_time_stay_within_the_limit()
    {
        var limited = world.Run(("Limits:AuthorizationsPerPerson", "2"));
        var devices = new List<DeviceGrant>();
        for (var i = 0; i < 5; i++)
        {
            devices.Add(await limited.DeviceAsync());
            Assert.Null((
                await limited.Get<DeviceRequests>().ApproveAsync(world.Developer, devices[i].UserCode.Reveal(), "acme", Token)).Error);
        }

        var other = world.Run(("Limits:AuthorizationsPerPerson", "2"));
        var issued =
            await Task.WhenAll(devices.Select((device, i) => Task.Run(() => (i % 2 == 0 ? limited : other).PollAsync(device), Token)));
        Assert.All(issued, outcome => Assert.Null(outcome.Error));
        await using var context = world.Open();
        Assert.Equal(2, await context.Authorizations.CountAsync(x => x.EndedAt == null, Token));
    }

    [Fact]
    public async Task Member_lists_and_ends_their_own_and_an_admin_the_organizations()
    {
        var authorizations = world.Services.Get<AuthorizationService>();
        var tokens = await world.Services.CommandLineAsync(world.Developer);
        world.Time.Advance(TimeSpan.FromMinutes(5));
        await world.Services.ConsentAsync(world.Developer);
        var own = (await authorizations.ListAsync(world.Developer, new(Limit: 1), Token)).Value;
        var app = Assert.Single(own.Items);
        Assert.Equal(("Assistant", false, "acme", "Dora"), (app.ClientName, app.IsVerified, app.Organization, app.Owner.Name));
        var cli = Assert.Single(
            (await authorizations.ListAsync(world.Developer, new(Cursor: own.NextCursor, Limit: 1), Token)).Value.Items);
        Assert.Equal((OAuthClient.CommandLineId, true, TestInstallation.Start, TestInstallation.Start.AddDays(30)), (
            cli.ClientId, cli.IsVerified, cli.LastUsedAt, cli.ExpiresAt));

        Assert.Equal(ErrorCode.Forbidden, (await authorizations.ListAsync(world.Developer, new("acme"), Token)).Error?.Code);
        Assert.Equal(ErrorCode.NotFound, (await authorizations.ListAsync(world.Stranger, new("acme"), Token)).Error?.Code);
        Assert.Equal(2, (await authorizations.ListAsync(world.Admin, new("acme"), Token)).Value.Items.Count);
        Assert.Empty((await authorizations.ListAsync(world.Admin, new(), Token)).Value.Items);

        foreach (var stranger in new[] { world.Viewer, world.Stranger })
        {
            Assert.Equal(ErrorCode.NotFound, (await authorizations.DisconnectAsync(stranger, cli.Id, Token)).Error?.Code);
        }

        Assert.Null((await world.Services.AskAsync(tokens.AccessToken.Reveal())).Refusal);
        Assert.Null((await authorizations.DisconnectAsync(world.Admin, cli.Id, Token)).Error);
        Assert.Null((await authorizations.DisconnectAsync(world.Developer, cli.Id, Token)).Error); // repeating it succeeds
        Assert.NotNull((await world.Services.AskAsync(tokens.AccessToken.Reveal())).Refusal);
        Assert.Equal("invalid_grant",
            (await world.Services.RefreshAsync(OAuthClient.CommandLineId, tokens.RefreshToken!.Reveal())).Error.OAuthName());
        Assert.Single((await authorizations.ListAsync(world.Developer, new(), Token)).Value.Items);
    }

    public ValueTask DisposeAsync() => world.DisposeAsync();

    async Task AddAsync(string name, int count, string network, DeviceCodeState state, int minutesAgo)
    {
        await using var context = world.Open();
        var created = world.Time.GetUtcNow().AddMinutes(-minutesAgo);
        context.AddRange(Enumerable.Range(0, count).Select(i => new DeviceCode
        {
            CodeHash = KeyHash.Of($"{name}-{network}-{i}"),
            UserCodeHash = KeyHash.Of($"user {name}-{network}-{i}"),
            ClientId = OAuthClient.CommandLineId,
            Scope = "api",
            CreatedAt = created,
            ExpiresAt = created.AddMinutes(30),
            Network = network,
            UserAgent = name,
            IntervalSeconds = 5,
            State = state,
        }));
        await context.SaveChangesAsync(Token);
    }

    async Task<Error?> RequestFromAsync(string address)
    {
        var body = OAuthFlow.Body(("client_id", OAuthClient.CommandLineId));
        var origin = OAuthFlow.Origin with { Address = System.Net.IPAddress.Parse(address) };
        return (await Devices.RequestAsync(body, PresentedClient.Read([], body).Value, origin, Token)).Error;
    }
}
