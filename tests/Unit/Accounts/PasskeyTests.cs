using Dashboard.Core.Accounts;
using Dashboard.Tests.Unit.Support;
using Xunit;

namespace Dashboard.Tests.Unit.Accounts;

[EveryDatabase]
public sealed class PasskeyTests : IAsyncLifetime
{
    readonly SoftAuthenticator device = new();
    SignInFixture newcomers = null!;
    PasskeyService passkeys = null!;
    Actor priya = null!;

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        newcomers = await SignInFixture.SetUpAsync();
        passkeys = newcomers.Services.Get<PasskeyService>();
        priya = await newcomers.EnterAsync();
    }

    public ValueTask DisposeAsync()
    {
        device.Dispose();
        return newcomers.DisposeAsync();
    }

    [Fact]
    public async Task Passkey_signs_in_without_an_email_address_and_password()
    {
        await newcomers.AddPasskeyAsync(priya, device);
        var signedIn = (await newcomers.EnterPasskeyAsync(device)).Value;
        Assert.Equal(priya.Id, signedIn.UserId);
        Assert.Contains(
            "\"factor\":\"passkey\"", newcomers.Log().Last(x => x.Action == "session.started").Details, StringComparison.Ordinal);
        var listed = Assert.Single((await newcomers.Services.Get<SecondFactorService>().GetAsync(priya, Token)).Passkeys);
        Assert.Equal(("Work laptop", TestInstallation.Start, TestInstallation.Start.AddSeconds(1), false), (
            listed.Name, listed.CreatedAt, listed.LastUsedAt, listed.IsSynced));
    }

    [Fact]
    public async Task Password_needs_the_passkey_as_second_factor_and_one_of_the_same_account()
    {
        await newcomers.AddPasskeyAsync(priya, device);
        var pending = await newcomers.BeginAsync();
        Assert.Equal(
            ErrorCode.InvalidCredentials, (await newcomers.EnterPasskeyAsync(device, pending with { UserId = "somebody" })).Error?.Code);
        Assert.True((await newcomers.EnterPasskeyAsync(device, pending)).Succeeded);
    }

    [Fact]
    public async Task Answer_counts_once_and_for_ten_minutes()
    {
        await newcomers.AddPasskeyAsync(priya, device);
        newcomers.NextStep();
        var challenge = await passkeys.ChallengeAsync(null, Token);
        var answer = device.Get(challenge);
        Assert.True((await newcomers.AnswerAsync(answer, challenge.State)).Succeeded);
        Assert.Equal(ErrorCode.InvalidCredentials, (await newcomers.AnswerAsync(answer, challenge.State)).Error?.Code);
        newcomers.NextStep();
        Assert.Equal(ErrorCode.InvalidCredentials, (await newcomers.AnswerAsync(answer, challenge.State)).Error?.Code);
        challenge = await passkeys.ChallengeAsync(null, Token);
        newcomers.Installation.Time.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(ErrorCode.InvalidCredentials, (await newcomers.AnswerAsync(device.Get(challenge), challenge.State)).Error?.Code);
    }

    [Theory]
    [InlineData("http://localhost.evil.example", "localhost", true)]
    [InlineData("http://localhost:5000", "evil.example", true)]
    [InlineData("http://localhost:5000", "localhost", false)]
    public async Task Other_origin_or_host_or_an_unverified_person_is_refused(string origin, string host, bool verifies)
    {
        await newcomers.AddPasskeyAsync(priya, device);
        (device.Origin, device.Host, device.VerifiesUser) = (origin, host, verifies);
        Assert.Equal(ErrorCode.InvalidCredentials, (await newcomers.EnterPasskeyAsync(device)).Error?.Code);
        var challenge = (await passkeys.BeginAsync(priya, Token)).Value;
        using var other = new SoftAuthenticator { Origin = origin, Host = host, VerifiesUser = verifies };
        Assert.Equal(ErrorCode.InvalidRequest,
            (await passkeys.AddAsync(priya, "Phone", other.Create(challenge), challenge.State, Token)).Error?.Code);
    }

    [Fact]
    public async Task Host_and_origin_are_those_of_the_public_url()
    {
        var public_ = newcomers.Installation.Run(("PublicUrl", "https://keys.example.com"));
        var service = public_.Get<PasskeyService>();
        using var phone = new SoftAuthenticator { Origin = "https://keys.example.com", Host = "keys.example.com", IsSynced = true };
        var challenge = (await service.BeginAsync(priya, Token)).Value;
        Assert.Contains("\"id\":\"keys.example.com\"", challenge.Options, StringComparison.Ordinal);
        Assert.True((await service.AddAsync(priya, "Phone", phone.Create(challenge), challenge.State, Token)).Succeeded);
        Assert.True(Assert.Single((await public_.Get<SecondFactorService>().GetAsync(priya, Token)).Passkeys).IsSynced);
        challenge = (await service.BeginAsync(priya, Token)).Value;
        using var local = new SoftAuthenticator();
        Assert.Equal(ErrorCode.InvalidRequest,
            (await service.AddAsync(priya, "Local", local.Create(challenge), challenge.State, Token)).Error?.Code);
    }

    [Fact]
    public async Task Copied_authenticator_is_noticed_by_its_sign_count()
    {
        device.SignCount = 5;
        await newcomers.AddPasskeyAsync(priya, device);
        Assert.True((await newcomers.EnterPasskeyAsync(device)).Succeeded);
        device.SignCount = 3;
        Assert.Equal(ErrorCode.InvalidCredentials, (await newcomers.EnterPasskeyAsync(device)).Error?.Code);
    }

    [Fact]
    public async Task Challenge_of_another_person_or_for_something_else_adds_nothing()
    {
        var challenge = (await passkeys.BeginAsync(priya, Token)).Value;
        var answer = device.Create(challenge);
        var other = await passkeys.ChallengeAsync(priya.Id, Token);
        foreach (var state in new[] { other.State, null, "", "CfDJ8", challenge.State[..^2] })
        {
            Assert.Equal(ErrorCode.InvalidRequest, (await passkeys.AddAsync(priya, "Phone", answer, state, Token)).Error?.Code);
        }

        foreach (var garbage in new[] { null, "", "{}", "[", new string('x', 20_000) })
        {
            Assert.Equal(ErrorCode.InvalidRequest, (await passkeys.AddAsync(priya, "Phone", garbage, challenge.State, Token)).Error?.Code);
            Assert.Equal(ErrorCode.InvalidCredentials, (await newcomers.AnswerAsync(garbage, other.State)).Error?.Code);
        }

        Assert.Equal(ErrorCode.InvalidRequest, (await passkeys.AddAsync(priya, " ", answer, challenge.State, Token)).Error?.Code);
        Assert.True((await passkeys.AddAsync(priya, "Phone", answer, challenge.State, Token)).Succeeded);
        Assert.NotNull((await passkeys.AddAsync(priya, "Phone", answer, challenge.State, Token)).Error);
    }

    [Fact]
    public async Task Passkey_is_renamed_and_removed_by_its_person()
    {
        await newcomers.AddPasskeyAsync(priya, device);
        var factors = newcomers.Services.Get<SecondFactorService>();
        var before = await factors.GetAsync(priya, Token);
        Assert.Equal(10, before.RecoveryCodesLeft);
        var id = before.Passkeys[0].Id;
        Assert.True((await passkeys.RenameAsync(priya, id, " Phone ", Token)).Succeeded);
        Assert.Equal("Phone", (await factors.GetAsync(priya, Token)).Passkeys[0].Name);
        foreach (var unknown in new[] { "AAAA", "not base64url", "" })
        {
            Assert.Equal(ErrorCode.NotFound, (await passkeys.RenameAsync(priya, unknown, "Phone", Token)).Error?.Code);
            Assert.Equal(ErrorCode.NotFound, (await passkeys.RemoveAsync(priya, unknown, Token)).Error?.Code);
        }

        newcomers.Installation.Time.Advance(TimeSpan.FromMinutes(15));
        Assert.Equal(ErrorCode.FreshSignInRequired, (await passkeys.BeginAsync(priya, Token)).Error?.Code);
        Assert.Equal(ErrorCode.FreshSignInRequired, (await passkeys.RemoveAsync(priya, id, Token)).Error?.Code);
        var challenge = await passkeys.ChallengeAsync(priya.Id, Token);
        Assert.True((await newcomers.Services.Get<PresenceService>()
            .ConfirmAsync(priya, new(Passkey: device.Get(challenge), Challenge: challenge.State), Token)).Succeeded);
        Assert.True((await passkeys.RemoveAsync(priya, id, Token)).Succeeded);
        var after = await factors.GetAsync(priya, Token);
        Assert.Equal((0, 0, false), (after.Passkeys.Count, after.RecoveryCodesLeft, after.Any));
        Assert.False((await newcomers.EnterPasskeyAsync(device)).Succeeded);
        Assert.Equal(
            ["passkey.added", "passkey.renamed", "passkey.removed"],
            newcomers.Log().Select(x => x.Action).Where(x => x.StartsWith("passkey", StringComparison.Ordinal)));
        Assert.Equal(["The passkey \"Phone\" was removed · Latchkey", "The passkey \"Work laptop\" was added · Latchkey"],
            await newcomers.MailsAsync());
    }
}
