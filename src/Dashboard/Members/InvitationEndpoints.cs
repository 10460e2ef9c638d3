using Dashboard.Api;
using Dashboard.Auth;
using Dashboard.Core.Accounts;
using Dashboard.Core.Members;
using Dashboard.Core.Organizations;

namespace Dashboard.Members;

/// <summary><c>/api/invitations</c>.</summary>
static class InvitationEndpoints
{
    const string One = "/{id:maxlength(64):regex(^inv_[A-Za-z0-9]+$)}";

    public static void MapInvitations(this IEndpointRouteBuilder app)
    {
        var invitations = app.MapGroup("/api/invitations").RequireAuthorization(SessionPolicy.Name).AsApi().WithTags("Members");
        invitations.MapPost("", InviteAsync).WithName("invite")
            .WithSummary("Invite a person by mail. The link works once, for 7 days, for this address; the response and the mail are the only ones that contain it.")
            .Answers<IssuedInvitationAnswer>(201, "The invitation was made and the mail was written.")
            .Refuses(ErrorCode.Forbidden, ErrorCode.FreshSignInRequired, ErrorCode.NotFound, ErrorCode.Conflict, ErrorCode.RateLimited);
        invitations.MapRead("", ListAsync).WithName("listInvitations").WithSummary("List the invitations of an organization, newest first.")
            .Answers<ListAnswer<InvitationAnswer>>(200, "A page of invitations.").Refuses(ErrorCode.Forbidden, ErrorCode.NotFound);
        invitations.MapPost(One + "/resend", ResendAsync).WithName("resendInvitation")
            .WithSummary("Make a new link for an invitation, and mail it. The old link no longer works.")
            .Answers<IssuedInvitationAnswer>(200, "The invitation with its new link.")
            .Refuses(ErrorCode.Forbidden, ErrorCode.FreshSignInRequired, ErrorCode.NotFound, ErrorCode.RateLimited);
        invitations.MapDelete(One, WithdrawAsync).WithName("withdrawInvitation")
            .WithSummary("Withdraw an invitation. Its link no longer works.")
            .AnswersNothing("The invitation was withdrawn.")
                .Refuses(ErrorCode.Forbidden, ErrorCode.FreshSignInRequired, ErrorCode.NotFound);
    }

    static async Task<IResult> InviteAsync(
        JsonBody<InviteRequest> body, InvitationService invitations, PublicUrl url, HttpContext http,
        CancellationToken cancellationToken) =>
        (await invitations.InviteAsync(
            http.Caller(), new(body.Value.Organization, body.Value.Email, body.Value.Role, url.Of(http)), cancellationToken))
        .ToResult(issued => TypedResults.Json(new IssuedInvitationAnswer(issued), statusCode: StatusCodes.Status201Created));

    static async Task<IResult> ListAsync(
        QueryInput<InvitationListRequest> query, InvitationService invitations, HttpContext http, CancellationToken cancellationToken) =>
        (await invitations.ListAsync(http.Caller(), query.Value.ToQuery(), cancellationToken)).ToList(row => new InvitationAnswer(row));

    static async Task<IResult> ResendAsync(
        string id, InvitationService invitations, PublicUrl url, HttpContext http, CancellationToken cancellationToken) =>
        (await invitations.ResendAsync(http.Caller(), id, url.Of(http), cancellationToken))
            .ToResult(issued => TypedResults.Ok(new IssuedInvitationAnswer(issued)));

    static async Task<IResult> WithdrawAsync(
        string id, InvitationService invitations, HttpContext http, CancellationToken cancellationToken) =>
        (await invitations.WithdrawAsync(http.Caller(), id, cancellationToken)).ToResult(_ => TypedResults.NoContent());

    sealed record InviteRequest(
        [Field("The address that the invitation is for.", Example = "\"ada@example.com\"", Max = EmailAddress.MaxLength)] string Email,
        [Field("The role that the person gets. Nobody grants a role above their own.")] OrganizationRole Role,
        [Field("The organization's slug. Defaults to the caller's only organization.", Example = "\"acme\"")] string? Organization = null);

    sealed record InvitationListRequest(
        [Field("The organization's slug. Defaults to the caller's only organization.", Example = "\"acme\"")] string? Organization = null,
        [Field("The next_cursor of the previous page.", Example = ListExamples.Cursor)] string? Cursor = null,
        [Field("The maximum number of items on a page.", Min = 1, Max = Page.MaxLimit)] int Limit = Page.DefaultLimit)
    {
        public InvitationQuery ToQuery() => new(Organization, Cursor, Limit);
    }

    class InvitationAnswer
    {
        readonly InvitationSummary invitation;

        internal InvitationAnswer(InvitationSummary invitation) => this.invitation = invitation;

        [Field("The identifier. It opens nothing.", Example = "\"inv_Ab12CdEfGh34IjKl\"")]
        public string Id => invitation.Id;

        [Field("The organization's slug.", Example = "\"acme\"")]
        public string Organization => invitation.Organization;

        [Field("The address that it is for.", Example = "\"ada@example.com\"")]
        public string Email => invitation.Email;

        [Field("The role that the person gets.")]
        public OrganizationRole Role => invitation.Role;

        [Field("The member who made the newest link.")]
        public PartyAnswer InvitedBy => new(invitation.InvitedBy);

        [Field("When it was made.", Example = "\"2026-11-21T09:30:00.000Z\"")]
        public DateTimeOffset CreatedAt => invitation.CreatedAt;

        [Field("Until when the newest link works.", Example = "\"2026-11-28T09:30:00.000Z\"")]
        public DateTimeOffset ExpiresAt => invitation.ExpiresAt;
    }

    sealed class IssuedInvitationAnswer : InvitationAnswer
    {
        readonly IssuedInvitation issued;

        internal IssuedInvitationAnswer(IssuedInvitation issued)
            : base(issued.Invitation) => this.issued = issued;

        [Field("The link, which works once.",
            Example = "\"https://keys.example.com/account/invitation?token=q0o1rM6yQ2yVxk3l8mJc7Aq0o1rM6yQ2yVxk3l8mJc7\"", Format = "uri")]
        public string Link => issued.Link;
    }
}
