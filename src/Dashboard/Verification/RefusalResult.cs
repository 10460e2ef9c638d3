using Dashboard.Core.Verification;

namespace Dashboard.Verification;

/// <summary>Writes a refusal.</summary>
sealed class RefusalResult(RefusalCode code, TimeSpan? retryAfter = null, string? scope = null) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext) =>
        RefusalWriter.WriteAsync(httpContext.Response, code, retryAfter, null, scope, httpContext.RequestAborted);
}
