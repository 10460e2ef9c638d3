using Dashboard.Api;
using Dashboard.Auth;
using Dashboard.Core.ServiceAccounts;
using Dashboard.Keys;
using Microsoft.AspNetCore.Mvc;

namespace Dashboard.ServiceAccounts;

/// <summary><c>/api/service-accounts</c>.</summary>
static class ServiceAccountEndpoints
{
    const string One = "/{id:maxlength(64):regex(^sa_[A-Za-z0-9]+$)}";

    const string Secrets = One + "/secrets";

    const string Tokens = One + "/tokens";

    const string OneSecret = Secrets + "/{secret_id:maxlength(64):regex(^cs_[A-Za-z0-9]+$)}";

    public static void MapServiceAccounts(this IEndpointRouteBuilder app)
    {
        var accounts = app.MapGroup("/api/service-accounts").RequireAuthorization(MemberPolicy.Name).AsApi().WithTags("Service accounts");
        accounts.MapPost("", CreateAsync).WithName("createServiceAccount")
            .WithSummary(
                "Create a service account with an OAuth client and a key. The response is the only one that contains their secrets.")
            .Answers<IssuedServiceAccountAnswer>(201, "The service account was created.", ("Location", "The URL of the service account."))
            .Refuses(
                ErrorCode.Forbidden, ErrorCode.FreshSignInRequired, ErrorCode.NotFound, ErrorCode.Conflict, ErrorCode.AlreadyCreated,
                ErrorCode.KeyLimitReached);
        accounts.MapRead("", ListAsync).WithName("listServiceAccounts")
            .WithSummary("List the service accounts of an organization, newest first.")
            .Answers<ListAnswer<ServiceAccountAnswer>>(200, "A page of service accounts.").Refuses(ErrorCode.Forbidden, ErrorCode.NotFound);
        accounts.MapRead(One, GetAsync).WithName("getServiceAccount").WithSummary("Read a service account.")
            .Answers<ServiceAccountAnswer>(200, "The service account.").Refuses(ErrorCode.Forbidden, ErrorCode.NotFound);
        accounts.MapPatch(One, ChangeAsync).WithName("changeServiceAccount")
            .WithSummary(
                "Rename a service account, disable or enable it, or change its permissions, projects or owners. This applies to its keys " +
                "immediately.")
            .Answers<ServiceAccountAnswer>(200, "The service account after the change.").Refuses(ErrorCode.Forbidden, ErrorCode.NotFound);
        accounts.MapDelete(One, DeleteAsync).WithName("deleteServiceAccount")
            .WithSummary("Permanently delete a service account, and revoke its keys and its client secrets.")
            .AnswersNothing("The service account was deleted.").Refuses(ErrorCode.Forbidden, ErrorCode.NotFound);
        accounts.MapPost(Secrets, AddSecretAsync).WithName("addClientSecret")
            .WithSummary(
                "Add a client secret, returned only in this response. Up to 2 are valid at a time, to replace one without downtime.")
            .Answers<IssuedClientSecretAnswer>(201, "The client secret was created.", ("Location", "The URL of the service account."))
            .Refuses(ErrorCode.Forbidden, ErrorCode.NotFound, ErrorCode.Conflict);
        accounts.MapDelete(OneSecret, RemoveSecretAsync).WithName("removeClientSecret")
            .WithSummary(
                "Revoke a client secret, even the last one. It can no longer be used to get tokens. Tokens that it got stay valid until " +
                "they expire; endServiceAccountTokens ends them.")
            .AnswersNothing("The client secret was revoked.").Refuses(ErrorCode.Forbidden, ErrorCode.NotFound);
        accounts.MapDelete(Tokens, EndTokensAsync).WithName("endServiceAccountTokens")
            .WithSummary("End all access tokens of a service account. Its client secrets and keys stay valid.")
            .AnswersNothing("The tokens have ended.").Refuses(ErrorCode.Forbidden, ErrorCode.NotFound);
    }

    static async Task<IResult> CreateAsync(
        JsonBody<CreateServiceAccountRequest> body, IdempotencyKey idempotencyKey, ServiceAccountService accounts, HttpContext http,
        CancellationToken cancellationToken) =>
        (await accounts.CreateAsync(http.Caller(), body.Value.ToNew() with { IdempotencyKey = idempotencyKey.Value }, cancellationToken))
        .ToResult(issued => TypedResults.Created($"/api/service-accounts/{issued.Account.Id}", new IssuedServiceAccountAnswer(issued)));

    static async Task<IResult> ListAsync(
        QueryInput<ServiceAccountListRequest> query, ServiceAccountService accounts, HttpContext http,
        CancellationToken cancellationToken) =>
        (await accounts.ListAsync(http.Caller(), query.Value.ToQuery(), cancellationToken))
        .ToList(row => new ServiceAccountAnswer(row));

    static async Task<IResult> GetAsync(string id, ServiceAccountService accounts, HttpContext http, CancellationToken cancellationToken) =>
        (await accounts.GetAsync(http.Caller(), id, cancellationToken)).ToResult(Show);

    static async Task<IResult> ChangeAsync(
        string id, JsonBody<ChangeServiceAccountRequest> body, ServiceAccountService accounts, HttpContext http,
        CancellationToken cancellationToken)
    {
        var patch = body.Value.ToPatch();
        if (patch.Error is { } unusable)
        {
            return unusable.ToResult();
        }

        var changed = await accounts.ChangeAsync(http.Caller(), id, patch.Value, cancellationToken);
        return changed.Error is { } refused ? body.Value.ToError(refused).ToResult() : Show(changed.Value);
    }

    static async Task<IResult> DeleteAsync(
        string id, ServiceAccountService accounts, HttpContext http, CancellationToken cancellationToken) =>
        (await accounts.DeleteAsync(http.Caller(), id, cancellationToken)).ToResult(_ => TypedResults.NoContent());

    static async Task<IResult> AddSecretAsync(
        string id, ServiceAccountService accounts, HttpContext http, CancellationToken cancellationToken) =>
        (await accounts.AddSecretAsync(http.Caller(), id, cancellationToken))
        .ToResult(issued => TypedResults.Created($"/api/service-accounts/{issued.Account.Id}", new IssuedClientSecretAnswer(issued)));

    static async Task<IResult> RemoveSecretAsync(
        string id, [FromRoute(Name = "secret_id")] string secretId, ServiceAccountService accounts, HttpContext http,
        CancellationToken cancellationToken) =>
        (await accounts.RemoveSecretAsync(http.Caller(), id, secretId, cancellationToken)).ToResult(_ => TypedResults.NoContent());

    static async Task<IResult> EndTokensAsync(
        string id, ServiceAccountService accounts, HttpContext http, CancellationToken cancellationToken) =>
        (await accounts.EndTokensAsync(http.Caller(), id, cancellationToken)).ToResult(_ => TypedResults.NoContent());

    static IResult Show(ServiceAccountSummary row) => TypedResults.Ok(new ServiceAccountAnswer(row));
}
