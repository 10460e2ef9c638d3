namespace Dashboard.Core.Tokens;

/// <summary>An access token that has no row of its own and was revoked. Kept until the token would have expired.</summary>
public sealed class RevokedToken
{
    /// <summary>The token's <c>jti</c>.</summary>
    public required string Jti { get; init; }

    /// <summary>When it was revoked, UTC.</summary>
    public required DateTimeOffset RevokedAt { get; init; }

    /// <summary>When the token expires, UTC.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }
}
