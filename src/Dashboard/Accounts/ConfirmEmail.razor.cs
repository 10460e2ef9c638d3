using Dashboard.Auth;
using Dashboard.Core.Accounts;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Accounts;

/// <summary>Confirms a new address by a link. It takes a press of a button, because mail servers follow links to look for
/// malware.</summary>
public sealed partial class ConfirmEmail : ComponentBase
{
    string? email;
    string? confirmed;
    Error? dead;
    Error? fault;

    [Inject] AccountService Service { get; set; } = null!;

    [Inject] LinkCookie Cookie { get; set; } = null!;

    [Inject] PublicUrl PublicUrl { get; set; } = null!;

    [Inject] NavigationManager Navigation { get; set; } = null!;

    [CascadingParameter] HttpContext Http { get; set; } = null!;

    [SupplyParameterFromQuery(Name = StaleForms.Query)] bool Again { get; set; }

    /// <summary>The token in the link.</summary>
    [SupplyParameterFromQuery(Name = "token")] string? LinkToken { get; set; }

    protected override async Task OnInitializedAsync()
    {
        if (LinkToken is { Length: > 0 } token && !HttpMethods.IsPost(Http.Request.Method))
        {
            Cookie.Write(Http, LinkKind.EmailChange, token);
            Navigation.NavigateTo("/account/confirm-email"); // out of the address at once
            return;
        }

        var found = await Service.FindEmailChangeAsync(Cookie.Read(Http, LinkKind.EmailChange), Http.RequestAborted);
        (email, dead) = found.Succeeded ? (found.Value, (Error?)null) : (null, found.Error);
    }

    async Task SubmitAsync()
    {
        if (dead is not null)
        {
            return;
        }

        if ((fault = Http.RefuseOtherSite()) is null)
        {
            var outcome = await Service.ConfirmEmailAsync(
                Cookie.Read(Http, LinkKind.EmailChange), Http.ClientAddress(), PublicUrl.Of(Http), Http.RequestAborted);
            (fault, dead) = (outcome.Error, outcome.Error?.Code == ErrorCode.NotFound ? outcome.Error : null);
            if (outcome.Succeeded)
            {
                confirmed = outcome.Value;
                Cookie.Delete(Http, LinkKind.EmailChange);
            }
        }

        Http.SetStatus(fault);
    }
}
