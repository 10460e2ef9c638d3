using System.Text.Json;
using Dashboard.Core.Changes;
using Dashboard.Core.Data;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Dashboard.Core.Tokens;

/// <summary>Newly issued tokens, returned once.</summary>
/// <param name="AccessToken">The access token, a JWT (RFC 9068).</param>
/// <param name="ExpiresIn">The lifetime of the access token.</param>
/// <param name="Scope">The scopes, separated by spaces.</param>
/// <param name="RefreshToken">The refresh token, or null.</param>
public sealed record IssuedTokens(OAuthSecret AccessToken, TimeSpan ExpiresIn, string Scope, OAuthSecret? RefreshToken);

/// <summary>The parameters of a person's access token.</summary>
/// <param name="Client">The client that receives it.</param>
/// <param name="Organization">The slug of the organization.</param>
/// <param name="Scope">The scopes, separated by spaces.</param>
/// <param name="Resource">The resource that the token is valid for, or null.</param>
/// <param name="Authorization">The authorization. Its person owns the token, in its organization.</param>
/// <param name="IsNew">Whether the authorization is written together with the token.</param>
/// <param name="Refresh">The refresh token that goes with it; null for a new one if the client uses them.</param>
sealed record TokenOrder(
    OAuthClient Client, string Organization, string Scope, string? Resource, TimeSpan Lifetime, Authorization Authorization, bool IsNew,
    RefreshOrder? Refresh = null);

/// <summary>The refresh token that follows another.</summary>
/// <param name="IsStored">Whether it was issued before.</param>
sealed record RefreshOrder(OAuthSecret Token, bool IsStored);

/// <summary>Issues tokens.</summary>
static class TokenIssue
{
    /// <summary>The <c>typ</c> of access tokens (RFC 9068 section 2.1).</summary>
    public const string Type = "at+jwt";

    const int JtiLength = 22;

    static readonly JsonWebTokenHandler Handler = new() { SetDefaultTimesOnTokenCreation = false };

    /// <summary>Issues an access token of a service account, which leaves no row.</summary>
    /// <param name="client">The client of the service account.</param>
    /// <param name="account">The service account.</param>
    /// <param name="scope">The scopes, separated by spaces.</param>
    /// <param name="resource">The resource that the token is valid for, or null.</param>
    /// <param name="now">The current time, UTC.</param>
    public static IssuedTokens IssueWithoutRow(
        OAuthClient client, ClientAccount account, string scope, string? resource, TimeSpan lifetime, DateTimeOffset now,
        Signer signer, string issuer)
    {
        var issued = DateTimeOffset.FromUnixTimeSeconds(now.ToUnixTimeSeconds());
        var claims = new Dictionary<string, object>
        {
            ["sub"] = client.ServiceAccountId!,
            ["account_id"] = account.Organization,
            ["client_id"] = client.PublicId,
            ["scope"] = scope,
            ["jti"] = Base62.Random(JtiLength),
            [AccountClaims.GenerationClaim] = account.TokenGeneration,
        };
        if (resource is not null)
        {
            claims[AccountClaims.ResourceClaim] = resource;
        }

        var text = Write(claims, resource ?? issuer, issued, issued + lifetime, signer, issuer);
        return new(OAuthSecret.Of(OAuthPrefixes.Access, text), lifetime, scope, null);
    }

    /// <summary>Issues an access token of a person, and a refresh token if the client uses them.</summary>
    /// <param name="order">The parameters of the token.</param>
    /// <param name="action">The name of the audit event.</param>
    public static IssuedTokens Issue(UnitOfWork change, TokenOrder order, Signer signer, string issuer, string action)
    {
        var (now, rows) = (change.Now, change.Rows);
        // Whole seconds (RFC 7519 section 2), and not beyond the end of the authorization.
        var issued = DateTimeOffset.FromUnixTimeSeconds(now.ToUnixTimeSeconds());
        var expires = issued + order.Lifetime;
        var authorization = order.Authorization;
        if (authorization.ExpiresAt < expires)
        {
            expires = DateTimeOffset.FromUnixTimeSeconds(authorization.ExpiresAt.ToUnixTimeSeconds());
        }

        var row = new AccessToken
        {
            Jti = Base62.Random(JtiLength),
            ClientId = order.Client.ClientId,
            AuthorizationId = authorization.Id,
            OwnerType = PartyType.User,
            OwnerId = authorization.UserId,
            OrganizationId = authorization.OrganizationId,
            Scope = order.Scope,
            Resource = order.Resource,
            IssuedAt = issued,
            ExpiresAt = expires,
        };
        authorization.LastUsedAt = now;
        rows.Add(order.IsNew ? new(authorization) : UntrackedRow.Set(authorization, nameof(Authorization.LastUsedAt)));
        rows.Add(new(row));
        OAuthSecret? refresh = null;
        if (order.Client.MayUse(GrantTypes.RefreshToken))
        {
            refresh = order.Refresh?.Token ?? OAuthSecret.Mint(OAuthPrefixes.Refresh);
            if (order.Refresh is not { IsStored: true })
            {
                rows.Add(new(new RefreshToken
                {
                    TokenHash = refresh.Hash,
                    AuthorizationId = authorization.Id,
                    CreatedAt = now,
                    ExpiresAt = authorization.ExpiresAt,
                }));
            }
        }

        change.Record(authorization.OrganizationId, new(
            AuditCategory.Tokens, action, new(FeedSubject.Token, row.Jti, order.Client.Name),
            Details: JsonSerializer.Serialize(new Dictionary<string, string?>
            {
                ["client_id"] = row.ClientId,
                ["scope"] = row.Scope,
                ["resource"] = row.Resource,
                ["authorization"] = row.AuthorizationId,
            })));
        var claims = new Dictionary<string, object>
        {
            ["sub"] = row.OwnerId,
            ["account_id"] = order.Organization,
            ["client_id"] = order.Client.PublicId,
            ["scope"] = row.Scope,
            ["jti"] = row.Jti,
        };
        var text = Write(claims, row.Resource ?? issuer, row.IssuedAt, row.ExpiresAt, signer, issuer);
        return new(OAuthSecret.Of(OAuthPrefixes.Access, text), expires - issued, row.Scope, refresh);
    }

    /// <summary>Writes the JWT (RFC 9068 section 2.2).</summary>
    static string Write(
        Dictionary<string, object> claims, string audience, DateTimeOffset issued, DateTimeOffset expires, Signer signer, string issuer) =>
        Handler.CreateToken(new SecurityTokenDescriptor
        {
            TokenType = Type,
            Issuer = issuer,
            Audience = audience,
            IssuedAt = issued.UtcDateTime,
            Expires = expires.UtcDateTime,
            SigningCredentials = signer.Credentials,
            Claims = claims,
        });
}
