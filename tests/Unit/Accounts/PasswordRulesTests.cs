using Dashboard.Core.Accounts;
using Dashboard.Core.Organizations;
using Dashboard.Tests.Unit.Support;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Dashboard.Tests.Unit.Accounts;

[EveryDatabase]
public sealed class PasswordRulesTests
{
    [Theory]
    [InlineData("Correct-Horse-9-battery")]
    [InlineData("a sentence is easy to remember")]
    [InlineData("twelve chars")]
    [InlineData("a password of sixty-four characters and more is accepted here, and counts as a whole")]
    [InlineData("пароль из слов")]
    [InlineData("🔑🚪🏠🌳🌊🌋🌍🌙⭐🔥🎈🎁")]
    [InlineData("latchkey opens my door")]
    [InlineData("priya.raghunathan likes tea")]
    public void Long_password_is_accepted(string password) =>
        Assert.Null(PasswordRules.Check(password, "priya.raghunathan@northwind.example"));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("Sh0rt-pass!")]
    [InlineData("🔑🚪🏠🌳🌊🌋🌍🌙⭐🔥🎈")]
    public void Short_password_is_refused_with_advice(string? password) =>
        Assert.Equal("Use 12 characters or more. A sentence is easy to remember.", PasswordRules.Check(password, null));

    [Fact]
    public void Endless_password_is_refused()
    {
        Assert.Null(PasswordRules.Check(string.Concat(Enumerable.Repeat("word", 64)), null));
        Assert.Equal("Use 256 characters or fewer.", PasswordRules.Check(string.Concat(Enumerable.Repeat("word", 64)) + "s", null));
    }

    [Theory]
    [InlineData("password1234")]
    [InlineData("Password1234!")]
    [InlineData("1q2w3e4r5t6y")]
    [InlineData("Correct Horse Battery Staple")]
    [InlineData("QWERTYUIOP123")]
    [InlineData("ｃｈｒｉｓｔｏｐｈｅｒ１")] // full width
    [InlineData("Charlotte-2019")]
    [InlineData("2580liverpool")]
    [InlineData("sunflower sunflower")]
    [InlineData(" Christopher1 ")]
    public void Common_password_is_refused_whatever_its_case_and_signs(string password) =>
        Assert.StartsWith("This password is too common", PasswordRules.Check(password, null), StringComparison.Ordinal);

    [Fact]
    public void List_of_common_passwords_has_thousands_that_only_the_list_refuses()
    {
        Assert.True(CommonPasswords.All.Count > 40_000, $"{CommonPasswords.All.Count}"); // as docs/accounts.md says
        Assert.All(CommonPasswords.All, password =>
        {
            Assert.Equal(ComparableText.Fold(password), password); // otherwise it would never be found
            Assert.StartsWith("This password is too common", PasswordRules.Check(password, null), StringComparison.Ordinal);
        });
    }

    [Theory]
    [InlineData("aaaaaaaaaaaaaaaa")]
    [InlineData("aAaAaAaAaAaA")]
    [InlineData("1212121212121")]
    [InlineData("ab-ab-ab-ab-ab")]
    public void Repeated_characters_are_refused(string password) =>
        Assert.StartsWith("Use more different characters", PasswordRules.Check(password, null), StringComparison.Ordinal);

    [Theory]
    [InlineData("priya.raghunathan@northwind.example")]
    [InlineData("Priya.Raghunathan!")]
    [InlineData("latchkey1234")]
    [InlineData("northwind.example1")]
    [InlineData("latchkeyLatchkey")]
    [InlineData("priya.raghunathan-latchkey-1")]
    public void Password_made_of_address_and_product_is_refused(string password) =>
        Assert.StartsWith("Don't use only your email address", PasswordRules.Check(password, "priya.raghunathan@northwind.example"),
            StringComparison.Ordinal);

    [Fact]
    public async Task Identity_applies_the_same_rules()
    {
        await using var newcomers = await SignInFixture.SetUpAsync();
        await using var scope = newcomers.Services.Provider.CreateAsyncScope();
        var people = scope.ServiceProvider.GetRequiredService<UserManager<DashboardUser>>();
        var refused = await people.CreateAsync(Somebody(), "password1234");
        Assert.Equal(["Password"], refused.Errors.Select(error => error.Code));
        Assert.True((await people.CreateAsync(Somebody(), "only small letters")).Succeeded);

        static DashboardUser Somebody() =>
            new() { UserName = "o'brien@northwind.example", Email = "o'brien@northwind.example", Name = "O'Brien" };
    }
}
