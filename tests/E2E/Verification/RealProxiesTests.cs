using System.Net;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Dashboard.Tests.E2E.Support;
using Xunit;

namespace Dashboard.Tests.E2E.Verification;

/// <summary>Real proxies, with the documented configurations, in front of a small API.</summary>
[Collection(typeof(GuardedApiCollection))]
public sealed partial class RealProxiesTests(GuardedApi behind)
{
    static readonly string[] Names = ["Key-Id", "Organization", "Project", "Environment", "Owner", "Permissions", "Scope"];

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("nginx")]
    [InlineData("caddy")]
    [InlineData("haproxy")]
    [InlineData("apache")]
    public async Task Good_key_passes_with_its_headers_and_no_client_forges_anything(string proxy)
    {
        var url = behind.UrlOf(proxy);
        var key = await behind.KeyAsync(new { name = "good", allowed_ips = new[] { "127.0.0.0/8" } });
        var forged = Names.Select(name => ($"X-Latchkey-{name}", "forged")).Append(("X-Forwarded-For", "10.1.1.1"))
            .Append(("X-Forwarded-Host", "else.example"))
            .Append(("X-Forwarded-Uri", "/else")).Append(("X-Forwarded-Method", "DELETE")).Append(("X-Real-IP", "10.1.1.1")).ToArray();
        var sent = await GuardedApi.SendAsync(
            url, HttpMethod.Post, "/v1/orders?permission=fly&organization=else&X-API-Key=nonsense", key.Raw, "the body", forged);
        Assert.Equal(200, sent.Status);
        var seen = JsonDocument.Parse(sent.Body).RootElement;
        Assert.Equal(("POST", "/v1/orders?permission=fly&organization=else&X-API-Key=nonsense", "the body"),
            (seen.GetProperty("Method").GetString(), seen.GetProperty("Url").GetString(), seen.GetProperty("Body").GetString()));
        var headers = seen.GetProperty("Headers").EnumerateObject()
            .ToDictionary(x => x.Name, x => x.Value.GetString()!, StringComparer.OrdinalIgnoreCase);
        Assert.Equal([key.Id, People.Organization, People.Project, "live", behind.Owner, "read,execute,write", "all"], Names.Select(
            name => headers[$"X-Latchkey-{name}"]));
        Assert.Equal("127.0.0.1", headers["X-Forwarded-For"]);

        var head = await GuardedApi.SendAsync(url, HttpMethod.Head, "/", key.Raw);
        Assert.Equal((200, ""), (head.Status, head.Body));
        Assert.Equal((500, "the API's own"), await StatusAndBodyAsync(url, "/fails", key.Raw)); // not replaced by Latchkey

        var elsewhere = await behind.KeyAsync(new { name = "elsewhere", allowed_ips = new[] { "10.0.0.0/8" } });
        Assert.Equal("ip_not_allowed", (
            await GuardedApi.SendAsync(url, HttpMethod.Get, "/", elsewhere.Raw, null, ("X-Forwarded-For", "10.1.1.1"))).Code);
    }

    [Theory]
    [InlineData("nginx")]
    [InlineData("caddy")]
    [InlineData("haproxy")]
    [InlineData("apache")]
    public async Task Every_refusal_reaches_the_client_with_its_status_and_code_and_not_the_api(string proxy)
    {
        var url = behind.UrlOf(proxy);
        var expiring = await behind.KeyAsync(new { name = "expiring", expires_at = behind.Now.AddSeconds(2) });
        var (revoked, inactive) = (await behind.KeyAsync(new { name = "revoked" }), await behind.KeyAsync(new { name = "inactive" }));
        await behind.Api.DeleteAsync($"/api/keys/{revoked.Id}");
        await behind.Api.PatchAsync($"/api/keys/{inactive.Id}", new { state = "inactive" });
        var limited = await behind.KeyAsync(new { name = "limited", requests_per_minute = 1 });
        Assert.Equal(200, (await GuardedApi.SendAsync(url, HttpMethod.Get, "/", limited.Raw)).Status);
        var cases = new (string? Key, int Status, string Code)[]
        {
            (null, 401, "missing_credential"),
            ("nonsense", 401, "malformed_key"),
            (Product.NeverMinted, 401, "invalid_key"),
            (revoked.Raw, 401, "revoked_key"),
            (inactive.Raw, 401, "inactive_key"),
            ((await behind.KeyAsync(new { name = "test", environment = "test" })).Raw, 401, "wrong_environment"),
            ("Bearer a.b.c", 401, "invalid_token"),
            ((await behind.KeyAsync(new { name = "away", allowed_ips = new[] { "10.0.0.0/8" } })).Raw, 403, "ip_not_allowed"),
            ((await behind.KeyAsync(new { name = "other", project = behind.OtherProject })).Raw, 403, "wrong_project"),
            ((await behind.KeyAsync(new { name = "narrow", resources = new[] { "agent:second" } })).Raw, 403, "resource_out_of_scope"),
            ((await behind.KeyAsync(new { name = "runner", permissions = new[] { "execute" } })).Raw, 403, "insufficient_permissions"),
            (limited.Raw, 429, "rate_limited"),
        };
        var asked = behind.Upstream.Requested;
        foreach (var (key, status, code) in cases)
        {
            await RefusedAsync(url, key, status, code);
        }

        ProxyReply last;
        do
        {
            last = await GuardedApi.SendAsync(url, HttpMethod.Get, "/", expiring.Raw);
            asked += last.Status == 200 ? 1 : 0;
        }
        while (last.Status == 200);
        Assert.Equal((401, "expired_key"), (last.Status, last.Code));
        Assert.Equal(asked, behind.Upstream.Requested);
    }

    [Theory]
    [InlineData("nginx")]
    [InlineData("caddy")]
    [InlineData("haproxy")]
    [InlineData("apache")]
    public async Task WebSockets_and_event_streams_go_through_with_a_good_key_and_not_without(string proxy)
    {
        var url = behind.UrlOf(proxy);
        var key = await behind.KeyAsync(new { name = "streams" });
        using (var socket = new ClientWebSocket())
        {
            socket.Options.SetRequestHeader("X-API-Key", key.Raw);
            await socket.ConnectAsync(new UriBuilder(url) { Scheme = "ws", Path = "/ws" }.Uri, Token);
            await socket.SendAsync("hello"u8.ToArray(), WebSocketMessageType.Text, endOfMessage: true, Token);
            var buffer = new byte[100];
            var echoed = await socket.ReceiveAsync(buffer, Token);
            Assert.Equal("hello", Encoding.UTF8.GetString(buffer, 0, echoed.Count));
        }

        using (var refused = new ClientWebSocket())
        {
            refused.Options.CollectHttpResponseDetails = true;
            await Assert.ThrowsAsync<WebSocketException>(
                () => refused.ConnectAsync(new UriBuilder(url) { Scheme = "ws", Path = "/ws" }.Uri, Token));
            Assert.Equal(HttpStatusCode.Unauthorized, refused.HttpStatusCode);
        }

        using var client = new HttpClient { BaseAddress = url, DefaultRequestHeaders = { { "X-API-Key", key.Raw } } };
        await using var stream = await client.GetStreamAsync(new Uri("/events", UriKind.Relative), Token);
        using var reader = new StreamReader(stream);
        Assert.Equal("data: first", await reader.ReadLineAsync(Token)); // while the stream is open
        Assert.Equal(401, (await GuardedApi.SendAsync(url, HttpMethod.Get, "/events", null)).Status);
    }

    [Theory]
    [InlineData("nginx")]
    [InlineData("caddy")]
    [InlineData("haproxy")]
    [InlineData("apache")]
    public async Task With_its_database_away_Latchkey_lets_nothing_through(string proxy)
    {
        var key = await behind.KeyAsync(new { name = "not known yet" });
        behind.Outage.Failure = Outage.DatabaseUnavailable;
        try
        {
            await RefusedAsync(behind.UrlOf(proxy), key.Raw, 503, "verification_unavailable");
        }
        finally
        {
            behind.Outage.Failure = null;
        }
    }

    /// <summary>Its limit of five seconds is shorter here, and no proxy tries twice.</summary>
    [Theory]
    [InlineData("nginx")]
    [InlineData("caddy")]
    [InlineData("haproxy")]
    [InlineData("apache")]
    public async Task Stopped_and_silent_Latchkey_let_nothing_through_and_are_not_taken_for_a_stopped_api(string proxy)
    {
        var key = await behind.KeyAsync(new { name = "nobody answers" });
        var asked = behind.Upstream.Requested;
        foreach (var silent in new[] { false, true })
        {
            using var latchkey = GuardedApi.Silent(silent);
            await using var alone = await behind.ServeAsync(proxy, GuardedApi.PortOf(latchkey), null, text => ReadTimeout()
                .Replace(GuardedApi.WithoutRetries(text), "300ms").Replace("TIMEOUT = 5", "TIMEOUT = 0.3", StringComparison.Ordinal));
            await RefusedAsync(alone.Url, key.Raw, 503, "verification_unavailable");
        }

        Assert.Equal(asked, behind.Upstream.Requested);
        using var api = GuardedApi.Silent(listens: false);
        await using var before = await behind.ServeAsync(proxy, null, GuardedApi.PortOf(api), GuardedApi.WithoutRetries);
        var reply = await GuardedApi.SendAsync(before.Url, HttpMethod.Get, "/v1/orders", key.Raw, null, ("X-Latchkey-Key-Id", "forged"));
        Assert.Equal((proxy is "haproxy" or "apache" ? 503 : 502, null, null), (reply.Status, reply.Header("X-Latchkey-Code"), reply.Code));
        Assert.Equal("missing_credential", (
            await GuardedApi.SendAsync(before.Url, HttpMethod.Get, "/v1/orders", null, null, ("X-Latchkey-Key-Id", "forged"))).Code);
    }

    [Theory]
    [InlineData("nginx")]
    [InlineData("caddy")]
    [InlineData("haproxy")]
    [InlineData("apache")]
    public async Task Client_without_a_token_is_told_where_to_get_one_for_what_it_asked_for(string proxy)
    {
        var asked = new Uri(behind.UrlOf(proxy), "/v1/orders");
        var challenge =
            (await GuardedApi.SendAsync(behind.UrlOf(proxy), HttpMethod.Get, "/v1/orders?page=2",
                null, null, ("X-Forwarded-Host", "else.example"))).Headers["WWW-Authenticate"];
        Assert.StartsWith($"Bearer resource_metadata=\"{behind.Issuer}/.well-known/oauth-protected-resource?resource={Uri.EscapeDataString(asked.ToString())}\", scope=\"read:workflows\"", challenge, StringComparison.Ordinal);
        var metadata = await behind.Api.GetAsync(challenge.Split('"')[1][behind.Issuer.Length..]);
        Assert.Equal((asked.ToString(), behind.Origin), (
            metadata.Member("resource"), metadata.Json.GetProperty("authorization_servers")[0].GetString()));
        // apps cannot get it
        Assert.DoesNotContain("api", metadata.Json.GetProperty("scopes_supported").EnumerateArray().Select(x => x.GetString()));
    }

    static async Task RefusedAsync(Uri url, string? key, int status, string code)
    {
        var reply = await GuardedApi.SendAsync(url, HttpMethod.Get, "/v1/orders", key);
        Assert.Equal((status, code, code), (reply.Status, reply.Code, reply.Headers.GetValueOrDefault("X-Latchkey-Code")));
        Assert.StartsWith("application/problem+json", reply.Headers["Content-Type"], StringComparison.Ordinal);
        Assert.Equal(status == 401 || code == "insufficient_permissions", reply.Headers.ContainsKey("WWW-Authenticate"));
        Assert.Equal(status >= 429, reply.Headers.TryGetValue("Retry-After", out var wait)
            && int.Parse(wait, System.Globalization.CultureInfo.InvariantCulture) > 0);
        var head = await GuardedApi.SendAsync(url, HttpMethod.Head, "/v1/orders", key);
        Assert.Equal((status, code, ""), (head.Status, head.Headers.GetValueOrDefault("X-Latchkey-Code"), head.Body));
    }

    static async Task<(int, string)> StatusAndBodyAsync(Uri url, string path, string key)
    {
        var reply = await GuardedApi.SendAsync(url, HttpMethod.Get, path, key);
        return (reply.Status, reply.Body);
    }

    [GeneratedRegex(@"(?<=proxy_read_timeout |response_header_timeout |timeout server )5s", RegexOptions.None, 5000)]
    private static partial Regex ReadTimeout();
}
