namespace Dashboard.Core.Common;

/// <summary>Parses keys of 256 bits from settings. Errors never repeat the value.</summary>
static class SecretBytes
{
    /// <summary>The length of a key in bytes.</summary>
    public const int Length = 32;

    /// <summary>The error for a setting that is not a key.</summary>
    public const string Fault = "must be 32 random bytes in base64, such as `openssl rand -base64 32` prints";

    /// <summary>Decodes 32 bytes of base64. Returns null if the text is anything else.</summary>
    public static byte[]? TryParse(string text)
    {
        var bytes = new byte[Length];
        return text.Length <= 2 * Length && Convert.TryFromBase64String(text, bytes, out var written) && written == Length ? bytes : null;
    }
}
