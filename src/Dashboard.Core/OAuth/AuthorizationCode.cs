namespace Dashboard.Core.OAuth;

/// <summary>A code that a client exchanges for tokens (RFC 6749 section 4.1).</summary>
public sealed class AuthorizationCode
{
    /// <summary>SHA-256 of the code, 32 bytes.</summary>
    public required byte[] CodeHash { get; init; }

    /// <summary>The client.</summary>
    public required string ClientId { get; init; }

    /// <summary>Who approved.</summary>
    public required string UserId { get; init; }

    /// <summary>The organization that was chosen.</summary>
    public required long OrganizationId { get; init; }

    /// <summary>The scopes, separated by spaces.</summary>
    public required string Scope { get; init; }

    /// <summary>What the tokens are for (RFC 8707), or null.</summary>
    public string? Resource { get; init; }

    /// <summary>Where the code was sent.</summary>
    public required string RedirectUri { get; init; }

    /// <summary>Whether the client named that address itself, so that it has to name it again (RFC 6749 section 4.1.3).</summary>
    public required bool NamedRedirectUri { get; init; }

    /// <summary>The S256 challenge (RFC 7636 section 4.2).</summary>
    public required string CodeChallenge { get; init; }

    /// <summary>When it was approved, UTC.</summary>
    public required DateTimeOffset ApprovedAt { get; init; }

    /// <summary>From when on it is refused, UTC.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>What came of it, or null until it is used. What is used again ends that approval (RFC 9700 section 4.5).</summary>
    public string? AuthorizationId { get; set; }
}
