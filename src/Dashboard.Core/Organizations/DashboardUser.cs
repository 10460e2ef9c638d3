using Microsoft.AspNetCore.Identity;

namespace Dashboard.Core.Organizations;

/// <summary>A person who can sign in.</summary>
public sealed class DashboardUser : IdentityUser
{
    /// <summary>The display name, 1 to 100 characters.</summary>
    public string Name { get; set; } = "";

    /// <summary>When the account was created, UTC.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the password was last changed, UTC; null while it is the first.</summary>
    public DateTimeOffset? PasswordChangedAt { get; set; }
}

/// <summary>The failed sign-ins of one account from one client network. It takes both, so that an attacker elsewhere cannot lock a person
/// out.</summary>
public sealed class SignInFailures
{
    /// <summary>SHA-256 of the normalized email address, whether or not it has an account.</summary>
    public required byte[] AccountHash { get; init; }

    /// <summary>The client network: an IPv4 /24, an IPv6 /48, or <c>unknown</c>.</summary>
    public required string Network { get; init; }

    /// <summary>The number of failures in a row.</summary>
    public int Count { get; set; }

    /// <summary>When the last failure occurred, UTC.</summary>
    public DateTimeOffset LastAt { get; set; }

    /// <summary>Until when attempts are refused without being checked, or null.</summary>
    public DateTimeOffset? LockedUntil { get; set; }
}
