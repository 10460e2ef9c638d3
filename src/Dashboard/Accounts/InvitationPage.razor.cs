using System.Security.Claims;
using Dashboard.Auth;
using Dashboard.Core.Accounts;
using Dashboard.Core.Members;
using Dashboard.Core.Organizations;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Accounts;

public sealed partial class InvitationPage : ComponentBase
{
    OpenInvitation? open;
    string? token;
    string? gone;
    Error? fault;

    [Inject] InvitationService Invitations { get; set; } = null!;

    [Inject] SignInService SignIn { get; set; } = null!;

    [Inject] LinkCookie Cookie { get; set; } = null!;

    [Inject] NavigationManager Navigation { get; set; } = null!;

    [CascadingParameter] HttpContext Http { get; set; } = null!;

    [SupplyParameterFromForm(FormName = "create")] Form Input { get; set; } = null!;

    [SupplyParameterFromQuery(Name = StaleForms.Query)] bool Again { get; set; }

    /// <summary>The token in the mailed link.</summary>
    [SupplyParameterFromQuery(Name = InvitationService.TokenParameter)] string? LinkToken { get; set; }

    string Role =>
        open!.Role is OrganizationRole.Admin or OrganizationRole.Owner ? $"an {open.Role.ToWireName()}" : $"a {open.Role.ToWireName()}";

    bool IsSignedIn => Http.User.Identity is { IsAuthenticated: true };

    string? SignedInEmail => Http.User.FindFirstValue(ClaimTypes.Email);

    bool IsOwn => IsSignedIn && SignedInEmail is { } email && EmailAddress.Normalize(email) == EmailAddress.Normalize(open!.Email);

    static string SignInAddress => $"/account/sign-in?ReturnUrl={Uri.EscapeDataString(InvitationService.Path)}";

    protected override async Task OnInitializedAsync()
    {
        Input ??= new();
        if (LinkToken is { Length: > 0 } secret && !HttpMethods.IsPost(Http.Request.Method))
        {
            Cookie.Write(Http, LinkKind.Invitation, secret);
            Navigation.NavigateTo(InvitationService.Path); // out of the address at once
            return;
        }

        token = Cookie.Read(Http, LinkKind.Invitation);
        var found = await Invitations.FindAsync(token, Http.RequestAborted);
        if (found.Error is { } error)
        {
            gone = token is null ? "Open the link in your mail again." : error.Detail;
        }
        else
        {
            open = found.Value;
        }
    }

    Task JoinAsync() => AcceptAsync(() => Invitations.AcceptAsync(Http.Caller(), token, Http.RequestAborted));

    async Task CreateAsync()
    {
        if (IsSignedIn)
        {
            Navigation.NavigateTo(InvitationService.Path); // the form is from before the sign-in
            return;
        }

        await AcceptAsync(() => Invitations.AcceptAsNewPersonAsync(
            Http.Connection.RemoteIpAddress, token, Input.Name ?? "", Input.Password, Http.RequestAborted));
    }

    async Task AcceptAsync(Func<Task<Result<Joined>>> accept)
    {
        if (open is null)
        {
            return;
        }

        if (Http.IsFromAnotherSite())
        {
            (Http.Response.StatusCode, fault) = (StatusCodes.Status403Forbidden, SameOrigin.CrossSite);
            return;
        }

        var outcome = await accept();
        if ((fault = outcome.Error) is not null)
        {
            return;
        }

        if (!IsSignedIn)
        {
            var session =
                await SignIn.SignInAsync(Http.ToAttempt(outcome.Value.Email, Input.Password, remember: false), Http.RequestAborted);
            if (session.Succeeded)
            {
                await Http.WriteSessionCookieAsync(session.Value);
            }
        }

        Cookie.Delete(Http, LinkKind.Invitation);
        Navigation.NavigateTo($"/{outcome.Value.Organization}/members");
    }

    string? ErrorOf(string field) => fault?.Errors?.GetValueOrDefault(field);

    /// <summary>Returns whether a field gets the focus: the first field, or the first one with an error.</summary>
    bool IsNext(string field) => field == (ErrorOf("name") is not null || ErrorOf("password") is null ? "name" : "password");

    sealed class Form
    {
        public string? Email { get; set; }

        public string? Name { get; set; }

        public string? Password { get; set; }
    }
}
