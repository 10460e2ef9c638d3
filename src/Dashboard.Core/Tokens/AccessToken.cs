namespace Dashboard.Core.Tokens;

/// <summary>An access token that was issued, by its identifier. The token itself is not stored.</summary>
public sealed class AccessToken
{
    /// <summary>The token's <c>jti</c>: 22 base62 characters.</summary>
    public required string Jti { get; init; }

    /// <summary>The client that it was issued to.</summary>
    public required string ClientId { get; init; }

    /// <summary>The approval that it is of; null where a service account got it for itself.</summary>
    public string? AuthorizationId { get; init; }

    /// <summary>Whether a person or a service account is behind it.</summary>
    public required PartyType OwnerType { get; init; }

    /// <summary>The person's or service account's identifier.</summary>
    public required string OwnerId { get; init; }

    /// <summary>The organization that it is good in.</summary>
    public required long OrganizationId { get; init; }

    /// <summary>The scopes, separated by spaces.</summary>
    public required string Scope { get; init; }

    /// <summary>What it is good at (RFC 8707), or null for the whole organization.</summary>
    public string? Resource { get; init; }

    /// <summary>When it was issued, UTC.</summary>
    public required DateTimeOffset IssuedAt { get; init; }

    /// <summary>From when on it is refused, UTC.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>When it was revoked, UTC, or null.</summary>
    public DateTimeOffset? RevokedAt { get; set; }
}
