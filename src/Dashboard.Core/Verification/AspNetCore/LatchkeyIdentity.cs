using System.Security.Claims;
using Dashboard.Core.Credentials;
using Dashboard.Core.Keys;

namespace Dashboard.Core.Verification.AspNetCore;

/// <summary>The identity of a verified credential. Its name is the key's public identifier.</summary>
public sealed class LatchkeyIdentity : ClaimsIdentity
{
    /// <summary>Creates the identity of a principal.</summary>
    public LatchkeyIdentity(Principal principal)
        : base(ToClaims(principal), LatchkeyDefaults.AuthenticationScheme, LatchkeyDefaults.KeyIdClaim, ClaimTypes.Role) =>
            Principal = principal;

    /// <summary>The principal. Its scope is not in any claim.</summary>
    public Principal Principal { get; }

    static IEnumerable<Claim> ToClaims(Principal principal) =>
    [
        new(LatchkeyDefaults.KeyIdClaim, principal.KeyId),
        new(LatchkeyDefaults.OrganizationClaim, principal.Organization),
        .. principal.Project is { } project ? [new Claim(LatchkeyDefaults.ProjectClaim, project)] : Array.Empty<Claim>(),
        .. principal.Environment is { } environment
            ? [new Claim(LatchkeyDefaults.EnvironmentClaim, environment.ToWireName())] : Array.Empty<Claim>(),
        .. principal.Permissions.Select(permission => new Claim(LatchkeyDefaults.PermissionClaim, permission)),
    ];
}

/// <summary>Finds the Latchkey identity of a user.</summary>
public static class LatchkeyUsers
{
    /// <summary>Returns the principal of the presented credential, or null if the user was authenticated by another scheme.</summary>
    /// <param name="user">The user of the request.</param>
    public static Principal? FindLatchkey(this ClaimsPrincipal user)
    {
        ArgumentNullException.ThrowIfNull(user);
        return user.Identities.OfType<LatchkeyIdentity>().FirstOrDefault()?.Principal;
    }
}
