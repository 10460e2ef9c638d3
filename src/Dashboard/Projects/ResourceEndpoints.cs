using Dashboard.Api;
using Dashboard.Auth;
using Dashboard.Core.Organizations;
using Dashboard.Core.Projects;

namespace Dashboard.Projects;

/// <summary><c>/api/resources</c>.</summary>
static class ResourceEndpoints
{
    /// <summary>Kind and id are one part of the address: an id may be a dot or two, and a part of only these never arrives (RFC 3986 section 5.2.4).</summary>
    const string One = "/{organization}/{project}/{resource}";

    public static void MapResources(this IEndpointRouteBuilder app)
    {
        var resources = app.MapGroup("/api/resources").RequireAuthorization(MemberPolicy.Name).AsApi().WithTags("Resources");
        resources.MapPost("", CreateAsync).WithName("createResource").WithSummary("Register a resource, so that keys can be narrowed to it.")
            .Answers<ResourceAnswer>(201, "The resource was registered.", ("Location", "Where the resource is.")).Refuses(ErrorCode.Forbidden, ErrorCode.NotFound, ErrorCode.Conflict);
        resources.MapRead("", ListAsync).WithName("listResources").WithSummary("List the resources of a project, newest first where nothing else is asked for.")
            .Answers<ListAnswer<ResourceAnswer>>(200, "A page of resources.").Refuses(ErrorCode.NotFound);
        resources.MapRead(One, GetAsync).WithName("getResource").WithSummary("Read a resource.")
            .Answers<ResourceAnswer>(200, "The resource.").Refuses(ErrorCode.NotFound);
        resources.MapPatch(One, ChangeAsync).WithName("changeResource").WithSummary("Rename a resource.")
            .Answers<ResourceAnswer>(200, "The resource as it is now.").Refuses(ErrorCode.Forbidden, ErrorCode.NotFound);
        resources.MapDelete(One, DeleteAsync).WithName("deleteResource").WithSummary("Delete a resource for ever, and revoke the keys that reach nothing else.")
            .Answers<DeletedResourceAnswer>(200, "The resource as it was, and what became of the keys that were narrowed to it.").Refuses(ErrorCode.Forbidden, ErrorCode.NotFound);
    }

    static async Task<IResult> CreateAsync(JsonBody<CreateResourceRequest> body, ResourceService resources, HttpContext http, CancellationToken cancellationToken) =>
        (await resources.CreateAsync(http.Caller(), new(body.Value.Project, body.Value.Kind, body.Value.Id, body.Value.Name), cancellationToken))
        .ToResult(row => TypedResults.Created($"/api/resources/{row.Project}/{row.Kind}:{row.Id}", ResourceAnswer.Of(row)));

    static async Task<IResult> ListAsync(QueryInput<ResourceListRequest> query, ResourceService resources, HttpContext http, CancellationToken cancellationToken)
    {
        var asked = query.Value;
        var page = await resources.ListAsync(http.Caller(), asked.ToQuery(), cancellationToken);
        return page.ToList(ResourceAnswer.Of);
    }

    static async Task<IResult> GetAsync(
        string organization, string project, string resource, ResourceService resources, HttpContext http, CancellationToken cancellationToken) =>
        ProjectPath.TryParse($"{organization}/{project}", out var path)
            ? (await resources.GetAsync(http.Caller(), path.ToString(), resource, cancellationToken)).ToResult(Show)
            : Error.NotFound.ToResult();

    static async Task<IResult> ChangeAsync(
        string organization, string project, string resource, JsonBody<ChangeResourceRequest> body, ResourceService resources, HttpContext http, CancellationToken cancellationToken)
    {
        var patch = body.Value.ToPatch();
        if (patch.Error is { } nothing)
        {
            return nothing.ToResult();
        }

        return ProjectPath.TryParse($"{organization}/{project}", out var path)
            ? (await resources.ChangeAsync(http.Caller(), path.ToString(), resource, patch.Value, cancellationToken)).ToResult(Show)
            : Error.NotFound.ToResult();
    }

