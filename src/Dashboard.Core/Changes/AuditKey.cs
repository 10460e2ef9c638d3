using System.Security.Cryptography;

namespace Dashboard.Core.Changes;

/// <summary>A key that chains the audit log. It is not in the database, so that who can write the database still cannot write an entry that verifies.</summary>
public sealed class AuditKey
{
    const int IdBytes = 8;

    readonly byte[] key;

    AuditKey(byte[] key)
    {
        this.key = key;
        Id = Convert.ToHexStringLower(SHA256.HashData([.. "latchkey audit key"u8, .. key]).AsSpan(0, IdBytes));
    }

    /// <summary>Says which key it is and nothing about it: the beginning of a hash of 256 random bits.</summary>
    public string Id { get; }

    /// <summary>Reads a key that is written as 32 bytes in base64.</summary>
    /// <returns>The key, or null where the text is none.</returns>
    public static AuditKey? TryParse(string text) => SecretBytes.TryParse(text) is { } bytes ? new(bytes) : null;

    /// <summary>Draws a new key from the operating system's generator.</summary>
    /// <param name="text">The key as <see cref="TryParse"/> reads it.</param>
    public static AuditKey Create(out string text)
    {
        var bytes = RandomNumberGenerator.GetBytes(SecretBytes.Length);
        text = Convert.ToBase64String(bytes);
        return new(bytes);
    }

    /// <summary>Derives the key of an installation that keeps its keys in the database (HKDF, RFC 5869).</summary>
    /// <param name="wrapKey">The 32 bytes of <c>DataProtection:WrapKey</c>.</param>
    public static AuditKey Derive(byte[] wrapKey) => new(HKDF.DeriveKey(HashAlgorithmName.SHA256, wrapKey, SecretBytes.Length, info: "latchkey audit key"u8.ToArray()));

    /// <summary>Begins an HMAC-SHA256.</summary>
    internal IncrementalHash BeginHash() => IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
}
