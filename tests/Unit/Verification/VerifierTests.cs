using Dashboard.Core.Credentials;
using Dashboard.Core.Keys;
using Dashboard.Tests.Unit.Keys.Format;
using Dashboard.Tests.Unit.Support;
using Xunit;

namespace Dashboard.Tests.Unit.Verification;

[EveryDatabase]
public sealed class VerifierTests
{
    static readonly AccessRequirement Everything = new(AcceptedEnvironments.Test, TestInstallation.Billing, "workflow:other", "write");

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Valid_key_returns_the_full_principal()
    {
        await using var world = new TestInstallation();
        var key = await CreateAsync(
            world, world.Services, new(TestInstallation.Orders, "good", KeyEnvironment.Test, Permissions: ["read"]));
        var verdict = await AskAsync(world.Services, key.Secret.Reveal(), AccessRequirement.None);
        Assert.Null(verdict.Refusal);
        var principal = verdict.Principal!;
        Assert.Equal(
            (key.Key.KeyId, "acme", TestInstallation.Orders, KeyEnvironment.Test, world.Owner.Id, "Olga"),
            (principal.KeyId, principal.Organization, principal.Project, principal.Environment, principal.Owner.Id, principal.Owner.Name));
        Assert.Equal(["read"], principal.Permissions);
        Assert.Null(principal.Scope);
    }

    /// <summary>Each step fixes the first problem and leaves the later ones.</summary>
    [Fact]
    public async Task First_failing_rule_in_order_decides()
    {
        await using var world = new TestInstallation();
        world.AddResource(TestInstallation.Orders, "workflow", "intake");
        var key = await CreateAsync(
            world, world.Services, new(TestInstallation.Orders, "narrow", Resources: ["workflow:intake"], Permissions: ["read"]));
        var raw = key.Secret.Reveal();
        Assert.Equal(RefusalCode.WrongEnvironment, (await AskAsync(world.Services, raw, Everything)).Refusal);
        Assert.Equal(RefusalCode.WrongEnvironment, (
            await AskAsync(world.Services, raw, Everything with { Environments = AcceptedEnvironments.None })).Refusal);
        var live = Everything with { Environments = AcceptedEnvironments.Live };
        Assert.Equal(RefusalCode.WrongProject, (await AskAsync(world.Services, raw, live)).Refusal);
        var here = live with { Project = TestInstallation.Orders };
        Assert.Equal(RefusalCode.ResourceOutOfScope, (await AskAsync(world.Services, raw, here)).Refusal);
        var inScope = here with { Resource = "workflow:intake" };
        Assert.Equal(RefusalCode.InsufficientPermissions, (await AskAsync(world.Services, raw, inScope)).Refusal);
        Assert.Null((await AskAsync(world.Services, raw, inScope with { Permission = "read" })).Refusal);

        Assert.True((await world.Services.Keys.ChangeAsync(world.Owner, key.Key.KeyId, new(State: KeyState.Inactive), Token)).Succeeded);
        Assert.Equal(RefusalCode.InactiveKey, (await AskAsync(world.Services, raw, Everything)).Refusal);
        Assert.True((await world.Services.Keys.RevokeAsync(world.Owner, key.Key.KeyId, Token)).Succeeded);
        var revoked = await AskAsync(world.Services, raw, Everything);
        Assert.Equal((RefusalCode.RevokedKey, key.Key.KeyId), (revoked.Refusal, revoked.KeyId));
    }

    [Fact]
    public async Task Expired_key_is_refused_and_a_revoked_one_stays_revoked()
    {
        await using var world = new TestInstallation();
        var key = await CreateAsync(
            world, world.Services, new(TestInstallation.Orders, "short", ExpiresAt: TestInstallation.Start.AddHours(1)));
        world.Time.Advance(TimeSpan.FromHours(1) - TimeSpan.FromMilliseconds(1));
        Assert.Null((await AskAsync(world.Services, key.Secret.Reveal(), AccessRequirement.None)).Refusal);
        world.Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(RefusalCode.ExpiredKey, (await AskAsync(world.Services, key.Secret.Reveal(), AccessRequirement.None)).Refusal);
        Assert.True((await world.Services.Keys.RevokeAsync(world.Owner, key.Key.KeyId, Token)).Succeeded);
        Assert.Equal(RefusalCode.RevokedKey, (await AskAsync(world.Services, key.Secret.Reveal(), AccessRequirement.None)).Refusal);
    }

    [Fact]
    public async Task Unavailable_database_is_never_reported_as_an_invalid_key()
    {
        var commands = new SentCommands();
        await using var world = new TestInstallation();
        var node = world.Run(commands);
        var key = await CreateAsync(world, node, new(TestInstallation.Orders, "good"));
        commands.FailWhen = _ => true;
        Assert.Equal(RefusalCode.VerificationUnavailable, (await AskAsync(node, key.Secret.Reveal(), AccessRequirement.None)).Refusal);
        commands.FailWhen = _ => false;
        Assert.Null((await AskAsync(node, key.Secret.Reveal(), AccessRequirement.None)).Refusal);
    }

