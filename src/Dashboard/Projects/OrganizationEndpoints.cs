using Dashboard.Api;
using Dashboard.Auth;
using Dashboard.Core.Projects;

namespace Dashboard.Projects;

/// <summary><c>/api/organizations</c>.</summary>
static class OrganizationEndpoints
{
    public static void MapOrganizations(this IEndpointRouteBuilder app) =>
        app.MapGroup("/api/organizations").RequireAuthorization(SessionPolicy.Name).AsApi().WithTags("Organizations")
            .MapPost("", CreateAsync).WithName("createOrganization").WithSummary("Create an organization, which the caller owns.")
            .Answers<CreatedOrganizationAnswer>(201, "The organization was created.").Refuses(ErrorCode.Conflict);

    static async Task<IResult> CreateAsync(
        JsonBody<CreateOrganizationRequest> body, OrganizationCreation organizations, HttpContext http,
        CancellationToken cancellationToken) =>
        (await organizations.CreateAsync(http.Caller(), new(body.Value.Name, body.Value.Slug, body.Value.Project), cancellationToken))
        .ToResult(made => TypedResults.Json(
            new CreatedOrganizationAnswer(
                made.Organization.Slug, made.Organization.Name, made.Project is null ? null : $"{made.Organization.Slug}/{made.Project}"),
            statusCode: StatusCodes.Status201Created));

    sealed record CreateOrganizationRequest(
        [Field("The display name, 1 to 100 characters.", Example = "\"Acme\"", Min = 1, Max = Names.MaxLength)] string Name,
        [Field("The slug: 1 to 40 of a-z, 0-9 and inner hyphens. Defaults to one derived from the name.",
            Example = "\"acme\"")] string? Slug = null,
        [Field("The name of its first project, 1 to 100 characters. Defaults to no project.",
            Example = "\"Orders\"", Pattern = "[^\\n]*", Min = 1, Max = Names.MaxLength)]
        string? Project = null);

    sealed record CreatedOrganizationAnswer(
        [Field("The slug.", Example = "\"acme\"")] string Slug,
        [Field("The display name.", Example = "\"Acme\"")] string Name,
        [Field("Its first project, or null.", Example = "\"acme/orders\"")] string? Project);
}
