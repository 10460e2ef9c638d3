namespace Dashboard.Core.Common;

/// <summary>Reads a key of 256 bits from a setting. No error repeats what was set.</summary>
static class SecretBytes
{
    /// <summary>The length of a key in bytes.</summary>
    public const int Length = 32;

    /// <summary>What a setting that is no key is told.</summary>
    public const string Fault = "has to be 32 random bytes in base64, such as `openssl rand -base64 32` prints";

    /// <summary>Decodes 32 bytes of base64, or returns null.</summary>
    public static byte[]? TryParse(string text)
    {
        var bytes = new byte[Length];
        return text.Length <= 2 * Length && Convert.TryFromBase64String(text, bytes, out var written) && written == Length ? bytes : null;
    }
}
