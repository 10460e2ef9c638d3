namespace Dashboard.Api;

/// <summary>What goes wrong, as programs are told: the one place where a <see cref="Error"/> becomes HTTP.</summary>
static class Problems
{
    /// <summary>A 401 has to name a scheme (RFC 9110 section 15.5.2). No browser knows this one, so none asks for a password in a window of its own.</summary>
    public const string SessionChallenge = "Cookie realm=\"Latchkey\"";

    static readonly TimeSpan Outage = TimeSpan.FromSeconds(5);

    /// <summary>The status and the word of a fault.</summary>
    public static (int Status, string Word) Of(ErrorCode code) => code switch
    {
        ErrorCode.InvalidRequest => (400, "invalid_request"),
        ErrorCode.SessionRequired => (401, "session_required"),
        ErrorCode.InvalidCredentials => (401, "invalid_credentials"),
        ErrorCode.Forbidden => (403, "forbidden"),
        ErrorCode.CrossSite => (403, "cross_site"),
        ErrorCode.NotFound => (404, "not_found"),
        ErrorCode.Conflict => (409, "conflict"),
        ErrorCode.AlreadyCreated => (409, "already_created"),
        ErrorCode.KeyLimitReached => (409, "key_limit_reached"),
        ErrorCode.TooLarge => (413, "too_large"),
        ErrorCode.UnsupportedMediaType => (415, "unsupported_media_type"),
        ErrorCode.RateLimited => (429, "rate_limited"),
        ErrorCode.Unavailable => (503, "unavailable"),
        _ => throw new ArgumentOutOfRangeException(nameof(code), code, "This fault has no status."),
    };

    /// <summary>The document of a fault.</summary>
    public static ProblemDocument ToProblem(this Error fault)
    {
        var (status, word) = Of(fault.Code);
        return new(status, word, fault.Detail)
        {
            Errors = fault.Errors,
            KeyId = fault.CreatedId,
            RetryAfter = fault.RetryAfter ?? (fault.Code == ErrorCode.Unavailable ? Outage : null),
        };
    }

    /// <summary>The answer that tells a fault.</summary>
    public static IResult ToResult(this Error fault) => new Result(fault.ToProblem());

    /// <summary>The answer to an operation: what <paramref name="show"/> makes of its value, or its fault.</summary>
    public static IResult ToResult<T>(this Result<T> outcome, Func<T, IResult> show) => outcome.Error is { } fault ? fault.ToResult() : show(outcome.Value);

    /// <summary>Answers with a fault from where there are no results: a middleware, an event.</summary>
    /// <param name="http">The request.</param>
    /// <param name="fault">The fault.</param>
    /// <param name="challenge">Another way than a session to show who calls, or null.</param>
    public static Task WriteAsync(HttpContext http, Error fault, string? challenge = null) => WriteAsync(http, fault.ToProblem(), challenge);

    /// <summary>The same for a problem.</summary>
    public static Task WriteAsync(HttpContext http, ProblemDocument problem, string? challenge = null)
    {
        if (problem.Status == StatusCodes.Status401Unauthorized)
        {
            // A program that reads the first challenge alone has no use for the session's.
            http.Response.Headers.WWWAuthenticate = challenge is null ? SessionChallenge : new Microsoft.Extensions.Primitives.StringValues([challenge, SessionChallenge]);
        }

        return problem.WriteAsync(http.Response, http.RequestAborted);
    }

    sealed class Result(ProblemDocument problem) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext) => WriteAsync(httpContext, problem);
    }
}
