using Dashboard.Auth;
using Dashboard.Core.Accounts;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Accounts;

/// <summary>Changes the person's password. Password managers find the page by <c>/.well-known/change-password</c>.</summary>
public sealed partial class ChangePassword : ComponentBase
{
    AccountProfile? account;
    Error? fault;

    [Inject] AccountService Service { get; set; } = null!;

    [Inject] BrowserCookie BrowserCookie { get; set; } = null!;

    [Inject] PublicUrl PublicUrl { get; set; } = null!;

    [Inject] NavigationManager Navigation { get; set; } = null!;

    [CascadingParameter] HttpContext Http { get; set; } = null!;

    [SupplyParameterFromForm(FormName = "change-password")] Form Input { get; set; } = null!;

    [SupplyParameterFromQuery(Name = StaleForms.Query)] bool Again { get; set; }

    string? CurrentError => fault?.Errors?.GetValueOrDefault("current")
        ?? (fault is { Code: ErrorCode.InvalidCredentials }
            || (fault is { Code: ErrorCode.RateLimited } && account!.HasPassword) ? fault.Detail : null);

    /// <summary>Whether the new password gets the focus: where the current one is right, or there is none.</summary>
    bool NewNext => account is { HasPassword: false } || (CurrentError is null && fault?.Errors?.ContainsKey("password") == true);

    protected override async Task OnInitializedAsync()
    {
        Input ??= new();
        var found = await Service.FindAsync(Http.Caller(), Http.RequestAborted);
        account = found.Succeeded ? found.Value : null;
    }

    async Task SubmitAsync()
    {
        if ((fault = Http.RefuseOtherSite()) is null)
        {
            var outcome =
                await Service.ChangePasswordAsync(Http.Caller(), Input.Current, Input.Password, PublicUrl.Of(Http), Http.RequestAborted);
            fault = outcome.Error;
            if (outcome.Succeeded)
            {
                BrowserCookie.Write(Http, outcome.Value.BrowserSecret);
                Navigation.NavigateTo("/account/security?password=changed");
            }
            else if (fault!.Code == ErrorCode.SessionRequired)
            {
                Navigation.NavigateTo("/account/sign-in?ReturnUrl=%2Faccount%2Fchange-password");
            }
        }

        Http.SetStatus(fault);
    }

    sealed class Form
    {
        public string? Current { get; set; }

        public string? Password { get; set; }
    }
}
