using Dashboard.Auth;
using Dashboard.Core.Accounts;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Accounts;

public sealed partial class Register : ComponentBase
{
    string? email;
    string? token;
    string? gone;
    bool mailed;
    bool begun;
    Error? fault;

    [Inject] RegistrationService Service { get; set; } = null!;

    [Inject] SignInService SignIn { get; set; } = null!;

    [Inject] LinkCookie Cookie { get; set; } = null!;

    [Inject] PublicUrl Url { get; set; } = null!;

    [Inject] NavigationManager Navigation { get; set; } = null!;

    [CascadingParameter] HttpContext Http { get; set; } = null!;

    [SupplyParameterFromForm(FormName = "begin")] AddressForm Address { get; set; } = null!;

    [SupplyParameterFromForm(FormName = "complete")] Form Input { get; set; } = null!;

    [SupplyParameterFromQuery(Name = StaleForms.Query)] bool Again { get; set; }

    /// <summary>The token in the mailed link.</summary>
    [SupplyParameterFromQuery(Name = RegistrationService.TokenParameter)] string? LinkToken { get; set; }

    protected override async Task OnInitializedAsync()
    {
        Address ??= new();
        Input ??= new();
        if (Http.User.Identity is { IsAuthenticated: true })
        {
            begun = true;
            Navigation.NavigateTo("/");
        }
        else if (LinkToken is { Length: > 0 } secret && !HttpMethods.IsPost(Http.Request.Method))
        {
            begun = true;
            Cookie.Write(Http, LinkKind.Registration, secret);
            Navigation.NavigateTo(RegistrationService.Path); // out of the address at once
        }
        else if ((token = Cookie.Read(Http, LinkKind.Registration)) is not null)
        {
            var found = await Service.FindAsync(token, Http.RequestAborted);
            if (found.Error is { } error)
            {
                gone = error.Detail;
                Cookie.Delete(Http, LinkKind.Registration);
            }
            else
            {
                email = found.Value;
            }
        }
    }

    async Task BeginAsync()
    {
        if (await DoAsync(() => Service.BeginAsync(Http.Connection.RemoteIpAddress, Address.Email, Url.Of(Http), Http.RequestAborted)))
        {
            mailed = true;
        }
    }

    async Task CompleteAsync()
    {
        if (email is not { } address
            || !await DoAsync(
                () => Service.CompleteAsync(Http.Connection.RemoteIpAddress, token, Input.Name ?? "", Input.Password, Http.RequestAborted)))
        {
            return;
        }

        var session = await SignIn.SignInAsync(Http.ToAttempt(address, Input.Password, remember: false), Http.RequestAborted);
        if (session.Succeeded)
        {
            await Http.WriteSessionCookieAsync(session.Value);
        }

        Cookie.Delete(Http, LinkKind.Registration);
        Navigation.NavigateTo("/");
    }

    async Task<bool> DoAsync<T>(Func<Task<Result<T>>> what)
    {
        if (Http.IsFromAnotherSite())
        {
            (Http.Response.StatusCode, fault) = (StatusCodes.Status403Forbidden, SameOrigin.CrossSite);
            return false;
        }

        fault = (await what()).Error;
        if (fault?.Code == ErrorCode.RateLimited)
        {
            Http.Response.StatusCode = StatusCodes.Status429TooManyRequests;
        }

        return fault is null;
    }

    string? ErrorOf(string field) => fault?.Errors?.GetValueOrDefault(field);

    bool IsNext(string field) => field == (ErrorOf("name") is not null || ErrorOf("password") is null ? "name" : "password");

    sealed class AddressForm
    {
        public string? Email { get; set; }
    }

    sealed class Form
    {
        public string? Email { get; set; }

        public string? Name { get; set; }

        public string? Password { get; set; }
    }
}
