using Xunit;

namespace Dashboard.Tests.Unit.Common;

public sealed class NamesTests
{
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
