using System.Net;
using Dashboard.Core.Credentials;
using Dashboard.Core.Keys;
using Dashboard.Core.Organizations;
using Dashboard.Core.ServiceAccounts;
using Dashboard.Core.Verification;
using Dashboard.Tests.Unit.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Dashboard.Tests.Unit.Verification;

[EveryDatabase]
public sealed class KeyVerificationServiceTests
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Valid_key_returns_its_principal()
    {
        await using var world = new TestInstallation();
        var (api, key) = (await ApiAsync(world), await KeyAsync(world, new(TestInstallation.Orders, "one", Permissions: ["read"])));
        var verdict = (await AnswerAsync(
            world, api, new(key.Secret.Reveal(), Project: TestInstallation.Orders, Resource: "workflow:any", Permission: "read"))).Verdict;
        Assert.Equal((key.Key.KeyId, TestInstallation.Orders, "Dora"), (
            verdict.Principal!.KeyId, verdict.Principal.Project, verdict.Principal.Owner.Name));
    }

    [Fact]
    public async Task Environment_defaults_to_that_of_the_callers_key()
    {
        await using var world = new TestInstallation();
        var api = await ApiAsync(world, KeyEnvironment.Test);
        var (live, test) = (await KeyAsync(world, new(TestInstallation.Orders, "live")), await KeyAsync(
            world, new(TestInstallation.Orders, "test", KeyEnvironment.Test)));
        Assert.Equal(RefusalCode.WrongEnvironment, (await AnswerAsync(world, api, new(live.Secret.Reveal()))).Verdict.Refusal);
        Assert.Null((await AnswerAsync(world, api, new(live.Secret.Reveal(), KeyEnvironment.Live))).Verdict.Refusal);
        Assert.Null((await AnswerAsync(world, api, new(test.Secret.Reveal()))).Verdict.Refusal);
    }

    [Fact]
    public async Task Keys_of_other_organizations_are_unknown_and_not_counted()
    {
        await using var world = new TestInstallation();
        var api = await ApiAsync(world);
        var foreign = (await world.Services.Keys.CreateAsync(world.Stranger, new(TestInstallation.Billing, "theirs"), Token)).Value;
        var answer = await AnswerAsync(world, api, new(foreign.Secret.Reveal(), Explain: true));
        Assert.Equal((RefusalCode.InvalidKey, null), (answer.Verdict.Refusal, answer.Verdict.KeyId));
        Assert.Equal("shape passed, known invalid_key, state not_tried", Text(answer, 3));
        await world.Services.Usage.FlushAsync(Token);
        await using var context = world.Open();
        Assert.False(await context.KeyHours.AnyAsync(x => x.KeyId == foreign.Key.KeyId, Token));
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("a.b.c")]
    [InlineData("nk_live_Ab12CdEf_ABCDEFGHIJKLMNOPQRSTUVWXYZ2x1xjJ")]
    public async Task Text_that_is_not_a_key_is_malformed(string text)
    {
        await using var world = new TestInstallation();
        var answer = await AnswerAsync(world, await ApiAsync(world), new(text, Explain: true));
        Assert.Equal((RefusalCode.MalformedKey, null), (answer.Verdict.Refusal, answer.Verdict.KeyId));
        Assert.Equal("shape malformed_key, known not_tried", Text(answer, 2));
    }

    [Fact]
    public async Task Explanation_lists_every_rule_in_order()
    {
        await using var world = new TestInstallation();
        world.AddResource(TestInstallation.Orders, "workflow", "intake");
        var api = await ApiAsync(world);
        var key = await KeyAsync(
            world, new(TestInstallation.Orders, "narrow", KeyEnvironment.Test, ["workflow:intake"], ["read"], AllowedIps: ["10.0.0.0/8"]));
        var question =
            new VerifyKeyRequest(key.Secret.Reveal(), null, TestInstallation.Billing, "workflow:other", "write", "192.0.2.1", true);
        Assert.Equal(
            "shape passed, known passed, state passed, environment wrong_environment, address ip_not_allowed, project wrong_project, resource resource_out_of_scope, "
            + "permission insufficient_permissions, rate not_tried",
            Text(await AnswerAsync(world, api, question), 9));
        var mended = question with
        {
            Environment = KeyEnvironment.Test,
            Project = TestInstallation.Orders,
            Resource = "workflow:intake",
            Permission = "read",
            ClientIp = "10.1.1.1"
        };
        var answer = await AnswerAsync(world, api, mended);
        Assert.Equal(Enumerable.Repeat("passed", 9), answer.Rules!.Select(x => x.Verdict));
        Assert.Null(answer.Verdict.Refusal);
        Assert.Null((await AnswerAsync(world, api, mended with { Explain = false })).Rules);
    }

    [Fact]
    public async Task Explanation_takes_nothing_from_a_limit_and_is_no_use()
    {
        await using var world = new TestInstallation();
        var api = await ApiAsync(world);
        var key = await KeyAsync(world, new(TestInstallation.Orders, "limited", RequestsPerMinute: 1));
        var question = new VerifyKeyRequest(key.Secret.Reveal(), Explain: true);
        Assert.Null((await AnswerAsync(world, api, question)).Verdict.Refusal);
        Assert.Null((await AnswerAsync(world, api, question)).Verdict.Refusal);
        await world.Services.Usage.FlushAsync(Token);
        await world.Services.Get<Core.Usage.FirstUses>().FlushAsync(Token);
        await using (var context = world.Open())
        {
            Assert.False(await context.KeyHours.AnyAsync(x => x.KeyId == key.Key.KeyId, Token));
            Assert.Null((await context.Keys.SingleAsync(x => x.KeyId == key.Key.KeyId, Token)).LastUsedAt);
        }

        Assert.Null((await AnswerAsync(world, api, question with { Explain = false })).Verdict.Refusal);
        var limited = await AnswerAsync(world, api, question);
        Assert.Equal((RefusalCode.RateLimited, "rate rate_limited"), (limited.Verdict.Refusal, Text(limited, 9).Split(", ")[^1]));
        Assert.NotNull(limited.Verdict.RetryAfter);
    }

    [Fact]
    public async Task Allow_list_is_checked_against_the_given_client_address()
    {
        await using var world = new TestInstallation();
        var (api, key) = (await ApiAsync(world), await KeyAsync(
            world, new(TestInstallation.Orders, "one", AllowedIps: ["203.0.113.0/24", "2001:db8::/32"])));
        foreach (var (client, refusal) in new (string?, RefusalCode?)[]
        {
            ("203.0.113.9", null), ("::ffff:203.0.113.9", null), ("2001:db8::9", null),
                ("203.0.113.9:4711", null), ("[2001:db8::9]:443", null), ("203.0.114.9:80", RefusalCode.IpNotAllowed),
                    ("203.0.114.9", RefusalCode.IpNotAllowed), (null, RefusalCode.IpNotAllowed),
        })
        {
            Assert.Equal(refusal, (await AnswerAsync(world, api, new(key.Secret.Reveal(), ClientIp: client))).Verdict.Refusal);
        }
    }

    [Theory]
    [InlineData("{0}\n", null)]
    [InlineData("\r\n{0}\r\n", null)]
    [InlineData("{0}\n{0}", RefusalCode.MalformedKey)]
    [InlineData("{0} ", RefusalCode.MalformedKey)]
    [InlineData("\n", RefusalCode.MalformedKey)]
    public async Task Line_break_around_a_key_is_not_part_of_it(string text, RefusalCode? refusal)
    {
        await using var world = new TestInstallation();
        var (api, key) = (await ApiAsync(world), await KeyAsync(world, new(TestInstallation.Orders, "one")));
        Assert.Equal(
            refusal, (await AnswerAsync(world, api,
                new(string.Format(System.Globalization.CultureInfo.InvariantCulture, text, key.Secret.Reveal())))).Verdict.Refusal);
    }

    [Fact]
    public async Task Caller_is_authorized_before_the_body_is_validated()
    {
        await using var world = new TestInstallation();
        var persons = await KeyAsync(world, new(TestInstallation.Orders, "one"));
        var plain = (await world.Services.Get<ServiceAccountService>().CreateAsync(world.Admin, new("plain"), Token)).Value.Key;
        foreach (var (headers, code) in new[]
        {
            (new HeaderDictionary(), RefusalCode.MissingCredential),
            (new HeaderDictionary { ["X-API-Key"] = "nonsense" }, RefusalCode.MalformedKey),
            (new HeaderDictionary { ["X-API-Key"] = persons.Secret.Reveal() }, RefusalCode.InsufficientPermissions),
            (new HeaderDictionary { ["X-API-Key"] = plain.Secret.Reveal() }, RefusalCode.InsufficientPermissions),
        })
        {
            var outcome = await AskAsync(world, headers, Error.Invalid("key", "unreadable"));
            Assert.Equal((code, null, null), (outcome.Refused?.Refusal, outcome.Answer, outcome.Error));
        }
    }

    [Theory]
    [InlineData("orders", null, null, null, "project")]
    [InlineData(null, "workflow", null, null, "resource")]
    [InlineData(null, "workflow:a:b", null, null, "resource")]
    [InlineData(null, "workflow:a b", null, null, "resource")]
    [InlineData(null, null, "Read!", null, "permission")]
    [InlineData(null, null, null, "203.0.113.07", "client_ip")]
    [InlineData(null, null, null, "203.0.113.7:65536", "client_ip")]
    [InlineData(null, null, null, "203.0.113.7:", "client_ip")]
    [InlineData(null, null, null, "[203.0.113.7]:80", "client_ip")]
    [InlineData(null, null, null, "[2001:db8::7", "client_ip")]
    [InlineData(null, null, null, "2001:db8::7]:80", "client_ip")]
    [InlineData(null, null, null, "fe80::1%eth0", "client_ip")]
    [InlineData(null, null, null, "", "client_ip")]
    public async Task Invalid_request_is_an_error_by_field(
        string? project, string? resource, string? permission, string? client, string field)
    {
        await using var world = new TestInstallation();
        var outcome =
            await AskAsync(world, Headers(await ApiAsync(world)), new VerifyKeyRequest("x", null, project, resource, permission, client));
        Assert.Equal(field, outcome.Error?.Errors?.Keys.Single());
    }

    [Fact]
    public async Task Unknown_project_or_permission_refuses_the_key()
    {
        await using var world = new TestInstallation();
        var (api, key) = (await ApiAsync(world), await KeyAsync(world, new(TestInstallation.Orders, "one")));
        Assert.Equal(
            RefusalCode.WrongProject, (await AnswerAsync(world, api, new(key.Secret.Reveal(), Project: "no/where"))).Verdict.Refusal);
        Assert.Equal(RefusalCode.InsufficientPermissions,
            (await AnswerAsync(world, api, new(key.Secret.Reveal(), Permission: "fly"))).Verdict.Refusal);
    }

    [Fact]
    public async Task Key_limit_applies_to_the_key_and_not_to_the_caller()
    {
        await using var world = new TestInstallation(("RateLimits:RefusedPerMinute", "2"));
        var (api, key) = (await ApiAsync(world), await KeyAsync(world, new(TestInstallation.Orders, "one", RequestsPerMinute: 3)));
        for (var i = 0; i < 3; i++)
        {
            Assert.Null((await AnswerAsync(world, api, new(key.Secret.Reveal()))).Verdict.Refusal);
        }

        var full = await AnswerAsync(world, api, new(key.Secret.Reveal(), Explain: true));
        Assert.Equal(
            (RefusalCode.RateLimited, key.Key.KeyId, "rate_limited"), (full.Verdict.Refusal, full.Verdict.KeyId, full.Rules![^1].Verdict));
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(
                RefusalCode.MalformedKey, (await AnswerAsync(world, api, new("nonsense", ClientIp: "203.0.113.7"))).Verdict.Refusal);
        }
    }

    [Fact]
    public async Task Client_with_too_many_refusals_waits_but_a_valid_key_passes()
    {
        await using var world = new TestInstallation(("RateLimits:RefusedPerMinute", "3"));
        var key = await KeyAsync(world, new(TestInstallation.Orders, "one"));
        Assert.Equal(["malformed_key", "malformed_key", "malformed_key", "rate_limited", "rate_limited"], await RepeatAsync(
            "203.0.113.7", proxys: false));
        Assert.Equal(["malformed_key", "malformed_key", "malformed_key", "malformed_key", "malformed_key"], await RepeatAsync(
            "203.0.113.8", proxys: true));
        var good = await world.Services.Verifier.VerifyAsync(
            PresentedKeys.Key(key.Secret.Reveal()), AccessRequirement.None, IPAddress.Parse("203.0.113.7"), Token);
        Assert.Null(good.Refusal);
        var refused = await world.Services.Verifier.VerifyAsync(
            PresentedKeys.Key("nonsense"), AccessRequirement.None, IPAddress.Parse("203.0.113.7"), Token);
        world.Time.Advance(refused.RetryAfter!.Value);
        Assert.Equal(
            RefusalCode.MalformedKey, (await world.Services.Verifier.VerifyAsync(
                PresentedKeys.Key("nonsense"), AccessRequirement.None, IPAddress.Parse("203.0.113.7"), Token)).Refusal);

        async Task<List<string>> RepeatAsync(string client, bool proxys)
        {
            var codes = new List<string>();
            for (var i = 0; i < 5; i++)
            {
                codes.Add((await world.Services.Verifier.VerifyAsync(PresentedKeys.Key("nonsense"),
                    AccessRequirement.None, new(IPAddress.Parse(client), IsProxyAddress: proxys), Token)).Refusal!.Value.ToWireName());
            }

            return codes;
        }
    }

    static async Task<IssuedKey> ApiAsync(TestInstallation world, KeyEnvironment environment = KeyEnvironment.Live) =>
        (await world.Services.Get<ServiceAccountService>()
            .CreateAsync(world.Admin, new("api", Permissions: ["verify"], Environment: environment), Token)).Value.Key;

    static async Task<IssuedKey> KeyAsync(TestInstallation world, NewKey wanted) =>
        (await world.Services.Keys.CreateAsync(world.Developer, wanted, Token)).Value;

    static ValueTask<VerifyKeyResult> AskAsync(TestInstallation world, IHeaderDictionary headers, Result<VerifyKeyRequest> question)
    {
        Assert.NotNull(world.Services.Verifier); // reads the feed, as a running node does every second
        return world.Services.Get<KeyVerificationService>()
            .AskAsync(CredentialReader.Read(headers, acceptBearer: true), new(IPAddress.Loopback), question, Token);
    }

    static async Task<VerifyKeyAnswer> AnswerAsync(TestInstallation world, IssuedKey api, VerifyKeyRequest question) =>
        (await AskAsync(world, Headers(api), question)).Answer!;

    static HeaderDictionary Headers(IssuedKey key) => new() { ["X-API-Key"] = key.Secret.Reveal() };

    static string Text(VerifyKeyAnswer answer, int count) =>
        string.Join(", ", answer.Rules!.Take(count).Select(x => $"{x.Rule} {x.Verdict}"));
}
