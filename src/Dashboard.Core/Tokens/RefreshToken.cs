namespace Dashboard.Core.Tokens;

/// <summary>A refresh token, which can be used once.</summary>
public sealed class RefreshToken
{
    /// <summary>The SHA-256 hash of the token, 32 bytes.</summary>
    public required byte[] TokenHash { get; init; }

    /// <summary>The authorization.</summary>
    public required string AuthorizationId { get; init; }

    /// <summary>When the token was issued, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the token expires, UTC.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>When the token was used, UTC, or null. A second use ends the authorization (RFC 9700 section 4.14.2).</summary>
    public DateTimeOffset? UsedAt { get; set; }
}
