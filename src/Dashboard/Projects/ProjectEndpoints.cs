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
        // Projects are organization settings, so changing them requires a session.
        var settings = app.MapGroup("/api/projects").RequireAuthorization(SessionPolicy.Name).AsApi().WithTags("Projects");
        var projects = app.MapGroup("/api/projects").RequireAuthorization(MemberPolicy.Name).AsApi().WithTags("Projects");
        settings.MapPost("", CreateAsync).WithName("createProject").WithSummary("Create a project.")
            .Answers<ProjectAnswer>(201, "The project was created.", ("Location", "The URL of the project."))
            .Refuses(ErrorCode.Forbidden, ErrorCode.NotFound, ErrorCode.Conflict);
        projects.MapRead("", ListAsync).WithName("listProjects").WithSummary("List the projects that the caller may see, newest first.")
            .Answers<ListAnswer<ProjectAnswer>>(200, "A page of projects.").Refuses(ErrorCode.NotFound);
        projects.MapRead(One, GetAsync).WithName("getProject").WithSummary("Read a project.")
            .Answers<ProjectAnswer>(200, "The project.").Refuses(ErrorCode.NotFound);
        settings.MapPatch(One, ChangeAsync).WithName("changeProject")
            .WithSummary("Rename a project or change its slug. Former slugs still refer to it.")
            .Answers<ProjectAnswer>(200, "The project after the change.")
            .Refuses(ErrorCode.Forbidden, ErrorCode.NotFound, ErrorCode.Conflict);
        settings.MapDelete(One, DeleteAsync).WithName("deleteProject").WithSummary("Permanently delete a project and revoke its keys.")
            .Answers<DeletedProjectAnswer>(200, "The deleted project and the keys that were revoked.")
            .Refuses(ErrorCode.Forbidden, ErrorCode.NotFound);
    }

    static async Task<IResult> CreateAsync(
        JsonBody<CreateProjectRequest> body, ProjectService projects, HttpContext http, CancellationToken cancellationToken) =>
        (await projects.CreateAsync(http.Caller(), new(body.Value.Organization, body.Value.Name, body.Value.Slug), cancellationToken))
        .ToResult(row => TypedResults.Created($"/api/projects/{row.Organization}/{row.Slug}", ProjectAnswer.Of(row)));

    static async Task<IResult> ListAsync(
        QueryInput<ProjectListRequest> query, ProjectService projects, HttpContext http, CancellationToken cancellationToken) =>
        (await projects.ListAsync(http.Caller(), query.Value.Organization, query.Value.Cursor, query.Value.Limit, cancellationToken))
            .ToList(ProjectAnswer.Of);

    static async Task<IResult> GetAsync(
        string organization, string project, ProjectService projects, HttpContext http, CancellationToken cancellationToken) =>
        (await projects.GetAsync(http.Caller(), new(organization, project), cancellationToken)).ToResult(Show);

    static async Task<IResult> ChangeAsync(
        string organization, string project, JsonBody<ChangeProjectRequest> body, ProjectService projects, HttpContext http,
        CancellationToken cancellationToken)
    {
        var patch = body.Value.ToPatch();
        return patch.Error is { } empty
            ? empty.ToResult()
            : (await projects.ChangeAsync(http.Caller(), new(organization, project), patch.Value, cancellationToken)).ToResult(Show);
    }

    static async Task<IResult> DeleteAsync(
        string organization, string project, ProjectService projects, HttpContext http, CancellationToken cancellationToken) =>
        (await projects.DeleteAsync(http.Caller(), new(organization, project), cancellationToken))
            .ToResult(done => TypedResults.Ok(DeletedProjectAnswer.Of(done)));

    static IResult Show(ProjectSummary row) => TypedResults.Ok(ProjectAnswer.Of(row));

    sealed record CreateProjectRequest(
        [Field("The display name, 1 to 100 characters.", Example = "\"Orders\"", Min = 1, Max = Names.MaxLength)] string Name,
        [Field("The organization's slug. Defaults to the caller's only organization.", Example = "\"acme\"")] string? Organization = null,
        [Field("The slug: 1 to 40 of a-z, 0-9 and inner hyphens. Defaults to one derived from the name.", Example = "\"orders\"")]
        string? Slug = null);

    /// <summary>The request body to change a project. Omitted members keep their value.</summary>
    sealed record ChangeProjectRequest(
        [Field("The display name, 1 to 100 characters.", Example = "\"Orders\"", Min = 1, Max = Names.MaxLength)]
        Optional<string> Name = default,
        [Field("The new slug: 1 to 40 of a-z, 0-9 and inner hyphens.", Example = "\"orders\"")] Optional<string> Slug = default)
    {
        public Result<ProjectPatch> ToPatch() => Name.IsSet || Slug.IsSet
            ? new ProjectPatch(Name.Map<string?>(x => x, null), Slug.Map<string?>(x => x, null))
            : new Error(ErrorCode.InvalidRequest, "Nothing to change. Send name or slug.");
    }

    sealed record ProjectListRequest(
        [Field("List only projects of this organization (its slug).", Example = "\"acme\"")] string? Organization = null,
        [Field("The next_cursor of the previous page.", Example = ListExamples.Cursor)] string? Cursor = null,
        [Field("The maximum number of items on a page.", Min = 1, Max = Page.MaxLimit)] int Limit = Page.DefaultLimit);

    sealed record ProjectAnswer(
        [Field("The organization's slug.", Example = "\"acme\"")] string Organization,
        [Field("The project's slug.", Example = "\"orders\"")] string Slug,
        [Field("The display name.", Example = "\"Orders\"")] string Name,
        [Field("When it was created.", Example = "\"2026-11-21T09:30:00.000Z\"")] DateTimeOffset CreatedAt)
    {
        public static ProjectAnswer Of(ProjectSummary row) => new(row.Organization, row.Slug, row.Name, row.CreatedAt);
    }

    sealed record DeletedProjectAnswer(
        [Field("The deleted project.")] ProjectAnswer Project,
        [Field("The identifiers of the keys that were revoked.", Example = "[\"Ab12CdEf\"]")] IReadOnlyList<string> KeysRevoked)
    {
        public static DeletedProjectAnswer Of(Deletion<ProjectSummary> done) => new(ProjectAnswer.Of(done.Deleted), done.KeysRevoked);
    }
}
