namespace Dashboard.Core.Tokens;

/// <summary>An issued access token, by its identifier. The token itself is not stored.</summary>
public sealed class AccessToken
{
    /// <summary>The token's <c>jti</c>: 22 base62 characters.</summary>
    public required string Jti { get; init; }

    /// <summary>The client that the token was issued to.</summary>
    public required string ClientId { get; init; }

    /// <summary>The authorization, or null if a service account requested the token for itself.</summary>
    public string? AuthorizationId { get; init; }

    /// <summary>Whether the owner is a person or a service account.</summary>
    public required PartyType OwnerType { get; init; }

    /// <summary>The identifier of the owner.</summary>
    public required string OwnerId { get; init; }

    /// <summary>The organization that the token is valid in.</summary>
    public required long OrganizationId { get; init; }

    /// <summary>The scopes, separated by spaces.</summary>
    public required string Scope { get; init; }

    /// <summary>The resource that the token is valid for (RFC 8707), or null for the whole organization.</summary>
    public string? Resource { get; init; }

    /// <summary>When the token was issued, UTC.</summary>
    public required DateTimeOffset IssuedAt { get; init; }

    /// <summary>When the token expires, UTC.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>When it was revoked, UTC, or null.</summary>
    public DateTimeOffset? RevokedAt { get; set; }
}
