using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.RegularExpressions;
using Dashboard.Tests.Unit.Support;
using Xunit;

namespace Dashboard.Tests.E2E.Support;

/// <summary>A product, an API, and in front of it the proxies that are installed on this machine, configured as the documentation
/// says.</summary>
public sealed partial class GuardedApi : IAsyncLifetime
{
    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("latchkey-");
    readonly Dictionary<string, RealProxy> proxies = new(StringComparer.Ordinal);
    readonly Product product;
    int served;
    ExternalProcess? wsgi;

    public GuardedApi() => product = new Product().With("Keys:MaxActivePerProject", "1000").With("Proxies:Trusted", "127.0.0.1")
        .With("OAuth:QueryTokenPaths:0", "/events").With(Outage.Register);

    internal Outage Outage { get; } = new();

    internal Upstream Upstream { get; private set; } = null!;

    /// <summary>The port of an API that knows a request's headers as a CGI program does. 0 without Python.</summary>
    internal int WsgiPort { get; private set; }

    public ApiClient Api { get; private set; } = null!;

    public string OtherProject { get; private set; } = "";

    /// <summary>Its issuer for direct requests.</summary>
    public string Origin => product.Url.GetLeftPart(UriPartial.Authority);

    /// <summary>Its issuer for requests through a proxy, which have the API's host.</summary>
    public string Issuer => $"http://localhost:{product.Url.Port}";

    internal DateTimeOffset Now => product.Now;

    /// <summary>The owner of the keys, as in the header for proxies.</summary>
    public string Owner { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        var stop = TestContext.Current.CancellationToken;
        Upstream = await Upstream.StartAsync(stop);
        Api = await ApiClient.SignInAsync(product);
        Owner = $"user:{(await Api.GetAsync("/api/session")).Json.GetProperty("user").GetProperty("id").GetString()}";
        OtherProject = $"{People.Organization}/{(await Api.PostAsync("/api/projects", new { name = "Other" })).Member("slug")}";
        foreach (var (kind, id) in new[] { ("agent", "second"), ("workflow", "order-intake") })
        {
            Assert.Equal(201, (await Api.PostAsync("/api/resources", new { kind, id, project = People.Project })).Status);
        }

        foreach (var name in RealProxy.Names.Where(RealProxy.IsInstalled))
        {
            proxies[name] = await ServeAsync(name);
        }

        if (ExternalProcess.Find("python3") is { } python)
        {
            WsgiPort = ExternalProcess.FreePort();
            wsgi = await ExternalProcess.ServeAsync(python, folder.FullName, WsgiPort, stop,
                Path.Combine(Repository.Root, "tests", "E2E", "Clients", "wsgi_api.py"), $"{WsgiPort}");
        }
    }

    /// <summary>Returns the URL of a proxy. If it is not installed, the test is skipped.</summary>
    public Uri UrlOf(string proxy)
    {
        Assert.SkipUnless(proxies.ContainsKey(proxy), $"no {proxy}: it is a Debian package");
        return proxies[proxy].Url;
    }

    public async Task<(string Raw, string Id)> KeyAsync(object key)
    {
        var body = JsonSerializer.SerializeToNode(key)!.AsObject();
        body.TryAdd("project", People.Project);
        return await Api.CreateKeyAsync(body);
    }

    /// <summary>Starts a proxy that asks for the permission of each method on one resource.</summary>
    public Task<RealProxy> ServeAsync(string proxy, int? latchkey = null, int? api = null, Func<string, string>? change = null)
    {
        var text = Policy().Replace(RealProxy.PageOf(proxy), "${permission}/workflow:order-intake")
            .Replace("acme/orders", People.Project, StringComparison.Ordinal)
            // Apache's
            .Replace("\"read\" or \"write\")", "\"read\" or \"write\") .. \"/workflow:order-intake\"", StringComparison.Ordinal);
        return ServeTextAsync(proxy, change is null ? text : change(text), latchkey, api);
    }

    /// <summary>Starts a proxy with a configuration.</summary>
    public Task<RealProxy> ServeTextAsync(string proxy, string text, int? latchkey = null, int? api = null) => RealProxy.ServeAsync(
        proxy, folder.CreateSubdirectory($"{proxy}-{++served}").FullName, text, latchkey
            ?? product.Url.Port, api ?? Upstream.Port, TestContext.Current.CancellationToken);

    /// <summary>HAProxy waits for a second before it connects again.</summary>
    public static string WithoutRetries(string text) => text.Replace("retries 1", "retries 0", StringComparison.Ordinal);

    /// <summary>Takes a port. While it is bound, nothing else listens there.</summary>
    /// <param name="listens">Whether connections are made there, which nobody answers.</param>
    public static Socket Silent(bool listens)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        if (listens)
        {
            socket.Listen();
        }

        return socket;
    }

    /// <summary>The port that a socket has taken.</summary>
    public static int PortOf(Socket socket) => ((IPEndPoint)socket.LocalEndPoint!).Port;

    /// <summary>Sends a request with a key, or an access token that begins with "Bearer ".</summary>
    public static async Task<ProxyReply> SendAsync(
        Uri url, HttpMethod method, string path, string? key, string? body = null, params (string Name, string Value)[] headers)
    {
        using var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = url };
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : new StringContent(body) };
        if (key is not null)
        {
            var bearer = key.StartsWith("Bearer ", StringComparison.Ordinal);
            request.Headers.TryAddWithoutValidation(bearer ? "Authorization" : "X-API-Key", key);
        }

        foreach (var (name, value) in headers)
        {
            Assert.True(request.Headers.TryAddWithoutValidation(name, value));
        }

        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        var all = Enumerable.Concat<KeyValuePair<string, IEnumerable<string>>>(response.Headers, response.Content.Headers)
            .ToDictionary(x => x.Key, x => string.Join(", ", x.Value), StringComparer.OrdinalIgnoreCase);
        return new((int)response.StatusCode, all, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var proxy in proxies.Values)
        {
            await proxy.DisposeAsync();
        }

        if (wsgi is not null)
        {
            await wsgi.DisposeAsync();
        }

        Api?.Dispose(); // if startup failed
        await Upstream.DisposeAsync();
        await product.DisposeAsync();
        folder.Delete(recursive: true);
    }

    [GeneratedRegex(@"(?<=acme/orders/live/)(?<permission>\$needed_permission|\{permission\}|write|read)", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Policy();
}

/// <summary>A response that came through a proxy.</summary>
public sealed record ProxyReply(int Status, IReadOnlyDictionary<string, string> Headers, string Body)
{
    public string? Code =>
        Body.StartsWith('{') && JsonDocument.Parse(Body).RootElement.TryGetProperty("code", out var code) ? code.GetString() : null;

    /// <summary>Returns a header, or null.</summary>
    public string? Header(string name) => Headers.GetValueOrDefault(name);
}

/// <summary>Tests on one <see cref="GuardedApi"/>, one after the other.</summary>
[CollectionDefinition]
public sealed class GuardedApiCollection : ICollectionFixture<GuardedApi>;
