using System.Text.RegularExpressions;
using Xunit;

namespace Dashboard.Tests.E2E.Support;

/// <summary>A real proxy in front of an API, with the configuration that a page of the documentation prints, except for addresses and
/// places of files.</summary>
public sealed partial class RealProxy : IAsyncDisposable
{
    /// <summary>Between Apache's program, which has the policy, and its virtual host.</summary>
    const string NextFile = "-- next file\n";

    const string ApacheModules = "/usr/lib/apache2/modules";
    const string LuaSocket = "/usr/share/lua/5.3/socket/http.lua";

    readonly ExternalProcess program;

    RealProxy(Uri url, ExternalProcess program) => (Url, this.program) = (url, program);

    /// <summary>The proxies that the tests run.</summary>
    public static IReadOnlyList<string> Names { get; } = ["nginx", "caddy", "haproxy", "apache"];

    public Uri Url { get; }

    /// <summary>Returns whether a proxy is installed.</summary>
    public static bool IsInstalled(string proxy) => FileOf(proxy) is not null && (proxy != "apache" || File.Exists(LuaSocket));

    /// <summary>Returns what the proxy's page prints.</summary>
    public static string PageOf(string proxy) =>
        (proxy == "apache" ? Pages.Block("verify/apache.md", "lua") + NextFile : "") + Pages.Block($"verify/{proxy}.md", LanguageOf(proxy));

    /// <summary>Returns that, as the page about a policy from the path changes it.</summary>
    public static string PageWithPolicyFromPath(string proxy)
    {
        const string page = "verify/policy-from-path.md";
        var (text, language) = (PageOf(proxy), LanguageOf(proxy));
        return proxy switch
        {
            "nginx" => Replaced(
                Replaced(NginxMap().Replace(text, _ => Pages.Block(page, language, "map ")),
                    "    location / {\n", $"    location / {{\n{Pages.Block(page, language, "return 404")}"),
                "proxy_pass http://latchkey/forward-auth-nginx/acme/orders/live/$needed_permission;", Pages.Block(
                    page, language, "proxy_pass")),
            "caddy" => Replaced(
                Replaced(CaddyMap().Replace(text, _ =>
                    Pages.Block(page, language, "map ")), "\troute {\n", $"\troute {{\n{Pages.Block(page, language, "respond")}"),
                "uri /forward-auth/acme/orders/live/{permission}", "uri /forward-auth/{policy}"),
            "apache" => ApachePolicy().Replace(text, _ => Pages.Block(page, "lua")),
            _ => HaproxyPolicy().Replace(text, _ => Pages.Block(page, language)),
        };

        static string Replaced(string text, string old, string now)
        {
            Assert.Contains(old, text, StringComparison.Ordinal);
            return text.Replace(old, now, StringComparison.Ordinal);
        }
    }

    /// <summary>Starts a proxy. If it is not installed, the test is skipped.</summary>
    /// <param name="proxy">One of <see cref="Names"/>.</param>
    /// <param name="place">A temporary folder.</param>
    /// <param name="text">Its configuration.</param>
    /// <param name="latchkey">The port that Latchkey listens on.</param>
    /// <param name="api">The port that the API listens on.</param>
    /// <param name="cancellationToken">Cancels waiting for its start.</param>
    /// <param name="port">The port to listen on.</param>
    public static async Task<RealProxy> ServeAsync(
        string proxy, string place, string text, int latchkey, int api, CancellationToken cancellationToken, int? port = null)
    {
        Assert.SkipUnless(IsInstalled(proxy), $"no {proxy}: it is a Debian package");
        var own = port ?? ExternalProcess.FreePort();
        text = text.Replace("127.0.0.1:5080", $"127.0.0.1:{latchkey}", StringComparison.Ordinal)
            .Replace("127.0.0.1:9000", $"127.0.0.1:{api}", StringComparison.Ordinal);
        var arguments = await ConfigureAsync(proxy, place, text, own, cancellationToken);
        return new(new($"http://127.0.0.1:{own}"), await ExternalProcess.ServeAsync(
            FileOf(proxy)!, place, own, cancellationToken, arguments));
    }

    /// <summary>Returns its log as soon as it contains a text.</summary>
    public Task<string> LoggedAsync(string text, CancellationToken cancellationToken) => program.SaidAsync(text, cancellationToken);

    public ValueTask DisposeAsync() => program.DisposeAsync();

