namespace Dashboard.Core.Tokens;

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
