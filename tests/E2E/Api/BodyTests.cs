using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using Dashboard.Tests.E2E.Support;
using Xunit;

namespace Dashboard.Tests.E2E.Api;

/// <summary>Invalid input is an error by field, and nothing is written.</summary>
[Collection(typeof(TenantsCollection))]
public sealed class BodyTests(Tenants tenants)
{
    [Theory]
    [InlineData("""{"name": ""}""", "name")]
    [InlineData("""{"name": "   "}""", "name")]
    [InlineData("""{"name": "a\u0000b"}""", "name")]
    [InlineData("""{"name": "line\r\nX-API-Key: other"}""", "name")]
    [InlineData("""{"name": "\u202Egnp.exe"}""", "name")]
    [InlineData("""{"name": "x", "permissions": ["fly"]}""", "permissions")]
    [InlineData("""{"name": "x", "permissions": ["verify"]}""", "permissions")]
    [InlineData("""{"name": "x", "permissions": []}""", "permissions")]
    [InlineData("""{"name": "x", "permissions": ["read", "read"]}""", "permissions")]
    [InlineData("""{"name": "x", "resources": []}""", "resources")]
    [InlineData("""{"name": "x", "resources": ["workflow:elsewhere"]}""", "resources")] // another project's
    [InlineData("""{"name": "x", "resources": ["workflow"]}""", "resources")]
    [InlineData("""{"name": "x", "resources": ["spaceship:one"]}""", "resources")]
    [InlineData("""{"name": "x", "workflow_id": "elsewhere"}""", "workflow_id")]
    [InlineData("""{"name": "x", "workflow_id": "not an id"}""", "workflow_id")]
    [InlineData("""{"name": "x", "workflow_id": "order-intake", "resources": ["workflow:order-intake"]}""", "workflow_id")]
    [InlineData("""{"name": "x", "expires_at": "2001-01-01T00:00:00Z"}""", "expires_at")]
    [InlineData("""{"name": "x", "expires_at": "2099-01-01T00:00:00"}""", "expires_at")]
    [InlineData("""{"name": "x", "environment": "production"}""", "environment")]
    [InlineData("""{"name": "x", "service_account_id": "sa_nobody"}""", "service_account_id")]
    [InlineData("""{"name": "x", "project": "no-slash"}""", "project")]
    [InlineData("""{"name": "x", "project": "my-organization/default/more"}""", "project")]
    [InlineData("""{"name": 7, "permissions": "read", "color": "red"}""", "color name permissions")]
    [InlineData("""{"name": "", "permissions": ["fly"], "expires_at": "2001-01-01T00:00:00Z"}""", "expires_at name permissions")]
    [InlineData("""{"name": "x", "name": "y"}""", "")]
    [InlineData("""{"name": "x" """, "")]
    [InlineData("""{"name": "x"} {"name": "y"}""", "")]
    [InlineData("""["name"]""", "")]
    public async Task Key_that_cannot_be_is_refused_by_field(string body, string fields) =>
        await RefusedAsync("/api/keys", body, 400, "invalid_request", fields);

    [Theory]
    [InlineData("/api/projects", """{"name": ""}""", "name")]
    [InlineData("/api/projects", """{"name": "x", "slug": "Upper"}""", "slug")]
    [InlineData("/api/projects", """{"name": "x", "slug": "keys"}""", "slug")]
    [InlineData("/api/projects", """{"name": "x", "slug": "-x"}""", "slug")]
    [InlineData("/api/projects", """{"name": "x", "slug": "12345678901234567890123456789012345678901"}""", "slug")]
    [InlineData("/api/projects", """{"slug": "x"}""", "name")]
    [InlineData("/api/resources", """{"kind": "spaceship", "id": "one"}""", "kind")]
    [InlineData("/api/resources", """{"kind": "workflow", "id": "a/b"}""", "id")]
    [InlineData("/api/resources", """{"kind": "workflow", "id": "é"}""", "id")]
    [InlineData("/api/resources", """{"kind": "workflow"}""", "id")]
    [InlineData("/api/resources", """{"kind": "workflow", "id": "x", "name": "a\tb"}""", "name")]
    public async Task Project_or_resource_that_cannot_be_is_refused_by_field(string path, string body, string fields) =>
        await RefusedAsync(path, body, 400, "invalid_request", fields);

    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    public async Task Name_counts_characters_as_people_do(int length)
    {
        var name = string.Concat(Enumerable.Repeat("🔑", length));
        var created = await tenants.Owner.PostAsync("/api/keys", new { name });
        Assert.Equal((201, name), (created.Status, created.Member("name")));
        Assert.Equal(name, (await tenants.Owner.GetAsync($"/api/keys/{created.Member("key_id")}")).Member("name"));
        await RefusedAsync("/api/keys", $$"""{"name": "{{string.Concat(Enumerable.Repeat("🔑", 101))}}"}""", 400, "invalid_request", "name");
    }

