using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Dashboard.Core.OAuth;

/// <summary>Proof Key for Code Exchange (RFC 7636), with S256 only.</summary>
static class Pkce
{
    /// <summary>The only supported method.</summary>
    public const string Method = "S256";

    const int ChallengeLength = 43;
    const int MinVerifierLength = 43;
    const int MaxVerifierLength = 128;

    /// <summary>Returns whether text can be an S256 challenge (RFC 7636 section 4.2).</summary>
    public static bool IsChallenge(string text) =>
        text.Length == ChallengeLength && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');

    /// <summary>Returns whether a verifier matches a challenge (RFC 7636 section 4.6).</summary>
    public static bool Fits(string verifier, string challenge) =>
        verifier.Length is >= MinVerifierLength and <= MaxVerifierLength
            && verifier.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_' or '~')
        && CryptographicOperations.FixedTimeEquals(
            Encoding.ASCII.GetBytes(Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(verifier)))),
            Encoding.ASCII.GetBytes(challenge));
}
