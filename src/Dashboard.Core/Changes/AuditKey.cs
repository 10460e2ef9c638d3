using System.Security.Cryptography;

namespace Dashboard.Core.Changes;

/// <summary>A key that chains the audit log. It is not in the database: write access to the database is not enough to write an entry that
/// verifies.</summary>
public sealed class AuditKey
{
    const int IdBytes = 8;

    readonly byte[] key;

    AuditKey(byte[] key)
    {
        this.key = key;
        Id = Convert.ToHexStringLower(SHA256.HashData([.. "latchkey audit key"u8, .. key]).AsSpan(0, IdBytes));
    }

    /// <summary>The identifier of the key, which reveals nothing about it: the start of a hash of 256 random bits.</summary>
    public string Id { get; }

    /// <summary>Parses 32 bytes in base64. Returns null if the text is anything else.</summary>
    public static AuditKey? TryParse(string text) => SecretBytes.TryParse(text) is { } bytes ? new(bytes) : null;

    /// <summary>Creates a random key.</summary>
    /// <param name="text">The key in the format that <see cref="TryParse"/> reads.</param>
    public static AuditKey Create(out string text)
    {
        var bytes = RandomNumberGenerator.GetBytes(SecretBytes.Length);
        text = Convert.ToBase64String(bytes);
        return new(bytes);
    }

    /// <summary>Derives the key of an installation that stores its keys in the database (HKDF, RFC 5869).</summary>
    /// <param name="wrapKey">The 32 bytes of <c>DataProtection:WrapKey</c>.</param>
    public static AuditKey Derive(byte[] wrapKey) =>
        new(HKDF.DeriveKey(HashAlgorithmName.SHA256, wrapKey, SecretBytes.Length, info: "latchkey audit key"u8.ToArray()));

    internal IncrementalHash CreateHmac() => IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
}
