using Dashboard.Core.Accounts;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Accounts;

/// <summary>Sets a new password by a link. The token moves from the address into a cookie at once.</summary>
public sealed partial class ResetPassword : ComponentBase
{
    string? email;
    Error? dead;
    Error? fault;

    [Inject] PasswordResetService Service { get; set; } = null!;

    [Inject] LinkCookie Cookie { get; set; } = null!;

    [Inject] PublicUrl PublicUrl { get; set; } = null!;

    [Inject] NavigationManager Navigation { get; set; } = null!;

    [CascadingParameter] HttpContext Http { get; set; } = null!;

    [SupplyParameterFromForm(FormName = "reset-password")] Form Input { get; set; } = null!;

    [SupplyParameterFromQuery(Name = StaleForms.Query)] bool Again { get; set; }

    /// <summary>The token in the link.</summary>
    [SupplyParameterFromQuery(Name = "token")] string? LinkToken { get; set; }

    protected override async Task OnInitializedAsync()
    {
        Input ??= new();
        if (LinkToken is { Length: > 0 } token && !HttpMethods.IsPost(Http.Request.Method))
        {
            Cookie.Write(Http, LinkKind.PasswordReset, token);
            Navigation.NavigateTo("/account/reset-password"); // out of the address at once
            return;
        }

        var found = await Service.FindAsync(Cookie.Read(Http, LinkKind.PasswordReset), Http.RequestAborted);
        (email, dead) = found.Succeeded ? (found.Value, (Error?)null) : (null, found.Error);
    }

    async Task SubmitAsync()
    {
        if (dead is not null)
        {
            return;
        }

        fault = Http.RefuseOtherSite() ?? (await Service.ResetAsync(
            Cookie.Read(Http, LinkKind.PasswordReset), Input.Password, Http.CountedClient(),
            PublicUrl.Of(Http), Http.RequestAborted)).Error;
        Http.SetStatus(fault);
        if (fault is null)
        {
            Cookie.Delete(Http, LinkKind.PasswordReset);
            Navigation.NavigateTo("/account/sign-in?password=changed");
        }
        else if (fault.Code == ErrorCode.NotFound)
        {
            dead = fault; // it was used in another window
        }
    }

    sealed class Form
    {
        public string? Password { get; set; }
    }
}
