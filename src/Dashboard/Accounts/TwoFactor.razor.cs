using Dashboard.Auth;
using Dashboard.Core.Accounts;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Accounts;

/// <summary>The second step of a sign-in. The password was right; there is no session yet.</summary>
public sealed partial class TwoFactor : ComponentBase
{
    Error? fault;
    PendingSignIn? pending;
    PasskeyChallenge? challenge;
    bool hasAuthenticator;

    [Inject] SignInService Service { get; set; } = null!;

    [Inject] SecondFactorService Factors { get; set; } = null!;

    [Inject] PasskeyService Passkeys { get; set; } = null!;

    [Inject] SecondFactorCookie Cookie { get; set; } = null!;

    [Inject] NavigationManager Navigation { get; set; } = null!;

    [CascadingParameter] HttpContext Http { get; set; } = null!;

    [SupplyParameterFromForm(FormName = "two-factor")] Form Input { get; set; } = null!;

    [SupplyParameterFromForm(FormName = "passkey")] PasskeyInput Passkey { get; set; } = null!;

    [SupplyParameterFromQuery] string? ReturnUrl { get; set; }

    /// <summary>Whether a recovery code is asked for.</summary>
    [SupplyParameterFromQuery] bool Recovery { get; set; }

    [SupplyParameterFromQuery(Name = StaleForms.Query)] bool Again { get; set; }

    bool takesCodes => Recovery || hasAuthenticator;

    string Title => Recovery ? "Enter a recovery code" : hasAuthenticator ? "Enter your code" : "Use your passkey";

    string Lead => Recovery ? "One of the ten that you saved. Each works once."
        : hasAuthenticator ? "Six digits from your authenticator app." : "Your password is right. Your passkey completes the sign-in.";

    /// <summary>Returns the address of the step.</summary>
    public static string AddressOf(string? returnUrl, bool recovery = false) => QueryString.Create(
        new[] { KeyValuePair.Create("ReturnUrl", returnUrl), KeyValuePair.Create("Recovery", recovery ? "true" : null) }.Where(
            x => !string.IsNullOrEmpty(x.Value)))
        is { HasValue: true } query ? $"/account/two-factor{query}" : "/account/two-factor";

    protected override async Task OnInitializedAsync()
    {
        (Input, Passkey) = (Input ?? new(), Passkey ?? new());
        pending = Cookie.Read(Http);
        if (pending is null)
        {
            Navigation.NavigateTo(SignInAddress);
            return;
        }

        var status = await Factors.GetAsync(new(PartyType.User, pending.UserId, ""), Http.RequestAborted);
        hasAuthenticator = status.AuthenticatorSince is not null;
        if (status.Passkeys.Count > 0)
        {
            challenge = await Passkeys.ChallengeAsync(pending.UserId, Http.RequestAborted);
        }
    }

    Task SubmitAsync() => FinishAsync(origin => Service.SignInWithCodeAsync(pending!, Input.Code, origin, Http.RequestAborted));

    Task PasskeyAsync() =>
        FinishAsync(origin => Service.SignInWithPasskeyAsync(Passkey.Answer, Passkey.State, pending, origin, Http.RequestAborted));

    async Task FinishAsync(Func<SignInAttempt, Task<Result<SignedIn>>> signIn)
    {
        if (pending is null)
        {
            return; // the page is left
        }

        if (Http.IsFromAnotherSite())
        {
            Http.Response.StatusCode = StatusCodes.Status403Forbidden;
            fault = SameOrigin.CrossSite;
            return;
        }

        var outcome = await signIn(Http.ToAttempt(null, null, pending.Remember));
        fault = outcome.Error;
        if (fault is null || fault.Code == ErrorCode.SessionRequired)
        {
            Cookie.Delete(Http);
        }

        if (fault is null)
        {
            await Http.WriteSessionCookieAsync(outcome.Value);
            Navigation.NavigateTo(LocalPath.OrStart(ReturnUrl));
        }
    }

    string SignInAddress =>
        string.IsNullOrEmpty(ReturnUrl) ? "/account/sign-in" : $"/account/sign-in?ReturnUrl={Uri.EscapeDataString(ReturnUrl)}";

    string Address(bool recovery) => AddressOf(ReturnUrl, recovery);

    string? ErrorOf(string field) => fault?.Errors?.GetValueOrDefault(field);

    sealed class Form
    {
        public string? Code { get; set; }
    }
}
