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

/// <summary><c>/api/session</c>: sign in, who am I, sign out, for programs that keep a cookie.</summary>
static class SessionEndpoints
{
    public static void MapSession(this IEndpointRouteBuilder app)
    {
        var signIn = app.MapGroup("/api/session").AllowAnonymous().AsApi().WithTags("Session");
        signIn.MapPost("", SignInAsync).WithMetadata(new SameOrigin.SignInMetadata())
            .WithName("signIn").WithSummary("Sign in. The answer sets the session cookie.")
            .Answers<SessionAnswer>(200, "Signed in.", ("Set-Cookie", "The session cookie."))
            .Refuses(ErrorCode.InvalidCredentials, ErrorCode.RateLimited);

        var session = app.MapGroup("/api/session").RequireAuthorization(SessionPolicy.Name).AsApi().WithTags("Session");
        session.MapRead("", WhoAmIAsync).WithName("getSession").WithSummary("Who is signed in.").Answers<SessionAnswer>(200, "The session.");
        session.MapDelete("", SignOutAsync).WithName("signOut").WithSummary("Sign out: the session counts for nothing from here on.").AnswersNothing("Signed out.");
    }

    static async Task<IResult> SignInAsync(JsonBody<SignInRequest> body, HttpContext http, SignInService signIn, ProjectService projects)
    {
        var asked = body.Value;
        if (asked.Code is not null)
        {
            return Error.Invalid("code", "This account has no second factor. Leave the code out.").ToResult();
        }

        var outcome = await signIn.SignInAsync(http.ToAttempt(asked.Email, asked.Password, remember: false), http.RequestAborted);
        if (outcome.Error is { } refused)
        {
            return refused.ToResult();
        }

        var signedIn = outcome.Value;
        await http.WriteSessionCookieAsync(signedIn);
        return await ShowAsync(http, projects, new(signedIn.UserId, signedIn.Name, asked.Email!.Trim()), signedIn.SessionId, signedIn.ExpiresAt);
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

    static async Task<IResult> ShowAsync(HttpContext http, ProjectService projects, SessionUser user, string sessionId, DateTimeOffset expiresAt)
    {
        var organizations = await projects.OrganizationsAsync(new(PartyType.User, user.Id, user.Name, null, sessionId), http.RequestAborted);
        return TypedResults.Ok(new SessionAnswer(user, [.. organizations.Select(x => new SessionOrganization(x.Slug, x.Name, x.Role))], expiresAt));
    }

    sealed record SignInRequest(
        [Field("The account's e-mail address.", Example = "\"ada@example.com\"")] string? Email = null,
        [Field("Its password.", Example = "\"correct horse battery staple\"")] string? Password = null,
        [Field("A code of the second factor, where the account has one.", Example = "\"123456\"")] string? Code = null)
    {
        /// <summary>Prints nothing of what was typed.</summary>
        public override string ToString() => nameof(SignInRequest);
    }

    sealed record SessionUser(
        [Field("The person's identifier.", Example = "\"0199aa50-6a1c-7b1e-9d3e-0f5b8a3c2d11\"")] string Id,
        [Field("What others see them called.", Example = "\"Ada Lovelace\"")] string Name,
        [Field("Their e-mail address.", Example = "\"ada@example.com\"")] string Email);

    sealed record SessionOrganization(
        [Field("The organization's slug.", Example = "\"acme\"")] string Slug,
        [Field("What people call it.", Example = "\"Acme\"")] string Name,
        [Field("What the person may do there.")] OrganizationRole Role);

    sealed record SessionAnswer(
        [Field("Who is signed in.")] SessionUser User,
        [Field("The organizations that they belong to.")] IReadOnlyList<SessionOrganization> Organizations,
        [Field("When the session ends by itself.", Example = "\"2026-11-21T21:30:00.000Z\"")] DateTimeOffset ExpiresAt);
}
