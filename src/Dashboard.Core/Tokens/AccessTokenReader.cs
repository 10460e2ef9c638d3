using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Dashboard.Core.Tokens;

/// <summary>The claims of a token that Latchkey signed.</summary>
/// <param name="ExpiresAt">When the token expires, UTC.</param>
/// <param name="Issuer">The issuer.</param>
/// <param name="Audience">The audience.</param>
/// <param name="ClientId">The client id that the client knows.</param>
/// <param name="Key">The key that signed it.</param>
/// <param name="Account">The claims of a service account's token, which has no row. Null for a token that has a row: without its row it is
/// not valid.</param>
public sealed record ReadToken(
    string Jti, DateTimeOffset ExpiresAt, string Issuer, string Audience, string ClientId, PublishedKey Key, AccountClaims? Account);

/// <summary>What a token without a row says about itself.</summary>
/// <param name="AccountId">The service account.</param>
/// <param name="Generation">The account's <see cref="Organizations.ServiceAccount.TokenGeneration"/> when the token was issued.</param>
/// <param name="Scope">The scopes, separated by spaces.</param>
/// <param name="Resource">The resource that the token is valid for (RFC 8707), or null.</param>
/// <param name="IssuedAt">When the token was issued, UTC.</param>
public sealed record AccountClaims(string AccountId, long Generation, string Scope, string? Resource, DateTimeOffset IssuedAt)
{
    /// <summary>The claim with the generation, which only tokens without a row have.</summary>
    public const string GenerationClaim = "token_generation";

    /// <summary>The claim with the resource. The audience alone does not distinguish a token for the issuer from one for the
    /// organization.</summary>
    public const string ResourceClaim = "resource";
}

/// <summary>Reads access tokens (RFC 9068 section 4): signed with ES256 by a key of this installation, of type <c>at+jwt</c>, from this
/// issuer. Any other token is rejected without a database query. Whether the token has been revoked is checked elsewhere.</summary>
public sealed class AccessTokenReader(PublishedKeys keys, PublicUrl address)
{
    /// <summary>The maximum length of a token. Those that Latchkey issues are about a quarter as long.</summary>
    public const int MaxLength = 4096;

    /// <summary>The end of the year 9999, in seconds since 1970.</summary>
    const long LatestSecond = 253_402_300_800;

    static readonly JsonWebTokenHandler Handler = new() { MaximumTokenSizeInBytes = MaxLength };

    /// <summary>Reads a token.</summary>
    /// <param name="text">The whole token.</param>
    /// <returns>The claims, even if the token has expired; null if Latchkey did not issue it.</returns>
    public async ValueTask<ReadToken?> ReadAsync(string text, CancellationToken cancellationToken)
    {
        if (text.Length > MaxLength || TryParse(text) is not { } parsed || parsed.Alg != SecurityAlgorithms.EcdsaSha256
            || parsed.Typ != TokenIssue.Type
            || parsed.Kid is not { Length: > 0 and <= 64 } kid || await keys.FindAsync(kid, cancellationToken) is not { } key)
        {
            return null;
        }

        var result = await Handler.ValidateTokenAsync(text, new TokenValidationParameters
        {
            ValidAlgorithms = [SecurityAlgorithms.EcdsaSha256],
            ValidTypes = [TokenIssue.Type],
            IssuerSigningKey = key.Key,
            TryAllIssuerSigningKeys = false,
            RequireSignedTokens = true,
            ValidateIssuer = false, // checked below, because there may be several issuers
            ValidateAudience = false, // checked by TokenRules
            ValidateLifetime = false, // checked by the application's clock
        });
        return result.IsValid
            && result.SecurityToken is JsonWebToken token
            && token.Id is { Length: > 0 } jti
            && address.IsOwn(token.Issuer)
            && token.Audiences.ToList() is [var audience]
            && token.TryGetPayloadValue("exp", out long expires) && expires is > 0 and < LatestSecond
            && TryReadAccount(token, out var account)
            ? new(jti, DateTimeOffset.FromUnixTimeSeconds(expires), token.Issuer, audience,
                token.TryGetPayloadValue("client_id", out string client) ? client : "", key, account)
            : null;
    }

    /// <summary>Reads the claims of a token without a row. Returns false if it has only some of them.</summary>
    static bool TryReadAccount(JsonWebToken token, out AccountClaims? account)
    {
        account = null;
        if (!token.TryGetPayloadValue<object>(AccountClaims.GenerationClaim, out var value))
        {
            return true;
        }

        // Read as a number, a text or null would become one.
        long? number = value is int few ? few : value as long?;
        if (number is not { } generation || token.Subject is not { Length: > 0 } id
            || !token.TryGetPayloadValue("scope", out string scope)
            || !token.TryGetPayloadValue("iat", out long issued) || issued is <= 0 or >= LatestSecond)
        {
            return false;
        }

        account = new(
            id, generation, scope, token.TryGetPayloadValue(AccountClaims.ResourceClaim, out string resource) ? resource : null,
            DateTimeOffset.FromUnixTimeSeconds(issued));
        return true;
    }

    static JsonWebToken? TryParse(string text)
    {
        try
        {
            return new(text);
        }
        catch (ArgumentException) // the text is not a JWT
        {
            return null;
        }
    }
}
