using Dashboard.Api;
using Dashboard.Auth;
using Dashboard.Core.Tokens;
using Microsoft.AspNetCore.Mvc;

namespace Dashboard.Authorizations;

/// <summary><c>/api/authorizations</c>: what acts as a member.</summary>
static class AuthorizationEndpoints
{
    const string One = "/{authorization_id:maxlength(64):regex(^[A-Za-z0-9]+$)}";

    public static void MapAuthorizations(this IEndpointRouteBuilder app)
    {
        app.MapGroup("/api/authorizations").RequireAuthorization(MemberPolicy.Name).AsApi().WithTags("Authorizations")
            .MapRead("", ListAsync).WithName("listAuthorizations").WithSummary("List the apps and command lines that act as the caller, or as any member of an organization, newest first.")
            .Answers<ListAnswer<AuthorizationAnswer>>(200, "A page of authorizations that have not ended.").Refuses(ErrorCode.Forbidden, ErrorCode.NotFound);
        // What acts as a person belongs to signing in: ended with a session only, or by revoking the token itself.
        app.MapGroup("/api/authorizations").RequireAuthorization(SessionPolicy.Name).AsApi().WithTags("Authorizations")
            .MapDelete(One, DisconnectAsync).WithName("disconnect").WithSummary("End an authorization: its tokens are refused from here on. A repeat changes nothing.")
            .AnswersNothing("The authorization has ended.").Refuses(ErrorCode.NotFound);
    }

    static async Task<IResult> ListAsync(QueryInput<AuthorizationListRequest> query, AuthorizationService authorizations, HttpContext http, CancellationToken cancellationToken) =>
        (await authorizations.ListAsync(http.Caller(), new(query.Value.Organization, query.Value.Cursor, query.Value.Limit), cancellationToken)).ToList(row => new AuthorizationAnswer(row));

    static async Task<IResult> DisconnectAsync(
        [FromRoute(Name = "authorization_id")] string id, AuthorizationService authorizations, HttpContext http, CancellationToken cancellationToken) =>
        (await authorizations.DisconnectAsync(http.Caller(), id, cancellationToken)).ToResult(_ => TypedResults.NoContent());

    sealed record AuthorizationListRequest(
        [Field("Everybody's of this organization, by its slug, for its admins and owners. Left out: the caller's own.", Example = "\"acme\"")] string? Organization = null,
        [Field("The next_cursor of the page before.", Example = ListExamples.Cursor)] string? Cursor = null,
        [Field("The most rows on a page.", Min = 1, Max = Page.MaxLimit)] int Limit = Page.DefaultLimit);

    sealed class AuthorizationAnswer(AuthorizationSummary row)
    {
        [Field("The authorization's identifier.", Example = "\"4fTq9Zr1Xc7Vb2Nm5Kj8Hg\"")]
        public string Id => row.Id;

        [Field("The client.", Example = "\"latchkey-cli\"")]
        public string ClientId => row.ClientId;

        [Field("What the client is called.", Example = "\"Latchkey command line\"")]
        public string ClientName => row.ClientName;

        [Field("Whether somebody vouches for the client: it did not register itself.", Example = "true")]
        public bool Verified => row.IsVerified;

        [Field("Whom it acts as.")]
        public PartyAnswer Owner => new(row.Owner);

        [Field("The organization's slug.", Example = "\"acme\"")]
        public string Organization => row.Organization;

        [Field("What it may do.", Example = "[\"read:workflows\"]")]
        public IReadOnlyList<string> Scopes => row.Scopes;

        [Field("The address that its tokens are good at alone; null for the whole organization.", Example = "\"https://api.example.com\"")]
        public string? Resource => row.Resource;

        [Field("When it was approved.", Example = "\"2026-11-22T09:30:00.000Z\"")]
        public DateTimeOffset ApprovedAt => row.ApprovedAt;

        [Field("When it ends by itself.", Example = "\"2026-12-22T09:30:00.000Z\"")]
        public DateTimeOffset ExpiresAt => row.ExpiresAt;

        [Field("When a token was last issued for it, which is to the hour when it was last at work; null for never.", Example = "\"2026-11-22T10:30:00.000Z\"")]
        public DateTimeOffset? LastUsedAt => row.LastUsedAt;
    }
}
