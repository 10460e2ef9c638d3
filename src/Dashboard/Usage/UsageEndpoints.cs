using Dashboard.Api;
using Dashboard.Auth;
using Dashboard.Core.Usage;

namespace Dashboard.Usage;

/// <summary><c>/api/usage</c>.</summary>
static class UsageEndpoints
{
    public static void MapUsage(this IEndpointRouteBuilder app) =>
        app.MapGroup("/api/usage").RequireAuthorization(MemberPolicy.Name).AsApi().WithTags("Usage")
        .MapRead("", ListAsync).WithName("listUsage")
        .WithSummary("List how often each key of a project was verified, by hour and outcome, newest first.")
        .Answers<ListAnswer<UsageAnswer>>(200, "A page of counts. The last few seconds may be missing.").Refuses(ErrorCode.NotFound);

    static async Task<IResult> ListAsync(
        QueryInput<UsageListRequest> query, UsageService usage, HttpContext http, CancellationToken cancellationToken)
    {
        var request = query.Value;
        var page = await usage.ListAsync(
            http.Caller(), new(request.Project, request.KeyId, request.From, request.To, request.Cursor, request.Limit), cancellationToken);
        return page.ToList(row => new UsageAnswer(row.KeyId, row.Hour, row.Outcome, row.Count));
    }

    sealed record UsageListRequest(
        [Field("The project, as organization/project. Defaults to the caller's only project.", Example = "\"acme/orders\"")]
        string? Project = null,
        [Field("List only the counts of this key.", Example = "\"Ab12CdEf\"")] string? KeyId = null,
        [Field("List only hours that began at or after this time.", Example = "\"2026-11-21T00:00:00.000Z\"")] DateTimeOffset? From = null,
        [Field("List only hours that began before this time.", Example = "\"2026-11-22T00:00:00.000Z\"")] DateTimeOffset? To = null,
        [Field("The next_cursor of the previous page.", Example = ListExamples.Cursor)] string? Cursor = null,
        [Field("The maximum number of items on a page.", Min = 1, Max = Page.MaxLimit)] int Limit = Page.DefaultLimit);

    sealed record UsageAnswer(
        [Field("The key's public identifier.", Example = "\"Ab12CdEf\"")] string KeyId,
        [Field("When the hour began.", Example = "\"2026-11-21T09:00:00.000Z\"")] DateTimeOffset Hour,
        [Field("valid, or the refusal code.", Example = "\"valid\"")] string Code,
        [Field("The number of verifications.", Example = "132")] long Count);
}
