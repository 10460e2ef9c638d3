using Dashboard.Core.Accounts;
using Xunit;

namespace Dashboard.Tests.Unit.Accounts;

public sealed class EmailAddressTests
{
    [Theory]
    [InlineData("priya@northwind.example")]
    [InlineData("o'brien+keys@mail.northwind.example")]
    [InlineData("root@localhost")]
    [InlineData("jürgen@müller.example")]
    public void Full_address_is_accepted(string email) => Assert.Null(EmailAddress.Check(email));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("priya")]
    [InlineData("@northwind.example")]
    [InlineData("priya@")]
    [InlineData("a@b@c.example")]
    [InlineData("priya raghunathan@northwind.example")]
    [InlineData("priya@northwind.example.")]
    [InlineData("priya@.example")]
    [InlineData("<priya@northwind.example>")]
    [InlineData("priya@northwind.example\nBcc: x")]
    public void Anything_else_is_refused(string? email) => Assert.NotNull(EmailAddress.Check(email));

    [Fact]
    public void Address_longer_than_mail_allows_is_refused()
    {
        var domain = "@northwind.example";
        Assert.Null(EmailAddress.Check(new string('a', EmailAddress.MaxLength - domain.Length) + domain));
        Assert.NotNull(EmailAddress.Check(new string('a', EmailAddress.MaxLength - domain.Length + 1) + domain));
    }

    [Theory]
    [InlineData("priya.raghunathan@northwind.example", "Priya Raghunathan")]
    [InlineData("jean-luc_p+keys@northwind.example", "Jean Luc P")]
    [InlineData("ops@northwind.example", "Ops")]
    [InlineData("._@northwind.example", "._@northwind.example")]
    public void Name_is_derived_from_the_local_part(string email, string name) => Assert.Equal(name, EmailAddress.ToName(email));
}
