using System.Globalization;
using System.Security.Claims;
using System.Text.Json;
using Dashboard.Core;
using Dashboard.Core.Account;
using Dashboard.Core.Organizations;
using Dashboard.Core.Sessions;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;

namespace Dashboard.Account;

/// <summary>Sign in, who am I, sign out, for programs that keep a cookie.</summary>
static class SessionEndpoints
{
    static readonly JsonSerializerOptions SnakeCase = new(JsonSerializerDefaults.Web)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        AllowDuplicateProperties = false,
    };

    /// <summary>Maps <c>/api/session</c>.</summary>
    public static void MapSession(this IEndpointRouteBuilder app)
    {
        var session = app.MapGroup("/api/session");
        session.MapPost("", SignInAsync);
        session.MapGet("", WhoAmIAsync);
        session.MapDelete("", SignOutAsync);
    }

    static async Task<IResult> SignInAsync(HttpContext http, SignInService signIn, ProjectService projects)
    {
        if (SameOrigin.IsForeign(http.Request))
        {
            return Problem(SameOrigin.CrossSite);
        }

        var body = await ReadAsync<SignInBody>(http.Request);
        if (body.Fault is { } unreadable)
        {
            return Problem(unreadable);
        }

        if (body.Value.Code is not null)
        {
            return Problem(Fault.Invalid("code", "This account has no second factor. Leave the code out."));
        }

        var outcome = await signIn.SignInAsync(http.ToAttempt(body.Value.Email, body.Value.Password, remember: false), http.RequestAborted);
        if (outcome.Fault is { } refused)
        {
            return Problem(refused);
        }

        var signedIn = outcome.Value;
        await http.WriteSessionCookieAsync(signedIn);
        return await ShowAsync(http, projects, new(signedIn.UserId, signedIn.Name, body.Value.Email!.Trim()), signedIn.SessionId, signedIn.ExpiresAt);
    }

    static async Task<IResult> WhoAmIAsync(HttpContext http, ProjectService projects)
    {
        var user = http.User;
        return user.ToActor(null) is { } actor
            ? await ShowAsync(
                http, projects, new(actor.Id, actor.Name, user.FindFirstValue(ClaimTypes.Email)!), actor.SessionId!,
                DateTimeOffset.Parse(user.FindFirstValue(SessionCookie.ExpiryClaim)!, CultureInfo.InvariantCulture))
            : Problem(Fault.SessionRequired);
    }

    static async Task<IResult> SignOutAsync(HttpContext http, SessionService sessions)
    {
        if (http.User.ToActor(http.ClientAddress()) is not { } actor)
        {
            return Problem(Fault.SessionRequired);
        }

        if (!SameOrigin.IsProved(http.Request))
        {
            return Problem(SameOrigin.CrossSite);
        }

        var outcome = await sessions.EndAsync(actor, http.RequestAborted);
        await http.SignOutAsync(IdentityConstants.ApplicationScheme);
        return outcome.Fault is { } fault ? Problem(fault) : Results.NoContent();
    }

    static async Task<IResult> ShowAsync(HttpContext http, ProjectService projects, SessionUser user, string sessionId, DateTimeOffset expiresAt)
    {
        var organizations = await projects.OrganizationsAsync(new(PartyType.User, user.Id, user.Name, null, sessionId), http.RequestAborted);
        http.Response.Headers.CacheControl = "no-store";
        return Results.Json(
            new SessionView(user, [.. organizations.Select(x => new SessionOrganization(x.Slug, x.Name, x.Role.ToWord()))], expiresAt.UtcDateTime), SnakeCase);
    }

    static async Task<Outcome<T>> ReadAsync<T>(HttpRequest request)
    {
        if (!request.HasJsonContentType())
        {
            return new Fault(FaultCode.UnsupportedMediaType, "Send JSON, with the content type application/json.");
        }

        try
        {
            return await request.ReadFromJsonAsync<T>(SnakeCase, request.HttpContext.RequestAborted) is { } body
                ? body
                : new Fault(FaultCode.InvalidRequest, "Send a JSON object.");
        }
        catch (JsonException)
        {
            return new Fault(FaultCode.InvalidRequest, "The body is no JSON that fits this address.");
        }
    }

    static WithRetryAfter Problem(Fault fault)
    {
        var (status, code) = fault.Code switch
        {
            FaultCode.InvalidRequest => (StatusCodes.Status400BadRequest, "invalid_request"),
            FaultCode.InvalidCredentials => (StatusCodes.Status401Unauthorized, "invalid_credentials"),
            FaultCode.CrossSite => (StatusCodes.Status403Forbidden, "cross_site"),
            FaultCode.UnsupportedMediaType => (StatusCodes.Status415UnsupportedMediaType, "unsupported_media_type"),
            FaultCode.RateLimited => (StatusCodes.Status429TooManyRequests, "rate_limited"),
            _ => (StatusCodes.Status401Unauthorized, "session_required"),
        };
        var extensions = new Dictionary<string, object?>(StringComparer.Ordinal) { ["code"] = code };
        if (fault.Errors is { } errors)
        {
            extensions["errors"] = errors;
        }

        return new WithRetryAfter(Results.Problem(fault.Detail, statusCode: status, extensions: extensions), fault.RetryAfter);
    }

    sealed class WithRetryAfter(IResult inner, TimeSpan? wait) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.Headers.CacheControl = "no-store";
            if (wait is { } time)
            {
                httpContext.Response.Headers.RetryAfter = ((long)Math.Ceiling(time.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
            }

            return inner.ExecuteAsync(httpContext);
        }
    }

    sealed record SignInBody(string? Email, string? Password, string? Code);

    sealed record SessionUser(string Id, string Name, string Email);

    sealed record SessionOrganization(string Slug, string Name, string Role);

    sealed record SessionView(SessionUser User, IReadOnlyList<SessionOrganization> Organizations, DateTime ExpiresAt);
}
