using Dashboard.Api;
using Dashboard.Auth;
using Dashboard.Core.Tokens;
using Microsoft.AspNetCore.Mvc;

namespace Dashboard.Authorizations;

/// <summary><c>/api/authorizations</c>: the OAuth clients that act on behalf of members.</summary>
static class AuthorizationEndpoints
{
    const string One = "/{authorization_id:maxlength(64):regex(^[A-Za-z0-9]+$)}";

    public static void MapAuthorizations(this IEndpointRouteBuilder app)
    {
        app.MapGroup("/api/authorizations").RequireAuthorization(MemberPolicy.Name).AsApi().WithTags("Authorizations")
            .MapRead("", ListAsync).WithName("listAuthorizations")
            .WithSummary(
                "List the apps and command-line tools that act on behalf of the caller, or of all members of an organization, newest first.")
            .Answers<ListAnswer<AuthorizationAnswer>>(200, "A page of active authorizations.")
            .Refuses(ErrorCode.Forbidden, ErrorCode.NotFound);
        // Ending an authorization requires a session, as other sign-in settings do. A client can also revoke its own token.
        app.MapGroup("/api/authorizations").RequireAuthorization(SessionPolicy.Name).AsApi().WithTags("Authorizations")
            .MapDelete(One, DisconnectAsync).WithName("disconnect")
            .WithSummary("End an authorization and revoke its tokens. Repeating the request has no effect.")
            .AnswersNothing("The authorization has ended.").Refuses(ErrorCode.NotFound);
    }

    static async Task<IResult> ListAsync(
        QueryInput<AuthorizationListRequest> query, AuthorizationService authorizations, HttpContext http,
        CancellationToken cancellationToken)
    {
        var (organization, cursor, limit) = query.Value;
        var page = await authorizations.ListAsync(http.Caller(), new(organization, cursor, limit), cancellationToken);
        return page.ToList(row => new AuthorizationAnswer(row));
    }

    static async Task<IResult> DisconnectAsync(
        [FromRoute(Name = "authorization_id")] string id, AuthorizationService authorizations, HttpContext http,
        CancellationToken cancellationToken) =>
        (await authorizations.DisconnectAsync(http.Caller(), id, cancellationToken)).ToResult(_ => TypedResults.NoContent());

    sealed record AuthorizationListRequest(
        [Field(
            "List those of all members of this organization (its slug), for admins and owners. Defaults to the caller's own.",
            Example = "\"acme\"")]
        string? Organization = null,
        [Field("The next_cursor of the previous page.", Example = ListExamples.Cursor)] string? Cursor = null,
        [Field("The maximum number of items on a page.", Min = 1, Max = Page.MaxLimit)] int Limit = Page.DefaultLimit);

    sealed class AuthorizationAnswer(AuthorizationSummary row)
    {
        [Field("The authorization's identifier.", Example = "\"4fTq9Zr1Xc7Vb2Nm5Kj8Hg\"")]
        public string Id => row.Id;

        [Field("The client id.", Example = "\"latchkey-cli\"")]
        public string ClientId => row.ClientId;

        [Field("The client's name.", Example = "\"Latchkey command line\"")]
        public string ClientName => row.ClientName;

        [Field("Whether the client is trusted: false if it registered itself.", Example = "true")]
        public bool Verified => row.IsVerified;

        [Field("The member that it acts for.")]
        public PartyAnswer Owner => new(row.Owner);

        [Field("The organization's slug.", Example = "\"acme\"")]
        public string Organization => row.Organization;

        [Field("The granted scopes.", Example = "[\"read:workflows\"]")]
        public IReadOnlyList<string> Scopes => row.Scopes;

        [Field(
            "The only URL that its tokens are valid for; null for the whole organization.",
            Example = "\"https://api.example.com\"", Format = "uri")]
        public string? Resource => row.Resource;

        [Field("When it was approved.", Example = "\"2026-11-22T09:30:00.000Z\"")]
        public DateTimeOffset ApprovedAt => row.ApprovedAt;

        [Field("When it expires.", Example = "\"2026-12-22T09:30:00.000Z\"")]
        public DateTimeOffset ExpiresAt => row.ExpiresAt;

        [Field(
            "When a token was last issued for it; null if never. Tokens are short-lived, so this is when it was last used, to the hour.",
            Example = "\"2026-11-22T10:30:00.000Z\"")]
        public DateTimeOffset? LastUsedAt => row.LastUsedAt;
    }
}
