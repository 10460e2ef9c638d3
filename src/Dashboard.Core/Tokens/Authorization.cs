namespace Dashboard.Core.Tokens;

/// <summary>A member's authorization of a client in one organization, shared by all of its refresh tokens. It expires 30 days after it was
/// given.</summary>
public sealed class Authorization
{
    /// <summary>The identifier: 22 base62 characters.</summary>
    public required string Id { get; init; }

    /// <summary>The client.</summary>
    public required string ClientId { get; init; }

    /// <summary>The person who gave the authorization.</summary>
    public required string UserId { get; init; }

    /// <summary>The organization.</summary>
    public required long OrganizationId { get; init; }

    /// <summary>The scopes, separated by spaces.</summary>
    public required string Scope { get; init; }

    /// <summary>The resource that its tokens are valid for (RFC 8707), or null for the whole organization.</summary>
    public string? Resource { get; init; }

    /// <summary>When the authorization was given, UTC.</summary>
    public required DateTimeOffset ApprovedAt { get; init; }

    /// <summary>When the authorization expires, UTC.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>When the authorization was ended, UTC, or null.</summary>
    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>When the last token was issued, UTC. Access tokens last an hour, so the last use is known to the hour.</summary>
    public DateTimeOffset? LastUsedAt { get; set; }
}
