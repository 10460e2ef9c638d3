using Dashboard.Api;
using Dashboard.Auth;
using Dashboard.Core.Members;
using Microsoft.AspNetCore.Mvc;

namespace Dashboard.Members;

/// <summary><c>/api/members</c>.</summary>
static class MemberEndpoints
{
    const string One = "/{user_id:maxlength(64):regex(^[A-Za-z0-9-]+$)}";

    public static void MapMembers(this IEndpointRouteBuilder app)
    {
        var members = app.MapGroup("/api/members").RequireAuthorization(MemberPolicy.Name).AsApi().WithTags("Members");
        members.MapRead("", ListAsync).WithName("listMembers")
            .WithSummary("List the members of an organization, in the order in which they joined.")
            .Answers<ListAnswer<MemberAnswer>>(200, "A page of members.").Refuses(ErrorCode.NotFound);
        members.MapRead(One, GetAsync).WithName("getMember").WithSummary("Read a member.")
            .Answers<MemberAnswer>(200, "The member.").Refuses(ErrorCode.NotFound);

        // Changing members needs a person who is present: an access token does not suffice.
        var settings = app.MapGroup("/api/members").RequireAuthorization(SessionPolicy.Name).AsApi().WithTags("Members");
        settings.MapPatch(One, ChangeAsync).WithName("changeMember")
            .WithSummary("Change the role of a member, or disable or enable the member. Nobody changes or grants a role above their own.")
            .Answers<MemberAnswer>(200, "The member after the change.")
            .Refuses(ErrorCode.Forbidden, ErrorCode.FreshSignInRequired, ErrorCode.NotFound, ErrorCode.Conflict);
        settings.MapPost(One + "/remove", RemoveAsync).WithName("removeMember")
            .WithSummary(
                "Remove a member, or leave the organization. Each key and service account of that person gets another owner or is revoked; " +
                "a service account with other owners stays with them.")
            .Answers<SettlementAnswer>(200, "The person is no longer a member.")
            .Refuses(ErrorCode.Forbidden, ErrorCode.FreshSignInRequired, ErrorCode.NotFound, ErrorCode.Conflict);
        settings.MapPost(One + "/revoke", RevokeAsync).WithName("revokeMemberAccess")
            .WithSummary("Revoke the keys of a member, those of their published apps, their connected apps and their browser sessions.")
            .Answers<RevokedAccessAnswer>(200, "They were revoked.")
                .Refuses(ErrorCode.Forbidden, ErrorCode.FreshSignInRequired, ErrorCode.NotFound);
    }

    static async Task<IResult> ListAsync(
        QueryInput<MemberListRequest> query, MemberService members, HttpContext http, CancellationToken cancellationToken) =>
        (await members.ListAsync(http.Caller(), query.Value.ToQuery(), cancellationToken)).ToList(row => new MemberAnswer(row));

    static async Task<IResult> GetAsync(
        [FromRoute(Name = "user_id")] string userId, QueryInput<OrganizationRequest> query, MemberService members, HttpContext http,
        CancellationToken cancellationToken) =>
        (await members.GetAsync(http.Caller(), query.Value.Organization, userId, cancellationToken)).ToResult(Show);

    static async Task<IResult> ChangeAsync(
        [FromRoute(Name = "user_id")] string userId, JsonBody<ChangeMemberRequest> body, MemberService members, HttpContext http,
        CancellationToken cancellationToken)
    {
        var (role, disabled, organization) = body.Value;
        return role is { } word && disabled is null
            ? (await members.ChangeRoleAsync(http.Caller(), organization, userId, word, cancellationToken)).ToResult(Show)
            : disabled is { } off && role is null
                ? (await members.SetDisabledAsync(http.Caller(), organization, userId, off, cancellationToken)).ToResult(Show)
            : new Error(ErrorCode.InvalidRequest, "Send either role or disabled.").ToResult();
    }

    static async Task<IResult> RemoveAsync(
        [FromRoute(Name = "user_id")] string userId, JsonBody<RemoveMemberRequest> body, MemberService members, HttpContext http,
        CancellationToken cancellationToken) =>
        (await members.RemoveAsync(http.Caller(), body.Value.Organization, userId, body.Value.ToHandover(), cancellationToken))
        .ToResult(done => TypedResults.Ok(new SettlementAnswer(done)));

    static async Task<IResult> RevokeAsync(
        [FromRoute(Name = "user_id")] string userId, JsonBody<OrganizationRequest> body, MemberService members, HttpContext http,
        CancellationToken cancellationToken) =>
        (await members.RevokeEverythingAsync(http.Caller(), body.Value.Organization, userId, cancellationToken))
        .ToResult(done => TypedResults.Ok(new RevokedAccessAnswer(done)));

    static IResult Show(MemberSummary row) => TypedResults.Ok(new MemberAnswer(row));
}
