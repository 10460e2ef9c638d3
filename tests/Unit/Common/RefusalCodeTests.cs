using Xunit;

namespace Dashboard.Tests.Unit.Common;

public sealed class RefusalCodeTests
{
    [Theory]
    [InlineData(RefusalCode.MissingCredential, "missing_credential", 401)]
    [InlineData(RefusalCode.MalformedKey, "malformed_key", 401)]
    [InlineData(RefusalCode.InvalidKey, "invalid_key", 401)]
    [InlineData(RefusalCode.RevokedKey, "revoked_key", 401)]
    [InlineData(RefusalCode.InactiveKey, "inactive_key", 401)]
    [InlineData(RefusalCode.ExpiredKey, "expired_key", 401)]
    [InlineData(RefusalCode.WrongEnvironment, "wrong_environment", 401)]
    [InlineData(RefusalCode.TokenExpired, "token_expired", 401)]
    [InlineData(RefusalCode.InvalidToken, "invalid_token", 401)]
    [InlineData(RefusalCode.IpNotAllowed, "ip_not_allowed", 403)]
    [InlineData(RefusalCode.WrongProject, "wrong_project", 403)]
    [InlineData(RefusalCode.ResourceOutOfScope, "resource_out_of_scope", 403)]
    [InlineData(RefusalCode.InsufficientPermissions, "insufficient_permissions", 403)]
    [InlineData(RefusalCode.RateLimited, "rate_limited", 429)]
    [InlineData(RefusalCode.VerificationUnavailable, "verification_unavailable", 503)]
    public void Refusal_has_its_code_and_status(RefusalCode code, string word, int status)
    {
        Assert.Equal(word, code.ToWireName());
        Assert.Equal(status, code.ToHttpStatus());
    }

    [Fact]
    public void Refusals_have_distinct_sentences_and_codes()
    {
        var codes = Enum.GetValues<RefusalCode>();
        Assert.Equal(15, codes.Length);
        Assert.Equal(codes.Length, codes.Select(x => x.ToWireName()).Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(codes.Length, codes.Select(x => x.ToSentence()).Distinct(StringComparer.Ordinal).Count());
        Assert.All(codes, x => Assert.Matches(@"^[A-Z][^!]+\.\z", x.ToSentence()));
    }

    [Fact]
    public void Refusal_outside_the_enumeration_throws() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => ((RefusalCode)15).ToWireName());
}
