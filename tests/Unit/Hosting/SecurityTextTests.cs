using Dashboard.Hosting;
using Xunit;

namespace Dashboard.Tests.Unit.Hosting;

public sealed class SecurityTextTests
{
    [Fact]
    public void Text_names_its_contacts_and_expires_within_a_year()
    {
        var text = SecurityText.Write(
            ["mailto:security@example.com", "tel:+1-201-555-0123"], "https://latchkey.example", new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero));
        Assert.Equal(
            """
            Contact: mailto:security@example.com
            Contact: tel:+1-201-555-0123
            Expires: 2027-02-19T00:00:00Z
            Preferred-Languages: en
            Canonical: https://latchkey.example/.well-known/security.txt

            """.ReplaceLineEndings("\n"),
            text);
    }

    [Theory]
    [InlineData("security@example.com", "mailto:security@example.com")]
    [InlineData("mailto:security@example.com", "mailto:security@example.com")]
    [InlineData("https://example.com/report", "https://example.com/report")]
    public void Contact_is_a_uri(string contact, string uri) => Assert.Equal(uri, SecurityText.Read(contact));

    [Theory]
    [InlineData("somebody")]
    [InlineData("http://example.com/report")]
    [InlineData("javascript:alert(1)")]
    [InlineData("@example.com")]
    public void Anything_else_stops_the_start(string contact) =>
        Assert.Equal("Security:Contact", Assert.Throws<SettingException>(() => SecurityText.Read(contact)).Key);
}
