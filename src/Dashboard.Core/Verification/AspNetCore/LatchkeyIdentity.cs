using System.Security.Claims;
using Dashboard.Core.Credentials;
using Dashboard.Core.Keys;

namespace Dashboard.Core.Verification.AspNetCore;

/// <summary>Who calls, as a verified credential says. Its name is the key's public identifier.</summary>
public sealed class LatchkeyIdentity : ClaimsIdentity
{
    /// <summary>Makes the identity of a principal.</summary>
    /// <param name="principal">What the credential became.</param>
    public LatchkeyIdentity(Principal principal)
        : base(ToClaims(principal), LatchkeyDefaults.AuthenticationScheme, LatchkeyDefaults.KeyIdClaim, ClaimTypes.Role) => Principal = principal;

    /// <summary>What the credential became: with its scope, which is in no claim.</summary>
    public Principal Principal { get; }

    static IEnumerable<Claim> ToClaims(Principal principal) =>
    [
        new(LatchkeyDefaults.KeyIdClaim, principal.KeyId),
        new(LatchkeyDefaults.OrganizationClaim, principal.Organization),
        .. principal.Project is { } project ? [new Claim(LatchkeyDefaults.ProjectClaim, project)] : Array.Empty<Claim>(),
        .. principal.Environment is { } environment ? [new Claim(LatchkeyDefaults.EnvironmentClaim, environment.ToWireName())] : Array.Empty<Claim>(),
        .. principal.Permissions.Select(permission => new Claim(LatchkeyDefaults.PermissionClaim, permission)),
    ];
}

/// <summary>Finds what Latchkey says of a user.</summary>
public static class LatchkeyUsers
{
    /// <summary>What the credential became that the request presented; null where the user came by another scheme.</summary>
    /// <param name="user">The request's user.</param>
    public static Principal? FindLatchkey(this ClaimsPrincipal user)
    {
        ArgumentNullException.ThrowIfNull(user);
        return user.Identities.OfType<LatchkeyIdentity>().FirstOrDefault()?.Principal;
    }
}
