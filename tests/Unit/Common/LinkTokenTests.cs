using Xunit;

namespace Dashboard.Tests.Unit.Common;

public sealed class LinkTokenTests
{
    [Fact]
    public void Token_is_found_by_the_hash_of_its_text()
    {
        var token = LinkToken.Mint();
        Assert.Equal((LinkToken.Length, 32), (token.Text.Length, token.Hash.Length));
        Assert.Equal(token.Hash, LinkToken.HashOf(token.Text));
        Assert.NotEqual(token.Text, LinkToken.Mint().Text);
        Assert.DoesNotContain(token.Text, $"{token}", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("short")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n")]
    public void Text_of_another_shape_is_no_token(string? text) => Assert.Null(LinkToken.HashOf(text));
}
