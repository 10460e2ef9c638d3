using Dashboard.Auth;
using Dashboard.Core.Accounts;
using Dashboard.Core.Setup;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Accounts;

public sealed partial class SignIn : ComponentBase
{
    Error? fault;
    PasskeyChallenge? challenge;

    [Inject] SignInService Service { get; set; } = null!;

    [Inject] PasskeyService Passkeys { get; set; } = null!;

    [Inject] SecondFactorCookie SecondFactor { get; set; } = null!;

    [Inject] RegistrationService Registration { get; set; } = null!;

    [Inject] SetUpService SetUp { get; set; } = null!;

    [Inject] NavigationManager Navigation { get; set; } = null!;

    [CascadingParameter] HttpContext Http { get; set; } = null!;

    [SupplyParameterFromForm(FormName = "sign-in")] Form Input { get; set; } = null!;

    [SupplyParameterFromForm(FormName = "passkey")] PasskeyInput Passkey { get; set; } = null!;

    [SupplyParameterFromQuery] string? ReturnUrl { get; set; }

    [SupplyParameterFromQuery(Name = StaleForms.Query)] bool Again { get; set; }

    /// <summary>"done" where the set-up page sent its visitor on.</summary>
    [SupplyParameterFromQuery(Name = "set-up")] string? FromSetUp { get; set; }

    /// <summary>"changed" where the page of a forgotten password sent its visitor on.</summary>
    [SupplyParameterFromQuery(Name = "password")] string? PasswordState { get; set; }

    bool PasswordNext => !string.IsNullOrEmpty(Input.Email);

    protected override async Task OnInitializedAsync()
    {
        (Input, Passkey) = (Input ?? new(), Passkey ?? new());
        if (await SetUp.IsOpenAsync(Http.RequestAborted))
        {
            Navigation.NavigateTo("/setup"); // there are no users yet
        }
        else if (Http.User.Identity is { IsAuthenticated: true })
        {
            Navigation.NavigateTo(LocalPath.OrStart(ReturnUrl));
        }
        else
        {
            challenge = await Passkeys.ChallengeAsync(null, Http.RequestAborted);
        }
    }

    Task SubmitAsync() =>
        FinishAsync(() => Service.SignInAsync(Http.ToAttempt(Input.Email, Input.Password, Input.Remember), Http.RequestAborted));

    Task PasskeyAsync() => FinishAsync(() => Service.SignInWithPasskeyAsync(
        Passkey.Answer, Passkey.State, null, Http.ToAttempt(null, null, Passkey.Remember), Http.RequestAborted));

    async Task FinishAsync(Func<Task<Result<SignedIn>>> signIn)
    {
        if (Http.IsFromAnotherSite())
        {
            Http.Response.StatusCode = StatusCodes.Status403Forbidden;
            fault = SameOrigin.CrossSite;
            return;
        }

        var outcome = await signIn();
        if (outcome.Error is SecondFactorRequired { Pending: var pending })
        {
            SecondFactor.Write(Http, pending);
            Navigation.NavigateTo(TwoFactor.AddressOf(ReturnUrl));
        }
        else if ((fault = outcome.Error) is null)
        {
            await Http.WriteSessionCookieAsync(outcome.Value);
            Navigation.NavigateTo(LocalPath.OrStart(ReturnUrl));
        }
    }

    string? ErrorOf(string field) => fault?.Errors?.GetValueOrDefault(field);

    sealed class Form
    {
        public string? Email { get; set; }

        public string? Password { get; set; }

        public bool Remember { get; set; }
    }
}
