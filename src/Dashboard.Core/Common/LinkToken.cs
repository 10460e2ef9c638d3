using System.Buffers.Text;
using System.Security.Cryptography;

namespace Dashboard.Core.Common;

/// <summary>The secret in a link that is mailed to a person: an invitation, a password reset, the confirmation of an address. Only its hash
/// is stored.</summary>
/// <param name="Text">The token, base64url of 32 random bytes.</param>
/// <param name="Hash">The SHA-256 of the text.</param>
public sealed record LinkToken(string Text, byte[] Hash)
{
    const int Bytes = 32;

    /// <summary>The length of <see cref="Text"/>.</summary>
    public const int Length = 43;

    /// <summary>Creates a token.</summary>
    public static LinkToken Mint()
    {
        var text = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Bytes));
        return new(text, KeyHash.Of(text));
    }

    /// <summary>Returns the hash that a token is looked up by, or null for text that is no token.</summary>
    /// <param name="text">What came with the link.</param>
    public static byte[]? HashOf(string? text) =>
        text is { Length: Length } && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_') ? KeyHash.Of(text) : null;

    /// <summary>Omits the token.</summary>
    public override string ToString() => "link";
}
