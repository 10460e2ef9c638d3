using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Dashboard.Core.Tokens;

/// <summary>The claims of a token that Latchkey signed.</summary>
/// <param name="ExpiresAt">When the token expires, UTC.</param>
/// <param name="Issuer">The issuer.</param>
/// <param name="Audience">The audience.</param>
/// <param name="ClientId">The client id that the client knows.</param>
public sealed record ReadToken(string Jti, DateTimeOffset ExpiresAt, string Issuer, string Audience, string ClientId);

/// <summary>Reads access tokens (RFC 9068 section 4): signed with ES256 by a key of this installation, of type <c>at+jwt</c>, from this
/// issuer. Any other token is rejected without a database query. Whether the token has been revoked is checked elsewhere.</summary>
public sealed class AccessTokenReader(PublishedKeys keys, PublicUrl address)
{
    /// <summary>The maximum length of a token. Those that Latchkey issues are about a quarter as long.</summary>
    public const int MaxLength = 4096;

    static readonly JsonWebTokenHandler Handler = new() { MaximumTokenSizeInBytes = MaxLength };

    /// <summary>Reads a token.</summary>
    /// <param name="text">The whole token.</param>
    /// <returns>The claims, even if the token has expired; null if Latchkey did not issue it.</returns>
    public async ValueTask<ReadToken?> ReadAsync(string text, CancellationToken cancellationToken)
    {
        if (text.Length > MaxLength || TryParse(text) is not { } parsed || parsed.Alg != SecurityAlgorithms.EcdsaSha256 || parsed.Typ != TokenIssue.Type
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
            && token.TryGetPayloadValue("exp", out long expires) && expires is > 0 and < 253_402_300_800 // the end of the year 9999
            ? new(jti, DateTimeOffset.FromUnixTimeSeconds(expires), token.Issuer, audience, token.TryGetPayloadValue("client_id", out string client) ? client : "")
            : null;
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
