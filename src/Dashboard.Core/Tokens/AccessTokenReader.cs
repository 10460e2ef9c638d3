using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Dashboard.Core.Tokens;

/// <summary>What a token says that Latchkey signed.</summary>
/// <param name="ExpiresAt">From when on it is refused, UTC.</param>
/// <param name="Issuer">What Latchkey was called.</param>
/// <param name="Audience">What it is for.</param>
public sealed record ReadToken(string Jti, DateTimeOffset ExpiresAt, string Issuer, string Audience);

/// <summary>Reads access tokens (RFC 9068 section 4): signed with ES256 by a key of this installation, of the type <c>at+jwt</c>, by this issuer. Nothing is asked of the database for a
/// token that is not, and whether it counts still is another question.</summary>
public sealed class AccessTokenReader(PublishedKeys keys, PublicUrl address)
{
    /// <summary>The most characters of a token: ours have a quarter.</summary>
    public const int MaxLength = 4096;

    static readonly JsonWebTokenHandler Handler = new() { MaximumTokenSizeInBytes = MaxLength };

    /// <summary>Reads a token.</summary>
    /// <param name="text">The whole token.</param>
    /// <returns>What it says, expired or not; null where it is none of ours.</returns>
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
            ValidateIssuer = false, // below: it may have several names
            ValidateAudience = false, // a rule of its own
            ValidateLifetime = false, // by our own clock
        });
        return result.IsValid
            && result.SecurityToken is JsonWebToken token
            && token.Id is { Length: > 0 } jti
            && address.IsOwn(token.Issuer)
            && token.Audiences.ToList() is [var audience]
            && token.TryGetPayloadValue("exp", out long expires) && expires is > 0 and < 253_402_300_800 // the end of the year 9999
            ? new(jti, DateTimeOffset.FromUnixTimeSeconds(expires), token.Issuer, audience)
            : null;
    }

    static JsonWebToken? TryParse(string text)
    {
        try
        {
            return new(text);
        }
        catch (ArgumentException) // of whatever kind: what was sent is no JWT
        {
            return null;
        }
    }
}
