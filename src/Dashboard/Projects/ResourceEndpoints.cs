using Dashboard.Api;
using Dashboard.Auth;
using Dashboard.Core.Organizations;
using Dashboard.Core.Projects;

namespace Dashboard.Projects;

/// <summary><c>/api/resources</c>.</summary>
static class ResourceEndpoints
{
    /// <summary>Kind and id share one path segment: an id can be "." or "..", and clients remove such segments (RFC 3986 section
    /// 5.2.4).</summary>
    const string One = "/{organization}/{project}/{resource}";

    public static void MapResources(this IEndpointRouteBuilder app)
    {
        var resources = app.MapGroup("/api/resources").RequireAuthorization(MemberPolicy.Name).AsApi().WithTags("Resources");
        resources.MapPost("", CreateAsync).WithName("createResource").WithSummary("Register a resource, so that keys can be limited to it.")
            .Answers<ResourceAnswer>(201, "The resource was registered.", ("Location", "The URL of the resource."))
            .Refuses(ErrorCode.Forbidden, ErrorCode.NotFound, ErrorCode.Conflict);
        resources.MapRead("", ListAsync).WithName("listResources").WithSummary("List the resources of a project, newest first by default.")
            .Answers<ListAnswer<ResourceAnswer>>(200, "A page of resources.").Refuses(ErrorCode.NotFound);
        resources.MapRead(One, GetAsync).WithName("getResource").WithSummary("Read a resource.")
            .Answers<ResourceAnswer>(200, "The resource.").Refuses(ErrorCode.NotFound);
        resources.MapPatch(One, ChangeAsync).WithName("changeResource").WithSummary("Rename a resource.")
            .Answers<ResourceAnswer>(200, "The resource after the change.").Refuses(ErrorCode.Forbidden, ErrorCode.NotFound);
        resources.MapDelete(One, DeleteAsync).WithName("deleteResource")
            .WithSummary("Permanently delete a resource, and revoke the keys that only work with it.")
            .Answers<DeletedResourceAnswer>(200, "The deleted resource, and the keys that were revoked or lost access to it.")
            .Refuses(ErrorCode.Forbidden, ErrorCode.NotFound);
    }

    static async Task<IResult> CreateAsync(
        JsonBody<CreateResourceRequest> body, ResourceService resources, HttpContext http, CancellationToken cancellationToken) =>
        (
            await resources.CreateAsync(
                http.Caller(), new(body.Value.Project, body.Value.Kind, body.Value.Id, body.Value.Name), cancellationToken))
        .ToResult(row => TypedResults.Created($"/api/resources/{row.Project}/{row.Kind}:{row.Id}", ResourceAnswer.Of(row)));

    static async Task<IResult> ListAsync(
        QueryInput<ResourceListRequest> query, ResourceService resources, HttpContext http, CancellationToken cancellationToken)
    {
        var asked = query.Value;
        var page = await resources.ListAsync(http.Caller(), asked.ToQuery(), cancellationToken);
        return page.ToList(ResourceAnswer.Of);
    }

    static async Task<IResult> GetAsync(
        string organization, string project, string resource, ResourceService resources, HttpContext http,
        CancellationToken cancellationToken) =>
        ProjectPath.TryParse($"{organization}/{project}", out var path)
            ? (await resources.GetAsync(http.Caller(), path.ToString(), resource, cancellationToken)).ToResult(Show)
            : Error.NotFound.ToResult();

    static async Task<IResult> ChangeAsync(
        string organization, string project, string resource, JsonBody<ChangeResourceRequest> body, ResourceService resources,
        HttpContext http, CancellationToken cancellationToken)
    {
        var patch = body.Value.ToPatch();
        if (patch.Error is { } empty)
        {
            return empty.ToResult();
        }

        return ProjectPath.TryParse($"{organization}/{project}", out var path)
            ? (await resources.ChangeAsync(http.Caller(), path.ToString(), resource, patch.Value, cancellationToken)).ToResult(Show)
            : Error.NotFound.ToResult();
    }

