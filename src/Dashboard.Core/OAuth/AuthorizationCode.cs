namespace Dashboard.Core.OAuth;

/// <summary>A code that a client exchanges for tokens (RFC 6749 section 4.1).</summary>
public sealed class AuthorizationCode
{
    /// <summary>The SHA-256 hash of the code, 32 bytes.</summary>
    public required byte[] CodeHash { get; init; }

    /// <summary>The client.</summary>
    public required string ClientId { get; init; }

    /// <summary>The person who gave the authorization.</summary>
    public required string UserId { get; init; }

    /// <summary>The organization.</summary>
    public required long OrganizationId { get; init; }

    /// <summary>The scopes, separated by spaces.</summary>
    public required string Scope { get; init; }

    /// <summary>The resource that the tokens are valid for (RFC 8707), or null.</summary>
    public string? Resource { get; init; }

    /// <summary>The redirect URI that the code was sent to.</summary>
    public required string RedirectUri { get; init; }

    /// <summary>Whether the request contained the redirect URI, in which case the token request must contain it too (RFC 6749 section
    /// 4.1.3).</summary>
    public required bool NamedRedirectUri { get; init; }

    /// <summary>The S256 challenge (RFC 7636 section 4.2).</summary>
    public required string CodeChallenge { get; init; }

    /// <summary>When the authorization was given, UTC.</summary>
    public required DateTimeOffset ApprovedAt { get; init; }

    /// <summary>When the code expires, UTC.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>The resulting authorization, or null if the code has not been used. A second use of the code ends it (RFC 9700 section
    /// 4.5).</summary>
    public string? AuthorizationId { get; set; }
}
