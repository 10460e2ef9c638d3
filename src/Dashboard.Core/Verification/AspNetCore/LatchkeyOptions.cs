using Dashboard.Core.Credentials;
using Microsoft.AspNetCore.Authentication;

namespace Dashboard.Core.Verification.AspNetCore;

/// <summary>What an API asks of every credential. What is null is not asked.</summary>
public sealed class LatchkeyOptions : AuthenticationSchemeOptions
{
    /// <summary>The project that credentials must be of, as <c>organization/project</c>; either may be <see cref="AccessRequirement.Any"/>.</summary>
    public string? Project { get; set; }

    /// <summary>The environment that credentials must be bound to; null for those that the request's host takes.</summary>
    public KeyEnvironment? Environment { get; set; }
}
