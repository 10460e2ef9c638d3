using Dashboard.Core.Keys.Format;
using Xunit;

namespace Dashboard.Tests.Unit.Keys.Format;

public sealed class KeyTemplateErrorTests
{
    [Theory]
    [InlineData("nk_{id:8}_{secret:28}")]
    [InlineData("nk_{uuid}{hex:32}")]
    [InlineData("nk_{secret:32}")]
    [InlineData("nk_{hex:36}")]
    [InlineData("nk_{hex:37}")]
    [InlineData("nk_{id:64}{secret:32}")]
    [InlineData("0{env}{uuid}{secret:32}")]
    [InlineData("abcd{env}{id:8}{hex:496}")]
    public void Template_at_a_limit_is_legal(string text)
    {
        Assert.True(KeyTemplate.TryParse(text, out var template, out var fault), fault);
        Assert.Null(fault);
        Assert.True(template.Fits(template.Mint(KeyEnvironment.Live).Reveal()));
    }

    [Theory]
    [InlineData(null, "start with a literal")]
    [InlineData("", "start with a literal")]
    [InlineData("{env}_{secret:32}", "start with a literal")]
    [InlineData("{secret:32}", "start with a literal")]
    [InlineData("nk_", "no secret")]
    [InlineData("nk_{env}_{id:8}", "no secret")]
    [InlineData("nk_{secret:32}{hex:64}", "more than one secret")]
    [InlineData("nk_{secret:32}_{secret:32}", "more than one secret")]
    [InlineData("nk_{secret:32}_", "continues after its secret")]
    [InlineData("nk_{secret:32}{env}", "continues after its secret")]
    [InlineData("nk_{env}_{env}_{secret:32}", "{env} more than once")]
    [InlineData("nk_{id:8}_{id:8}_{secret:32}", "more than one public id")]
    [InlineData("nk_{uuid}_{id:8}_{secret:32}", "more than one public id")]
    [InlineData("nk_{id:7}_{secret:32}", "'{id:7}' has a length that is not allowed: use 8 to 64")]
    [InlineData("nk_{id:65}_{secret:32}", "8 to 64")]
    [InlineData("nk_{id}_{secret:32}", "'{id}' needs its length")]
    [InlineData("nk_{id:}_{secret:32}", "'{id:}' needs its length")]
    [InlineData("nk_{id:08}_{secret:32}", "'{id:08}' needs its length")]
    [InlineData("nk_{id: 8}_{secret:32}", "needs its length")]
    [InlineData("nk_{id:8:8}_{secret:32}", "needs its length")]
    [InlineData("nk_{id:８}_{secret:32}", "needs its length")]
    [InlineData("nk_{id:8}_{secret:+32}", "needs its length")]
    [InlineData("nk_{id:8}_{secret:-32}", "needs its length")]
    [InlineData("nk_{id:8}_{secret:0}", "needs its length")]
    [InlineData("nk_{id:8}_{secret}", "'{secret}' needs its length")]
    [InlineData("nk_{id:8}_{secret:513}", "1 to 512")]
    [InlineData("nk_{id:8}_{secret:99999999999999999999}", "1 to 512")]
    [InlineData("nk_{id:8}_{hex:4294967360}", "1 to 512")]
    [InlineData("nk_{id:8}_{secret:27}", "leaves 125 random bits that lists never show, but 128 are needed: use at least {secret:28}")]
    [InlineData("nk_{id:8}_{secret:5}", "leaves 0 random bits")]
    [InlineData("nk_{env}_{secret:31}", "at least {secret:32}, because without a public id")]
    [InlineData("nk_{uuid}_{hex:31}", "leaves 124 random bits that lists never show, but 128 are needed: use at least {hex:32}")]
    [InlineData("nk_{env}_{hex:35}", "at least {hex:36}, because without a public id")]
    [InlineData("abcde{env}{id:8}{hex:496}", "keys of 513 characters, but at most 512")]
    [InlineData("nk_{foo}_{secret:32}", "'{foo}' is unknown; the tokens are {env}, {id:N}, {uuid}, {secret:N} and {hex:N}")]
    [InlineData("nk_{ENV}_{secret:32}", "'{ENV}' is unknown")]
    [InlineData("nk_{}_{secret:32}", "'{}' is unknown")]
    [InlineData("nk_{ env }_{secret:32}", "is unknown")]
    [InlineData("nk_{env:4}_{secret:32}", "takes no length; write {env}")]
    [InlineData("nk_{uuid:}_{secret:32}", "takes no length; write {uuid}")]
    [InlineData("nk_{env_{secret:32}", "opening brace without a closing one")]
    [InlineData("nk_{env}_{secret:32", "opening brace without a closing one")]
    [InlineData("nk_{", "opening brace without a closing one")]
    [InlineData("nk_{{env}}_{secret:32}", "opening brace without a closing one")]
    [InlineData("nk_}{secret:32}", "closing brace without an opening one")]
    [InlineData("nk.{secret:32}", "contains '.'; only letters")]
    [InlineData("nk_{env} {secret:32}", "contains ' '")]
    [InlineData("ключ{secret:32}", "only letters")]
    [InlineData("nk\u001b[31m{secret:32}", "contains '?'")]
    public void Template_that_is_illegal_is_refused_by_a_sentence_that_names_the_fault(string? text, string names)
    {
        Assert.False(KeyTemplate.TryParse(text, out var template, out var fault));
        Assert.Null(template);
        Assert.Contains(names, fault, StringComparison.Ordinal);
        AssertSentence(fault);
    }

    [Fact]
    public void Template_of_a_megabyte_is_refused_by_a_short_sentence()
    {
        foreach (var text in new[] { new string('x', 1 << 20), new string('{', 1 << 20), "nk_{" + new string('\u202e', 500) })
        {
            Assert.False(KeyTemplate.TryParse(text, out _, out var fault));
            AssertSentence(fault);
        }
    }

    /// <summary>Asserts that an error is one printable sentence of moderate length.</summary>
    internal static void AssertSentence(string fault)
    {
        Assert.StartsWith("The ", fault, StringComparison.Ordinal);
        Assert.EndsWith(".", fault, StringComparison.Ordinal);
        Assert.DoesNotContain(". ", fault, StringComparison.Ordinal);
        Assert.InRange(fault.Length, 40, 240);
        Assert.DoesNotContain(fault, x => char.IsControl(x) || char.IsSurrogate(x) || x == '\u202e');
    }
}
