using Dashboard.Accounts;
using Dashboard.Auth;
using Dashboard.Core.OAuth;
using Dashboard.Core.Organizations;
using Dashboard.Core.Projects;
using Dashboard.Core.Tokens;
using Microsoft.AspNetCore.Components;

namespace Dashboard.OAuth;

/// <summary>The device verification page (RFC 8628 section 3.3). A code in the URL is only filled in; it is looked up once the user submits
/// it.</summary>
public sealed partial class DeviceVerify : ComponentBase
{
    const string Warning = "Continue only if you started this yourself, just now, on the device below.";

    /// <summary>Both forms of the page have the same name, because a post is dispatched to the form that the page renders first.</summary>
    const string Form = "device";

    Error? fault;
    DeviceRequest? request;
    Error? presenceFault;
    PresenceQuestion? question;
    bool? decided;
    IReadOnlyList<OrganizationAccess> organizations = [];

    [Inject] ApprovalPresence Presence { get; set; } = null!;

    [Inject] DeviceRequests Devices { get; set; } = null!;

    [Inject] ProjectService Projects { get; set; } = null!;

    [Inject] OAuthOptions Options { get; set; } = null!;

    [Inject] TimeProvider Time { get; set; } = null!;

    [CascadingParameter] HttpContext Http { get; set; } = null!;

    [SupplyParameterFromForm(FormName = Form)] Typed Input { get; set; } = null!;

    [SupplyParameterFromForm(FormName = Form)] Decision Choice { get; set; } = null!;

    [SupplyParameterFromQuery(Name = "user_code")] string? UserCode { get; set; }

    [SupplyParameterFromQuery(Name = StaleForms.Query)] bool Again { get; set; }

    Actor Actor => Http.User.ToActor(Http.ClientAddress()) ?? throw new InvalidOperationException("This page requires a session.");

    protected override void OnInitialized() => (Input, Choice) = (Input ?? new(), Choice ?? new());

    Task AnswerAsync() => Choice.Answer is null ? FindAsync(Input.UserCode) : DecideAsync();

    async Task FindAsync(string? code)
    {
        request = null;
        var found = await Devices.FindAsync(Actor, code, Http.RequestAborted);
        if ((fault = found.Error) is null)
        {
            request = found.Value;
            organizations = await Projects.OrganizationsAsync(Actor, Http.RequestAborted);
            question = await Presence.AskAsync(Actor, request.Scopes, Http.RequestAborted);
        }
    }

    async Task DecideAsync()
    {
        if (Http.IsFromAnotherSite())
        {
            Http.Response.StatusCode = StatusCodes.Status403Forbidden;
            fault = SameOrigin.CrossSite;
            return;
        }

        var allow = Choice.Answer == "allow";
        if (allow && !await IsConfirmedAsync())
        {
            return;
        }

        var outcome = allow
            ? await Devices.ApproveAsync(Actor, Choice.UserCode, Choice.Organization ?? "", Http.RequestAborted)
            : await Devices.DenyAsync(Actor, Choice.UserCode, Http.RequestAborted);
        if (outcome.Error is null)
        {
            decided = allow;
            return;
        }

        await FindAsync(Choice.UserCode);
        fault = outcome.Error;
    }

    async Task<bool> IsConfirmedAsync()
    {
        await FindAsync(Choice.UserCode);
        presenceFault = request is null
            ? null : await Presence.ConfirmAsync(Actor, question, Choice, Http.RequestAborted);
        return request is not null && presenceFault is null;
    }

    sealed class Typed
    {
        public string? UserCode { get; set; }
    }

    sealed class Decision : PresenceInput
    {
        public string? UserCode { get; set; }

        public string? Organization { get; set; }

        public string? Answer { get; set; }
    }
}
