using Xunit;

namespace Dashboard.Tests.E2E.Support;

/// <summary>A real proxy in front of an API, with the documented configuration except for addresses and policy.</summary>
public sealed class RealProxy(Uri url, IAsyncDisposable program) : IAsyncDisposable
{
    public Uri Url { get; } = url;

    /// <summary>Starts a proxy. If it is not installed, the test is skipped.</summary>
    /// <param name="proxy">nginx or caddy.</param>
    /// <param name="place">A temporary folder.</param>
    /// <param name="latchkey">The port that Latchkey listens on.</param>
    /// <param name="api">The port that the API listens on.</param>
    /// <param name="policy">The forward-auth policy.</param>
    /// <param name="cancellationToken">Cancels waiting for its start.</param>
    public static async Task<RealProxy> ServeAsync(string proxy, string place, int latchkey, int api, string policy, CancellationToken cancellationToken)
    {
        var file = ExternalProcess.Find(proxy);
        Assert.SkipWhen(file is null, $"no {proxy}: it is a Debian package");
        var port = ExternalProcess.FreePort();
        var text = Pages.Block($"verify/{proxy}.md", proxy == "nginx" ? "nginx" : "caddyfile")
            .Replace("127.0.0.1:5080", $"127.0.0.1:{latchkey}", StringComparison.Ordinal).Replace("127.0.0.1:9000", $"127.0.0.1:{api}", StringComparison.Ordinal)
            .Replace("/acme/orders/live", policy, StringComparison.Ordinal);
        if (proxy == "nginx")
        {
            var temporary = string.Concat(new[] { "client_body", "proxy", "fastcgi", "uwsgi", "scgi" }.Select(name => $"{name}_temp_path {place}/{name};\n"));
            await File.WriteAllTextAsync(
                Path.Combine(place, "nginx.conf"),
                $"daemon off; master_process off; pid {place}/nginx.pid; error_log stderr;\nevents {{}}\nhttp {{\naccess_log off;\n{temporary}{text.Replace("listen 80;", $"listen 127.0.0.1:{port};", StringComparison.Ordinal)}}}\n",
                cancellationToken);
            return new(new($"http://127.0.0.1:{port}"), await ExternalProcess.ServeAsync(file!, place, port, cancellationToken, "-p", place, "-c", "nginx.conf", "-e", "stderr"));
        }

        await File.WriteAllTextAsync(
            Path.Combine(place, "Caddyfile"), "{\n\tadmin off\n}\n" + text.Replace("http://api.example:80", $"http://127.0.0.1:{port}", StringComparison.Ordinal), cancellationToken);
        return new(new($"http://127.0.0.1:{port}"), await ExternalProcess.ServeAsync(file!, place, port, cancellationToken, "run", "--config", "Caddyfile", "--adapter", "caddyfile"));
    }

    public ValueTask DisposeAsync() => program.DisposeAsync();
}
