namespace Dashboard.Core.Tokens;

/// <summary>An OAuth client that registered itself (RFC 7591). Nobody vouches for what it says of itself.</summary>
public sealed class RegisteredClient
{
    /// <summary>What every client id of a registration begins with.</summary>
    public const string IdPrefix = "latchkey-app-";

    /// <summary>The client id: <see cref="IdPrefix"/> and 22 base62 characters.</summary>
    public required string ClientId { get; init; }

    /// <summary>What it calls itself.</summary>
    public required string Name { get; set; }

    /// <summary>SHA-256 of its secret in UTF-8, 32 bytes; null for a public client.</summary>
    public byte[]? SecretHash { get; init; }

    /// <summary>How it shows who it is: <c>none</c>, <c>client_secret_basic</c> or <c>client_secret_post</c>.</summary>
    public required string AuthMethod { get; init; }

    /// <summary>Where answers may be sent, one on each line; empty for a client that needs none.</summary>
    public required string RedirectUris { get; set; }

    /// <summary>The grants that it uses, separated by spaces.</summary>
    public required string GrantTypes { get; set; }

    /// <summary>The scopes that it registered, separated by spaces; empty for none.</summary>
    public required string Scope { get; set; }

    /// <summary>Its own page, or null; for a client that a document describes, the URL of the document.</summary>
    public string? ClientUri { get; init; }

    /// <summary>When it registered, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The network that it registered from, or null if that is not known.</summary>
    public string? Network { get; init; }

    /// <summary>When it last sent a person or a device to be approved, to the minute, UTC, or null. Not kept up to date once it is
    /// approved.</summary>
    public DateTimeOffset? RequestedAt { get; set; }

    /// <summary>When somebody first approved it, UTC, or null: then it goes after an hour without such a request, else after a
    /// day.</summary>
    public DateTimeOffset? ApprovedAt { get; set; }
}
