using System.Buffers.Text;
using System.Security.Cryptography;

namespace Dashboard.Core.Import;

/// <summary>The text of a hash in an import. The command line compiles this file too, to find a hash that a file has twice, and
/// a key in the place of its hash.</summary>
static class ImportedHash
{
    /// <summary>The error for a text that is no hash.</summary>
    public const string Advice = "Send the SHA-256 of the whole key: 64 hex digits, or 32 bytes in base64.";

    const int HexLength = 2 * SHA256.HashSizeInBytes;

    /// <summary>Parses a hash. Returns null for anything but 32 bytes in hex or base64 (RFC 4648 section 4 or 5, padded or not).</summary>
    public static byte[]? Parse(string? text)
    {
        text = text?.Trim() ?? "";
        if (text.Length == HexLength)
        {
            return text.All(char.IsAsciiHexDigit) ? Convert.FromHexString(text) : null;
        }

        var plain = text.TrimEnd('=').Replace('+', '-').Replace('/', '_');
        return text.Length - plain.Length <= 1 && Base64Url.IsValid(plain, out var length) && length == SHA256.HashSizeInBytes
            ? Base64Url.DecodeFromChars(plain) : null;
    }
}
