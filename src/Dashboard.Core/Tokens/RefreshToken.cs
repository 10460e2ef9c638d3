namespace Dashboard.Core.Tokens;

/// <summary>A refresh token: good once.</summary>
public sealed class RefreshToken
{
    /// <summary>SHA-256 of the token, 32 bytes.</summary>
    public required byte[] TokenHash { get; init; }

    /// <summary>What it is of.</summary>
    public required string AuthorizationId { get; init; }

    /// <summary>When it was issued, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>From when on it is refused, UTC.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>When it was used, UTC, or null. A use more than a minute later ends the approval (RFC 9700 section 4.14.2).</summary>
    public DateTimeOffset? UsedAt { get; set; }
}
