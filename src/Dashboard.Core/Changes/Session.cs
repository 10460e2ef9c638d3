namespace Dashboard.Core.Changes;

/// <summary>A browser session. The cookie carries its identifier; whether it is valid is decided by this row.</summary>
public sealed class Session
{
    /// <summary>Base64url of 16 random bytes. Not a secret by itself, because the cookie around it is encrypted and signed.</summary>
    public required string Id { get; init; }

    /// <summary>The person who signed in.</summary>
    public required string UserId { get; init; }

    /// <summary>When the session started, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the session expires, UTC.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>When the session was ended, UTC, or null.</summary>
    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>The client address from which the session was started, or null.</summary>
    public required string? Address { get; init; }

    /// <summary>The <c>User-Agent</c> of the browser, at most 200 characters.</summary>
    public required string UserAgent { get; init; }
}
