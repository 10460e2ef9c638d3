using System.Security.Cryptography;
using System.Text;

namespace Dashboard.Core.Common;

/// <summary>
/// What is stored of a key and looked up: SHA-256 of the whole raw key in UTF-8. It needs neither salt nor pepper, since a key holds
/// 128 random bits or more, and so keys issued elsewhere can be imported by their hash.
/// </summary>
public static class KeyHash
{
    /// <summary>The length of a hash in bytes.</summary>
    public const int Length = SHA256.HashSizeInBytes;

    /// <summary>The hash of a raw key, as a new array of <see cref="Length"/> bytes.</summary>
    /// <param name="raw">Any text; half a surrogate pair counts as U+FFFD, as everywhere in .NET.</param>
    public static byte[] Of(ReadOnlySpan<char> raw)
    {
        var hash = new byte[Length];
        Of(raw, hash);
        return hash;
    }

    /// <summary>Writes the hash of a raw key; for a key of up to 512 characters nothing is allocated.</summary>
    /// <param name="raw">Any text; half a surrogate pair counts as U+FFFD, as everywhere in .NET.</param>
    /// <param name="destination">Takes the hash in its first <see cref="Length"/> bytes.</param>
    /// <exception cref="ArgumentException">The destination is shorter than <see cref="Length"/>.</exception>
    public static void Of(ReadOnlySpan<char> raw, Span<byte> destination)
    {
        const int usual = 128; // what is not needed need not be cleared, and this is asked for with every request
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
