using System.Security.Cryptography;
using Dashboard.Core.Changes;
using Dashboard.Core.Limits;
using Dashboard.Core.Tokens;

namespace Dashboard.Core.OAuth;

/// <summary>Authenticates clients (RFC 6749 section 3.2.1).</summary>
public sealed class ClientAuthenticator(OAuthClientCache clients, OAuthOptions options, RateLimits limits, RefusalLedger refusals)
{
    /// <summary>Makes sure that a client is the one it says (RFC 6749 section 3.2.1): a public one by its identifier alone, any other by
    /// its secret.</summary>
    /// <param name="presented">What the request says of the client.</param>
    /// <param name="origin">Where it came from; failures are limited by it. The right client is never refused for them: a stranger behind
    /// the same address, or somebody who tries its id, could lock it out.</param>
    /// <returns>The client; or <c>invalid_client</c>, <c>temporarily_unavailable</c> after too many failures.</returns>
    public async Task<Result<OAuthClient>> AuthenticateAsync(
        PresentedClient presented, OAuthOrigin origin, CancellationToken cancellationToken)
    {
        if (presented.ClientId is { } id && (options.ClientMetadataDocuments || !ClientAddresses.IsOne(id))
            && await clients.FindAsync(id, cancellationToken) is { } found && IsShown(found, presented.Secret, out var secretId))
        {
            return secretId is null ? found.Client : found.Client with { SecretId = secretId };
        }

        var wait = limits.FailedClients.Take(origin.Address, presented.ClientId, origin.FromPage);
        refusals.Note(origin.Address, wait is null ? RefusalReason.InvalidClient : RefusalReason.FailedClients);
        return wait is { } pause ? OAuthError.TooMany(pause) : OAuthError.InvalidClient;
    }

    static bool IsShown(StoredClient found, string? secret, out string? secretId)
    {
        secretId = null;
        if (found.Client.IsPublic || secret is null)
        {
            return found.Client.IsPublic && secret is null;
        }

        var hash = KeyHash.Of(secret);
        if (found.Secrets.FirstOrDefault(stored => CryptographicOperations.FixedTimeEquals(stored.Hash, hash)) is not { } shown)
        {
            return false;
        }

        secretId = shown.Id;
        return true;
    }
}
