using System.Buffers;
using System.Security.Cryptography;

namespace Dashboard.Core.Common;

/// <summary>Text in the digits <c>0-9A-Za-z</c>, in ascending order of value.</summary>
public static class Base62
{
    /// <summary>The digits. The index of a digit is its value.</summary>
    public const string Digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    static readonly SearchValues<char> DigitSet = SearchValues.Create(Digits);

    /// <summary>Returns whether the text consists only of digits. True for empty text.</summary>
    public static bool IsAll(ReadOnlySpan<char> text) => !text.ContainsAnyExcept(DigitSet);

    /// <summary>Fills the span with random digits of equal probability from the operating system's generator.</summary>
    public static void FillRandom(Span<char> destination) => RandomNumberGenerator.GetItems(Digits, destination);

    /// <summary>Returns random digits of equal probability from the operating system's generator.</summary>
    /// <param name="length">The number of digits, 0 or more. A digit carries 5.95 bits.</param>
    public static string Random(int length) => RandomNumberGenerator.GetString(Digits, length);

    /// <summary>Writes a number with the most significant digit first, padded with <c>0</c> to the length of the span.</summary>
    /// <param name="destination">Six characters hold any 32-bit number. A shorter span loses the leading digits.</param>
    public static void Write(uint value, Span<char> destination)
    {
        for (var i = destination.Length - 1; i >= 0; i--)
        {
            (value, var digit) = Math.DivRem(value, (uint)Digits.Length);
            destination[i] = Digits[(int)digit];
        }
    }
}
