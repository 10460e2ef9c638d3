using Dashboard.Api;
using Dashboard.Auth;
using Dashboard.Core.Import;

namespace Dashboard.Import;

/// <summary><c>/api/keys/import</c>.</summary>
static class KeyImportEndpoint
{
    public static void MapKeyImport(this IEndpointRouteBuilder app) =>
        app.MapGroup("/api/keys").RequireAuthorization(MemberPolicy.Name).AsApi().WithTags("Keys")
            .MapPost("/import", ImportAsync).WithName("importKeys")
            .WithSummary("Import keys that were issued elsewhere, by their hashes: all of them or none. Errors are named by row.")
            .Answers<ImportKeysAnswer>(200, "The keys were imported. For a dry run: they could be.")
            .Refuses(ErrorCode.Forbidden, ErrorCode.FreshSignInRequired, ErrorCode.NotFound, ErrorCode.KeyLimitReached);

    static async Task<IResult> ImportAsync(
        JsonBody<ImportKeysRequest> body, KeyImportService imports, HttpContext http, CancellationToken cancellationToken)
    {
        var input = body.Value.ToImport();
        return (await imports.ImportAsync(http.Caller(), input, cancellationToken)).ToResult(
            done => TypedResults.Ok(new ImportKeysAnswer(done.KeyIds.Count, done.KeyIds, done.Skipped, input.IsDryRun)));
    }
}
