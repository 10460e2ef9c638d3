namespace Dashboard.Core.Tokens;

/// <summary>An OAuth client that registered itself (RFC 7591). Nobody vouches for what it says of itself.</summary>
public sealed class RegisteredClient
{
    /// <summary>What every client id of a registration begins with.</summary>
    public const string IdPrefix = "latchkey-app-";

    /// <summary>The client id: <see cref="IdPrefix"/> and 22 base62 characters.</summary>
    public required string ClientId { get; init; }

    /// <summary>What it calls itself.</summary>
    public required string Name { get; init; }

    /// <summary>SHA-256 of its secret in UTF-8, 32 bytes; null for a public client.</summary>
    public byte[]? SecretHash { get; init; }

    /// <summary>How it shows who it is: <c>none</c>, <c>client_secret_basic</c> or <c>client_secret_post</c>.</summary>
    public required string AuthMethod { get; init; }

    /// <summary>Where answers may be sent, one on each line; empty for a client that needs none.</summary>
    public required string RedirectUris { get; init; }

    /// <summary>The grants that it uses, separated by spaces.</summary>
    public required string GrantTypes { get; init; }

    /// <summary>The scopes that it registered, separated by spaces; empty for none.</summary>
    public required string Scope { get; init; }

    /// <summary>Its own page, or null.</summary>
    public string? ClientUri { get; init; }

    /// <summary>When it registered, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When somebody first approved it, UTC, or null: then it goes after a day.</summary>
    public DateTimeOffset? ApprovedAt { get; set; }
}

/// <summary>One member's authorization of one client for one organization: what its refresh tokens have in common. It ends 30 days after the approval.</summary>
public sealed class Authorization
{
    /// <summary>The identifier: 22 base62 characters.</summary>
    public required string Id { get; init; }

    /// <summary>The client.</summary>
    public required string ClientId { get; init; }

    /// <summary>Who approved.</summary>
    public required string UserId { get; init; }

    /// <summary>The organization that was chosen.</summary>
    public required long OrganizationId { get; init; }

    /// <summary>The scopes, separated by spaces.</summary>
    public required string Scope { get; init; }

    /// <summary>What its tokens are good at (RFC 8707), or null for the whole organization.</summary>
    public string? Resource { get; init; }

    /// <summary>When it was approved, UTC.</summary>
    public required DateTimeOffset ApprovedAt { get; init; }

    /// <summary>When it ends by itself, UTC.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>When it was ended, UTC, or null.</summary>
    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>When a token was last issued for it, UTC. Access tokens last an hour, so it says to the hour when the client was last at work.</summary>
    public DateTimeOffset? LastUsedAt { get; set; }
}

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

/// <summary>What became of a device's request.</summary>
public enum DeviceCodeState
{
    /// <summary>Nobody has decided.</summary>
    Pending,

    /// <summary>Approved; the device has not asked since.</summary>
    Approved,

    /// <summary>Denied.</summary>
    Denied,

    /// <summary>The device has its tokens.</summary>
    Used,
}

/// <summary>A device's request for an approval on another screen (RFC 8628).</summary>
public sealed class DeviceCode
{
    /// <summary>SHA-256 of the device code, 32 bytes.</summary>
    public required byte[] CodeHash { get; init; }

    /// <summary>SHA-256 of the user code's eight letters, 32 bytes.</summary>
    public required byte[] UserCodeHash { get; init; }

    /// <summary>The client.</summary>
    public required string ClientId { get; init; }

    /// <summary>The scopes, separated by spaces.</summary>
    public required string Scope { get; init; }

    /// <summary>What the tokens are for (RFC 8707), or null.</summary>
    public string? Resource { get; init; }

    /// <summary>When the device asked, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>From when on it is refused, UTC.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>The address that the device asked from, or null.</summary>
    public string? Address { get; init; }

    /// <summary>What the device calls itself.</summary>
    public required string UserAgent { get; init; }

    /// <summary>The least time between two questions of the device, in seconds. It grows with each that comes too soon (RFC 8628 section 3.5).</summary>
    public required int IntervalSeconds { get; set; }

    /// <summary>When the device last asked, UTC, or null.</summary>
    public DateTimeOffset? PolledAt { get; set; }

    /// <summary>What became of it.</summary>
    public required DeviceCodeState State { get; set; }

    /// <summary>Who decided, or null.</summary>
    public string? UserId { get; set; }

    /// <summary>The organization that was chosen, or null.</summary>
    public long? OrganizationId { get; set; }

    /// <summary>When it was decided, UTC, or null.</summary>
    public DateTimeOffset? DecidedAt { get; set; }
}

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

    /// <summary>When it was used, UTC, or null. Whoever uses it again ends the approval (RFC 9700 section 4.14.2).</summary>
    public DateTimeOffset? UsedAt { get; set; }
}

/// <summary>An access token that was issued, by its identifier. The token itself is not stored.</summary>
public sealed class AccessToken
{
    /// <summary>The token's <c>jti</c>: 22 base62 characters.</summary>
    public required string Jti { get; init; }

    /// <summary>The client that it was issued to.</summary>
    public required string ClientId { get; init; }

    /// <summary>The approval that it is of; null where a service account got it for itself.</summary>
    public string? AuthorizationId { get; init; }

    /// <summary>Whether a person or a service account is behind it.</summary>
    public required PartyType OwnerType { get; init; }

    /// <summary>The person's or service account's identifier.</summary>
    public required string OwnerId { get; init; }

    /// <summary>The organization that it is good in.</summary>
    public required long OrganizationId { get; init; }

    /// <summary>The scopes, separated by spaces.</summary>
    public required string Scope { get; init; }

    /// <summary>What it is good at (RFC 8707), or null for the whole organization.</summary>
    public string? Resource { get; init; }

    /// <summary>When it was issued, UTC.</summary>
    public required DateTimeOffset IssuedAt { get; init; }

    /// <summary>From when on it is refused, UTC.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>When it was revoked, UTC, or null.</summary>
    public DateTimeOffset? RevokedAt { get; set; }
}

/// <summary>A key that access tokens are signed with: ECDSA on P-256 (RFC 7518 section 3.4).</summary>
public sealed class SigningKey
{
    /// <summary>The <c>kid</c>: 22 base62 characters.</summary>
    public required string Kid { get; init; }

    /// <summary>The public point's x, base64url (RFC 7518 section 6.2.1.2).</summary>
    public required string X { get; init; }

    /// <summary>The public point's y, base64url.</summary>
    public required string Y { get; init; }

    /// <summary>The private part, as ASP.NET Core's data protection encrypts it.</summary>
    public required string ProtectedKey { get; init; }

    /// <summary>From when on it is published, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>From when on it signs, UTC, until the next one does.</summary>
    public required DateTimeOffset SignsFrom { get; init; }
}