    /// <summary>Between two reads of the feed: the key is known to exist, and reading it fails.</summary>
    [Fact]
    public async Task Read_failure_is_never_reported_as_an_invalid_key()
    {
        var commands = new SentCommands();
        await using var world = new TestInstallation();
        var node = world.Run(commands);
        var credential = PresentedKeys.Key(await CreateAsync(world, node, new(TestInstallation.Orders, "good")));
        var verifier = node.Verifier;
        commands.FailWhen = _ => true;
        foreach (var failure in new Exception[] { new InvalidOperationException("the inner workings"), new OperationCanceledException(
            "not the caller's doing") })
        {
            commands.With = () => failure;
            Assert.Equal(
                RefusalCode.VerificationUnavailable, (await verifier.VerifyAsync(credential, AccessRequirement.None, null, Token)).Refusal);
        }

        using var stopping = new CancellationTokenSource();
        commands.With = () =>
        {
            stopping.Cancel();
            return new OperationCanceledException(stopping.Token);
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await verifier.VerifyAsync(credential, AccessRequirement.None, null, stopping.Token));
    }

    [Fact]
    public async Task Valid_templates_mint_and_verify_and_stay_valid_when_replaced()
    {
        await using var world = new TestInstallation(("Keys:MaxActivePerProject", "1000"));
        var random = new Xorshift(20261122);
        var minted = new List<string>();
        for (var i = 0; i < 200; i++)
        {
            await using var node = world.Run(("Keys:Template", RandomTemplates.Legal(random)), ("Keys:MaxActivePerProject", "1000"));
            minted.Add((await CreateAsync(world, node, new(TestInstallation.Orders, "one", random.Flip()
                ? KeyEnvironment.Live : KeyEnvironment.Test))).Secret.Reveal());
            Assert.Null((await AskAsync(node, minted[^1], AccessRequirement.None)).Refusal);
            Assert.Null((await AskAsync(node, minted[random.Below(minted.Count)], AccessRequirement.None)).Refusal);
        }

        foreach (var raw in minted)
        {
            // a node that was running before they were created
            Assert.Null((await AskAsync(world.Services, raw, AccessRequirement.None)).Refusal);
        }
    }

    [Fact]
    public void Invalid_templates_fail_startup()
    {
        var random = new Xorshift(20261123);
        for (var i = 0; i < 200; i++)
        {
            var (text, _) = RandomTemplates.Illegal(random);
            var stopped = Assert.Throws<SettingException>(
                () => SettingsBinder.Read<KeyOptions>(TestInstallation.Configuration(("Keys:Template", text))));
            Assert.StartsWith("Keys:Template ", stopped.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("nk_{env}_{id:8}_{secret:32}", true)]
    [InlineData("nk_{env}_{hex:64}", false)]
    [InlineData("ak-{uuid}{secret:32}", true)]
    [InlineData("sk_{env}_{secret:32}", true)]
    public async Task Key_with_one_character_changed_is_never_accepted(string template, bool hasChecksum)
    {
        await using var world = new TestInstallation(("Keys:Template", template));
        var raw = (await CreateAsync(world, world.Services, new(TestInstallation.Orders, "one"))).Secret.Reveal();
        var random = new Xorshift(7);
        var asked = new List<Task<Verdict>>(); // concurrent, so they share a read of the feed
        for (var i = 0; i < 500; i++) // KeyTemplatePropertyTests covers 10,000 of each without a database
        {
            var characters = raw.ToCharArray();
            var at = random.Below(raw.Length);
            do
            {
                characters[at] = (char)random.Between(33, 126);
            }
            while (characters[at] == raw[at]);
            asked.Add(AskAsync(world.Services, new(characters), AccessRequirement.None).AsTask());
        }

        foreach (var answer in asked)
        {
            var refusal = (await answer).Refusal;
            Assert.True(refusal == RefusalCode.MalformedKey || (!hasChecksum && refusal == RefusalCode.InvalidKey), $"{refusal}");
        }
    }

    [Fact]
    public async Task Key_that_differs_in_case_is_another()
    {
        await using var world = new TestInstallation(("Keys:Template", "nk_{env}_{hex:64}"));
        var raw = (await CreateAsync(world, world.Services, new(TestInstallation.Orders, "one"))).Secret.Reveal();
        Assert.Equal(RefusalCode.MalformedKey, (await AskAsync(world.Services, raw.ToUpperInvariant(), AccessRequirement.None)).Refusal);
        Assert.Equal(RefusalCode.MissingCredential, (
            await world.Services.Verifier.VerifyAsync(default, AccessRequirement.None, null, Token)).Refusal);
    }

    static async Task<IssuedKey> CreateAsync(TestInstallation world, Services services, NewKey asked) =>
        (await services.Keys.CreateAsync(world.Owner, asked, Token)).Value;

    static ValueTask<Verdict> AskAsync(Services services, string raw, AccessRequirement requirement) =>
        services.Verifier.VerifyAsync(PresentedKeys.Key(raw), requirement, null, Token);
}
