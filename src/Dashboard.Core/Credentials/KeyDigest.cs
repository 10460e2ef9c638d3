using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Dashboard.Core.Credentials;

/// <summary>The SHA-256 hash of a raw key as a value, which the cache looks keys up by without allocating.</summary>
[StructLayout(LayoutKind.Auto)]
readonly record struct KeyDigest(ulong First, ulong Second, ulong Third, ulong Fourth)
{
    /// <summary>Different in each process, so that nobody who imports hashes can choose which ones share a bucket.</summary>
    static readonly ulong Factor = BinaryPrimitives.ReadUInt64LittleEndian(RandomNumberGenerator.GetBytes(sizeof(ulong))) | 1;

    /// <summary>Hashes a raw key. Does not allocate for a key of up to 512 characters.</summary>
    public static KeyDigest Of(ReadOnlySpan<char> raw)
    {
        Span<byte> hash = stackalloc byte[KeyHash.Length];
        KeyHash.Of(raw, hash);
        return From(hash);
    }

    /// <summary>Reads a hash.</summary>
    /// <param name="hash">32 bytes.</param>
    public static KeyDigest From(ReadOnlySpan<byte> hash) => new(
        PrefixOf(hash), BinaryPrimitives.ReadUInt64BigEndian(hash[8..]), BinaryPrimitives.ReadUInt64BigEndian(hash[16..]),
        BinaryPrimitives.ReadUInt64BigEndian(hash[24..]));

    /// <summary>Returns the first 64 bits of a hash: <see cref="First"/>.</summary>
    public static ulong PrefixOf(ReadOnlySpan<byte> hash) => BinaryPrimitives.ReadUInt64BigEndian(hash);

    /// <summary>Returns the 32 bytes of the hash as a new array.</summary>
    public byte[] ToArray()
    {
        var hash = new byte[KeyHash.Length];
        BinaryPrimitives.WriteUInt64BigEndian(hash, First);
        BinaryPrimitives.WriteUInt64BigEndian(hash.AsSpan(8), Second);
        BinaryPrimitives.WriteUInt64BigEndian(hash.AsSpan(16), Third);
        BinaryPrimitives.WriteUInt64BigEndian(hash.AsSpan(24), Fourth);
        return hash;
    }

    /// <inheritdoc />
    public override int GetHashCode() => (int)(((First ^ Fourth) * Factor) >> 32);
}
