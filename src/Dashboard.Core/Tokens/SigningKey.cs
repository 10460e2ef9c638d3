namespace Dashboard.Core.Tokens;

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
