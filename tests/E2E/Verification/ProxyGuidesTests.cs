using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Dashboard.Tests.E2E.Support;
using Xunit;

namespace Dashboard.Tests.E2E.Verification;

/// <summary>What the guides promise beyond letting good keys in: that nobody gets in by their configurations.</summary>
[Collection(typeof(GuardedApiCollection))]
public sealed class ProxyGuidesTests(GuardedApi behind)
{
    const string Page = "https://app.example.com";

    static readonly string[] Names = ["Key-Id", "Organization", "Project", "Environment", "Owner", "Permissions", "Scope"];

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string> Proxies => [.. RealProxy.Names];

    [Theory]
    [MemberData(nameof(Proxies))]
    public async Task Header_in_any_spelling_of_ours_never_reaches_a_cgi_program(string proxy)
    {
        Assert.SkipWhen(behind.WsgiPort == 0, "no python3: it is a Debian package");
        behind.UrlOf(proxy);
        await using var guarded = await behind.ServeAsync(proxy, null, behind.WsgiPort);
        var key = await behind.KeyAsync(new { name = "small", permissions = new[] { "read" } });
        var forged = Names.SelectMany(name => Spellings($"X-Latchkey-{name}")).Select(name => (name, "forged")).ToArray();

        var direct = await VariablesAsync(new($"http://127.0.0.1:{behind.WsgiPort}"), key.Raw, forged);
        // or the test would prove nothing
        Assert.All(Names, name => Assert.Contains("forged", direct[Variable(name)], StringComparison.Ordinal));

        var seen = await VariablesAsync(guarded.Url, key.Raw, forged);
        Assert.Equal(
            [key.Id, People.Organization, People.Project, "live", behind.Owner, "read", "all"], Names.Select(name => seen[Variable(name)]));
        Assert.DoesNotContain("forged", string.Join('\n', seen.Select(x => $"{x.Key}: {x.Value}")), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Proxies))]
    public async Task Reading_needs_read_and_anything_else_needs_write(string proxy)
    {
        var url = behind.UrlOf(proxy);
        var (reader, writer) = (await behind.KeyAsync(new { name = "reads", permissions = new[] { "read" } }), await behind.KeyAsync(
            new { name = "writes", permissions = new[] { "write" } }));
        foreach (var method in new[] { "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND" })
        {
            var reads = method is "GET" or "HEAD";
            foreach (var (key, permitted) in new[] { (reader, reads), (writer, !reads) })
            {
                var reply = await GuardedApi.SendAsync(url, new(method), "/v1/orders", key.Raw, reads ? null : "x");
                Assert.Equal((permitted ? 200 : 403, permitted ? null : "insufficient_permissions"), (
                    reply.Status, reply.Header("X-Latchkey-Code")));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Proxies))]
    public async Task Page_of_a_named_origin_may_ask_and_read_refusals_and_others_may_not(string proxy)
    {
        var url = behind.UrlOf(proxy);
        var key = await behind.KeyAsync(new { name = "a page" });
        var asked = behind.Upstream.Requested;
        var preflight = await PreflightAsync(url, Page);
        Assert.Equal((204, Page), (preflight.Status, preflight.Header("Access-Control-Allow-Origin")));
        Assert.Contains("Origin", preflight.Header("Vary"), StringComparison.Ordinal);
        Assert.Contains("POST", preflight.Header("Access-Control-Allow-Methods"), StringComparison.Ordinal);
        Assert.Contains("X-API-Key", preflight.Header("Access-Control-Allow-Headers"), StringComparison.Ordinal);
        Assert.Contains("Authorization", preflight.Header("Access-Control-Allow-Headers"), StringComparison.Ordinal);
        foreach (var origin in new[] { "https://app.example.com.evil.example", "https://other.example", "null", null })
        {
            var refused = await PreflightAsync(url, origin);
            Assert.Equal((401, null), (refused.Status, refused.Header("Access-Control-Allow-Origin")));
        }

        // no preflight
        Assert.Equal(401, (await GuardedApi.SendAsync(url, HttpMethod.Options, "/v1/orders", null, null, ("Origin", Page))).Status);
        Assert.Equal(asked, behind.Upstream.Requested);

        foreach (var (raw, status) in new[] { (key.Raw, 200), ("nonsense", 401), (
            (await behind.KeyAsync(new { name = "no page", permissions = new[] { "execute" } })).Raw, 403) })
        {
            var reply = await GuardedApi.SendAsync(url, HttpMethod.Get, "/v1/orders", raw, null, ("Origin", Page));
            Assert.Equal((status, Page), (reply.Status, reply.Header("Access-Control-Allow-Origin")));
            Assert.Contains("WWW-Authenticate", reply.Header("Access-Control-Expose-Headers"), StringComparison.Ordinal);
            Assert.Null(reply.Header("Access-Control-Allow-Credentials"));
            Assert.Contains("Origin", reply.Header("Vary"), StringComparison.Ordinal);
            var other = await GuardedApi.SendAsync(url, HttpMethod.Get, "/v1/orders", raw, null, ("Origin", "https://other.example"));
            Assert.Null(other.Header("Access-Control-Allow-Origin"));
            Assert.Contains("Origin", other.Header("Vary"), StringComparison.Ordinal); // a cache asks again for the page's origin
        }

        using var nobody = GuardedApi.Silent(listens: false);
        await using var alone = await behind.ServeAsync(proxy, GuardedApi.PortOf(nobody), null, GuardedApi.WithoutRetries);
        var away = await GuardedApi.SendAsync(alone.Url, HttpMethod.Get, "/v1/orders", key.Raw, null, ("Origin", Page));
        Assert.Equal((503, Page), (away.Status, away.Header("Access-Control-Allow-Origin")));
        Assert.Contains("Origin", away.Header("Vary"), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Proxies))]
    public async Task Body_over_the_limit_is_refused(string proxy)
    {
        var url = behind.UrlOf(proxy);
        var key = await behind.KeyAsync(new { name = "much" });
        Assert.Equal(200, await StatusAsync(9 << 20));
        Assert.Equal(413, await StatusAsync(11 << 20));

        async Task<int> StatusAsync(int length)
        {
            using var client =
                new HttpClient { BaseAddress = url, DefaultRequestHeaders = { { "X-API-Key", key.Raw }, { "Expect", "100-continue" } } };
            using var content = new ByteArrayContent(new byte[length]);
            content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
            using var request = new HttpRequestMessage(HttpMethod.Post, "/size") { Content = content };
            using var response = await client.SendAsync(request, Token);
            return (int)response.StatusCode;
        }
    }

    [Theory]
    [MemberData(nameof(Proxies))]
    public async Task Token_in_an_address_gets_through_and_neither_it_nor_a_key_is_in_the_proxys_log(string proxy)
    {
        behind.UrlOf(proxy);
        var account =
            await behind.Api.PostAsync("/api/service-accounts", new { name = $"streams by {proxy}", projects = new[] { People.Project } });
        using var form =
            new FormUrlEncodedContent(
                [new("grant_type", "client_credentials"), new("client_id", account.Member("client_id")), new(
                    "client_secret", account.Member("client_secret"))]);
        var token = (await behind.Api.SendContentAsync(HttpMethod.Post, "/oauth/token", form)).Member("access_token");
        var key = await behind.KeyAsync(new { name = "logged" });
        using var nobody = GuardedApi.Silent(listens: false);
        var closed = GuardedApi.PortOf(nobody);
        foreach (var (latchkey, api, status) in new (int?, int?, int)[] { (null, null, 200), (closed, null, 503), (
            null, closed, proxy is "haproxy" or "apache" ? 503 : 502) })
        {
            await using var logging = await behind.ServeAsync(proxy, latchkey, api, GuardedApi.WithoutRetries);
            (string, string)[] sent = [("API-Key", key.Raw), ("Referer", $"https://app.example.com/?token={token}")];
            Assert.Equal(status, await StatusOfStreamAsync(logging.Url, $"/events?since=1&access_token={token}"));
            Assert.Equal(status, (
                await GuardedApi.SendAsync(logging.Url, HttpMethod.Get, $"/v1/orders?token={key.Raw}", key.Raw, null, sent)).Status);
            Assert.Equal(status, (await GuardedApi.SendAsync(logging.Url, HttpMethod.Get, "/v1/orders", $"Bearer {token}", null)).Status);
            Assert.Equal(latchkey is null ? 401
                : 503, (await GuardedApi.SendAsync(logging.Url, HttpMethod.Get, $"/v1/orders?token={key.Raw}", null)).Status);
            await GuardedApi.SendAsync(logging.Url, HttpMethod.Get, "/the-last-one", null);
            var log = await logging.LoggedAsync("/the-last-one", Token);
            Assert.Contains("/v1/orders", log, StringComparison.Ordinal);
            Assert.DoesNotContain(token[^20..], log, StringComparison.Ordinal);
            Assert.DoesNotContain(key.Raw[^20..], log, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Proxies))]
    public async Task Policy_from_the_path_cannot_be_written_by_the_client(string proxy)
    {
        behind.UrlOf(proxy);
        await using var guarded = await behind.ServeTextAsync(proxy, RealProxy.PageWithPolicyFromPath(proxy));
        var (organization, project) = (People.Project.Split('/')[0], People.Project.Split('/')[1]);
        var key = await behind.KeyAsync(
            new { name = "runs", permissions = new[] { "execute" }, resources = new[] { "workflow:order-intake" } });
        var good = $"/api/v1/seq/{organization}/{project}/order-intake/execute";
        Assert.Equal((200, null), await PostAsync(good, key.Raw));
        Assert.Equal((200, null), await PostAsync($"{good}?dry=1&x=/../%3F", key.Raw));

        // The key is asked for what the path names.
        var asked = behind.Upstream.Requested;
        Assert.Equal((401, "missing_credential"), await PostAsync(good, null));
        Assert.Equal((403, "insufficient_permissions"), await PostAsync(
            good, (await behind.KeyAsync(new { name = "only reads", permissions = new[] { "read" } })).Raw));
        Assert.Equal((403, "resource_out_of_scope"), await PostAsync($"/api/v1/seq/{organization}/{project}/other/execute", key.Raw));
        Assert.Equal((403, "wrong_project"), await PostAsync($"/api/v1/seq/{behind.OtherProject}/order-intake/execute", key.Raw));
        Assert.Equal((403, "wrong_project"), await PostAsync($"/api/v1/seq/another/{project}/order-intake/execute", key.Raw));
        Assert.Equal(
            (401, "wrong_environment"), await PostAsync(good, (await behind.KeyAsync(new { name = "test", environment = "test" })).Raw));

        // What is not in the table does not exist, not even for a key that may do everything.
        var (all, _) = await behind.KeyAsync(new { name = "all" });
        foreach (var path in new[]
        {
            $"/api/v1/seq/-/-/order-intake/execute", $"/api/v1/seq/{organization}/-/order-intake/execute",
                $"/api/v1/seq/-/{project}/order-intake/execute",
            $"/api/v1/seq/another%3F/{project}/order-intake/execute", $"/api/v1/seq/{organization}/{project}%3F/order-intake/execute",
            $"/api/v1/seq/{organization}/{project}/order-intake%3F/execute",
            $"/api/v1/seq/{organization}%2F{project}%3F/x/other/execute", $"/api/v1/seq/{organization}/{project}%2Flive%3F/other/execute",
            $"/api/v1/seq/{organization}/{project}/x%2Forder-intake/execute",
            $"/api/v1/seq/{organization}/{project}/order%20intake/execute",
            $"/api/v1/seq/{organization}/{project}/order+intake/execute", $"/api/v1/seq/{organization}/{project}/order-intake%00/execute",
            $"/api/v1/seq/{organization}/{project}/./execute", $"/api/v1/seq/{organization}/{project}/../execute",
            $"/api/v1/seq/{organization}/{project}/%2e%2e/execute",
            $"/api/v1/seq/another/../{organization}/{project}/order-intake/execute", $"/x/..{good}",
            $"/{good}", $"/api/v1/seq//{organization}/{project}/order-intake/execute",
            $"/api/v1/%73eq/another/{project}/order-intake/execute", $"/API/v1/seq/another/{project}/order-intake/execute",
            $"/api/v1/seq;x/another/{project}/order-intake/execute",
            $"/api/v1/seq/{organization.ToUpperInvariant()}/{project}/order-intake/execute",
            $"/api/v1/seq/{organization}-/{project}/order-intake/execute",
            $"/api/v1/seq/{organization}/{project}/order-intake;x/execute", $"{good}/", $"{good};x",
            $"{good}%0a", $"{good}/more", $"/api/v1/seq/{organization}/{project}/{new string('a', 67)}/execute", "/", "/v1/orders",
        })
        {
            var (status, code) = await PostAsync(path, all);
            Assert.True(status is 404 or 400 && code is null, $"{path}: {status} {code}");
        }

        Assert.Equal((404, null), await RawAsync(guarded.Url, "GET", good, all));
        Assert.Equal(asked, behind.Upstream.Requested);

        Task<(int Status, string? Code)> PostAsync(string path, string? raw) => RawAsync(guarded.Url, "POST", path, raw);
    }

    [Fact]
    public void Traefiks_expression_covers_every_spelling_and_nothing_else()
    {
        var expression = new Regex(
            Regex.Match(Pages.Block("verify/traefik.md", "yaml"), "(?<=authResponseHeadersRegex: \")[^\"]+",
                RegexOptions.None, TimeSpan.FromSeconds(5)).Value, RegexOptions.None, TimeSpan.FromSeconds(5));
        Assert.All(Names.SelectMany(name => Spellings($"X-Latchkey-{name}")).Append("X-Latchkey-Key-Id"), name =>
            Assert.Matches(expression, name));
        Assert.All(["X-API-Key", "X-Latch", "My-X-Latchkey-Scope", "XLatchkey"], name => Assert.DoesNotMatch(expression, name));
    }

    /// <summary>A header's name with any mixture of hyphens, underscores and dots, in upper and lower case; not as it is written.</summary>
    static IEnumerable<string> Spellings(string name)
    {
        var words = name.Split('-');
        IEnumerable<string> mixed = [words[0]];
        foreach (var word in words[1..])
        {
            mixed = [.. mixed.SelectMany(begin => new[] { $"{begin}-{word}", $"{begin}_{word}" })];
        }

        return mixed.Where(spelling => spelling != name).SelectMany(spelling =>
            new[] { spelling, spelling.ToUpperInvariant(), spelling.ToLowerInvariant() }).Append(name.Replace('-', '.'));
    }

    static string Variable(string name) => $"HTTP_X_LATCHKEY_{name.Replace('-', '_').ToUpperInvariant()}";

    static async Task<Dictionary<string, string>> VariablesAsync(Uri url, string key, (string, string)[] headers)
    {
        var reply = await GuardedApi.SendAsync(url, HttpMethod.Get, "/v1/orders", key, null, headers);
        Assert.Equal(200, reply.Status);
        return JsonSerializer.Deserialize<Dictionary<string, string>>(reply.Body)!;
    }

    static Task<ProxyReply> PreflightAsync(Uri url, string? origin) => GuardedApi.SendAsync(
        url, HttpMethod.Options, "/v1/orders", null, null,
        [("Access-Control-Request-Method", "POST"), ("Access-Control-Request-Headers", "x-api-key"), .. origin is null
            ? Array.Empty<(string, string)>() : [("Origin", origin)]]);

    static async Task<int> StatusOfStreamAsync(Uri url, string path)
    {
        using var client = new HttpClient { BaseAddress = url };
        using var response = await client.GetAsync(new Uri(path, UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, Token);
        return (int)response.StatusCode;
    }

    /// <summary>Sends a path as it is, which a client library would tidy.</summary>
    static async Task<(int Status, string? Code)> RawAsync(Uri url, string method, string path, string? key)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(url.Host, url.Port, Token);
        await using var stream = socket.GetStream();
        var header = key is null ? "" : $"X-API-Key: {key}\r\n";
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"{method} {path} HTTP/1.1\r\nHost: {url.Authority}\r\nContent-Length: 0\r\nConnection: close\r\n{header}\r\n"), Token);
        using var reader = new StreamReader(stream);
        var lines = (await reader.ReadToEndAsync(Token)).Split("\r\n");
        var code = lines.FirstOrDefault(line => line.StartsWith("X-Latchkey-Code: ", StringComparison.OrdinalIgnoreCase));
        return (int.Parse(lines[0].Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture), code?.Split(": ")[1]);
    }
}
