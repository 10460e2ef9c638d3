using System.Net;
using Dashboard.Core.Accounts;
using Dashboard.Core.Mail;
using Xunit;

namespace Dashboard.Tests.Unit.Accounts;

/// <summary>An account whose person sets up second factors.</summary>
static class SecondFactorFixture
{
    public static async Task<(AuthenticatorSetup App, IReadOnlyList<string> Codes)> SetUpAuthenticatorAsync(
        this SignInFixture newcomers, Actor actor)
    {
        var factors = newcomers.Services.Get<SecondFactorService>();
        var app = (await factors.BeginAsync(actor, SignInFixture.Cancel)).Value;
        var added = await factors.TurnOnAsync(actor, app, newcomers.CodeOf(app), SignInFixture.Cancel);
        return (app, added.Value.Codes?.Reveal() ?? []);
    }

    /// <summary>Returns the code that the app shows.</summary>
    public static string CodeOf(this SignInFixture newcomers, AuthenticatorSetup app, int steps = 0) =>
        TimeCodes.Compute(app.Secret, TimeCodes.StepOf(newcomers.Installation.Time.GetUtcNow()) + steps);

    /// <summary>Returns a code that was never right.</summary>
    public static string WrongCodeOf(this SignInFixture newcomers, AuthenticatorSetup app) =>
        Enumerable.Range(0, 100).Select(x => $"{x:D6}")
        .First(code => Enumerable.Range(-100, 200).All(step => newcomers.CodeOf(app, step) != code));

    public static void NextStep(this SignInFixture newcomers) => newcomers.Installation.Time.Advance(TimeCodes.Period);

    /// <summary>Enters the right password of an account that has a second factor.</summary>
    public static async Task<PendingSignIn> BeginAsync(this SignInFixture newcomers, IPAddress? from = null) =>
        Assert.IsType<SecondFactorRequired>((await newcomers.SignInAsync(from: from)).Error).Pending;

    public static Task<Result<SignedIn>> EnterCodeAsync(
        this SignInFixture newcomers, PendingSignIn pending, string? code, IPAddress? from = null, string? browser = null) =>
        newcomers.Services.Get<SignInService>().SignInWithCodeAsync(
            pending, code, new(null, null, false, from
                ?? SignInFixture.Office, SignInFixture.Browser)
            { BrowserSecret = browser }, SignInFixture.Cancel);

    public static async Task AddPasskeyAsync(
        this SignInFixture newcomers, Actor actor, SoftAuthenticator device, string name = "Work laptop")
    {
        var passkeys = newcomers.Services.Get<PasskeyService>();
        var challenge = (await passkeys.BeginAsync(actor, SignInFixture.Cancel)).Value;
        Assert.Null((await passkeys.AddAsync(actor, name, device.Create(challenge), challenge.State, SignInFixture.Cancel)).Error);
    }

    public static async Task<Result<SignedIn>> EnterPasskeyAsync(
        this SignInFixture newcomers, SoftAuthenticator device, PendingSignIn? pending = null)
    {
        newcomers.Installation.Time.Advance(TimeSpan.FromSeconds(1));
        var challenge = await newcomers.Services.Get<PasskeyService>().ChallengeAsync(null, SignInFixture.Cancel);
        return await newcomers.AnswerAsync(device.Get(challenge), challenge.State, pending);
    }

    public static Task<Result<SignedIn>> AnswerAsync(
        this SignInFixture newcomers, string? answer, string? state, PendingSignIn? pending = null) =>
        newcomers.Services.Get<SignInService>().SignInWithPasskeyAsync(
            answer, state, pending, new(null, null, false, SignInFixture.Office, SignInFixture.Browser), SignInFixture.Cancel);

    public static async Task<IReadOnlyList<string>> MailsAsync(this SignInFixture newcomers) =>
        [.. (await newcomers.Services.Get<MailOutbox>().ReadAsync(SignInFixture.Cancel))
            .Select(mail => mail.Message!.Subject).Order(StringComparer.Ordinal)];
}
