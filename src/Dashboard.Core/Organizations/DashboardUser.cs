using Microsoft.AspNetCore.Identity;

namespace Dashboard.Core.Organizations;

/// <summary>Somebody who can sign in.</summary>
public sealed class DashboardUser : IdentityUser
{
    /// <summary>What others see them called, 1 to 100 characters.</summary>
    public string Name { get; set; } = "";

    /// <summary>When they came, UTC.</summary>
    public DateTimeOffset CreatedAt { get; init; }
}

/// <summary>Failed sign-ins of one account from one client network. Both together, so that a stranger elsewhere cannot lock a person out.</summary>
public sealed class SignInFailures
{
    /// <summary>SHA-256 of the normalized e-mail address, of an account or of none.</summary>
    public required byte[] AccountHash { get; init; }

    /// <summary>The client network: an IPv4 /24, an IPv6 /48, or <c>unknown</c>.</summary>
    public required string Network { get; init; }

    /// <summary>How many in a row.</summary>
    public int Count { get; set; }

    /// <summary>When the last one was, UTC.</summary>
    public DateTimeOffset LastAt { get; set; }

    /// <summary>Until when further tries are refused unread, or null.</summary>
    public DateTimeOffset? LockedUntil { get; set; }
}
