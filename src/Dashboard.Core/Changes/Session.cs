namespace Dashboard.Core.Changes;

/// <summary>A browser that somebody signed in with. The cookie carries its identifier; whether it still counts is decided here.</summary>
public sealed class Session
{
    /// <summary>Base64url of 16 random bytes. Not a secret by itself: the cookie around it is encrypted and signed.</summary>
    public required string Id { get; init; }

    /// <summary>Whose it is.</summary>
    public required string UserId { get; init; }

    /// <summary>When it began, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it ends by itself, UTC.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>When somebody ended it, UTC, or null.</summary>
    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>The client address it began from, or null.</summary>
    public required string? Address { get; init; }

    /// <summary>What the browser called itself, at most 200 characters.</summary>
    public required string UserAgent { get; init; }
}
