using Dashboard.Core.Verification;

namespace Dashboard.Verification;

/// <summary>Tells a refusal.</summary>
sealed class RefusalResult(RefusalCode code) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext) => RefusalWriter.WriteAsync(httpContext.Response, code, httpContext.RequestAborted);
}
