using System.Security.Cryptography;
using System.Text;

namespace Dashboard.Core.Common;

/// <summary>The hash that a key is stored and looked up by: SHA-256 of the whole key in UTF-8. It needs neither salt nor pepper because a
/// key holds at least 128 random bits, and so keys issued by other systems can be imported by their hash.</summary>
public static class KeyHash
{
    /// <summary>The length of a hash, in bytes.</summary>
    public const int Length = SHA256.HashSizeInBytes;

    /// <summary>Returns the hash of a raw key, <see cref="Length"/> bytes.</summary>
    /// <param name="raw">Any text. An unpaired surrogate counts as U+FFFD, as elsewhere in .NET.</param>
    public static byte[] Of(ReadOnlySpan<char> raw)
    {
        var hash = new byte[Length];
        Of(raw, hash);
        return hash;
    }

    /// <summary>Writes the hash of a raw key. Does not allocate for a key of up to 512 characters.</summary>
    /// <param name="raw">Any text. An unpaired surrogate counts as U+FFFD, as elsewhere in .NET.</param>
    /// <param name="destination">Receives the hash in its first <see cref="Length"/> bytes.</param>
    /// <exception cref="ArgumentException">The destination is shorter than <see cref="Length"/>.</exception>
    public static void Of(ReadOnlySpan<char> raw, Span<byte> destination)
    {
        const int usual = 128; // this runs for every request, so clear no more than needed
        const int worst = 3;
        const int longest = 512; // as long as a key can be
        var utf8 = raw.Length <= usual ? stackalloc byte[worst * usual]
            : raw.Length <= longest ? stackalloc byte[worst * longest]
            : new byte[Encoding.UTF8.GetByteCount(raw)];
        try
        {
            var count = Encoding.UTF8.GetBytes(raw, utf8);
            SHA256.HashData(utf8[..count], destination);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(utf8);
        }
    }
}
