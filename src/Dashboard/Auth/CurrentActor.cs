using System.Globalization;
using System.Security.Claims;

namespace Dashboard.Auth;

/// <summary>Who acts, as the session cookie or the access token says. Whether the session still counts is asked where something is read or changed.</summary>
static class CurrentActor
{
    /// <summary>The claim that carries the session's identifier.</summary>
    public const string SessionClaim = "sid";

    /// <summary>The claim that carries the access token's identifier.</summary>
    public const string TokenClaim = "jti";

    /// <summary>The claim that carries the client that the access token was issued to.</summary>
    public const string ClientClaim = "client_id";

    /// <summary>The claim that carries the one organization that the access token is good in.</summary>
    public const string OrganizationClaim = "organization_id";

    /// <summary>The person who calls, or null.</summary>
    /// <param name="user">What the cookie or the token said.</param>
    /// <param name="address">The client address, or null.</param>
    public static Actor? ToActor(this ClaimsPrincipal user, string? address)
    {
        if (user.FindFirstValue(ClaimTypes.NameIdentifier) is not { } id)
        {
            return null;
        }

        var actor = new Actor(PartyType.User, id, user.FindFirstValue(ClaimTypes.Name) ?? id, address);
        return user.FindFirstValue(SessionClaim) is { } session ? actor with { SessionId = session }
            : user.FindFirstValue(TokenClaim) is { } token
                ? actor with { Token = new(token, user.FindFirstValue(ClientClaim)!, long.Parse(user.FindFirstValue(OrganizationClaim)!, CultureInfo.InvariantCulture)) }
                : null;
    }
}
