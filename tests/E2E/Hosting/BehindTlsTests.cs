using System.Net;
using System.Net.Http.Json;
using System.Net.Security;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Dashboard.Tests.E2E.Support;
using Microsoft.Playwright;
using Xunit;

namespace Dashboard.Tests.E2E.Hosting;

/// <summary>The product behind proxies that end TLS, configured as the page about deployment prints it.</summary>
public sealed class BehindTlsTests(BehindTlsTests.Installation installation, Browser browser) : IClassFixture<BehindTlsTests.Installation>
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string> Proxies => ["nginx", "caddy", "haproxy"];

    [Theory]
    [MemberData(nameof(Proxies))]
    public async Task Person_signs_in_and_makes_a_key_in_a_page_that_stays_open(string proxy)
    {
        await using var tls = await installation.ServeAsync(proxy);
        await using var visit = await PageVisit.OpenAsync(
            browser, installation.Url, new() { IgnoreHTTPSErrors = true, ViewportSize = new() { Width = 1360, Height = 860 } });
        await visit.SignInAsync();
        await visit.GoAsync($"/{People.Project}/keys");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Create key" }).First.ClickAsync();
        await visit.Page.GetByLabel("Name").FillAsync($"by {proxy}");
        await visit.Page.GetByLabel("Name").PressAsync("Enter");
        var secret = visit.Page.GetByRole(AriaRole.Dialog, new() { Name = "Save your key" });
        Assert.StartsWith("nk_live_", await secret.Locator(".copybox code").InnerTextAsync(), StringComparison.Ordinal); // over the circuit
    }

    [Theory]
    [MemberData(nameof(Proxies))]
    public async Task Programs_get_sessions_and_tokens_and_other_origins_get_nothing(string proxy)
    {
        await using var tls = await installation.ServeAsync(proxy);
        using var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            CookieContainer = new(),
            SslOptions = { RemoteCertificateValidationCallback = installation.IsOwn }
        };
        using var client = new HttpClient(handler) { BaseAddress = installation.Url };
        var origin = installation.Url.GetLeftPart(UriPartial.Authority);

        Assert.Equal(
            403, (await SendAsync(HttpMethod.Post, "/api/session", new { email = Product.Email, password = Product.Password },
                "https://evil.example")).Status);
        Assert.Equal(200, (
            await SendAsync(HttpMethod.Post, "/api/session", new { email = Product.Email, password = Product.Password }, origin)).Status);
        var cookies = handler.CookieContainer.GetCookies(installation.Url).Cast<System.Net.Cookie>().ToList();
        Assert.Equal(["__Host-latchkey", "__Host-latchkey-browser"], cookies.Select(cookie => cookie.Name).Order(StringComparer.Ordinal));
        Assert.All(cookies, cookie => Assert.True(cookie.Secure && cookie.HttpOnly));

        var account = await SendAsync(HttpMethod.Post, "/api/service-accounts", new { name = $"by {proxy}" }, origin);
        Assert.Equal(201, account.Status);
        using var form = new FormUrlEncodedContent(
            [new("grant_type", "client_credentials"), new("client_id", account.Json.GetProperty("client_id").GetString()), new(
                "client_secret", account.Json.GetProperty("client_secret").GetString())]);
        using var issued = await client.PostAsync("/oauth/token", form, Token);
        var token = JsonDocument.Parse(await issued.Content.ReadAsStringAsync(Token)).RootElement.GetProperty("access_token").GetString();
        var metadata = await client.GetFromJsonAsync<JsonElement>("/.well-known/oauth-authorization-server", Token);
        Assert.Equal((origin, $"{origin}/oauth/token"), (
            metadata.GetProperty("issuer").GetString(), metadata.GetProperty("token_endpoint").GetString()));
        using var who = new HttpRequestMessage(HttpMethod.Get, "/v1/capabilities") { Headers = { { "Authorization", $"Bearer {token}" } } };
        using var answer = await client.SendAsync(who, Token);
        Assert.Equal(200, (int)answer.StatusCode);

        // Where a circuit begins: the browser's origin is its only proof.
        Assert.Equal(HttpStatusCode.SwitchingProtocols, await OpenSocketAsync(origin));
        Assert.Equal(HttpStatusCode.Forbidden, await OpenSocketAsync("https://evil.example"));
        Assert.Equal(HttpStatusCode.Forbidden, await OpenSocketAsync(origin.Replace("https:", "http:", StringComparison.Ordinal)));

        // The audit log has the client's address, whatever it says.
        using var lying = new HttpRequestMessage(HttpMethod.Post, "/api/keys")
        {
            Content = JsonContent.Create(new { name = "from where" }),
            Headers = { { "Origin", origin }, { "X-Forwarded-For", "203.0.113.9" },
                { "X-Forwarded-Host", "evil.example" }, { "X-Forwarded-Proto", "http" } },
        };
        using var made = await client.SendAsync(lying, Token);
        Assert.Equal(201, (int)made.StatusCode);
        var id = JsonDocument.Parse(await made.Content.ReadAsStringAsync(Token)).RootElement.GetProperty("key_id").GetString()!;
        Assert.Equal("127.0.0.1", await TrustedProxiesTests.AddressOfAsync(installation.Product, id));

        async Task<(int Status, JsonElement Json)> SendAsync(HttpMethod method, string path, object body, string from)
        {
            using var request =
                new HttpRequestMessage(method, path) { Content = JsonContent.Create(body), Headers = { { "Origin", from } } };
            using var response = await client.SendAsync(request, Token);
            return ((int)response.StatusCode, JsonDocument.Parse(await response.Content.ReadAsStringAsync(Token)).RootElement);
        }

        async Task<HttpStatusCode> OpenSocketAsync(string from)
        {
            using var socket = new ClientWebSocket();
            socket.Options.RemoteCertificateValidationCallback = installation.IsOwn;
            socket.Options.Cookies = handler.CookieContainer;
            socket.Options.SetRequestHeader("Origin", from);
            socket.Options.CollectHttpResponseDetails = true;
            try
            {
                await socket.ConnectAsync(new UriBuilder(installation.Url) { Scheme = "wss", Path = "/_blazor" }.Uri, Token);
            }
            catch (WebSocketException) when (socket.HttpStatusCode != default)
            {
                // its status says why
            }

            return socket.HttpStatusCode;
        }
    }

    /// <summary>A product whose public address is a proxy's, and a certificate for it.</summary>
    public sealed class Installation : IAsyncLifetime
    {
        readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("latchkey-");
        readonly int port = ExternalProcess.FreePort();
        int served;
        string fingerprint = "";

        public Installation()
        {
            Url = new($"https://localhost:{port}");
            Product = new Product().With("PublicUrl", Url.GetLeftPart(UriPartial.Authority)).With("Proxies:Trusted", "127.0.0.1");
        }

        public Uri Url { get; }

        public Product Product { get; }

        public async ValueTask InitializeAsync()
        {
            Product.Start();
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
            var names = new SubjectAlternativeNameBuilder();
            names.AddDnsName("localhost");
            request.CertificateExtensions.Add(names.Build());
            using var certificate = request.CreateSelfSigned(Product.Now.AddDays(-1), Product.Now.AddDays(1));
            var (chain, secret) = (certificate.ExportCertificatePem() + "\n", key.ExportPkcs8PrivateKeyPem() + "\n");
            fingerprint = certificate.GetCertHashString(HashAlgorithmName.SHA256);
            await File.WriteAllTextAsync(PathOf("keys.example.com.pem"), chain + secret, Token);
            await File.WriteAllTextAsync(PathOf("keys.example.com.key"), secret, Token);
        }

        internal bool IsOwn(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors) =>
            certificate?.GetCertHashString(HashAlgorithmName.SHA256) == fingerprint;

        /// <summary>Starts a proxy on the product's public address.</summary>
        internal Task<RealProxy> ServeAsync(string proxy)
        {
            var text = Pages.Block("deployment.md", proxy == "caddy" ? "caddyfile" : proxy)
                .Replace("/etc/ssl/", $"{folder.FullName}/", StringComparison.Ordinal)
                .Replace("/var/log/nginx/keys.access.log", "/dev/stderr", StringComparison.Ordinal)
                    .Replace("/var/log/nginx/keys.error.log", "stderr", StringComparison.Ordinal);
            if (proxy == "caddy")
            {
                // Nobody can get a certificate for this machine.
                text = text.Replace(
                    "keys.example.com {",
                    $"https://localhost:{port} {{\n\ttls {PathOf("keys.example.com.pem")} {PathOf("keys.example.com.key")}",
                    StringComparison.Ordinal);
            }

            return RealProxy.ServeAsync(
                proxy, folder.CreateSubdirectory($"{++served}").FullName, text.Replace(
                    "server_name keys.example.com", "server_name localhost", StringComparison.Ordinal), Product.Url.Port, 0, Token, port);
        }

        public async ValueTask DisposeAsync()
        {
            await Product.DisposeAsync();
            folder.Delete(recursive: true);
        }

        string PathOf(string name) => Path.Combine(folder.FullName, name);
    }
}
