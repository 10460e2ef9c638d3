using Dashboard.Api;
using Dashboard.Auth;
using Dashboard.Core.Keys;
using Dashboard.Core.Keys.Listing;

namespace Dashboard.Keys;

/// <summary><c>/api/keys</c>.</summary>
static class KeyEndpoints
{
    /// <summary>Identifiers consist of these characters, so anything else is 404 without a database query.</summary>
    const string One = "/{key_id:maxlength(64):regex(^[A-Za-z0-9]+$)}";

    public static void MapKeys(this IEndpointRouteBuilder app)
    {
        var keys = app.MapGroup("/api/keys").RequireAuthorization(MemberPolicy.Name).AsApi().WithTags("Keys");
        keys.MapPost("", CreateAsync).WithName("createKey")
            .WithSummary("Create a key. The response is the only one that contains its secret.")
            .Answers<IssuedKeyAnswer>(201, "The key was created.", ("Location", "The URL of the key."))
            .Refuses(
                ErrorCode.Forbidden, ErrorCode.FreshSignInRequired, ErrorCode.NotFound, ErrorCode.Conflict, ErrorCode.AlreadyCreated,
                ErrorCode.KeyLimitReached);
        keys.MapPost("/which", WhichAsync).WithName("whichKey")
            .WithSummary("Find the key that a string is, among those that the caller may see. The string is neither stored nor logged.")
            .Answers<KeyAnswer>(200, "The key, even if it is revoked.").Refuses(ErrorCode.NotFound);
        keys.MapRead("", ListAsync).WithName("listKeys").WithSummary("List the keys of a project, newest first by default.")
            .Answers<ListAnswer<KeyAnswer>>(200, "A page of keys.").Refuses(ErrorCode.NotFound);
        keys.MapRead(One, GetAsync).WithName("getKey").WithSummary("Read a key.")
            .Answers<KeyAnswer>(200, "The key.").Refuses(ErrorCode.NotFound);
        keys.MapPatch(One, ChangeAsync).WithName("changeKey")
            .WithSummary("Rename a key, disable or enable it, remove permissions, or set its expiry, limits or note.")
            .Answers<KeyAnswer>(200, "The key after the change.")
            .Refuses(ErrorCode.Forbidden, ErrorCode.NotFound, ErrorCode.Conflict, ErrorCode.KeyLimitReached);
        keys.MapDelete(One, RevokeAsync).WithName("revokeKey").WithSummary("Permanently revoke a key. Repeating the request has no effect.")
            .Answers<KeyAnswer>(200, "The revoked key.").Refuses(ErrorCode.Forbidden, ErrorCode.NotFound);
        keys.MapPost($"{One}/approve", ApproveAsync).WithName("approveKey")
            .WithSummary("Approve a key that waits for an admin. It works from then on.")
            .Answers<KeyAnswer>(200, "The key, which is active.")
            .Refuses(ErrorCode.Forbidden, ErrorCode.FreshSignInRequired, ErrorCode.NotFound, ErrorCode.Conflict);
        keys.MapPost($"{One}/reject", RejectAsync).WithName("rejectKey")
            .WithSummary("Reject a key that waits for an admin, which revokes it.")
            .Answers<KeyAnswer>(200, "The revoked key.").Refuses(ErrorCode.Forbidden, ErrorCode.NotFound, ErrorCode.Conflict);
    }

    static async Task<IResult> CreateAsync(
        JsonBody<CreateKeyRequest> body, IdempotencyKey idempotencyKey, KeyService keys, HttpContext http,
        CancellationToken cancellationToken)
    {
        var input = body.Value.ToNewKey();
        if (input.Error is { } invalid)
        {
            return invalid.ToResult();
        }

        var created = await keys.CreateAsync(http.Caller(), input.Value with { IdempotencyKey = idempotencyKey.Value }, cancellationToken);
        return created.Error is { } fault
            ? body.Value.Rename(fault).ToResult()
            : TypedResults.Created($"/api/keys/{created.Value.Key.KeyId}", new IssuedKeyAnswer(created.Value));
    }

    static async Task<IResult> WhichAsync(
        JsonBody<WhichKeyRequest> body, KeyService keys, HttpContext http, CancellationToken cancellationToken) =>
        (await keys.WhichAsync(http.Caller(), body.Value.Key, cancellationToken)).ToResult(Show);

    static async Task<IResult> ListAsync(
        QueryInput<KeyListRequest> query, KeyListService keys, HttpContext http, CancellationToken cancellationToken)
    {
        var asked = query.Value.ToQuery();
        return asked.Error is { } invalid
            ? invalid.ToResult()
            : (await keys.ListAsync(http.Caller(), asked.Value, cancellationToken)).ToList(row => new KeyAnswer(row));
    }

    static async Task<IResult> GetAsync(string key_id, KeyService keys, HttpContext http, CancellationToken cancellationToken) =>
        (await keys.GetAsync(http.Caller(), key_id, cancellationToken)).ToResult(Show);

    static async Task<IResult> ChangeAsync(
        string key_id, JsonBody<ChangeKeyRequest> body, KeyService keys, HttpContext http, CancellationToken cancellationToken)
    {
        var patch = body.Value.ToPatch();
        return patch.Error is { } nothing
            ? nothing.ToResult()
            : (await keys.ChangeAsync(http.Caller(), key_id, patch.Value, cancellationToken)).ToResult(Show);
    }

    static async Task<IResult> RevokeAsync(
        string key_id, QueryInput<RevokeKeyRequest> query, KeyService keys, HttpContext http, CancellationToken cancellationToken) =>
        (await keys.RevokeAsync(http.Caller(), key_id, cancellationToken, query.Value.Reason)).ToResult(Show);

    static async Task<IResult> ApproveAsync(string key_id, KeyService keys, HttpContext http, CancellationToken cancellationToken) =>
        (await keys.ApproveAsync(http.Caller(), key_id, cancellationToken)).ToResult(Show);

    static async Task<IResult> RejectAsync(string key_id, KeyService keys, HttpContext http, CancellationToken cancellationToken) =>
        (await keys.RejectAsync(http.Caller(), key_id, cancellationToken)).ToResult(Show);

    static IResult Show(KeySummary key) => TypedResults.Ok(new KeyAnswer(key));
}
