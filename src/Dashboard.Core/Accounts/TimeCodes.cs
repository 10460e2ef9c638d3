using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Dashboard.Core.Accounts;

/// <summary>The codes of authenticator apps: time-based one-time passwords of six digits, SHA-1 and steps of 30 seconds (RFC 6238), as
/// every app computes them.</summary>
public static class TimeCodes
{
    /// <summary>The number of digits of a code.</summary>
    public const int Digits = 6;

    /// <summary>The length of a secret, in bytes: that of the hash (RFC 4226 section 4).</summary>
    public const int SecretLength = 20;

    /// <summary>The length of a time step.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(30);

    /// <summary>How many steps a clock may be ahead or behind.</summary>
    const int Skew = 1;

    const string Base32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    /// <summary>Returns the number of the time step that an instant lies in.</summary>
    public static long StepOf(DateTimeOffset at) => at.ToUnixTimeSeconds() / (long)Period.TotalSeconds;

    /// <summary>Computes the code of a time step.</summary>
    /// <param name="secret">The shared secret.</param>
    /// <param name="step">The number of the time step.</param>
    /// <param name="digits">The number of digits, at most nine.</param>
    public static string Compute(ReadOnlySpan<byte> secret, long step, int digits = Digits)
    {
        Span<byte> counter = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(counter, step);
        Span<byte> hash = stackalloc byte[HMACSHA1.HashSizeInBytes];
#pragma warning disable CA5350 // the standard's hash, and the only one that every app computes; HMAC does not rest on collisions
        HMACSHA1.HashData(secret, counter, hash);
#pragma warning restore CA5350
        var number = BinaryPrimitives.ReadInt32BigEndian(hash[(hash[^1] & 0xf)..]) & int.MaxValue;
        return (number % (int)Math.Pow(10, digits)).ToString(CultureInfo.InvariantCulture).PadLeft(digits, '0');
    }

    /// <summary>Finds the time step of a code.</summary>
    /// <param name="code">Six digits.</param>
    /// <param name="now">The current time.</param>
    /// <param name="after">The last step that was used. Only later ones count.</param>
    /// <returns>The step, which is the current one, the one before or the one after; or null.</returns>
    internal static long? Match(ReadOnlySpan<byte> secret, string code, DateTimeOffset now, long after)
    {
        long? found = null;
        for (var step = StepOf(now) - Skew; step <= StepOf(now) + Skew; step++)
        {
            if (CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(Compute(secret, step)), Encoding.ASCII.GetBytes(code))
                && step > after)
            {
                found ??= step;
            }
        }

        return found;
    }

    /// <summary>Returns a secret in base32 without padding (RFC 4648 section 6).</summary>
    internal static string ToText(ReadOnlySpan<byte> secret)
    {
        var text = new StringBuilder();
        var (buffer, bits) = (0, 0);
        foreach (var b in secret)
        {
            buffer = (buffer << 8 | b) & 0xfff;
            bits += 8;
            for (; bits >= 5; bits -= 5)
            {
                text.Append(Base32[buffer >> (bits - 5) & 31]);
            }
        }

        return bits == 0 ? text.ToString() : text.Append(Base32[buffer << (5 - bits) & 31]).ToString();
    }
}
