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

/// <summary>A member's authorization of a client in one organization, shared by all of its refresh tokens. It expires 30 days after it was
/// given.</summary>
public sealed class Authorization
{
    /// <summary>The identifier: 22 base62 characters.</summary>
    public required string Id { get; init; }

    /// <summary>The client.</summary>
    public required string ClientId { get; init; }

    /// <summary>The person who gave the authorization.</summary>
    public required string UserId { get; init; }

    /// <summary>The organization.</summary>
    public required long OrganizationId { get; init; }

    /// <summary>The scopes, separated by spaces.</summary>
    public required string Scope { get; init; }

    /// <summary>The resource that its tokens are valid for (RFC 8707), or null for the whole organization.</summary>
    public string? Resource { get; init; }

    /// <summary>When the authorization was given, UTC.</summary>
    public required DateTimeOffset ApprovedAt { get; init; }

    /// <summary>When the authorization expires, UTC.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>When the authorization was ended, UTC, or null.</summary>
    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>When the last token was issued, UTC. Access tokens last an hour, so the last use is known to the hour.</summary>
    public DateTimeOffset? LastUsedAt { get; set; }
}

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

/// <summary>The state of a device authorization request.</summary>
public enum DeviceCodeState
{
    /// <summary>Nobody has decided yet.</summary>
    Pending,

    /// <summary>Approved. The device has not collected its tokens yet.</summary>
    Approved,

    /// <summary>Denied.</summary>
    Denied,

    /// <summary>The device has its tokens.</summary>
    Used,
}

/// <summary>A device authorization request, which is approved on another screen (RFC 8628).</summary>
public sealed class DeviceCode
{
    /// <summary>The SHA-256 hash of the device code, 32 bytes.</summary>
    public required byte[] CodeHash { get; init; }

    /// <summary>The SHA-256 hash of the eight letters of the user code, 32 bytes.</summary>
    public required byte[] UserCodeHash { get; init; }

    /// <summary>The client.</summary>
    public required string ClientId { get; init; }

    /// <summary>The scopes, separated by spaces.</summary>
    public required string Scope { get; init; }

    /// <summary>The resource that the tokens are valid for (RFC 8707), or null.</summary>
    public string? Resource { get; init; }

    /// <summary>When the device made the request, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the request expires, UTC.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>The address of the device, or null.</summary>
    public string? Address { get; init; }

    /// <summary>The <c>User-Agent</c> of the device.</summary>
    public required string UserAgent { get; init; }

    /// <summary>The minimum interval between the token requests of the device, in seconds. It increases with each request that comes too
    /// early (RFC 8628 section 3.5).</summary>
    public required int IntervalSeconds { get; set; }

    /// <summary>When the device last requested tokens, UTC, or null.</summary>
    public DateTimeOffset? PolledAt { get; set; }

    /// <summary>The state.</summary>
    public required DeviceCodeState State { get; set; }

    /// <summary>The person who decided, or null.</summary>
    public string? UserId { get; set; }

    /// <summary>The chosen organization, or null.</summary>
    public long? OrganizationId { get; set; }

    /// <summary>When the request was decided, UTC, or null.</summary>
    public DateTimeOffset? DecidedAt { get; set; }
}

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

/// <summary>An issued access token, by its identifier. The token itself is not stored.</summary>
public sealed class AccessToken
{
    /// <summary>The token's <c>jti</c>: 22 base62 characters.</summary>
    public required string Jti { get; init; }

    /// <summary>The client that the token was issued to.</summary>
    public required string ClientId { get; init; }

    /// <summary>The authorization, or null if a service account requested the token for itself.</summary>
    public string? AuthorizationId { get; init; }

    /// <summary>Whether the owner is a person or a service account.</summary>
    public required PartyType OwnerType { get; init; }

    /// <summary>The identifier of the owner.</summary>
    public required string OwnerId { get; init; }

    /// <summary>The organization that the token is valid in.</summary>
    public required long OrganizationId { get; init; }

    /// <summary>The scopes, separated by spaces.</summary>
    public required string Scope { get; init; }

    /// <summary>The resource that the token is valid for (RFC 8707), or null for the whole organization.</summary>
    public string? Resource { get; init; }

    /// <summary>When the token was issued, UTC.</summary>
    public required DateTimeOffset IssuedAt { get; init; }

    /// <summary>When the token expires, UTC.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>When the token was revoked, UTC, or null.</summary>
    public DateTimeOffset? RevokedAt { get; set; }
}

/// <summary>A key that signs access tokens: ECDSA on P-256 (RFC 7518 section 3.4).</summary>
public sealed class SigningKey
{
    /// <summary>The <c>kid</c>: 22 base62 characters.</summary>
    public required string Kid { get; init; }

    /// <summary>The x coordinate of the public point, base64url (RFC 7518 section 6.2.1.2).</summary>
    public required string X { get; init; }

    /// <summary>The y coordinate of the public point, base64url.</summary>
    public required string Y { get; init; }

    /// <summary>The private key, encrypted with ASP.NET Core data protection.</summary>
    public required string ProtectedKey { get; init; }

    /// <summary>When the key is published, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the key starts to sign, UTC. It signs until the next key does.</summary>
    public required DateTimeOffset SignsFrom { get; init; }
}