    static string? FileOf(string proxy) => ExternalProcess.Find(proxy == "apache" ? "apache2" : proxy);

    static string LanguageOf(string proxy) => proxy == "caddy" ? "caddyfile" : proxy;

    static async Task<string[]> ConfigureAsync(string proxy, string place, string text, int port, CancellationToken cancellationToken)
    {
        switch (proxy)
        {
            case "nginx":
                // What somebody else's configuration may have loosened, the page's own tightens.
                var temporary = string.Concat(
                    new[] { "client_body", "proxy", "fastcgi", "uwsgi", "scgi" }.Select(name => $"{name}_temp_path {place}/{name};\n"));
                text = NginxListen().Replace(text, $"listen 127.0.0.1:{port}")
                    .Replace("/var/log/nginx/api.access.log", "/dev/stderr", StringComparison.Ordinal)
                    .Replace("/var/log/nginx/api.error.log", "stderr", StringComparison.Ordinal);
                await WriteAsync("nginx.conf", $"daemon off; master_process off; pid {place}/nginx.pid; error_log stderr;\nevents {{}}\nhttp {{\nunderscores_in_headers on; ignore_invalid_headers off; access_log off;\n{temporary}{text}}}\n");
                return ["-p", place, "-c", "nginx.conf", "-e", "stderr"];
            case "haproxy":
                // Sockets in memory have names that all processes share.
                var socket = $"abns@latchkey-{port}";
                await WriteAsync(
                    "latchkey.lua", Pages.Block("verify/haproxy.md", "lua").Replace("abns@latchkey", socket, StringComparison.Ordinal));
                await WriteAsync("haproxy.cfg", HaproxyBind().Replace(text, $"bind 127.0.0.1:{port}")
                    .Replace("abns@latchkey", socket, StringComparison.Ordinal).Replace("/etc/haproxy", place, StringComparison.Ordinal));
                return ["-db", "-f", "haproxy.cfg"];
            case "apache":
                var files = text.Split(NextFile);
                await WriteAsync("latchkey.lua", files[0]);
                var modules = new[] { "mpm_event", "authn_core", "authz_core", "headers", "lua", "proxy", "proxy_http", "proxy_wstunnel" }
                    .Select(name => $"LoadModule {name}_module {ApacheModules}/mod_{name}.so\n");
                text = files[1].Replace("*:80", $"127.0.0.1:{port}", StringComparison.Ordinal)
                    .Replace("/etc/apache2", place, StringComparison.Ordinal)
                    .Replace("${APACHE_LOG_DIR}/api.access.log", "/dev/stderr", StringComparison.Ordinal);
                await WriteAsync("httpd.conf", $"ServerName 127.0.0.1\nListen 127.0.0.1:{port}\nPidFile {place}/apache.pid\nDefaultRuntimeDir {place}\nErrorLog /dev/stderr\nMutex sem\n{string.Concat(modules)}{text}");
                return ["-X", "-d", place, "-f", "httpd.conf"];
            default:
                text = text.StartsWith("{\n", StringComparison.Ordinal) ? $"{{\n\tadmin off\n{text["{\n".Length..]}"
                    : $"{{\n\tadmin off\n}}\n{text}";
                await WriteAsync("Caddyfile", text.Replace("http://api.example:80", $"http://127.0.0.1:{port}", StringComparison.Ordinal));
                return ["run", "--config", "Caddyfile", "--adapter", "caddyfile"];
        }

        Task WriteAsync(string name, string content) => File.WriteAllTextAsync(Path.Combine(place, name), content, cancellationToken);
    }

    [GeneratedRegex(@"^map \$request_method .*\n", RegexOptions.Multiline, 5000)]
    private static partial Regex NginxMap();

    [GeneratedRegex(@"listen \d+", RegexOptions.None, 5000)]
    private static partial Regex NginxListen();

    [GeneratedRegex(@"\tmap \{method\}[^}]*\} \{\n[^}]*\}\n", RegexOptions.None, 5000)]
    private static partial Regex CaddyMap();

    [GeneratedRegex(@"(?: *http-request set-var\(txn\.latchkey_policy\).*\n)+", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex HaproxyPolicy();

    [GeneratedRegex(@"local function policy\(r\)\n.*?\nend\n", RegexOptions.Singleline, 5000)]
    private static partial Regex ApachePolicy();

    [GeneratedRegex(@"bind :\d+", RegexOptions.None, 5000)]
    private static partial Regex HaproxyBind();
}
