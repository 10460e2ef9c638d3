using System.Text.Json;
using Dashboard.Core;
using Dashboard.Http;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Dashboard.Tests.Unit.Http;

public sealed class ProblemsTests
{
    [Theory]
    [InlineData(FaultCode.InvalidRequest, 400, "invalid_request")]
    [InlineData(FaultCode.SessionRequired, 401, "session_required")]
    [InlineData(FaultCode.InvalidCredentials, 401, "invalid_credentials")]
    [InlineData(FaultCode.Forbidden, 403, "forbidden")]
    [InlineData(FaultCode.CrossSite, 403, "cross_site")]
    [InlineData(FaultCode.NotFound, 404, "not_found")]
    [InlineData(FaultCode.Conflict, 409, "conflict")]
    [InlineData(FaultCode.AlreadyCreated, 409, "already_created")]
    [InlineData(FaultCode.KeyLimitReached, 409, "key_limit_reached")]
    [InlineData(FaultCode.TooLarge, 413, "too_large")]
    [InlineData(FaultCode.UnsupportedMediaType, 415, "unsupported_media_type")]
    [InlineData(FaultCode.RateLimited, 429, "rate_limited")]
    [InlineData(FaultCode.Unavailable, 503, "unavailable")]
    public async Task Fault_is_told_with_its_status_and_word(FaultCode code, int status, string word)
    {
        var (http, body) = await TellAsync(new(code, "What happened.", RetryAfter: code == FaultCode.RateLimited ? TimeSpan.FromSeconds(59.2) : null));
        Assert.Equal(status, http.Response.StatusCode);
        Assert.Equal("application/problem+json", http.Response.ContentType);
        Assert.Equal("no-store", http.Response.Headers.CacheControl.ToString());
        Assert.Equal(["type", "title", "status", "detail", "code"], Order(body));
        Assert.Equal((word, status, "What happened.", "about:blank"), (
            body.GetProperty("code").GetString(), body.GetProperty("status").GetInt32(), body.GetProperty("detail").GetString(), body.GetProperty("type").GetString()));
        Assert.Equal(status == 401, http.Response.Headers.WWWAuthenticate.Count == 1);
        Assert.Equal(status switch { 429 => "60", 503 => "5", _ => "" }, http.Response.Headers.RetryAfter.ToString());
    }

    [Fact]
    public void Every_fault_has_a_word_of_its_own()
    {
        var words = Enum.GetValues<FaultCode>().Select(code => Problems.Of(code).Word).ToList();
        Assert.Equal(words.Count, words.Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public async Task Errors_stand_by_field()
    {
        var (_, body) = await TellAsync(Fault.Invalid(new Dictionary<string, string>(StringComparer.Ordinal) { ["name"] = "Too <long>.", ["expires_at"] = "Past." }));
        Assert.Equal(("Too <long>.", "Past."), (body.GetProperty("errors").GetProperty("name").GetString(), body.GetProperty("errors").GetProperty("expires_at").GetString()));
    }

    [Fact]
    public async Task Repeat_names_the_key_that_was_made()
    {
        var (_, body) = await TellAsync(new(FaultCode.AlreadyCreated, "What happened.", CreatedId: "Ab12CdEf"));
        Assert.Equal("Ab12CdEf", body.GetProperty("key_id").GetString());
    }

    static IEnumerable<string> Order(JsonElement body)
    {
        string[] known = ["type", "title", "status", "detail", "code"];
        return body.EnumerateObject().Select(x => x.Name).OrderBy(x => Array.IndexOf(known, x));
    }

    static async Task<(HttpContext Http, JsonElement Body)> TellAsync(Fault fault)
    {
        var http = new DefaultHttpContext();
        using var body = new MemoryStream();
        http.Response.Body = body;
        await Problems.WriteAsync(http, fault);
        using var parsed = JsonDocument.Parse(body.ToArray());
        return (http, parsed.RootElement.Clone());
    }
}
