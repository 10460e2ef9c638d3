using Dashboard.Api;
using Dashboard.Auth;
using Dashboard.Core.PublishedApps;
using Dashboard.Keys;

namespace Dashboard.PublishedApps;

/// <summary><c>/api/apps</c>.</summary>
static class PublishedAppEndpoints
{
    const string One = "/{id:maxlength(64):regex(^app_[A-Za-z0-9]+$)}";

    public static void MapApps(this IEndpointRouteBuilder app)
    {
        var apps = app.MapGroup("/api/apps").RequireAuthorization(MemberPolicy.Name).AsApi().WithTags("Published apps");
        apps.MapPost("", PublishAsync).WithName("publishApp")
            .WithSummary(
                "Publish an app. It gets a managed key, limited to one resource. The response is the only one that contains the key.")
            .Answers<IssuedAppAnswer>(201, "The app was published.", ("Location", "The URL of the app."))
            .Refuses(ErrorCode.Forbidden, ErrorCode.FreshSignInRequired, ErrorCode.NotFound, ErrorCode.Conflict, ErrorCode.AlreadyCreated);
        apps.MapRead("", ListAsync).WithName("listApps").WithSummary("List the published apps of a project, newest first.")
            .Answers<ListAnswer<AppAnswer>>(200, "A page of apps.").Refuses(ErrorCode.NotFound);
        apps.MapRead(One, GetAsync).WithName("getApp").WithSummary("Read an app, even if it is unpublished.")
            .Answers<AppAnswer>(200, "The app.").Refuses(ErrorCode.NotFound);
        apps.MapDelete(One, UnpublishAsync).WithName("unpublishApp")
            .WithSummary("Permanently unpublish an app and revoke its key. Repeating the request has no effect.")
            .Answers<AppAnswer>(200, "The unpublished app.").Refuses(ErrorCode.Forbidden, ErrorCode.NotFound);
    }

    static async Task<IResult> PublishAsync(
        JsonBody<PublishAppRequest> body, IdempotencyKey idempotencyKey, PublishedAppService apps, HttpContext http,
        CancellationToken cancellationToken) =>
        (
            await apps.PublishAsync(
                http.Caller(), body.Value.ToNewPublishedApp() with { IdempotencyKey = idempotencyKey.Value }, cancellationToken))
        .ToResult(issued => TypedResults.Created($"/api/apps/{issued.PublishedApp.Id}", new IssuedAppAnswer(issued)));

    static async Task<IResult> ListAsync(
        QueryInput<AppListRequest> query, PublishedAppService apps, HttpContext http, CancellationToken cancellationToken) =>
        (await apps.ListAsync(http.Caller(), query.Value.ToQuery(), cancellationToken)).ToList(row => new AppAnswer(row));

    static async Task<IResult> GetAsync(string id, PublishedAppService apps, HttpContext http, CancellationToken cancellationToken) =>
        (await apps.GetAsync(http.Caller(), id, cancellationToken)).ToResult(Show);

    static async Task<IResult> UnpublishAsync(string id, PublishedAppService apps, HttpContext http, CancellationToken cancellationToken) =>
        (await apps.UnpublishAsync(http.Caller(), id, cancellationToken)).ToResult(Show);

    static IResult Show(PublishedAppSummary row) => TypedResults.Ok(new AppAnswer(row));
}
