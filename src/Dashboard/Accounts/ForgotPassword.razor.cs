using Dashboard.Core.Accounts;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Accounts;

/// <summary>Asks for the address that a link to a new password goes to. The answer is the same for every address.</summary>
public sealed partial class ForgotPassword : ComponentBase
{
    bool sent;
    Error? fault;

    [Inject] PasswordResetService Service { get; set; } = null!;

    [Inject] PublicUrl PublicUrl { get; set; } = null!;

    [CascadingParameter] HttpContext Http { get; set; } = null!;

    [SupplyParameterFromForm(FormName = "forgot-password")] Form Input { get; set; } = null!;

    [SupplyParameterFromQuery(Name = StaleForms.Query)] bool Again { get; set; }

    protected override void OnInitialized() => Input ??= new();

    void Submit()
    {
        fault = Http.RefuseOtherSite() ?? Service.Request(Input.Email, Http.CountedClient(), PublicUrl.Of(Http)).Error;
        sent = fault is null;
        Http.SetStatus(fault);
    }

    sealed class Form
    {
        public string? Email { get; set; }
    }
}
