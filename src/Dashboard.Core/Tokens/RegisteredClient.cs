namespace Dashboard.Core.Tokens;

/// <summary>A dynamically registered OAuth client (RFC 7591). Nobody has verified what it claims.</summary>
public sealed class RegisteredClient
{
    /// <summary>The prefix of client ids.</summary>
    public const string IdPrefix = "latchkey-app-";

    /// <summary>The client id: <see cref="IdPrefix"/> and 22 base62 characters.</summary>
    public required string ClientId { get; init; }

    /// <summary>The name that the client gave itself.</summary>
    public required string Name { get; init; }

    /// <summary>The SHA-256 hash of the secret in UTF-8, 32 bytes; null for a public client.</summary>
    public byte[]? SecretHash { get; init; }

    /// <summary>The authentication method: <c>none</c>, <c>client_secret_basic</c> or <c>client_secret_post</c>.</summary>
    public required string AuthMethod { get; init; }

    /// <summary>The redirect URIs, one per line; empty for a client that needs none.</summary>
    public required string RedirectUris { get; init; }

    /// <summary>The grant types that the client uses, separated by spaces.</summary>
    public required string GrantTypes { get; init; }

    /// <summary>The registered scopes, separated by spaces; empty for none.</summary>
    public required string Scope { get; init; }

    /// <summary>The client's web page, or null.</summary>
    public string? ClientUri { get; init; }

    /// <summary>When the client registered, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When a person first authorized the client, UTC, or null. A client that nobody has authorized is deleted after a
    /// day.</summary>
    public DateTimeOffset? ApprovedAt { get; set; }
}
