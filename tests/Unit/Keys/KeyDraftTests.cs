using Dashboard.Keys;
using Dashboard.Tests.Unit.Support;
using Xunit;

namespace Dashboard.Tests.Unit.Keys;

public sealed class KeyDraftTests
{
    static readonly PermissionCatalog catalog = new(TestInstallation.Configuration());
    static readonly DateOnly Today = new(2026, 11, 21);

    [Fact]
    public void Address_without_new_suggests_nothing() => Assert.Null(Read("name=Backend&permissions=read"));

    [Fact]
    public void Address_fills_the_form()
    {
        var draft = Read("new&name=Nightly%20export&permissions=write,read&expires=30")!;
        Assert.Equal(
            ("Nightly export", "read write", ExpiryChoice.In30Days), (draft.Name, string.Join(' ', draft.Permissions), draft.Expiry));
    }

    [Theory]
    [InlineData("never", ExpiryChoice.Never, "")]
    [InlineData("90", ExpiryChoice.In90Days, "")]
    [InlineData("365", ExpiryChoice.In365Days, "")]
    [InlineData("45", ExpiryChoice.OnDate, "2027-01-05")]
    [InlineData("2027-03-01", ExpiryChoice.OnDate, "2027-03-01")]
    [InlineData("0", ExpiryChoice.In90Days, "")]
    [InlineData("-1", ExpiryChoice.In90Days, "")]
    [InlineData("99999999999", ExpiryChoice.In90Days, "")]
    [InlineData("2026-11-20", ExpiryChoice.In90Days, "")]
    [InlineData("soon", ExpiryChoice.In90Days, "")]
    public void Expiry_of_an_address_is_days_never_or_a_date(string text, ExpiryChoice choice, string date)
    {
        var draft = Read($"new&expires={text}")!;
        Assert.Equal((choice, date), (draft.Expiry, draft.Date));
    }

    [Theory]
    [InlineData("new")]
    [InlineData("new&permissions=own,verify,READ")]
    [InlineData("new&name=%0A&permissions=")]
    public void Bad_values_of_an_address_are_ignored(string query) => Assert.Equivalent(KeyDraft.Begin(catalog), Read(query));

    [Fact]
    public void Too_long_a_name_is_ignored() => Assert.Equal("", Read($"new&name={new string('x', 101)}")!.Name);

    [Fact]
    public void Kept_fields_are_read_back()
    {
        var draft = KeyDraft.Read(
            [["name", "Any"], ["note", "In the vault"], ["networks", "10.0.0.0/8\n11.0.0.0/8"], ["rate", "600"]], catalog);
        Assert.Equal(("Any", "In the vault", "10.0.0.0/8\n11.0.0.0/8", "600"), (draft.Name, draft.Note, draft.Networks, draft.RateLimit));
    }

    static KeyDraft? Read(string query) => KeyDraft.Read(new Uri($"http://localhost/acme/orders/keys?{query}"), catalog, Today);
}