    static async Task<IResult> DeleteAsync(
        string organization, string project, string resource, ResourceService resources, HttpContext http,
        CancellationToken cancellationToken) =>
        ProjectPath.TryParse($"{organization}/{project}", out var path)
            ? (await resources.DeleteAsync(http.Caller(), path.ToString(), resource, cancellationToken))
                .ToResult(done => TypedResults.Ok(DeletedResourceAnswer.Of(done)))
            : Error.NotFound.ToResult();

    static IResult Show(ResourceSummary row) => TypedResults.Ok(ResourceAnswer.Of(row));

    sealed record CreateResourceRequest(
        [Field("The kind, one of those configured for the installation.", Example = "\"workflow\"")] string Kind,
        [Field(
            "The id that the API uses: 1 to 64 letters, digits and . _ ~ -",
            Example = "\"order-intake\"", Pattern = "[A-Za-z0-9._~-]{1,64}")]
        string Id,
        [Field("The project, as organization/project. Defaults to the caller's only project.", Example = "\"acme/orders\"")]
        string? Project = null,
        [Field("The display name, 1 to 100 characters. Defaults to the id.", Example = "\"Order intake\"", Min = 1, Max = Names.MaxLength)]
        string? Name = null);

    /// <summary>The request body to change a resource.</summary>
    sealed record ChangeResourceRequest(
        [Field("The display name, 1 to 100 characters.", Example = "\"Order intake\"", Min = 1, Max = Names.MaxLength)]
        Optional<string> Name = default)
    {
        public Result<ResourcePatch> ToPatch() => Name.IsSet
            ? new ResourcePatch(Name.Map<string?>(x => x, null))
            : new Error(ErrorCode.InvalidRequest, "Nothing to change. Send name.");
    }

    sealed record ResourceListRequest(
        [Field("The project, as organization/project. Defaults to the caller's only project.", Example = "\"acme/orders\"")]
        string? Project = null,
        [Field("List only resources of this kind.", Example = "\"workflow\"")] string? Kind = null,
        [Field("Part of the name, or the start of the id.", Example = "\"order\"")] string? Search = null,
        [Field("The sort order.")] ResourceSort Sort = ResourceSort.CreatedAt,
        [Field("Whether to sort in descending order. Defaults to true for created_at and false for name.", Example = "true")]
        bool? Descending = null,
        [Field("The next_cursor of the previous page.", Example = ListExamples.Cursor)] string? Cursor = null,
        [Field("The maximum number of items on a page.", Min = 1, Max = Page.MaxLimit)] int Limit = Page.DefaultLimit)
    {
        public ResourceQuery ToQuery() => new(Project, Kind, Search, Cursor, Limit, Sort, Descending ?? Sort == ResourceSort.CreatedAt);
    }

    sealed record ResourceAnswer(
        [Field("The project, as organization/project.", Example = "\"acme/orders\"")] string Project,
        [Field("The kind.", Example = "\"workflow\"")] string Kind,
        [Field("The id that the API uses.", Example = "\"order-intake\"")] string Id,
        [Field("The display name.", Example = "\"Order intake\"")] string Name,
        [Field("When it was registered.", Example = "\"2026-11-21T09:30:00.000Z\"")] DateTimeOffset CreatedAt)
    {
        public static ResourceAnswer Of(ResourceSummary row) => new(row.Project, row.Kind, row.Id, row.Name, row.CreatedAt);
    }

    sealed record DeletedResourceAnswer(
        [Field("The deleted resource.")] ResourceAnswer Resource,
        [Field("The identifiers of the keys that only worked with it and were revoked.", Example = "[\"Ab12CdEf\"]")]
        IReadOnlyList<string> KeysRevoked,
        [Field("The identifiers of the keys that lost access to it and keep other resources.", Example = "[\"Gh34IjKl\"]")]
        IReadOnlyList<string> KeysNarrowed)
    {
        public static DeletedResourceAnswer Of(Deletion<ResourceSummary> done) =>
            new(ResourceAnswer.Of(done.Deleted), done.KeysRevoked, done.KeysNarrowed);
    }
}
