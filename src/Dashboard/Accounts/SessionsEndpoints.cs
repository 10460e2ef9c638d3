using Dashboard.Api;
using Dashboard.Auth;
using Dashboard.Core.Accounts;
using Microsoft.AspNetCore.Mvc;

namespace Dashboard.Accounts;

/// <summary><c>/api/sessions</c>: the signed-in user's sessions.</summary>
static class SessionsEndpoints
{
    const string One = "/{session_id:maxlength(64):regex(^[A-Za-z0-9_-]+$)}";

    public static void MapSessions(this IEndpointRouteBuilder app)
    {
        // The command line shows sessions. Ending one requires a session, as other sign-in settings do.
        app.MapGroup("/api/sessions").RequireAuthorization(MemberPolicy.Name).WithMetadata(new OpenWithoutSecondFactorAttribute())
            .AsApi().WithTags("Session")
            .MapRead("", ListAsync).WithName("listSessions").WithSummary("List the caller's sessions, newest first.")
            .Answers<ListAnswer<SessionItem>>(200, "A page of sessions that are valid.");
        var sessions = app.MapGroup("/api/sessions").RequireAuthorization(SessionPolicy.Name)
            .WithMetadata(new OpenWithoutSecondFactorAttribute()).AsApi().WithTags("Session");
        sessions.MapDelete(One, EndAsync).WithName("endSession").WithSummary("End one of the caller's sessions.")
            .AnswersNothing("The session has ended.").Refuses(ErrorCode.NotFound);
        sessions.MapDelete("", EndOthersAsync).WithName("endOtherSessions").WithSummary("End all of the caller's sessions but this one.")
            .Answers<SessionsEnded>(200, "They have ended.");
    }

    static async Task<IResult> ListAsync(
        QueryInput<SessionListRequest> query, SessionService sessions, HttpContext http, CancellationToken cancellationToken)
    {
        var (cursor, limit) = query.Value;
        return (await sessions.ListAsync(http.Caller(), cursor, limit, cancellationToken)).ToList(row => new SessionItem(row));
    }

    static async Task<IResult> EndAsync(
        [FromRoute(Name = "session_id")] string id, SessionService sessions, HttpContext http, CancellationToken cancellationToken) =>
        (await sessions.EndOneAsync(http.Caller(), id, cancellationToken)).ToResult(_ => TypedResults.NoContent());

    static async Task<IResult> EndOthersAsync(SessionService sessions, HttpContext http, CancellationToken cancellationToken) =>
        (await sessions.EndOthersAsync(http.Caller(), cancellationToken)).ToResult(count => TypedResults.Ok(new SessionsEnded(count)));

    sealed record SessionListRequest(
        [Field("The next_cursor of the previous page.", Example = ListExamples.Cursor)] string? Cursor = null,
        [Field("The maximum number of items on a page.", Min = 1, Max = Page.MaxLimit)] int Limit = Page.DefaultLimit);

    sealed record SessionsEnded([Field("The number of sessions that were ended.", Example = "2")] int Ended);

    sealed class SessionItem(SessionSummary row)
    {
        [Field("The session's identifier. It opens nothing.", Example = "\"q0o1rM6yQ2yVxk3l8mJc7A\"")]
        public string Id => row.Id;

        [Field("The browser and its operating system, or the kind of program; null if unknown.", Example = "\"Firefox on Linux\"")]
        public string? Device => row.Device;

        [Field("The client address that it was started from; null if unknown.", Example = "\"203.0.113.7\"")]
        public string? Address => row.Address;

        [Field("The network of that address; null if unknown.", Example = "\"203.0.113.0/24\"")]
        public string? Network => row.Network;

        [Field("When it started.", Example = "\"2026-11-22T09:30:00.000Z\"")]
        public DateTimeOffset CreatedAt => row.CreatedAt;

        [Field("When the user was last active in it, to the minute.", Example = "\"2026-11-22T10:30:00.000Z\"")]
        public DateTimeOffset LastSeenAt => row.LastSeenAt;

        [Field("When it expires unless the user is active again.", Example = "\"2026-11-22T12:30:00.000Z\"")]
        public DateTimeOffset ExpiresAt => row.ExpiresAt;

        [Field("Whether it is the session of this request.", Example = "true")]
        public bool Current => row.Current;
    }
}
