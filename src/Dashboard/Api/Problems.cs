using Microsoft.Extensions.Primitives;

namespace Dashboard.Api;

/// <summary>Maps an <see cref="Error"/> to an HTTP response. This is the only such mapping.</summary>
static class Problems
{
    /// <summary>The challenge of a 401, which has to name a scheme (RFC 9110 section 15.5.2). Browsers don't know this one, so they don't
    /// prompt for a password.</summary>
    public const string SessionChallenge = "Cookie realm=\"Latchkey\"";

    static readonly TimeSpan OutageRetryAfter = TimeSpan.FromSeconds(5);

    /// <summary>Returns the HTTP status and the wire name of an error code.</summary>
    public static (int Status, string Word) Of(ErrorCode code) => code switch
    {
        ErrorCode.InvalidRequest => (400, "invalid_request"),
        ErrorCode.SessionRequired => (401, "session_required"),
        ErrorCode.InvalidCredentials => (401, "invalid_credentials"),
        ErrorCode.SecondFactorRequired => (401, "second_factor_required"),
        ErrorCode.Forbidden => (403, "forbidden"),
        ErrorCode.TwoFactorSetupRequired => (403, "two_factor_setup_required"),
        ErrorCode.CrossSite => (403, "cross_site"),
        ErrorCode.FreshSignInRequired => (403, "fresh_sign_in_required"),
        ErrorCode.NotFound => (404, "not_found"),
        ErrorCode.Conflict => (409, "conflict"),
        ErrorCode.AlreadyCreated => (409, "already_created"),
        ErrorCode.KeyLimitReached => (409, "key_limit_reached"),
        ErrorCode.TooLarge => (413, "too_large"),
        ErrorCode.UnsupportedMediaType => (415, "unsupported_media_type"),
        ErrorCode.RateLimited => (429, "rate_limited"),
        ErrorCode.Unavailable => (503, "unavailable"),
        _ => throw new ArgumentOutOfRangeException(nameof(code), code, "The error code has no HTTP status."),
    };

    public static ProblemDocument ToProblem(this Error fault)
    {
        var (status, word) = Of(fault.Code);
        return new(status, word, fault.Detail)
        {
            Errors = fault.Errors,
            KeyId = fault.CreatedId,
            Id = fault.CreatedOwnerId,
            RetryAfter = fault.RetryAfter ?? (fault.Code == ErrorCode.Unavailable ? OutageRetryAfter : null),
        };
    }

    /// <summary>Converts an error to a response.</summary>
    public static IResult ToResult(this Error fault) => new Result(fault.ToProblem());

    /// <summary>Converts a result to a response: <paramref name="show"/> converts its value.</summary>
    public static IResult ToResult<T>(this Result<T> outcome, Func<T, IResult> show) =>
        outcome.Error is { } fault ? fault.ToResult() : show(outcome.Value);

    /// <summary>Writes an error from code that cannot return a result, such as middleware.</summary>
    /// <param name="http">The request.</param>
    /// <param name="fault">The error.</param>
    /// <param name="challenge">A challenge in addition to the session's, or null.</param>
    public static Task WriteAsync(HttpContext http, Error fault, string? challenge = null) =>
        WriteAsync(http, fault.ToProblem(), challenge);

    /// <summary>Writes a problem document.</summary>
    public static Task WriteAsync(HttpContext http, ProblemDocument problem, string? challenge = null)
    {
        if (problem.Status == StatusCodes.Status401Unauthorized)
        {
            // The session's challenge comes last: it is of no use to a program that reads only the first one.
            http.Response.Headers.WWWAuthenticate = challenge is null ? SessionChallenge : new StringValues([challenge, SessionChallenge]);
        }

        return problem.WriteAsync(http.Response, http.RequestAborted);
    }

    sealed class Result(ProblemDocument problem) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext) => WriteAsync(httpContext, problem);
    }
}
