using System.Text.Json;
using Dashboard.Core.Verification;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Dashboard.Tests.Unit.Verification;

public sealed class RefusalWriterTests
{
    public static IEnumerable<TheoryDataRow<RefusalCode>> Codes =>
        Enum.GetValues<RefusalCode>().Select(code => new TheoryDataRow<RefusalCode>(code));

    [Theory]
    [MemberData(nameof(Codes))]
    public async Task Refusal_is_a_problem_document_with_a_challenge_if_useful(RefusalCode code)
    {
        var http = new DefaultHttpContext();
        using var body = new MemoryStream();
        http.Response.Body = body;
        await RefusalWriter.WriteAsync(http.Response, code, TestContext.Current.CancellationToken);

        using var parsed = JsonDocument.Parse(body.ToArray());
        var problem = parsed.RootElement;
        Assert.Equal(code.ToHttpStatus(), http.Response.StatusCode);
        Assert.Equal("application/problem+json", http.Response.ContentType);
        Assert.Equal("no-store", http.Response.Headers.CacheControl.ToString());
        Assert.Equal((code.ToWireName(), code.ToHttpStatus(), code.ToSentence()), (
            problem.GetProperty("code").GetString(), problem.GetProperty("status").GetInt32(), problem.GetProperty("detail").GetString()));
        Assert.Equal(
            code == RefusalCode.InsufficientPermissions
                ? $"Bearer error=\"insufficient_scope\", realm=\"Latchkey\", error_description=\"{code.ToSentence()}\""
                : code.ToHttpStatus() != 401 ? "" : code is RefusalCode.InvalidToken or RefusalCode.TokenExpired
                ? $"Bearer realm=\"Latchkey\", error=\"invalid_token\", error_description=\"{code.ToSentence()}\",ApiKey"
                    : "Bearer realm=\"Latchkey\",ApiKey",
            http.Response.Headers.WWWAuthenticate.ToString());
        Assert.Equal(code == RefusalCode.VerificationUnavailable, http.Response.Headers.RetryAfter.Count == 1);
    }

    [Fact]
    public async Task Refusal_of_a_HEAD_request_has_no_body()
    {
        var http = new DefaultHttpContext { Request = { Method = "HEAD" } };
        using var body = new MemoryStream();
        http.Response.Body = body;
        await RefusalWriter.WriteAsync(http.Response, RefusalCode.InvalidKey, TestContext.Current.CancellationToken);
        Assert.Equal(0, body.Length);
        Assert.True(http.Response.ContentLength > 0);
    }
}
