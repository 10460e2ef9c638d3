using System.Globalization;
using System.Security.Claims;
using Dashboard.Api;
using Dashboard.Auth;
using Dashboard.Core.Accounts;
using Dashboard.Core.Organizations;
using Dashboard.Core.Projects;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;

namespace Dashboard.Accounts;

/// <summary><c>/api/session</c>: sign in, get the current session and sign out, for programs that keep a cookie.</summary>
static class SessionEndpoints
{
    public static void MapSession(this IEndpointRouteBuilder app)
    {
        var signIn = app.MapGroup("/api/session").AllowAnonymous().AsApi().WithTags("Session");
        signIn.MapPost("", SignInAsync).WithMetadata(new SameOrigin.SignInMetadata())
            .WithName("signIn").WithSummary("Sign in. The response sets the session cookie.")
            .Answers<SessionAnswer>(200, "Signed in.", ("Set-Cookie", "The session cookie."))
            .Refuses(ErrorCode.InvalidCredentials, ErrorCode.SecondFactorRequired, ErrorCode.Forbidden, ErrorCode.RateLimited);

        var session = app.MapGroup("/api/session").RequireAuthorization(SessionPolicy.Name)
            .WithMetadata(new OpenWithoutSecondFactorAttribute()).AsApi().WithTags("Session");
        session.MapRead("", WhoAmIAsync).WithName("getSession").WithSummary("Get the current session.")
            .Answers<SessionAnswer>(200, "The session.");
        session.MapPost("/confirm", ConfirmAsync).WithName("confirmSession")
            .WithSummary("Prove that the user is present, for changes that a session alone is not enough for.")
            .Answers<ConfirmAnswer>(200, "The proof counts for 15 minutes.").Refuses(ErrorCode.InvalidCredentials, ErrorCode.RateLimited);
        session.MapPost("/challenge", ChallengeAsync).WithName("challengePasskey")
            .WithSummary("Get a challenge that a passkey answers, to prove that the user is present.")
            .Answers<ChallengeAnswer>(200, "The challenge. It counts for ten minutes.");
        session.MapDelete("", SignOutAsync).WithName("signOut").WithSummary("Sign out and end the session.").AnswersNothing("Signed out.");
    }

    static async Task<IResult> SignInAsync(JsonBody<SignInRequest> body, HttpContext http, SignInService signIn, ProjectService projects)
    {
        var request = body.Value;
        var attempt = http.ToAttempt(request.Email, request.Password, request.Remember) with { Code = request.Code };
        var outcome = await signIn.SignInAsync(attempt, http.RequestAborted);
        if (outcome.Error is { } refused)
        {
            return refused.ToResult();
        }

        var signedIn = outcome.Value;
        await http.WriteSessionCookieAsync(signedIn);
        return await ShowAsync(
            http, projects, new(signedIn.UserId, signedIn.Name, request.Email!.Trim()), signedIn.SessionId, signedIn.ExpiresAt);
    }

    static async Task<IResult> ConfirmAsync(JsonBody<ConfirmRequest> body, HttpContext http, PresenceService presence)
    {
        var request = body.Value;
        if (new[] { request.Password, request.Code, request.Passkey }.Count(proof => proof is not null) > 1)
        {
            return Error.Invalid(
                request.Code is not null ? "code" : "passkey", "Send one proof only: the password, a code or a passkey.").ToResult();
        }

        var outcome = await presence.ConfirmAsync(
            http.Caller(), new(request.Password, request.Code, request.Passkey, request.Challenge), http.RequestAborted);
        return outcome.ToResult(until => TypedResults.Ok(new ConfirmAnswer(until)));
    }

    static async Task<IResult> ChallengeAsync(HttpContext http, PasskeyService passkeys)
    {
        var challenge = await passkeys.ChallengeAsync(http.Caller().Id, http.RequestAborted);
        return TypedResults.Ok(new ChallengeAnswer(challenge.Options, challenge.State));
    }

