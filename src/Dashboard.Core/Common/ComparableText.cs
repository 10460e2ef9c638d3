using System.Text;

namespace Dashboard.Core.Common;

/// <summary>Text in the forms that are searched and sorted. They are computed here, not by a database, so that every database finds the
/// same and sorts alike.</summary>
public static class ComparableText
{
    /// <summary>The maximum length of a sort key in bytes of UTF-8: enough for a name of the longest characters.</summary>
    public const int MaxSortKeyBytes = 4 * Names.MaxLength;

    /// <summary>Returns the form of a text that does not depend on the keyboard it was typed on (NFKC, UAX #15).</summary>
    public static string Compose(string text) => Replaceable(text).Normalize(NormalizationForm.FormKC);

    /// <summary>Returns the form in which text is searched: compatibility characters, composition and case no longer differ (NFKC and case
    /// folding, Unicode 3.13 and UAX #15).</summary>
    public static string Fold(string text)
    {
        var folded = Compose(text).ToUpperInvariant().ToLowerInvariant(); // twice: both small sigmas become one
        return folded.Replace("\u00DF", "ss", StringComparison.Ordinal).Replace("\u0130", "i\u0307", StringComparison.Ordinal)
            .Normalize(NormalizationForm.FormKC);
    }

    /// <summary>Returns the text that a list is sorted by: folded, without accents, at most <see cref="MaxSortKeyBytes"/> bytes of UTF-8.
    /// The order is the order of these bytes.</summary>
    public static string SortKey(string text)
    {
        var plain = new StringBuilder();
        var bytes = 0;
        foreach (var rune in WithoutAccents(Fold(text)).EnumerateRunes())
        {
            if ((bytes += rune.Utf8SequenceLength) > MaxSortKeyBytes)
            {
                break;
            }

            plain.Append(rune);
        }

        return plain.ToString();
    }

    static string WithoutAccents(string folded)
    {
        var letters = new StringBuilder();
        foreach (var rune in folded.Normalize(NormalizationForm.FormD).EnumerateRunes().Where(rune => !IsAccent(rune)))
        {
            letters.Append(rune);
        }

        return letters.ToString().Normalize(NormalizationForm.FormC);
    }

    /// <summary>The blocks of combining diacritical marks. Vowel signs of Indic and Semitic scripts are no accents.</summary>
    static bool IsAccent(Rune rune) =>
        rune.Value is (>= 0x0300 and <= 0x036F) or (>= 0x1AB0 and <= 0x1AFF) or (>= 0x1DC0 and <= 0x1DFF) or (>= 0x20D0 and <= 0x20FF) or (
            >= 0xFE20 and <= 0xFE2F);

    /// <summary>Replaces halves of surrogate pairs, which cannot be normalized.</summary>
    static string Replaceable(string text)
    {
        if (!text.Any(char.IsSurrogate))
        {
            return text;
        }

        var whole = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            whole.Append(rune);
        }

        return whole.ToString();
    }
}
