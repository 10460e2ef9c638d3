using System.Text.Json;
using Dashboard.Core.Changes;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Dashboard.Core.Tokens;

/// <summary>Tokens that were issued, once.</summary>
/// <param name="AccessToken">The access token: a JWT (RFC 9068).</param>
/// <param name="ExpiresIn">How long it is good.</param>
/// <param name="Scope">Its scopes, separated by spaces.</param>
/// <param name="RefreshToken">The refresh token, or null.</param>
public sealed record IssuedTokens(OAuthSecret AccessToken, TimeSpan ExpiresIn, string Scope, OAuthSecret? RefreshToken);

/// <summary>Whom a token is for.</summary>
/// <param name="Client">The client that gets it.</param>
/// <param name="OwnerType">Whether a person or a service account is behind it.</param>
/// <param name="OwnerId">Which one.</param>
/// <param name="OrganizationId">The organization that it is good in.</param>
/// <param name="Organization">That one's slug.</param>
/// <param name="Scope">Its scopes, separated by spaces.</param>
/// <param name="Resource">What it is good at, or null.</param>
/// <param name="Lifetime">How long.</param>
/// <param name="Authorization">What it is of, or null.</param>
sealed record TokenOrder(
    OAuthClient Client, PartyType OwnerType, string OwnerId, long OrganizationId, string Organization, string Scope, string? Resource, TimeSpan Lifetime, Authorization? Authorization);

/// <summary>Makes tokens.</summary>
static class TokenIssue
{
    /// <summary>The <c>typ</c> of access tokens (RFC 9068 section 2.1).</summary>
    public const string Type = "at+jwt";

    const int JtiLength = 22;

    static readonly JsonWebTokenHandler Handler = new() { SetDefaultTimesOnTokenCreation = false };

    /// <summary>Issues an access token, and a refresh token where the client uses them.</summary>
    /// <param name="order">For whom.</param>
    /// <param name="signer">What signs.</param>
    /// <param name="issuer">What Latchkey is called.</param>
    /// <param name="action">What the audit log calls it.</param>
    public static IssuedTokens Issue(UnitOfWork change, TokenOrder order, Signer signer, string issuer, string action)
    {
        var now = change.Now;
        // Whole seconds (RFC 7519 section 2), and never longer than the approval.
        var issued = DateTimeOffset.FromUnixTimeSeconds(now.ToUnixTimeSeconds());
        var expires = issued + order.Lifetime;
        if (order.Authorization is { } authorization && authorization.ExpiresAt < expires)
        {
            expires = DateTimeOffset.FromUnixTimeSeconds(authorization.ExpiresAt.ToUnixTimeSeconds());
        }

        var row = new AccessToken
        {
            Jti = Base62.Random(JtiLength),
            ClientId = order.Client.ClientId,
            AuthorizationId = order.Authorization?.Id,
            OwnerType = order.OwnerType,
            OwnerId = order.OwnerId,
            OrganizationId = order.OrganizationId,
            Scope = order.Scope,
            Resource = order.Resource,
            IssuedAt = issued,
            ExpiresAt = expires,
        };
        change.Context.Add(row);
        OAuthSecret? refresh = null;
        if (order.Authorization is { } family && order.Client.MayUse(GrantTypes.RefreshToken))
        {
            refresh = OAuthSecret.Mint(OAuthPrefixes.Refresh);
            change.Context.Add(new RefreshToken { TokenHash = refresh.Hash, AuthorizationId = family.Id, CreatedAt = now, ExpiresAt = family.ExpiresAt });
        }

        change.Record(order.OrganizationId, new(
            AuditCategory.Tokens, action, new(FeedSubject.Token, row.Jti, order.Client.Name),
            Details: JsonSerializer.Serialize(new Dictionary<string, string?>
            {
                ["client_id"] = row.ClientId,
                ["scope"] = row.Scope,
                ["resource"] = row.Resource,
                ["authorization"] = row.AuthorizationId,
            })));
        return new(OAuthSecret.Of(OAuthPrefixes.Access, Write(row, order.Organization, signer, issuer)), expires - issued, row.Scope, refresh);
    }

    /// <summary>Writes the JWT (RFC 9068 section 2.2).</summary>
    static string Write(AccessToken row, string organization, Signer signer, string issuer) => Handler.CreateToken(new SecurityTokenDescriptor
    {
        TokenType = Type,
        Issuer = issuer,
        Audience = row.Resource ?? issuer,
        IssuedAt = row.IssuedAt.UtcDateTime,
        Expires = row.ExpiresAt.UtcDateTime,
        SigningCredentials = signer.Credentials,
        Claims = new Dictionary<string, object>
        {
            ["sub"] = row.OwnerId,
            ["account_id"] = organization,
            ["client_id"] = row.ClientId,
            ["scope"] = row.Scope,
            ["jti"] = row.Jti,
        },
    });
}
