using Dashboard.Auth;
using Dashboard.Core.Accounts;
using Dashboard.Core.Setup;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Accounts;

public sealed partial class SetUp : ComponentBase
{
    /// <summary>In the order in which the page shows them.</summary>
    static readonly string[] fields = ["code", "name", "email", "password", "organization", "project"];

    bool open;
    Error? fault;

    [Inject] SetUpService Service { get; set; } = null!;

    [Inject] LinkCookie Cookie { get; set; } = null!;

    [Inject] SignInService SignIn { get; set; } = null!;

    [Inject] NavigationManager Navigation { get; set; } = null!;

    [CascadingParameter] HttpContext Http { get; set; } = null!;

    [SupplyParameterFromForm(FormName = "set-up")] Form Input { get; set; } = null!;

    [SupplyParameterFromQuery(Name = StaleForms.Query)] bool Again { get; set; }

    /// <summary>The code in the printed link.</summary>
    [SupplyParameterFromQuery(Name = "code")] string? LinkCode { get; set; }

    protected override async Task OnInitializedAsync()
    {
        Input ??= new() { Code = Cookie.Read(Http, LinkKind.SetUp) };
        open = await Service.IsOpenAsync(Http.RequestAborted);
        if (!open)
        {
            Navigation.NavigateTo("/account/sign-in?set-up=done"); // the link was printed once and may be followed for years
        }
        else if (LinkCode is { Length: > 0 } code && !HttpMethods.IsPost(Http.Request.Method))
        {
            open = false;
            Cookie.Write(Http, LinkKind.SetUp, code);
            Navigation.NavigateTo("/setup"); // out of the address at once
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

        var made = await Service.SetUpWithCodeAsync(
            Http.Connection.RemoteIpAddress, Input.Code, new(Input.Email, Input.Password, Input.Organization, Input.Project, Input.Name
                ?? ""), Http.RequestAborted);
        fault = made.Error;
        switch (fault?.Code)
        {
            case null:
                await EnterAsync(made.Value);
                break;
            case ErrorCode.Conflict:
                Navigation.NavigateTo("/account/sign-in"); // someone else has completed setup
                break;
            case ErrorCode.RateLimited:
                Http.Response.StatusCode = StatusCodes.Status429TooManyRequests;
                break;
        }
    }

    async Task EnterAsync(SetUpDone made)
    {
        var session = await SignIn.SignInAsync(Http.ToAttempt(Input.Email, Input.Password, remember: false), Http.RequestAborted);
        if (session.Succeeded)
        {
            await Http.WriteSessionCookieAsync(session.Value);
        }

        Cookie.Delete(Http, LinkKind.SetUp);
        Navigation.NavigateTo($"/{made.Project}/keys");
    }

    string? ErrorOf(string field) => fault?.Errors?.GetValueOrDefault(field);

    /// <summary>Returns whether a field gets the focus: the first field, or the first one with an error.</summary>
    bool IsNext(string field) =>
        field == (fields.FirstOrDefault(name => ErrorOf(name) is not null) ?? (string.IsNullOrEmpty(Input.Code) ? "code" : "name"));

    sealed class Form
    {
        public string? Code { get; set; }

        public string? Name { get; set; }

        public string? Email { get; set; }

        public string? Password { get; set; }

        public string? Organization { get; set; }

        public string? Project { get; set; }
    }
}
