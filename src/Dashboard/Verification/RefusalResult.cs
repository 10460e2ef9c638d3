using Dashboard.Core.Verification;

namespace Dashboard.Verification;

/// <summary>Tells a refusal, with the time that it says to wait.</summary>
sealed class RefusalResult(RefusalCode code, TimeSpan? retryAfter = null) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext) => RefusalWriter.WriteAsync(httpContext.Response, code, retryAfter, httpContext.RequestAborted);
}
