using Dashboard.Keys;
using Xunit;

namespace Dashboard.Tests.Unit.Keys;

public sealed class KeyOutcomeTests
{
    static readonly DateOnly Day = new(2027, 2, 27);

    [Fact]
    public void Key_is_described_in_one_sentence()
    {
        Assert.Equal("This key will be able to read all resources in Order Platform, live, until 27 Feb 2027.", Of(["read"], null, Day));
        Assert.Equal("This key will be able to read and write Returns in Order Platform, live, until it is revoked.", Of(
            ["read", "write"], ["Returns"], null));
        Assert.Equal("This key will be able to read, execute and write A and B in Order Platform, live, until 27 Feb 2027.", Of(
            ["read", "execute", "write"], ["A", "B"], Day));
        Assert.Equal(
            "This key will be able to read 3 resources in Order Platform, live, until 27 Feb 2027.", Of(["read"], ["A", "B", "C"], Day));
    }

    [Fact]
    public void Limits_end_the_sentence() => Assert.Equal(
        "This key will be able to read all resources in Order Platform, test, until 27 Feb 2027, from 2 networks, at most 1,200 times a minute.",
        KeyOutcome.Of(["read"], null, "Order Platform", KeyEnvironment.Test, Day, 2, 1200));

    [Fact]
    public void Verify_is_about_the_organization()
    {
        Assert.Equal("This key will be able to verify keys of this organization, live, until 27 Feb 2027.", Of(["verify"], null, Day));
        Assert.Equal("This key will be able to read all resources in Order Platform, and to verify keys of this organization, live, until 27 Feb 2027.", Of(["read", "verify"], null, Day));
    }

    [Fact]
    public void Incomplete_key_says_what_is_missing()
    {
        Assert.Equal("Without a permission this key will not be able to do anything.", Of([], null, Day));
        Assert.Equal("Without a resource this key will not be able to do anything.", Of(["read"], [], Day));
    }

    static string Of(string[] permissions, string[]? resources, DateOnly? lastDay) =>
        KeyOutcome.Of(permissions, resources, "Order Platform", KeyEnvironment.Live, lastDay, 0, null);
}
