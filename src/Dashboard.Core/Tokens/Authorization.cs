namespace Dashboard.Core.Tokens;

/// <summary>One member's authorization of one client for one organization: what its refresh tokens have in common. It ends 30 days after
/// the approval.</summary>
public sealed class Authorization
{
    /// <summary>The identifier: 22 base62 characters.</summary>
    public required string Id { get; init; }

    /// <summary>The client.</summary>
    public required string ClientId { get; init; }

    /// <summary>Who approved.</summary>
    public required string UserId { get; init; }

    /// <summary>The organization that was chosen.</summary>
    public required long OrganizationId { get; init; }

    /// <summary>The scopes, separated by spaces.</summary>
    public required string Scope { get; init; }

    /// <summary>What its tokens are good at (RFC 8707), or null for the whole organization.</summary>
    public string? Resource { get; init; }

    /// <summary>When it was approved, UTC.</summary>
    public required DateTimeOffset ApprovedAt { get; init; }

    /// <summary>When it ends by itself, UTC.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>When it was ended, UTC, or null.</summary>
    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>When a token was last issued for it, UTC. Access tokens last an hour, so it says to the hour when the client was last at
    /// work.</summary>
    public DateTimeOffset? LastUsedAt { get; set; }
}
