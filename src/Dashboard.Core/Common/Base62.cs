using System.Buffers;
using System.Security.Cryptography;

namespace Dashboard.Core.Common;

/// <summary>Text in the digits <c>0-9A-Za-z</c>, in that order of value.</summary>
public static class Base62
{
    /// <summary>The digits; a digit's index is its value.</summary>
    public const string Digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    static readonly SearchValues<char> DigitSet = SearchValues.Create(Digits);

    /// <summary>Whether the text consists of digits only; the empty text does.</summary>
    public static bool IsAll(ReadOnlySpan<char> text) => !text.ContainsAnyExcept(DigitSet);

    /// <summary>Fills the span with random digits, each equally likely, from the operating system's generator.</summary>
    public static void FillRandom(Span<char> destination) => RandomNumberGenerator.GetItems(Digits, destination);

    /// <summary>A new text of random digits, each equally likely, from the operating system's generator.</summary>
    /// <param name="length">Number of digits, 0 or more; a digit carries 5.95 bits.</param>
    public static string Random(int length) => RandomNumberGenerator.GetString(Digits, length);

    /// <summary>Writes a number, most significant digit first, padded with <c>0</c> to the span's whole length.</summary>
    /// <param name="value">The number.</param>
    /// <param name="destination">Six characters hold every 32-bit number; of a shorter span the leading digits are lost.</param>
    public static void Write(uint value, Span<char> destination)
    {
        for (var i = destination.Length - 1; i >= 0; i--)
        {
            (value, var digit) = Math.DivRem(value, (uint)Digits.Length);
            destination[i] = Digits[(int)digit];
        }
    }
}
