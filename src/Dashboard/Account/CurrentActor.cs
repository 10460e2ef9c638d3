using System.Security.Claims;
using Dashboard.Core;

namespace Dashboard.Account;

/// <summary>Who acts, as the session cookie says. Whether the session still counts is asked where something is read or changed.</summary>
static class CurrentActor
{
    /// <summary>The claim that carries the session's identifier.</summary>
    public const string SessionClaim = "sid";

    /// <summary>The signed-in person, or null.</summary>
    /// <param name="user">What the cookie said.</param>
    /// <param name="address">The client address, or null.</param>
    public static Actor? ToActor(this ClaimsPrincipal user, string? address) =>
        user.FindFirstValue(ClaimTypes.NameIdentifier) is { } id && user.FindFirstValue(SessionClaim) is { } session
            ? new(PartyType.User, id, user.FindFirstValue(ClaimTypes.Name) ?? id, address, session)
            : null;
}
