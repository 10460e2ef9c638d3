using Dashboard.Api;
using Dashboard.Core.Credentials;
using Dashboard.Core.Keys;
using Dashboard.Core.Verification;

namespace Dashboard.Verification;

/// <summary><c>/v1/self-revoke</c>: the holder of a key can revoke it.</summary>
static class SelfRevokeEndpoint
{
    public static void MapSelfRevoke(this IEndpointRouteBuilder app)
    {
        var verification = app.MapGroup("/v1").AllowAnonymous().AsApi().WithTags("Verification");
        verification.MapPost("/self-revoke", RevokeAsync)
            .WithName("revokeOwnKey").WithSummary(
                "Permanently revoke the presented key. Works for disabled and expired keys too, from any IP address and at any host.")
            .Answers<SelfRevokedAnswer>(200, "The key was revoked.")
            .WithMetadata(new PresentedCredentialMetadata())
            .Refuses(
                RefusalCode.MissingCredential, RefusalCode.MalformedKey, RefusalCode.InvalidKey, RefusalCode.RevokedKey,
                RefusalCode.InvalidToken,
                RefusalCode.VerificationUnavailable)
            .ShortCircuit();
    }

    static async Task<IResult> RevokeAsync(
        HttpContext http, SelfRevocation revocation, KeyOptions options, CancellationToken cancellationToken)
    {
        var credential = CredentialReader.Read(http.Request.Headers, options.AcceptBearer);
        var revoked = await revocation.RevokeAsync(credential, http.Connection.RemoteIpAddress?.ToString(), cancellationToken);
        return revoked.Refusal is { } refusal
            ? new RefusalResult(refusal)
            : TypedResults.Ok(new SelfRevokedAnswer(revoked.KeyId!, KeyState.Revoked, revoked.RevokedAt!.Value));
    }

    sealed record SelfRevokedAnswer(
        [Field("The key's public identifier.", Example = "\"Ab12CdEf\"")] string KeyId,
        [Field("Always revoked.")] KeyState State,
        [Field("When it was revoked.", Example = "\"2026-11-22T09:30:00.000Z\"")] DateTimeOffset RevokedAt);
}
