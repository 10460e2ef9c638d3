using Dashboard.Api;
using Dashboard.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Hosting;

/// <summary>Whether this process runs, and whether it can serve.</summary>
static class HealthEndpoints
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <summary>Maps <c>/healthz</c>. Anybody may ask, and nothing but routing stands before the answer.</summary>
    public static void MapHealth(this IEndpointRouteBuilder app)
    {
        var health = app.MapGroup("/healthz").AllowAnonymous().AsApi().WithTags("Health");
        health.MapRead("/live", IResult () => TypedResults.Ok(new HealthAnswer("live")))
            .WithName("getLiveness").WithSummary("Whether the process runs.").Answers<HealthAnswer>(200, "It runs.").ShortCircuit();
        health.MapRead("/ready", ReadyAsync)
            .WithName("getReadiness").WithSummary("Whether it can serve: the database answers.")
            .Answers<HealthAnswer>(200, "It can serve.").Refuses(ErrorCode.Unavailable).ShortCircuit();
    }

    static async Task<IResult> ReadyAsync(IDbContextFactory<DashboardContext> contexts, TimeProvider time, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            await using var context = await contexts.CreateDbContextAsync(either.Token);
            await context.Installations.AnyAsync(either.Token);
            return TypedResults.Ok(new HealthAnswer("ready"));
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            return new Error(ErrorCode.Unavailable, "The database does not answer in time.").ToResult();
        }
    }

    sealed record HealthAnswer([Field("live, or ready to serve.", Words = ["live", "ready"])] string Status);
}
