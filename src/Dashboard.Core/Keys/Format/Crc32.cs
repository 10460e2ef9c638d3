namespace Dashboard.Core.Keys.Format;

/// <summary>
/// CRC-32 as in zlib, PNG and gzip (RFC 1952 section 8): reflected polynomial EDB88320, begun and ended with all bits set.
/// It finds every change of one character; it is no protection against intent.
/// </summary>
public static class Crc32
{
    static readonly uint[] Table = MakeTable();

    /// <summary>The checksum of the bytes; <c>123456789</c> in ASCII gives CBF43926, no bytes give 0.</summary>
    public static uint Of(ReadOnlySpan<byte> data)
    {
        var crc = uint.MaxValue;
        foreach (var value in data)
        {
            crc = Table[(byte)(crc ^ value)] ^ (crc >> 8);
        }
        return ~crc;
    }

    static uint[] MakeTable()
    {
        var table = new uint[256];
        for (var i = 0; i < table.Length; i++)
        {
            var entry = (uint)i;
            for (var bit = 0; bit < 8; bit++)
            {
                entry = (entry & 1) == 0 ? entry >> 1 : (entry >> 1) ^ 0xEDB88320;
            }
            table[i] = entry;
        }
        return table;
    }
}
