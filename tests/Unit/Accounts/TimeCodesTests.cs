using System.Text;
using Dashboard.Core.Accounts;
using Xunit;

namespace Dashboard.Tests.Unit.Accounts;

public sealed class TimeCodesTests
{
    static readonly byte[] Secret = Encoding.ASCII.GetBytes("12345678901234567890");

    /// <summary>The vectors of RFC 6238 appendix B for SHA-1, which have eight digits.</summary>
    [Theory]
    [InlineData(59, "94287082")]
    [InlineData(1111111109, "07081804")]
    [InlineData(1111111111, "14050471")]
    [InlineData(1234567890, "89005924")]
    [InlineData(2000000000, "69279037")]
    [InlineData(20000000000, "65353130")]
    public void Code_is_that_of_rfc_6238(long seconds, string code)
    {
        var at = DateTimeOffset.FromUnixTimeSeconds(seconds);
        Assert.Equal(code, TimeCodes.Compute(Secret, TimeCodes.StepOf(at), digits: 8));
        Assert.Equal(code[2..], TimeCodes.Compute(Secret, TimeCodes.StepOf(at)));
        Assert.Equal(TimeCodes.StepOf(at), TimeCodes.Match(Secret, code[2..], at, after: 0));
    }

    [Theory]
    [InlineData(-2, false)]
    [InlineData(-1, true)]
    [InlineData(0, true)]
    [InlineData(1, true)]
    [InlineData(2, false)]
    public void Code_may_be_one_step_early_or_late(int steps, bool counts)
    {
        var now = DateTimeOffset.FromUnixTimeSeconds(1234567890);
        var code = TimeCodes.Compute(Secret, TimeCodes.StepOf(now) + steps);
        Assert.Equal(counts ? TimeCodes.StepOf(now) + steps : null, TimeCodes.Match(Secret, code, now, after: 0));
        Assert.Null(TimeCodes.Match(Secret, code, now, after: TimeCodes.StepOf(now) + steps));
    }

    [Theory]
    [InlineData("")]
    [InlineData("f", "MY")]
    [InlineData("fo", "MZXQ")]
    [InlineData("foo", "MZXW6")]
    [InlineData("foob", "MZXW6YQ")]
    [InlineData("fooba", "MZXW6YTB")]
    [InlineData("foobar", "MZXW6YTBOI")]
    public void Secret_as_text_is_that_of_rfc_4648(string bytes, string text = "") =>
        Assert.Equal(text, TimeCodes.ToText(Encoding.ASCII.GetBytes(bytes)));
}
