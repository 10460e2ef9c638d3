using Xunit;

namespace Dashboard.Tests.Unit.Common;

public sealed class NamesTests
{
    [Theory]
    [InlineData("\U0001F468\u200D\U0001F469\u200D\U0001F467")] // a family, by joiners
    [InlineData("\u0645\u06CC\u200C\u062E\u0648\u0627\u0647\u0645")] // Persian needs the other one
    [InlineData("\u2764\uFE0F")]
    [InlineData("\U0001F3F4\U000E0067\U000E0062\U000E0065\U000E006E\U000E0067\U000E007F")] // the flag of England
    [InlineData("Z\u00FCrich \u2014 \u6771\u4EAC")]
    public void Characters_that_shape_the_text_beside_them_are_part_of_names(string name) => Assert.Null(Names.Check(name));

    [Theory]
    [InlineData("Order Platform", "order-platform")]
    [InlineData("  Blue -- Orders! ", "blue-orders")]
    [InlineData("Zürich", "zurich")]
    [InlineData("Zu\u0308rich", "zurich")] // the same with a combining mark
    [InlineData("Straße", "strasse")]
    [InlineData("Café Łódź", "cafe-lodz")]
    [InlineData("Ærø & Þór", "aero-thor")]
    [InlineData("ÅNGSTRÖM", "angstrom")]
    [InlineData("R2-D2", "r2-d2")]
    [InlineData("東京", "project")]
    [InlineData("!!!", "project")]
    [InlineData("Settings", "settings-1")]
    [InlineData("Überraschend lange Bezeichnung eines Vorhabens", "uberraschend-lange-bezeichnung-eines-vor")]
    public void Slug_is_made_of_the_letters_and_digits_of_a_name(string name, string slug)
    {
        Assert.Equal(slug, Names.ToSlug(name, "project"));
        Assert.Null(Names.CheckSlug(slug));
    }
}
