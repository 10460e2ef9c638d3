using System.Text.Json;
using Dashboard.Api;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Dashboard.Tests.Unit.Api;

public sealed class ProblemsTests
{
    [Theory]
    [InlineData(ErrorCode.InvalidRequest, 400, "invalid_request")]
    [InlineData(ErrorCode.SessionRequired, 401, "session_required")]
    [InlineData(ErrorCode.InvalidCredentials, 401, "invalid_credentials")]
    [InlineData(ErrorCode.Forbidden, 403, "forbidden")]
    [InlineData(ErrorCode.CrossSite, 403, "cross_site")]
    [InlineData(ErrorCode.NotFound, 404, "not_found")]
    [InlineData(ErrorCode.Conflict, 409, "conflict")]
    [InlineData(ErrorCode.AlreadyCreated, 409, "already_created")]
    [InlineData(ErrorCode.KeyLimitReached, 409, "key_limit_reached")]
    [InlineData(ErrorCode.TooLarge, 413, "too_large")]
    [InlineData(ErrorCode.UnsupportedMediaType, 415, "unsupported_media_type")]
    [InlineData(ErrorCode.RateLimited, 429, "rate_limited")]
    [InlineData(ErrorCode.Unavailable, 503, "unavailable")]
    public async Task Error_has_its_status_and_code(ErrorCode code, int status, string word)
    {
        var (http, body) =
            await TellAsync(new(code, "What happened.", RetryAfter: code == ErrorCode.RateLimited ? TimeSpan.FromSeconds(59.2) : null));
        Assert.Equal(status, http.Response.StatusCode);
        Assert.Equal("application/problem+json", http.Response.ContentType);
        Assert.Equal("no-store", http.Response.Headers.CacheControl.ToString());
        Assert.Equal(["type", "title", "status", "detail", "code"], Order(body));
        Assert.Equal((word, status, "What happened.", "about:blank"), (
            body.GetProperty("code").GetString(), body.GetProperty("status").GetInt32(), body.GetProperty("detail")
                .GetString(), body.GetProperty("type").GetString()));
        Assert.Equal(status == 401, http.Response.Headers.WWWAuthenticate.Count == 1);
        Assert.Equal(status switch { 429 => "60", 503 => "5", _ => "" }, http.Response.Headers.RetryAfter.ToString());
    }

    [Fact]
    public void Every_error_has_its_own_code()
    {
        var words = Enum.GetValues<ErrorCode>().Select(code => Problems.Of(code).Word).ToList();
        Assert.Equal(words.Count, words.Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public async Task Errors_are_listed_by_field()
    {
        var (_, body) = await TellAsync(
            Error.Invalid(new Dictionary<string, string>(StringComparer.Ordinal) { ["name"] = "Too <long>.", ["expires_at"] = "Past." }));
        Assert.Equal(("Too <long>.", "Past."), (
            body.GetProperty("errors").GetProperty("name").GetString(), body.GetProperty("errors").GetProperty("expires_at").GetString()));
    }

    [Fact]
    public async Task Repeat_names_the_key_that_was_created()
    {
        var (_, body) = await TellAsync(new(ErrorCode.AlreadyCreated, "What happened.", CreatedId: "Ab12CdEf"));
        Assert.Equal("Ab12CdEf", body.GetProperty("key_id").GetString());
    }

    static IEnumerable<string> Order(JsonElement body)
    {
        string[] known = ["type", "title", "status", "detail", "code"];
        return body.EnumerateObject().Select(x => x.Name).OrderBy(x => Array.IndexOf(known, x));
    }

    static async Task<(HttpContext Http, JsonElement Body)> TellAsync(Error fault)
    {
        var http = new DefaultHttpContext();
        using var body = new MemoryStream();
        http.Response.Body = body;
        await Problems.WriteAsync(http, fault);
        using var parsed = JsonDocument.Parse(body.ToArray());
        return (http, parsed.RootElement.Clone());
    }
}
