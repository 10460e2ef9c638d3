using System.Text.Json;
using Dashboard.Core.Changes;
using Dashboard.Core.Limits;
using Dashboard.Core.Organizations;
using Dashboard.Core.Tokens;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.OAuth;

/// <summary>Revokes tokens (RFC 7009). Holding one is enough, as it is for a key: somebody who finds a token should end it.</summary>
public sealed class TokenRevocation(
    UnitOfWorkRunner changes, ClientAuthenticator authenticator, AccessTokenReader reader, RateLimits limits, RefusalLedger refusals)
{
    /// <summary>Revokes an access token, or a refresh token and with it the whole authorization.</summary>
    /// <param name="request">The body.</param>
    /// <param name="presented">What the request says of the client; it need not say anything.</param>
    /// <param name="origin">Where it came in.</param>
    /// <returns>Nothing, also where there was no such token (RFC 7009 section 2.2); or <c>invalid_request</c>, and, where there was none,
    /// <c>invalid_client</c> for a client with a wrong secret and <c>temporarily_unavailable</c> after too many guesses.</returns>
    public async Task<Result<Unit>> RevokeAsync(
        OAuthParameters request, PresentedClient presented, OAuthOrigin origin, CancellationToken cancellationToken)
    {
        if (request["token"] is not { } text)
        {
            return OAuthError.InvalidRequest("token is missing.");
        }

        var access = text.AsSpan().Count('.') == 2 ? await reader.ReadAsync(text, cancellationToken) : null;
        if (access is not null || text.StartsWith(OAuthPrefixes.Refresh, StringComparison.Ordinal))
        {
            var revoked = await RevokeAsync(access, text, origin, cancellationToken);
            if (revoked.Error is not null || revoked.Value)
            {
                // the holder of a token can always end it, whatever the client is
                return revoked.Error is { } failure ? failure : default(Unit);
            }
        }

        if (presented.ClientId is not null
            && (await authenticator.AuthenticateAsync(presented, origin, cancellationToken)).Error is { } unknown)
        {
            return unknown;
        }

        if (limits.FailedClients.Take(origin.Address, presented.ClientId, origin.FromPage) is not { } wait)
        {
            return default(Unit);
        }

        refusals.Note(origin.Address, RefusalReason.FailedClients);
        return OAuthError.TooMany(wait);
    }

    async Task<Result<bool>> RevokeAsync(ReadToken? access, string text, OAuthOrigin origin, CancellationToken cancellationToken)
    {
        var hash = KeyHash.Of(text);
        return await changes.RunAsync<bool>(
            Actor.Anonymous(origin.AddressText) with { Name = "Holder of the token" },
            async (change, token) => access is null ? await EndAsync(change, hash, token)
                : access.Account is { } account ? await RevokeAsync(change, access, account, token)
                : await RevokeAsync(change, access.Jti, token),
            cancellationToken);
    }

    static async Task<bool> RevokeAsync(UnitOfWork change, string jti, CancellationToken cancellationToken)
    {
        var row = await change.Context.AccessTokens.SingleOrDefaultAsync(x => x.Jti == jti, cancellationToken);
        if (row is { RevokedAt: null })
        {
            row.RevokedAt = change.Now;
            change.Record(row.OrganizationId, new(
                AuditCategory.Tokens, "token.revoked", new(FeedSubject.Token, row.Jti, row.ClientId),
                Details: JsonSerializer.Serialize(
                    new Dictionary<string, string?> { ["client_id"] = row.ClientId, ["authorization"] = row.AuthorizationId })));
        }

        return row is not null;
    }

    /// <summary>Revokes a token that has no row. What has ended already leaves nothing, so the list holds no more than the tokens that
    /// could be valid.</summary>
    static async Task<bool> RevokeAsync(UnitOfWork change, ReadToken token, AccountClaims claims, CancellationToken cancellationToken)
    {
        if (!ServiceAccount.IsId(claims.AccountId))
        {
            return false;
        }

        var (jti, id) = (token.Jti, claims.AccountId);
        var account = await change.Context.ServiceAccounts.Where(x => x.Id == id)
            .Select(x =>
                new { x.OrganizationId, x.TokenGeneration, IsRevoked = change.Context.RevokedTokens.Any(revoked => revoked.Jti == jti) })
            .SingleOrDefaultAsync(cancellationToken);
        if (account is { IsRevoked: false } && account.TokenGeneration == claims.Generation && token.ExpiresAt > change.Now)
        {
            change.Context.Add(new RevokedToken { Jti = jti, RevokedAt = change.Now, ExpiresAt = token.ExpiresAt });
            change.Record(account.OrganizationId, new(
                AuditCategory.Tokens, "token.revoked", new(FeedSubject.Token, jti, ServiceAccount.ClientIdOf(id)),
                Details: JsonSerializer.Serialize(new Dictionary<string, string?> { ["client_id"] = ServiceAccount.ClientIdOf(id) })));
        }

        return account is not null;
    }

    static async Task<bool> EndAsync(UnitOfWork change, byte[] hash, CancellationToken cancellationToken)
    {
        var id = await change.Context.RefreshTokens.Where(x => x.TokenHash == hash).Select(x => x.AuthorizationId)
            .SingleOrDefaultAsync(cancellationToken);
        if (id is not null)
        {
            await AuthorizationRevocation.EndAsync(change, id, "token_revoked", cancellationToken);
        }

        return id is not null;
    }
}