    static Task<IResult> WhoAmIAsync(HttpContext http, ProjectService projects)
    {
        var actor = http.Caller();
        return ShowAsync(
            http, projects, new(actor.Id, actor.Name, http.User.FindFirstValue(ClaimTypes.Email)!), actor.SessionId!,
            DateTimeOffset.Parse(http.User.FindFirstValue(SessionCookie.ExpiryClaim)!, CultureInfo.InvariantCulture));
    }

    static async Task<IResult> SignOutAsync(HttpContext http, SessionService sessions)
    {
        var outcome = await sessions.EndAsync(http.Caller(), http.RequestAborted);
        await http.SignOutAsync(IdentityConstants.ApplicationScheme);
        return outcome.ToResult(_ => TypedResults.NoContent());
    }

    static async Task<IResult> ShowAsync(
        HttpContext http, ProjectService projects, SessionUser user, string sessionId, DateTimeOffset expiresAt)
    {
        var organizations = await projects.OrganizationsAsync(
            new(PartyType.User, user.Id, user.Name, null, sessionId), http.RequestAborted);
        return TypedResults.Ok(
            new SessionAnswer(user, [.. organizations.Select(x => new SessionOrganization(x.Slug, x.Name, x.Role))], expiresAt));
    }

    sealed record SignInRequest(
        [Field("The account's email address.", Example = "\"ada@example.com\"")] string? Email = null,
        [Field("The account's password.", Example = "\"correct horse battery staple\"")] string? Password = null,
        [Field("A code of the authenticator app, or a recovery code, if the account has a second factor.",
            Example = "\"123456\"")] string? Code = null,
        [Field("Whether the browser keeps the session when it is closed.")] bool Remember = false)
    {
        /// <summary>Omits the credentials.</summary>
        public override string ToString() => nameof(SignInRequest);
    }

    sealed record ConfirmRequest(
        [Field("The account's password.", Example = "\"correct horse battery staple\"")] string? Password = null,
        [Field("A code of the authenticator app, or a recovery code, if the account has a second factor.",
            Example = "\"123456\"")] string? Code = null,
        [Field("The answer of a passkey as JSON text, if the account has one.", Example = "\"{}\"")] string? Passkey = null,
        [Field("The challenge that the passkey answers, from POST /api/session/challenge.",
            Example = "\"CfDJ8…\"")] string? Challenge = null)
    {
        /// <summary>Omits the credentials.</summary>
        public override string ToString() => nameof(ConfirmRequest);
    }

    sealed record ConfirmAnswer(
        [Field("Until when the proof counts.", Example = "\"2026-11-21T21:45:00.000Z\"")] DateTimeOffset FreshUntil);

    sealed record ChallengeAnswer(
        [Field("The options for navigator.credentials.get, as JSON text.", Example = "\"{}\"")] string Options,
        [Field("What the answer is checked against. Send it back with the answer.", Example = "\"CfDJ8…\"")] string Challenge);

    sealed record SessionUser(
        [Field("The user's identifier.", Example = "\"0199aa50-6a1c-7b1e-9d3e-0f5b8a3c2d11\"", Format = "uuid")] string Id,
        [Field("The display name.", Example = "\"Ada Lovelace\"")] string Name,
        [Field("The email address.", Example = "\"ada@example.com\"")] string Email);

    sealed record SessionOrganization(
        [Field("The organization's slug.", Example = "\"acme\"")] string Slug,
        [Field("The display name.", Example = "\"Acme\"")] string Name,
        [Field("The user's role.")] OrganizationRole Role);

    sealed record SessionAnswer(
        [Field("The signed-in user.")] SessionUser User,
        [Field("The organizations that the user belongs to.")] IReadOnlyList<SessionOrganization> Organizations,
        [Field("When the session expires.", Example = "\"2026-11-21T21:30:00.000Z\"")] DateTimeOffset ExpiresAt);
}