    [Theory]
    [InlineData("<script>alert(1)</script>")]
    [InlineData("Robert'); DROP TABLE ApiKeys;--")]
    [InlineData("\"quoted\" & 'single' \\ back")]
    [InlineData("Ключ для Zürich 鍵 مفتاح")]
    [InlineData("%_[]^")]
    public async Task Name_of_any_signs_comes_back_as_it_was_and_as_no_markup(string name)
    {
        var created = await tenants.Owner.PostAsync("/api/keys", new { name });
        Assert.Equal((201, name), (created.Status, created.Member("name")));
        Assert.DoesNotContain("<script", created.Text, StringComparison.OrdinalIgnoreCase);
        var found = await tenants.Owner.GetAsync($"/api/keys?search={Uri.EscapeDataString(name)}");
        Assert.Equal(name, Assert.Single(found.Json.GetProperty("items").EnumerateArray()).GetProperty("name").GetString());
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("application/problem+json")]
    [InlineData("application/json; charset=utf-16")]
    [InlineData("nonsense")]
    [InlineData(null)]
    public async Task Content_that_is_not_called_JSON_is_not_looked_at(string? type)
    {
        var before = await Snapshot.TakeAsync(tenants.Product);
        using var content = new ByteArrayContent("""{"name": "x"}"""u8.ToArray());
        if (type is not null)
        {
            content.Headers.TryAddWithoutValidation("Content-Type", type);
        }

        Refused(await SendAsync(content), 415, "unsupported_media_type");
        Assert.Equal(before, await Snapshot.TakeAsync(tenants.Product));
    }

    [Fact]
    public async Task Compressed_content_is_not_looked_at()
    {
        using var content = Json("{}"u8.ToArray());
        content.Headers.ContentEncoding.Add("gzip");
        Refused(await SendAsync(content), 415, "unsupported_media_type");
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/json; charset=utf-8")]
    [InlineData("Application/JSON; charset=\"UTF-8\"")]
    public async Task Content_that_is_called_JSON_is_read(string type)
    {
        using var content = new StringContent("""{"name": "typed"}""");
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        Assert.Equal(201, (await SendAsync(content)).Status);
    }

    [Fact]
    public async Task Body_that_is_missing_is_told_so()
    {
        Refused(await SendAsync(null), 400, "invalid_request");
        using var empty = Json([]);
        Refused(await SendAsync(empty), 400, "invalid_request");
        using var chunked = new StreamContent(new Endless(0)) { Headers = { ContentType = new("application/json") } };
        Refused(await SendAsync(chunked), 400, "invalid_request");
    }

    [Theory]
    [InlineData(1024 * 1024, true)]
    [InlineData(1024 * 1024, false)]
    [InlineData((64 * 1024) + 1, true)]
    [InlineData((64 * 1024) + 1, false)]
    public async Task Body_that_is_too_large_is_refused_with_an_answer(int length, bool announced)
    {
        var before = await Snapshot.TakeAsync(tenants.Product);
        using HttpContent content = announced ? Json(Filled(length))
            : new StreamContent(new Endless(length)) { Headers = { ContentType = new("application/json") } };
        Refused(await SendAsync(content), 413, "too_large");
        Assert.Equal(before, await Snapshot.TakeAsync(tenants.Product));
    }

    [Fact]
    public async Task Body_of_the_very_limit_is_read()
    {
        using var content = Json(Filled(64 * 1024));
        Assert.Equal("name", (await SendAsync(content)).Errors);
    }

    [Theory]
    [InlineData("limit=0", "limit")]
    [InlineData("limit=201", "limit")]
    [InlineData("limit=x", "limit")]
    [InlineData("limit=1&limit=1", "limit")]
    [InlineData("environment=prod", "environment")]
    [InlineData("include_revoked=maybe", "include_revoked")]
    [InlineData("cursor=made-up", "cursor")]
    [InlineData("project=no-slash", "project")]
    [InlineData("search=%00", "search")]
    [InlineData("colour=red", "colour")]
    public async Task Query_that_cannot_be_is_refused_by_parameter(string query, string fields)
    {
        var answer = await tenants.Owner.GetAsync($"/api/keys?{query}");
        Assert.Equal((400, "invalid_request", fields), (answer.Status, answer.Code, answer.Errors));
    }

    async Task RefusedAsync(string path, string body, int status, string code, string fields)
    {
        var before = await Snapshot.TakeAsync(tenants.Product);
        var answer = await tenants.Owner.PostAsync(path, body);
        Assert.Equal((status, code, fields), (answer.Status, answer.Code, answer.Errors));
        Assert.Equal(before, await Snapshot.TakeAsync(tenants.Product));
    }

    static void Refused(Exchange answer, int status, string code) => Assert.Equal((status, code), (answer.Status, answer.Code));

    Task<Exchange> SendAsync(HttpContent? content) =>
        tenants.Owner.SendContentAsync(HttpMethod.Post, "/api/keys", content, ("Sec-Fetch-Site", "same-origin"));

    static ByteArrayContent Json(byte[] bytes) => new(bytes) { Headers = { ContentType = new("application/json") } };

    /// <summary>Returns a well-formed body of an exact size, with a name that is too long.</summary>
    static byte[] Filled(int length) =>
        Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $$"""{"name": "{{new string('x', length - 12)}}"}"""));

    /// <summary>Content of unknown length.</summary>
    sealed class Endless(int length) : MemoryStream(length == 0 ? [] : Filled(length))
    {
        public override bool CanSeek => false;
    }
}
