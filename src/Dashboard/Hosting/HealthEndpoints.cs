using Dashboard.Api;
using Dashboard.Core.Changes;
using Dashboard.Core.Data;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Hosting;

/// <summary>Liveness and readiness probes.</summary>
static class HealthEndpoints
{
    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(3);

    /// <summary>Maps <c>/healthz</c>. The endpoints are public and skip all middleware after routing.</summary>
    public static void MapHealth(this IEndpointRouteBuilder app)
    {
        var health = app.MapGroup("/healthz").AllowAnonymous().AsApi().WithTags("Health");
        health.MapRead("/live", IResult (HttpContext http) => Live(http))
            .WithName("getLiveness").WithSummary("Check that the process is running.")
            .Answers<HealthAnswer>(200, "The process is running.") // the header of Live is not declared: declared ones are always there
            .ShortCircuit();
        health.MapRead("/ready", ReadyAsync)
            .WithName("getReadiness").WithSummary("Check that the server is ready: the database can be read and written.")
            .Answers<HealthAnswer>(200, "The server is ready.").Refuses(ErrorCode.Unavailable).ShortCircuit();
    }

    static Ok<HealthAnswer> Live(HttpContext http)
    {
        if (http.IgnoresForwarding())
        {
            http.Response.Headers[TrustedProxies.IgnoredHeader] = "ignored"; // the command "doctor" asks through the public URL
        }

        return TypedResults.Ok(new HealthAnswer("live"));
    }

    static async Task<IResult> ReadyAsync(
        IDbContextFactory<DashboardContext> contexts, WriteProbe writes, TimeProvider time, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            await using var context = await contexts.CreateDbContextAsync(either.Token);
            await context.Installations.AnyAsync(either.Token);
            return await writes.FindFailureAsync() is { } failure ? failure.ToResult() : TypedResults.Ok(new HealthAnswer("ready"));
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            return new Error(ErrorCode.Unavailable, "The database did not answer in time.").ToResult();
        }
    }

    sealed record HealthAnswer([Field("live or ready.", Words = ["live", "ready"])] string Status);
}
