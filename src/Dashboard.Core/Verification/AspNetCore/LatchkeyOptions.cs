using Dashboard.Core.Credentials;
using Microsoft.AspNetCore.Authentication;

namespace Dashboard.Core.Verification.AspNetCore;

/// <summary>What an API requires of every credential. Null members require nothing.</summary>
public sealed class LatchkeyOptions : AuthenticationSchemeOptions
{
    /// <summary>The project that credentials must belong to, as <c>organization/project</c>. Either part may be
    /// <see cref="AccessRequirement.Any"/>.</summary>
    public string? Project { get; set; }

    /// <summary>The environment that credentials must have; null for those that the host accepts.</summary>
    public KeyEnvironment? Environment { get; set; }
}
