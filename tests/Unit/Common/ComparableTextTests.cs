using System.Text;
using Xunit;

namespace Dashboard.Tests.Unit.Common;

public sealed class ComparableTextTests
{
    [Theory]
    [InlineData("\u00DCber prod", "\u00FCber prod")]
    [InlineData("U\u0308ber", "\u00FCber")] // decomposed
    [InlineData("\u041A\u043B\u044E\u0447", "\u043A\u043B\u044E\u0447")]
    [InlineData("\uFF21\uFF30\uFF29", "api")] // full width
    [InlineData("\uFF76\uFF9E", "\u30AC")] // half width, with its voicing mark
    [InlineData("\uFB01le", "file")] // ligature
    [InlineData("STRASSE Stra\u00DFe", "strasse strasse")]
    [InlineData("\u039F\u03A3 \u03BF\u03C2", "\u03BF\u03C3 \u03BF\u03C3")] // final sigma
    [InlineData("\u0130", "i\u0307")]
    [InlineData("\U00010400", "\U00010428")] // beyond the basic plane
    public void Text_is_folded(string text, string folded)
    {
        Assert.Equal(folded, ComparableText.Fold(text));
        Assert.Equal(folded, ComparableText.Fold(folded));
    }

    [Fact]
    // no attribute can hold it
    public void Half_of_a_surrogate_pair_is_replaced() => Assert.Equal("a\uFFFDb", ComparableText.Fold("A\uD800B"));

    [Theory]
    [InlineData("\u00C4rger", "arger")]
    [InlineData("\u0439", "\u0438")]
    [InlineData("\u0915\u0941", "\u0915\u0941")] // a vowel sign is no accent
    [InlineData("\uAC00", "\uAC00")] // a syllable stays one
    public void Sort_key_has_no_accents(string text, string key) => Assert.Equal(key, ComparableText.SortKey(text));

    [Fact]
    public void Sort_key_is_bounded_and_ends_with_a_whole_character()
    {
        var key = ComparableText.SortKey(string.Concat(Enumerable.Repeat("\uFDFA", 100))); // 18 characters each
        Assert.InRange(Encoding.UTF8.GetByteCount(key), ComparableText.MaxSortKeyBytes - 3, ComparableText.MaxSortKeyBytes);
        Assert.DoesNotContain('\uFFFD', key);
    }
}
