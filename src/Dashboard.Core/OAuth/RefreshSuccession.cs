using System.Security.Cryptography;
using System.Text;
using Dashboard.Core.Changes;
using Dashboard.Core.Tokens;

namespace Dashboard.Core.OAuth;

/// <summary>Says which refresh token follows another. Two processes of one program refresh at the same time, and both must go on with the
/// same token. So a successor is not chosen but derived from what was presented, by a key that is not in the database: the holder of an old
/// token cannot derive the next, and nobody can read it anywhere.</summary>
public sealed class RefreshSuccession(AuditKeys keys)
{
    /// <summary>How long after its first use a token still leads to its successor.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(60);

    const int Length = 43;
    const int Stock = 128;

    /// <summary>The first bytes of these that are below the largest multiple of 62, which leaves each digit the same chance.</summary>
    const int Fair = 248;

    /// <summary>Returns the successors of a token: that of the current key, and those of earlier keys, with which another node may have
    /// derived it.</summary>
    /// <param name="presented">The whole refresh token.</param>
    internal async Task<IReadOnlyList<OAuthSecret>> OfAsync(string presented, CancellationToken cancellationToken) =>
        [.. (await keys.GetAsync(cancellationToken)).All.Select(key => Derive(key, presented))];

    static OAuthSecret Derive(AuditKey key, string presented)
    {
        using var hmac = key.CreateHmac();
        hmac.AppendData("latchkey refresh successor\0"u8);
        hmac.AppendData(Encoding.UTF8.GetBytes(presented));
        var digits = HKDF.Expand(HashAlgorithmName.SHA256, hmac.GetHashAndReset(), Stock)
            .Where(value => value < Fair).Take(Length).Select(value => Base62.Digits[value % Base62.Digits.Length]);
        return OAuthSecret.Of(OAuthPrefixes.Refresh, OAuthPrefixes.Refresh + string.Concat(digits));
    }
}
