using Dashboard.Accounts;
using Dashboard.Auth;
using Dashboard.Components;
using Dashboard.Core.OAuth;
using Dashboard.Core.Organizations;
using Dashboard.Core.Projects;
using Dashboard.Core.Tokens;
using Microsoft.AspNetCore.Components;

namespace Dashboard.OAuth;

/// <summary>The consent page (RFC 6749 section 3.1). The request is validated again when the form is posted: the form does not contain
/// it.</summary>
public sealed partial class Consent : ComponentBase
{
    AuthorizationRequest? request;
    OAuthError? shown;
    WayBack? back;
    Error? fault;
    Error? presenceFault;
    PresenceQuestion? question;
    IReadOnlyList<OrganizationAccess> organizations = [];

    [Inject] ApprovalPresence Presence { get; set; } = null!;

    [Inject] AuthorizationRequests Requests { get; set; } = null!;

    [Inject] ProjectService Projects { get; set; } = null!;

    [Inject] PublicUrl PublicUrl { get; set; } = null!;

    [Inject] OAuthOptions Options { get; set; } = null!;

    [Inject] NavigationManager Navigation { get; set; } = null!;

    [CascadingParameter] HttpContext Http { get; set; } = null!;

    [SupplyParameterFromForm(FormName = "consent")] Decision Choice { get; set; } = null!;

    [SupplyParameterFromQuery(Name = StaleForms.Query)] bool Again { get; set; }

    static string Unverified(OAuthClient client) => client is { Kind: ClientKind.Described, Url: { } url }
        ? $"Unverified: it is described at {url}, and nobody here has checked who runs it."
        : client.RegisteredAt is { } registered
        ? $"Unverified: it registered itself on {TimeText.Date(registered)}, and nobody here has checked who runs it."
        : "Continue only if you started this yourself, just now.";

    Actor Actor => Http.User.ToActor(Http.ClientAddress()) ?? throw new InvalidOperationException("This page requires a session.");

    protected override async Task OnInitializedAsync()
    {
        Choice ??= new();
        var parameters = OAuthParameters.Read(
            Http.Request.Query.SelectMany(part => part.Value.Select(value => KeyValuePair.Create(part.Key, value ?? ""))));
        var check = await Requests.CheckAsync(Actor, parameters, PublicUrl.Of(Http), Http.RequestAborted);
        (request, shown, back) = (check.Request, check.Shown, check.Back);
        if (check.Redirect is { } redirect)
        {
            Navigation.NavigateTo(redirect);
        }
        else if (request is null)
        {
            Http.Response.StatusCode = StatusCodes.Status400BadRequest;
        }
        else
        {
            // Browsers apply form-action to redirects that follow a form post as well.
            Http.Response.Headers.ContentSecurityPolicy = Http.Response.Headers.ContentSecurityPolicy.ToString()
                .Replace("form-action 'self'", $"form-action 'self' {SourceOf(request.RedirectUri)}", StringComparison.Ordinal);
            organizations = await Projects.OrganizationsAsync(Actor, Http.RequestAborted);
            question = await Presence.AskAsync(Actor, request.Scopes, Http.RequestAborted);
        }
    }

    async Task DecideAsync()
    {
        if (request is null)
        {
            return; // the page shows the reason
        }

        if (Http.IsFromAnotherSite())
        {
            Http.Response.StatusCode = StatusCodes.Status403Forbidden;
            fault = SameOrigin.CrossSite;
            return;
        }

        var issuer = PublicUrl.Of(Http);
        if (Choice.Answer != "allow")
        {
            Navigation.NavigateTo(AuthorizationRequests.Deny(request, issuer));
            return;
        }

        presenceFault = await Presence.ConfirmAsync(Actor, question, Choice, Http.RequestAborted);
        if (presenceFault is not null)
        {
            return;
        }

        question = null; // the session is fresh now
        var approved = await Requests.ApproveAsync(Actor, request, Choice.Organization ?? "", issuer, Http.RequestAborted);
        if ((fault = approved.Error) is null)
        {
            Navigation.NavigateTo(approved.Value.Reveal());
        }
    }

    /// <summary>Returns the CSP source of a redirect URI: its origin, or its scheme if it is private to an app.</summary>
    static string SourceOf(string redirect) =>
        new Uri(redirect) is { Scheme: "http" or "https" } web ? web.GetLeftPart(UriPartial.Authority) : $"{new Uri(redirect).Scheme}:";

    sealed class Decision : PresenceInput
    {
        public string? Organization { get; set; }

        public string? Answer { get; set; }
    }
}
