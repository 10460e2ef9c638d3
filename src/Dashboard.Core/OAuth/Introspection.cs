using Dashboard.Core.Credentials;
using Dashboard.Core.Data;
using Dashboard.Core.Tokens;
using Dashboard.Core.Verification;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.OAuth;

/// <summary>What introspection returns about a token.</summary>
/// <param name="ClientId">The client that the token was issued to.</param>
/// <param name="Scope">The scopes that the owner still has the permissions for, separated by spaces.</param>
/// <param name="TokenType"><c>Bearer</c>; null for a refresh token.</param>
/// <param name="ExpiresAt">When the token expires, UTC.</param>
/// <param name="IssuedAt">When the token was issued, UTC.</param>
/// <param name="Subject">The identifier of the person or service account.</param>
/// <param name="Organization">The organization's slug.</param>
/// <param name="Issuer">The issuer; null for a refresh token.</param>
/// <param name="Audience">The audience; null for a refresh token.</param>
/// <param name="Jti">The token identifier; null for a refresh token.</param>
public sealed record TokenFacts(
    string ClientId, string Scope, string? TokenType, DateTimeOffset ExpiresAt, DateTimeOffset IssuedAt,
    string Subject, string Organization, string? Issuer, string? Audience,
    string? Jti);

/// <summary>The answer to a question about a token.</summary>
/// <param name="Facts">The token; null where it is not active, or none of the caller's business.</param>
/// <param name="Refused">Why the caller's own access token does not do; null where it does.</param>
/// <param name="Error">The error to return instead, or null.</param>
public sealed record IntrospectionAnswer(TokenFacts? Facts, RefusalCode? Refused, Error? Error);

/// <summary>Says what a token is (RFC 7662). A client asks about its own; with <see cref="PermissionCatalog.Verify"/>, a service account
/// asks about its organization's.</summary>
public sealed class Introspection(
    IDbContextFactory<DashboardContext> contexts, ClientAuthenticator authenticator, TokenVerifier verifier, TimeProvider time)
{
    /// <summary>Introspects a token.</summary>
    /// <param name="presented">The client authentication in the request.</param>
    /// <param name="bearer">The access token that the request presents instead.</param>
    /// <param name="facts">What is known about the request.</param>
    /// <param name="origin">The origin of the request.</param>
    public async Task<IntrospectionAnswer> AskAsync(
        OAuthParameters request, PresentedClient presented, PresentedCredential bearer, CallerContext? facts,
        OAuthOrigin origin, CancellationToken cancellationToken)
    {
        var caller = bearer.Kind == CredentialKind.None
            ? await FromClientAsync(presented, origin, cancellationToken)
            : await FromTokenAsync(bearer, facts, cancellationToken);
        if (caller.Refused is not null || caller.Error is not null)
        {
            return new(null, caller.Refused, caller.Error);
        }

        if (request["token"] is not { } text)
        {
            return new(null, null, OAuthError.InvalidRequest("token is missing."));
        }

        var (found, organization, refused) = text.AsSpan().Count('.') == 2
            ? await ReadAccessAsync(text, cancellationToken)
            : await ReadRefreshAsync(text, cancellationToken);
        return refused == RefusalCode.VerificationUnavailable ? new(null, refused, null)
            : new(found is not null && (found.ClientId == caller.ClientId || organization == caller.Organization)
                ? found : null, null, null);
    }

    /// <summary>A client that authenticates with a secret. A public client could be anyone (RFC 7662 section 2.1).</summary>
    async Task<Caller> FromClientAsync(PresentedClient presented, OAuthOrigin origin, CancellationToken cancellationToken)
    {
        var authenticated = await authenticator.AuthenticateAsync(presented, origin, cancellationToken);
        if (authenticated.Error is { } error)
        {
            return new("", null, null, error);
        }

        var client = authenticated.Value;
        if (client.IsPublic)
        {
            return new("", null, null, OAuthError.InvalidClient);
        }

        var asksForAll = client.Account?.Permissions.Contains(PermissionCatalog.Verify, StringComparer.Ordinal) == true;
        return new(client.PublicId, asksForAll ? client.Account!.OrganizationId : null, null, null);
    }

    async Task<Caller> FromTokenAsync(PresentedCredential bearer, CallerContext? facts, CancellationToken cancellationToken)
    {
        if (bearer.Kind != CredentialKind.Jwt)
        {
            return new("", null, RefusalCode.InvalidToken, null);
        }

        var verdict = await verifier.VerifyAsync(bearer, AccessRequirement.None, facts, cancellationToken);
        if (verdict.Refusal is { } refusal)
        {
            return new("", null, refusal, null);
        }

        var token = (await verifier.FindAsync(bearer, cancellationToken)).Token;
        return token is null ? new("", null, RefusalCode.InvalidToken, null)
            : new(token.PublicClientId, token.May(PermissionCatalog.Verify, null) ? token.Organization.Id : null, null, null);
    }

    async Task<(TokenFacts? Facts, long Organization, RefusalCode? Refused)> ReadAccessAsync(
        string text, CancellationToken cancellationToken)
    {
        var found = await verifier.FindAsync(PresentedCredential.Jwt(text, 0), cancellationToken);
        return found.Token is not { } token || TokenRules.State(token, time.GetUtcNow()) is not null ? (null, 0, found.Refusal) : (
            new(
                token.PublicClientId, string.Join(' ', token.Scopes), "Bearer", token.ExpiresAt,
                token.IssuedAt, token.Owner.Id, token.Organization.Slug, token.Issuer,
                token.Resource ?? token.Issuer, token.Jti),
            token.Organization.Id, null);
    }

    async Task<(TokenFacts? Facts, long Organization, RefusalCode? Refused)> ReadRefreshAsync(
        string text, CancellationToken cancellationToken)
    {
        var (hash, now) = (KeyHash.Of(text), time.GetUtcNow());
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var found = await (
            from row in context.RefreshTokens
            where row.TokenHash == hash && row.UsedAt == null && row.ExpiresAt > now
            join authorization in context.Authorizations on row.AuthorizationId equals authorization.Id
            where authorization.EndedAt == null
            join member in context.Members on new
            {
                authorization.UserId,
                authorization.OrganizationId
            } equals new { member.UserId, member.OrganizationId }
            join organization in context.Organizations on authorization.OrganizationId equals organization.Id
            select new { Row = row, Authorization = authorization, organization.Slug }).AsNoTracking()
                .SingleOrDefaultAsync(cancellationToken);
        if (found is null)
        {
            return (null, 0, null);
        }

        var client = (await OAuthClients.ReadManyAsync(context, [found.Authorization.ClientId], cancellationToken))
            .GetValueOrDefault(found.Authorization.ClientId);
        return (
            new(client?.PublicId ?? found.Authorization.ClientId, found.Authorization.Scope, null,
                found.Row.ExpiresAt, found.Row.CreatedAt, found.Authorization.UserId, found.Slug, null, null, null),
            found.Authorization.OrganizationId, null);
    }

    /// <summary>Who asks: about the tokens of a client, and of an organization where it may.</summary>
    sealed record Caller(string ClientId, long? Organization, RefusalCode? Refused, Error? Error);
}
