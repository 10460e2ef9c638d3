using Dashboard.Api;
using Dashboard.Auth;
using Dashboard.Core.Projects;

namespace Dashboard.Projects;

/// <summary><c>/api/projects</c>.</summary>
static class ProjectEndpoints
{
    const string One = "/{organization}/{project}";

    public static void MapProjects(this IEndpointRouteBuilder app)
    {
        // What an organization consists of is one of its settings: changed with a session only.
        var settings = app.MapGroup("/api/projects").RequireAuthorization(SessionPolicy.Name).AsApi().WithTags("Projects");
        var projects = app.MapGroup("/api/projects").RequireAuthorization(MemberPolicy.Name).AsApi().WithTags("Projects");
        settings.MapPost("", CreateAsync).WithName("createProject").WithSummary("Create a project.")
            .Answers<ProjectAnswer>(201, "The project was created.", ("Location", "Where the project is.")).Refuses(ErrorCode.Forbidden, ErrorCode.NotFound, ErrorCode.Conflict);
        projects.MapRead("", ListAsync).WithName("listProjects").WithSummary("List the projects that the caller may see, newest first.")
            .Answers<ListAnswer<ProjectAnswer>>(200, "A page of projects.").Refuses(ErrorCode.NotFound);
        projects.MapRead(One, GetAsync).WithName("getProject").WithSummary("Read a project.")
            .Answers<ProjectAnswer>(200, "The project.").Refuses(ErrorCode.NotFound);
        settings.MapPatch(One, ChangeAsync).WithName("changeProject").WithSummary("Rename a project, or change what addresses call it. Its addresses before still mean it.")
            .Answers<ProjectAnswer>(200, "The project as it is now.").Refuses(ErrorCode.Forbidden, ErrorCode.NotFound, ErrorCode.Conflict);
        settings.MapDelete(One, DeleteAsync).WithName("deleteProject").WithSummary("Delete a project for ever, and revoke its keys.")
            .Answers<DeletedProjectAnswer>(200, "The project as it was, and the keys that are revoked now.").Refuses(ErrorCode.Forbidden, ErrorCode.NotFound);
    }

    static async Task<IResult> CreateAsync(JsonBody<CreateProjectRequest> body, ProjectService projects, HttpContext http, CancellationToken cancellationToken) =>
        (await projects.CreateAsync(http.Caller(), new(body.Value.Organization, body.Value.Name, body.Value.Slug), cancellationToken))
        .ToResult(row => TypedResults.Created($"/api/projects/{row.Organization}/{row.Slug}", ProjectAnswer.Of(row)));

    static async Task<IResult> ListAsync(QueryInput<ProjectListRequest> query, ProjectService projects, HttpContext http, CancellationToken cancellationToken) =>
        (await projects.ListAsync(http.Caller(), query.Value.Organization, query.Value.Cursor, query.Value.Limit, cancellationToken)).ToList(ProjectAnswer.Of);

    static async Task<IResult> GetAsync(string organization, string project, ProjectService projects, HttpContext http, CancellationToken cancellationToken) =>
        (await projects.GetAsync(http.Caller(), new(organization, project), cancellationToken)).ToResult(Show);

    static async Task<IResult> ChangeAsync(
        string organization, string project, JsonBody<ChangeProjectRequest> body, ProjectService projects, HttpContext http, CancellationToken cancellationToken)
    {
        var patch = body.Value.ToPatch();
        return patch.Error is { } nothing
            ? nothing.ToResult()
            : (await projects.ChangeAsync(http.Caller(), new(organization, project), patch.Value, cancellationToken)).ToResult(Show);
    }

    static async Task<IResult> DeleteAsync(string organization, string project, ProjectService projects, HttpContext http, CancellationToken cancellationToken) =>
        (await projects.DeleteAsync(http.Caller(), new(organization, project), cancellationToken)).ToResult(done => TypedResults.Ok(DeletedProjectAnswer.Of(done)));

    static IResult Show(ProjectSummary row) => TypedResults.Ok(ProjectAnswer.Of(row));

    sealed record CreateProjectRequest(
        [Field("What people call it, 1 to 100 characters.", Example = "\"Orders\"")] string Name,
        [Field("The organization's slug. Left out: the caller's only one.", Example = "\"acme\"")] string? Organization = null,
        [Field("What addresses call it: 1 to 40 of a-z, 0-9 and hyphens, no hyphen at an end. Left out: made of the name.", Example = "\"orders\"")] string? Slug = null);

    /// <summary>The body that changes a project. What is left out stays.</summary>
    sealed record ChangeProjectRequest(
        [Field("What people call it, 1 to 100 characters.", Example = "\"Orders\"")] Optional<string> Name = default,
        [Field("What addresses call it from now on: 1 to 40 of a-z, 0-9 and hyphens, no hyphen at an end.", Example = "\"orders\"")] Optional<string> Slug = default)
    {
        public Result<ProjectPatch> ToPatch() => Name.IsSet || Slug.IsSet
            ? new ProjectPatch(Name.Map<string?>(x => x, null), Slug.Map<string?>(x => x, null))
            : new Error(ErrorCode.InvalidRequest, "Nothing is to change. Send name or slug.");
    }

    sealed record ProjectListRequest(
        [Field("Only projects of this organization, by its slug.", Example = "\"acme\"")] string? Organization = null,
        [Field("The next_cursor of the page before.", Example = ListExamples.Cursor)] string? Cursor = null,
        [Field("The most rows on a page.", Min = 1, Max = Page.MaxLimit)] int Limit = Page.DefaultLimit);

    sealed record ProjectAnswer(
        [Field("The organization's slug.", Example = "\"acme\"")] string Organization,
        [Field("The project's slug.", Example = "\"orders\"")] string Slug,
        [Field("What people call it.", Example = "\"Orders\"")] string Name,
        [Field("When it was created.", Example = "\"2026-11-21T09:30:00.000Z\"")] DateTimeOffset CreatedAt)
    {
        public static ProjectAnswer Of(ProjectSummary row) => new(row.Organization, row.Slug, row.Name, row.CreatedAt);
    }

    sealed record DeletedProjectAnswer(
        [Field("The project as it was.")] ProjectAnswer Project,
        [Field("The identifiers of the keys that are revoked now.", Example = "[\"Ab12CdEf\"]")] IReadOnlyList<string> KeysRevoked)
    {
        public static DeletedProjectAnswer Of(Deletion<ProjectSummary> done) => new(ProjectAnswer.Of(done.Deleted), done.KeysRevoked);
    }
}
