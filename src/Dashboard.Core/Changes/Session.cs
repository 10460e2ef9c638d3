namespace Dashboard.Core.Changes;

/// <summary>A browser session. The cookie carries a secret of which only the hash is stored, so the database alone signs nobody in. Whether
/// the session is valid is decided by this row.</summary>
public sealed class Session
{
    /// <summary>The public identifier: base64url of 16 random bytes. Lists and the audit log show it; it opens nothing.</summary>
    public required string Id { get; init; }

    /// <summary>The SHA-256 of the secret in the cookie. Null for a session from before secrets were hashed, which is no longer
    /// valid.</summary>
    public byte[]? SecretHash { get; init; }

    /// <summary>The person who signed in.</summary>
    public required string UserId { get; init; }

    /// <summary>When the session started, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the session expires at the latest, UTC.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>When the person was last active, UTC, to the minute.</summary>
    public DateTimeOffset LastSeenAt { get; set; }

    /// <summary>When the session expires unless the person is active again, UTC.</summary>
    public DateTimeOffset IdleAt { get; set; }

    /// <summary>When the person last proved to be present, by a password or another factor, UTC.</summary>
    public DateTimeOffset ConfirmedAt { get; set; }

    /// <summary>Whether the browser keeps the session when it is closed.</summary>
    public bool Remembered { get; init; }

    /// <summary>When the session was ended, UTC, or null.</summary>
    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>The client address from which the session was started, or null.</summary>
    public required string? Address { get; init; }

    /// <summary>The <c>User-Agent</c> of the browser, at most 200 characters.</summary>
    public required string UserAgent { get; init; }

    /// <summary>Returns the sessions that are valid at <paramref name="now"/>.</summary>
    internal static IQueryable<Session> Live(IQueryable<Session> sessions, DateTimeOffset now) =>
        sessions.Where(session => session.EndedAt == null && session.ExpiresAt > now && session.IdleAt > now);
}
