using Dashboard.Api;
using Dashboard.Auth;
using Dashboard.Core.ServiceAccounts;
using Microsoft.AspNetCore.Mvc;

namespace Dashboard.ServiceAccounts;

/// <summary><c>/api/service-accounts</c>.</summary>
static class ServiceAccountEndpoints
{
    const string One = "/{id:maxlength(64):regex(^sa_[A-Za-z0-9]+$)}";

    const string Secrets = One + "/secrets";

    const string OneSecret = Secrets + "/{secret_id:maxlength(64):regex(^cs_[A-Za-z0-9]+$)}";

    public static void MapServiceAccounts(this IEndpointRouteBuilder app)
    {
        var accounts = app.MapGroup("/api/service-accounts").RequireAuthorization(MemberPolicy.Name).AsApi().WithTags("Service accounts");
        accounts.MapPost("", CreateAsync).WithName("createServiceAccount")
            .WithSummary("Create a service account with an OAuth client and a first key. Their secrets are in the answer, once.")
            .Answers<IssuedServiceAccountAnswer>(201, "The service account was created.", ("Location", "Where the service account is."))
            .Refuses(ErrorCode.Forbidden, ErrorCode.NotFound, ErrorCode.KeyLimitReached);
        accounts.MapRead("", ListAsync).WithName("listServiceAccounts").WithSummary("List the service accounts of an organization, newest first.")
            .Answers<ListAnswer<ServiceAccountAnswer>>(200, "A page of service accounts.").Refuses(ErrorCode.Forbidden, ErrorCode.NotFound);
        accounts.MapRead(One, GetAsync).WithName("getServiceAccount").WithSummary("Read a service account.")
            .Answers<ServiceAccountAnswer>(200, "The service account.").Refuses(ErrorCode.Forbidden, ErrorCode.NotFound);
        accounts.MapPatch(One, ChangeAsync).WithName("changeServiceAccount")
            .WithSummary("Rename a service account, switch it off or on, or change what it may do. Its keys follow at once.")
            .Answers<ServiceAccountAnswer>(200, "The service account as it is now.").Refuses(ErrorCode.Forbidden, ErrorCode.NotFound);
        accounts.MapDelete(One, DeleteAsync).WithName("deleteServiceAccount").WithSummary("Delete a service account, and revoke its keys and its OAuth client.")
            .AnswersNothing("The service account is gone.").Refuses(ErrorCode.Forbidden, ErrorCode.NotFound);
        accounts.MapPost(Secrets, AddSecretAsync).WithName("addClientSecret")
            .WithSummary("Make another client secret, beside the one there is: two are good at a time, so that one can be replaced without an outage. It is in the answer, once.")
            .Answers<IssuedClientSecretAnswer>(201, "The client secret was made.", ("Location", "Where the service account is."))
            .Refuses(ErrorCode.Forbidden, ErrorCode.NotFound, ErrorCode.Conflict);
        accounts.MapDelete(OneSecret, RemoveSecretAsync).WithName("removeClientSecret")
            .WithSummary("Revoke a client secret, the last one too. No token is issued for it any more.")
            .AnswersNothing("The client secret is revoked.").Refuses(ErrorCode.Forbidden, ErrorCode.NotFound);
    }

    static async Task<IResult> CreateAsync(
        JsonBody<CreateServiceAccountRequest> body, ServiceAccountService accounts, HttpContext http, CancellationToken cancellationToken) =>
        (await accounts.CreateAsync(http.Caller(), body.Value.ToNew(), cancellationToken))
        .ToResult(issued => TypedResults.Created($"/api/service-accounts/{issued.Account.Id}", new IssuedServiceAccountAnswer(issued)));

    static async Task<IResult> ListAsync(
        QueryInput<ServiceAccountListRequest> query, ServiceAccountService accounts, HttpContext http, CancellationToken cancellationToken) =>
        (await accounts.ListAsync(http.Caller(), query.Value.ToQuery(), cancellationToken))
        .ToList(row => new ServiceAccountAnswer(row));

    static async Task<IResult> GetAsync(string id, ServiceAccountService accounts, HttpContext http, CancellationToken cancellationToken) =>
        (await accounts.GetAsync(http.Caller(), id, cancellationToken)).ToResult(Show);

    static async Task<IResult> ChangeAsync(
        string id, JsonBody<ChangeServiceAccountRequest> body, ServiceAccountService accounts, HttpContext http, CancellationToken cancellationToken)
    {
        var patch = body.Value.ToPatch();
        return patch.Error is { } nothing ? nothing.ToResult() : (await accounts.ChangeAsync(http.Caller(), id, patch.Value, cancellationToken)).ToResult(Show);
    }

    static async Task<IResult> DeleteAsync(string id, ServiceAccountService accounts, HttpContext http, CancellationToken cancellationToken) =>
        (await accounts.DeleteAsync(http.Caller(), id, cancellationToken)).ToResult(_ => TypedResults.NoContent());

    static async Task<IResult> AddSecretAsync(string id, ServiceAccountService accounts, HttpContext http, CancellationToken cancellationToken) =>
        (await accounts.AddSecretAsync(http.Caller(), id, cancellationToken))
        .ToResult(issued => TypedResults.Created($"/api/service-accounts/{issued.Account.Id}", new IssuedClientSecretAnswer(issued)));

    static async Task<IResult> RemoveSecretAsync(
        string id, [FromRoute(Name = "secret_id")] string secretId, ServiceAccountService accounts, HttpContext http, CancellationToken cancellationToken) =>
        (await accounts.RemoveSecretAsync(http.Caller(), id, secretId, cancellationToken)).ToResult(_ => TypedResults.NoContent());

    static IResult Show(ServiceAccountSummary row) => TypedResults.Ok(new ServiceAccountAnswer(row));
}
