using Dashboard.Auth;
using Dashboard.Core.Accounts;
using Dashboard.Core.Setup;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Accounts;

public sealed partial class SetUp : ComponentBase
{
    /// <summary>In the order in which the page shows them.</summary>
    static readonly string[] fields = ["code", "email", "password", "organization", "project"];

    bool open;
    Error? fault;

    [Inject] SetUpService Service { get; set; } = null!;

    [Inject] SetUpCode Code { get; set; } = null!;

    [Inject] SignInService SignIn { get; set; } = null!;

    [Inject] NavigationManager Navigation { get; set; } = null!;

    [CascadingParameter] HttpContext Http { get; set; } = null!;

    [SupplyParameterFromForm(FormName = "set-up")] Form Input { get; set; } = null!;

    [SupplyParameterFromQuery(Name = StaleForms.Query)] bool Again { get; set; }

    bool NeedsCode => !SetUpCode.IsFromThisMachine(Http);

    protected override async Task OnInitializedAsync()
    {
        Input ??= new();
        open = await Service.IsOpenAsync(Http.RequestAborted);
        if (!open)
        {
            Navigation.NotFound();
        }
    }

    async Task SubmitAsync()
    {
        if (!open)
        {
            return;
        }

        if (Http.IsFromAnotherSite())
        {
            Http.Response.StatusCode = StatusCodes.Status403Forbidden;
            fault = SameOrigin.CrossSite;
            return;
        }

        var installation = new NewInstallation(Input.Email, Input.Password, Input.Organization, Input.Project);
        fault = Check(installation);
        if (fault is not null)
        {
            return;
        }

        var made = await Service.SetUpAsync(Actor.Anonymous(Http.ClientAddress()), installation, Http.RequestAborted);
        if (made.Error is { Code: ErrorCode.Conflict })
        {
            Navigation.NavigateTo("/account/sign-in"); // someone else has completed setup
        }
        else if ((fault = made.Error) is null)
        {
            await EnterAsync(made.Value);
        }
    }

    async Task EnterAsync(SetUpDone made)
    {
        var session = await SignIn.SignInAsync(Http.ToAttempt(Input.Email, Input.Password, remember: false), Http.RequestAborted);
        if (session.Succeeded)
        {
            await Http.WriteSessionCookieAsync(session.Value);
        }

        Navigation.NavigateTo($"/{made.Project}/keys");
    }

    Error? Check(NewInstallation installation)
    {
        var errors = new Dictionary<string, string>(
            SetUpService.Check(installation)?.Errors ?? new Dictionary<string, string>(), StringComparer.Ordinal);
        if (NeedsCode && string.IsNullOrWhiteSpace(Input.Code))
        {
            errors["code"] = "Enter the code from the server's log.";
        }
        else if (NeedsCode && !Code.Matches(Input.Code))
        {
            errors["code"] = "Wrong code. Use the latest one in the server's log.";
        }

        return errors.Count == 0 ? null : Error.Invalid(errors);
    }

    string? ErrorOf(string field) => fault?.Errors?.GetValueOrDefault(field);

    /// <summary>Returns whether a field gets the focus: the first field, or the first one with an error.</summary>
    bool IsNext(string field) => field == (fields.FirstOrDefault(name => ErrorOf(name) is not null) ?? (NeedsCode ? "code" : "email"));

    sealed class Form
    {
        public string? Code { get; set; }

        public string? Email { get; set; }

        public string? Password { get; set; }

        public string? Organization { get; set; }

        public string? Project { get; set; }
    }
}
