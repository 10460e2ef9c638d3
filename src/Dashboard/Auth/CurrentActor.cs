using System.Globalization;
using System.Security.Claims;

namespace Dashboard.Auth;

/// <summary>Converts the claims of a session cookie or an access token to an <see cref="Actor"/>. Services check whether the session is
/// still valid when they read or change something.</summary>
static class CurrentActor
{
    /// <summary>The claim with the session's identifier.</summary>
    public const string SessionClaim = "sid";

    /// <summary>The claim with the access token's identifier.</summary>
    public const string TokenClaim = "jti";

    /// <summary>The claim with the client that the access token was issued to.</summary>
    public const string ClientClaim = "client_id";

    /// <summary>The claim with the organization that the access token is valid in.</summary>
    public const string OrganizationClaim = "organization_id";

    /// <summary>Returns the signed-in user as an actor, or null if there is none.</summary>
    public static Actor? ToActor(this ClaimsPrincipal user, string? address)
    {
        if (user.FindFirstValue(ClaimTypes.NameIdentifier) is not { } id)
        {
            return null;
        }

        var actor = new Actor(PartyType.User, id, user.FindFirstValue(ClaimTypes.Name) ?? id, address);
        if (user.FindFirstValue(SessionClaim) is { } session)
        {
            return actor with { SessionId = session };
        }

        if (user.FindFirstValue(TokenClaim) is not { } token)
        {
            return null;
        }

        var organizationId = long.Parse(user.FindFirstValue(OrganizationClaim)!, CultureInfo.InvariantCulture);
        return actor with { Token = new(token, user.FindFirstValue(ClientClaim)!, organizationId) };
    }
}
