using Dashboard.Core;
using Dashboard.Core.Organizations;
using Dashboard.Http;

namespace Dashboard.Organizations;

/// <summary><c>/api/projects</c>.</summary>
static class ProjectEndpoints
{
    public static void MapProjects(this IEndpointRouteBuilder app)
    {
        var projects = app.MapGroup("/api/projects").RequireAuthorization(SessionPolicy.Name).ForPrograms().WithTags("Projects");
        projects.MapPost("", CreateAsync).WithName("createProject").WithSummary("Create a project.")
            .Answers<ProjectAnswer>(201, "The project was created.").Refuses(FaultCode.Forbidden, FaultCode.NotFound, FaultCode.Conflict);
        projects.MapRead("", ListAsync).WithName("listProjects").WithSummary("List the projects that the caller may see, newest first.")
            .Answers<ListAnswer<ProjectAnswer>>(200, "A page of projects.").Refuses(FaultCode.NotFound);
    }

    static async Task<IResult> CreateAsync(JsonBody<CreateProjectRequest> body, ProjectService projects, HttpContext http, CancellationToken cancellationToken) =>
        (await projects.CreateAsync(http.Caller(), new(body.Value.Organization, body.Value.Name, body.Value.Slug), cancellationToken))
        .ToResult(row => TypedResults.Created((string?)null, ProjectAnswer.Of(row)));

    static async Task<IResult> ListAsync(QueryInput<ProjectListRequest> query, ProjectService projects, HttpContext http, CancellationToken cancellationToken) =>
        (await projects.ListAsync(http.Caller(), query.Value.Organization, query.Value.Cursor, query.Value.Limit, cancellationToken)).ToList(ProjectAnswer.Of);

    sealed record CreateProjectRequest(
        [Field("What people call it, 1 to 100 characters.", Example = "\"Orders\"")] string Name,
        [Field("The organization's slug. Left out: the caller's only one.", Example = "\"acme\"")] string? Organization = null,
        [Field("What addresses call it: 1 to 40 of a-z, 0-9 and hyphens, no hyphen at an end. Left out: made of the name.", Example = "\"orders\"")] string? Slug = null);

    sealed record ProjectListRequest(
        [Field("Only projects of this organization, by its slug.", Example = "\"acme\"")] string? Organization = null,
        [Field("The next_cursor of the page before.", Example = ListExamples.Cursor)] string? Cursor = null,
        [Field("The most rows on a page.", Least = 1, Most = Page.MaxLimit)] int Limit = Page.DefaultLimit);

    sealed record ProjectAnswer(
        [Field("The organization's slug.", Example = "\"acme\"")] string Organization,
        [Field("The project's slug.", Example = "\"orders\"")] string Slug,
        [Field("What people call it.", Example = "\"Orders\"")] string Name,
        [Field("When it was created.", Example = "\"2026-11-21T09:30:00.000Z\"")] DateTimeOffset CreatedAt)
    {
        public static ProjectAnswer Of(ProjectRow row) => new(row.Organization, row.Slug, row.Name, row.CreatedAt);
    }
}
