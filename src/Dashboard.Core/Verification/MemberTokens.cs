using Dashboard.Core.Changes;
using Dashboard.Core.Credentials;
using Dashboard.Core.Tokens;

namespace Dashboard.Core.Verification;

/// <summary>The result of an access token that is presented instead of a session.</summary>
/// <param name="Actor">The member who acts through the token, or null.</param>
/// <param name="Refusal">What is wrong with the token. Also null if it is valid but not accepted here.</param>
/// <param name="RetryAfter">How long to wait if the refusal is <see cref="RefusalCode.RateLimited"/>.</param>
public sealed record MemberToken(Actor? Actor, RefusalCode? Refusal = null, TimeSpan? RetryAfter = null);

/// <summary>Says which member acts through an access token. Only the command line's tokens with the scope <c>api</c> stand in for a
/// session: no other client's, and no service account's. They are held and dropped as all tokens are (<see cref="TokenCache"/>), and
/// <see cref="UnitOfWorkRunner"/> asks again inside each change.</summary>
public sealed class MemberTokens(TokenVerifier verifier)
{
    /// <summary>Finds the member.</summary>
    /// <param name="credential">The presented credential.</param>
    /// <param name="facts">The request, with Latchkey's public URL: a token for a resource is valid only below it.</param>
    /// <param name="address">The client address for the audit log, or null.</param>
    public async Task<MemberToken> FindAsync(
        PresentedCredential credential, CallerContext facts, string? address, CancellationToken cancellationToken)
    {
        if (credential.Kind != CredentialKind.Jwt)
        {
            return new(null);
        }

        var judged = await verifier.JudgeAsync(credential, AccessRequirement.None, facts, cancellationToken);
        if (judged.Verdict.Refusal is { } refusal)
        {
            return new(null, refusal, judged.Verdict.RetryAfter);
        }

        return judged.Token is { ClientId: OAuthClient.CommandLineId, Owner.Type: PartyType.User } token
            && token.Scopes.Contains(OAuthScopes.Api, StringComparer.Ordinal)
            ? new(new Actor(
                PartyType.User, token.Owner.Id, token.Owner.Name, address, Token: new(token.Jti, token.ClientId, token.Organization.Id)))
            : new(null);
    }
}