    static async Task<IResult> DeleteAsync(
        string organization, string project, string resource, ResourceService resources, HttpContext http, CancellationToken cancellationToken) =>
        ProjectPath.TryParse($"{organization}/{project}", out var path)
            ? (await resources.DeleteAsync(http.Caller(), path.ToString(), resource, cancellationToken)).ToResult(done => TypedResults.Ok(DeletedResourceAnswer.Of(done)))
            : Error.NotFound.ToResult();

    static IResult Show(ResourceSummary row) => TypedResults.Ok(ResourceAnswer.Of(row));

    sealed record CreateResourceRequest(
        [Field("One of the kinds that the installation knows.", Example = "\"workflow\"")] string Kind,
        [Field("What the API calls it: 1 to 64 letters, digits and . _ ~ -", Example = "\"order-intake\"")] string Id,
        [Field("The project, as organization/project. Left out: the caller's only one.", Example = "\"acme/orders\"")] string? Project = null,
        [Field("What people call it, 1 to 100 characters. Left out: the id.", Example = "\"Order intake\"")] string? Name = null);

    /// <summary>The body that changes a resource.</summary>
    sealed record ChangeResourceRequest([Field("What people call it, 1 to 100 characters.", Example = "\"Order intake\"")] Optional<string> Name = default)
    {
        public Result<ResourcePatch> ToPatch() => Name.IsSet
            ? new ResourcePatch(Name.Map<string?>(x => x, null))
            : new Error(ErrorCode.InvalidRequest, "Nothing is to change. Send name.");
    }

    sealed record ResourceListRequest(
        [Field("The project, as organization/project. Left out: the caller's only one.", Example = "\"acme/orders\"")] string? Project = null,
        [Field("Only resources of this kind.", Example = "\"workflow\"")] string? Kind = null,
        [Field("A part of the name, or the beginning of the id.", Example = "\"order\"")] string? Search = null,
        [Field("What they are sorted by.")] ResourceSort Sort = ResourceSort.CreatedAt,
        [Field("Whether the last or latest comes first. Left out: true for created_at, false for name.", Example = "true")] bool? Descending = null,
        [Field("The next_cursor of the page before.", Example = ListExamples.Cursor)] string? Cursor = null,
        [Field("The most rows on a page.", Min = 1, Max = Page.MaxLimit)] int Limit = Page.DefaultLimit)
    {
        public ResourceQuery ToQuery() => new(Project, Kind, Search, Cursor, Limit, Sort, Descending ?? Sort == ResourceSort.CreatedAt);
    }

    sealed record ResourceAnswer(
        [Field("Its project, as organization/project.", Example = "\"acme/orders\"")] string Project,
        [Field("Its kind.", Example = "\"workflow\"")] string Kind,
        [Field("What the API calls it.", Example = "\"order-intake\"")] string Id,
        [Field("What people call it.", Example = "\"Order intake\"")] string Name,
        [Field("When it was registered.", Example = "\"2026-11-21T09:30:00.000Z\"")] DateTimeOffset CreatedAt)
    {
        public static ResourceAnswer Of(ResourceSummary row) => new(row.Project, row.Kind, row.Id, row.Name, row.CreatedAt);
    }

    sealed record DeletedResourceAnswer(
        [Field("The resource as it was.")] ResourceAnswer Resource,
        [Field("The identifiers of the keys that reached nothing else: they are revoked now.", Example = "[\"Ab12CdEf\"]")] IReadOnlyList<string> KeysRevoked,
        [Field("The identifiers of the keys that keep other resources.", Example = "[\"Gh34IjKl\"]")] IReadOnlyList<string> KeysNarrowed)
    {
        public static DeletedResourceAnswer Of(Deletion<ResourceSummary> done) => new(ResourceAnswer.Of(done.Deleted), done.KeysRevoked, done.KeysNarrowed);
    }
}
