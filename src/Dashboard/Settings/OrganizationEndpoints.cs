using Dashboard.Api;
using Dashboard.Auth;
using Dashboard.Core.Deletion;
using Dashboard.Core.Organizations;
using Dashboard.Core.Projects;

namespace Dashboard.Settings;

/// <summary><c>/api/organizations/{organization}</c>: an organization itself and its policies.</summary>
static class OrganizationEndpoints
{
    const string One = "/{organization}";

    public static void MapOrganizationSettings(this IEndpointRouteBuilder app)
    {
        var settings = app.MapGroup("/api/organizations").RequireAuthorization(SessionPolicy.Name).AsApi().WithTags("Organizations");
        var organizations = app.MapGroup("/api/organizations").RequireAuthorization(MemberPolicy.Name).AsApi().WithTags("Organizations");
        organizations.MapRead(One, GetAsync).WithName("getOrganization")
            .WithSummary("Read an organization, its policies and the caller's role.")
            .Answers<OrganizationAnswer>(200, "The organization.").Refuses(ErrorCode.NotFound);
        settings.MapPatch(One, ChangeAsync).WithName("changeOrganization")
            .WithSummary("Rename an organization, change its slug or its policies. Former slugs still refer to it.")
            .Answers<OrganizationAnswer>(200, "The organization after the change.")
            .Refuses(ErrorCode.Forbidden, ErrorCode.FreshSignInRequired, ErrorCode.NotFound, ErrorCode.Conflict);
        settings.MapDelete(One, DeleteAsync).WithName("deleteOrganization")
            .WithSummary("Permanently delete an organization: revoke its keys, delete its projects and service accounts, and remove its members. Its audit log is kept.")
            .Answers<DeletedOrganizationAnswer>(200, "What was deleted.")
                .Refuses(ErrorCode.Forbidden, ErrorCode.FreshSignInRequired, ErrorCode.NotFound);
    }

    static async Task<IResult> GetAsync(
        string organization, ProjectService projects, HttpContext http, CancellationToken cancellationToken) =>
        (await projects.FindOrganizationAsync(http.Caller(), organization, cancellationToken)).ToResult(Show);

    static async Task<IResult> ChangeAsync(
        string organization, JsonBody<ChangeOrganizationRequest> body, OrganizationService organizations, HttpContext http,
        CancellationToken cancellationToken) =>
        body.Value.ToPatch() is { } patch
            ? (await organizations.ChangeAsync(http.Caller(), organization, patch, cancellationToken)).ToResult(Show)
            : new Error(ErrorCode.InvalidRequest, "Nothing to change. Send name, slug or a policy.").ToResult();

    static async Task<IResult> DeleteAsync(
        string organization, OrganizationDeletionService deletion, HttpContext http, CancellationToken cancellationToken) =>
        (await deletion.DeleteAsync(http.Caller(), organization, cancellationToken))
            .ToResult(contents => TypedResults.Ok(new DeletedOrganizationAnswer(
            contents.Projects, contents.Keys, contents.ServiceAccounts, contents.Members)));

    static IResult Show(OrganizationAccess organization) => TypedResults.Ok(OrganizationAnswer.Of(organization));

    /// <summary>The request body to change an organization. Omitted members keep their value.</summary>
    sealed record ChangeOrganizationRequest(
        [Field("The display name, 1 to 100 characters.", Example = "\"Acme Corporation\"", Min = 1,
            Max = Names.MaxLength)] Optional<string> Name = default,
        [Field("The new slug: 1 to 40 of a-z, 0-9 and inner hyphens.", Example = "\"acme\"")] Optional<string> Slug = default,
        [Field("Whether members need a second factor.", Example = "true")] Optional<bool> RequireTwoFactor = default,
        [Field("The longest life of a new live key in days; null for no limit.", Example = "365",
            Min = 1, Max = OrganizationPolicies.MaxDays)]
        Optional<int?> MaxLiveKeyDays = default,
        [Field("Whether developers may create live keys. Admins and owners always may.",
            Example = "true")] Optional<bool> DevelopersCreateLiveKeys = default,
        [Field("Whether new live keys need an allow-list.", Example = "false")] Optional<bool> LiveKeysNeedAllowList = default,
        [Field("Whether a new live key with write works only once an admin has approved it.", Example = "false")]
        Optional<bool> LiveWriteKeysNeedApproval = default)
    {
        /// <summary>Returns the change, or null if nothing is set.</summary>
        public OrganizationPatch? ToPatch()
        {
            var hasPolicies = RequireTwoFactor.IsSet || MaxLiveKeyDays.IsSet || DevelopersCreateLiveKeys.IsSet
                || LiveKeysNeedAllowList.IsSet
                || LiveWriteKeysNeedApproval.IsSet;
            return hasPolicies || Name.IsSet || Slug.IsSet
                ? new(Name.Map<string?>(x => x, null), Slug.Map<string?>(x => x, null), hasPolicies ? Apply : null)
                : null;
        }

        OrganizationPolicies Apply(OrganizationPolicies before) => new(
            RequireTwoFactor.Map(x => x, before.RequireTwoFactor), MaxLiveKeyDays.Map(x => x, before.MaxLiveKeyDays),
            DevelopersCreateLiveKeys.Map(x => x, before.DevelopersCreateLiveKeys), LiveKeysNeedAllowList.Map(
                x => x, before.LiveKeysNeedAllowList),
            LiveWriteKeysNeedApproval.Map(x => x, before.LiveWriteKeysNeedApproval));
    }

    sealed record OrganizationAnswer(
        [Field("The slug.", Example = "\"acme\"")] string Slug,
        [Field("The display name.", Example = "\"Acme\"")] string Name,
        [Field("The caller's role.")] OrganizationRole Role,
        [Field("Whether members need a second factor.", Example = "true")] bool RequireTwoFactor,
        [Field("The longest life of a new live key in days; null for no limit.", Example = "365")] int? MaxLiveKeyDays,
        [Field("Whether developers may create live keys. Admins and owners always may.", Example = "true")] bool DevelopersCreateLiveKeys,
        [Field("Whether new live keys need an allow-list.", Example = "false")] bool LiveKeysNeedAllowList,
        [Field("Whether a new live key with write works only once an admin has approved it.",
            Example = "false")] bool LiveWriteKeysNeedApproval)
    {
        public static OrganizationAnswer Of(OrganizationAccess organization) => new(
            organization.Slug, organization.Name, organization.Role, organization.Policies.RequireTwoFactor,
            organization.Policies.MaxLiveKeyDays,
            organization.Policies.DevelopersCreateLiveKeys, organization.Policies.LiveKeysNeedAllowList,
            organization.Policies.LiveWriteKeysNeedApproval);
    }

    sealed record DeletedOrganizationAnswer(
        [Field("The number of projects that were deleted.", Example = "3")] int Projects,
        [Field("The number of keys that were revoked.", Example = "19")] int KeysRevoked,
        [Field("The number of service accounts that were deleted.", Example = "5")] int ServiceAccounts,
        [Field("The number of members who were removed.", Example = "5")] int Members);
}
