using Dashboard.Core;
using Dashboard.Core.Organizations;
using Dashboard.Http;

namespace Dashboard.Organizations;

/// <summary><c>/api/resources</c>.</summary>
static class ResourceEndpoints
{
    public static void MapResources(this IEndpointRouteBuilder app)
    {
        var resources = app.MapGroup("/api/resources").RequireAuthorization(SessionPolicy.Name).ForPrograms().WithTags("Resources");
        resources.MapPost("", CreateAsync).WithName("createResource").WithSummary("Register a resource, so that keys can be narrowed to it.")
            .Answers<ResourceAnswer>(201, "The resource was registered.").Refuses(FaultCode.Forbidden, FaultCode.NotFound, FaultCode.Conflict);
        resources.MapRead("", ListAsync).WithName("listResources").WithSummary("List the resources of a project, newest first.")
            .Answers<ListAnswer<ResourceAnswer>>(200, "A page of resources.").Refuses(FaultCode.NotFound);
    }

    static async Task<IResult> CreateAsync(JsonBody<CreateResourceRequest> body, ResourceService resources, HttpContext http, CancellationToken cancellationToken) =>
        (await resources.CreateAsync(http.Caller(), new(body.Value.Project, body.Value.Kind, body.Value.Id, body.Value.Name), cancellationToken))
        .ToResult(row => TypedResults.Created((string?)null, ResourceAnswer.Of(row)));

    static async Task<IResult> ListAsync(QueryInput<ResourceListRequest> query, ResourceService resources, HttpContext http, CancellationToken cancellationToken)
    {
        var asked = query.Value;
        var page = await resources.ListAsync(http.Caller(), new(asked.Project, asked.Kind, asked.Search, asked.Cursor, asked.Limit), cancellationToken);
        return page.ToList(ResourceAnswer.Of);
    }

    sealed record CreateResourceRequest(
        [Field("One of the kinds that the installation knows.", Example = "\"workflow\"")] string Kind,
        [Field("What the API calls it: 1 to 64 letters, digits and . _ ~ -", Example = "\"order-intake\"")] string Id,
        [Field("The project, as organization/project. Left out: the caller's only one.", Example = "\"acme/orders\"")] string? Project = null,
        [Field("What people call it, 1 to 100 characters. Left out: the id.", Example = "\"Order intake\"")] string? Name = null);

    sealed record ResourceListRequest(
        [Field("The project, as organization/project. Left out: the caller's only one.", Example = "\"acme/orders\"")] string? Project = null,
        [Field("Only resources of this kind.", Example = "\"workflow\"")] string? Kind = null,
        [Field("A part of the name, or the beginning of the id.", Example = "\"order\"")] string? Search = null,
        [Field("The next_cursor of the page before.", Example = ListExamples.Cursor)] string? Cursor = null,
        [Field("The most rows on a page.", Least = 1, Most = Page.MaxLimit)] int Limit = Page.DefaultLimit);

    sealed record ResourceAnswer(
        [Field("Its project, as organization/project.", Example = "\"acme/orders\"")] string Project,
        [Field("Its kind.", Example = "\"workflow\"")] string Kind,
        [Field("What the API calls it.", Example = "\"order-intake\"")] string Id,
        [Field("What people call it.", Example = "\"Order intake\"")] string Name,
        [Field("When it was registered.", Example = "\"2026-11-21T09:30:00.000Z\"")] DateTimeOffset CreatedAt)
    {
        public static ResourceAnswer Of(ResourceRow row) => new(row.Project, row.Kind, row.Id, row.Name, row.CreatedAt);
    }
}
