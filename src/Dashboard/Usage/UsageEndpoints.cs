using Dashboard.Api;
using Dashboard.Auth;
using Dashboard.Core.Usage;

namespace Dashboard.Usage;

/// <summary><c>/api/usage</c>.</summary>
static class UsageEndpoints
{
    public static void MapUsage(this IEndpointRouteBuilder app) => app.MapGroup("/api/usage").RequireAuthorization(MemberPolicy.Name).AsApi().WithTags("Usage")
        .MapRead("", ListAsync).WithName("listUsage").WithSummary("How often the keys of a project were answered in which way, by hour, newest first.")
        .Answers<ListAnswer<UsageAnswer>>(200, "A page of counts. What came in the last seconds is not in them yet.").Refuses(ErrorCode.NotFound);

    static async Task<IResult> ListAsync(QueryInput<UsageListRequest> query, UsageService usage, HttpContext http, CancellationToken cancellationToken)
    {
        var asked = query.Value;
        var page = await usage.ListAsync(http.Caller(), new(asked.Project, asked.KeyId, asked.From, asked.To, asked.Cursor, asked.Limit), cancellationToken);
        return page.ToList(row => new UsageAnswer(row.KeyId, row.Hour, row.Outcome, row.Count));
    }

    sealed record UsageListRequest(
        [Field("The project, as organization/project. Left out: the caller's only one.", Example = "\"acme/orders\"")] string? Project = null,
        [Field("Only this key's.", Example = "\"Ab12CdEf\"")] string? KeyId = null,
        [Field("Only hours that began then or later.", Example = "\"2026-11-21T00:00:00.000Z\"")] DateTimeOffset? From = null,
        [Field("Only hours that began before.", Example = "\"2026-11-22T00:00:00.000Z\"")] DateTimeOffset? To = null,
        [Field("The next_cursor of the page before.", Example = ListExamples.Cursor)] string? Cursor = null,
        [Field("The most rows on a page.", Min = 1, Max = Page.MaxLimit)] int Limit = Page.DefaultLimit);

    sealed record UsageAnswer(
        [Field("The key's public identifier.", Example = "\"Ab12CdEf\"")] string KeyId,
        [Field("When the hour began.", Example = "\"2026-11-21T09:00:00.000Z\"")] DateTimeOffset Hour,
        [Field("valid, or the code of a refusal.", Example = "\"valid\"")] string Code,
        [Field("How often it was answered so.", Example = "132")] long Count);
}
