using System.Net;
using System.Security.Authentication;
using System.Text.Json;
using Dashboard.Core.Tokens;
using Dashboard.Hosting;

namespace Dashboard.Commands;

/// <summary>Asks the public URL what answers there, and by which way the question came.</summary>
sealed class PublicUrlDoctor(IServiceProvider services, HttpMessageHandler? network, TimeProvider time, Findings findings)
{
    const string Check = "public URL";
    const string Proxies = "proxies";
    const int MaxAnswer = 64 * 1024;

    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (services.GetRequiredService<PublicUrl>().Configured is not { } url)
        {
            await findings.SkippedAsync(
                Check, "PublicUrl is not set, so links and tokens name http://localhost; set it before others use Latchkey");
            return;
        }

        using var own = network is null ? new SocketsHttpHandler { AllowAutoRedirect = false } : null;
        using var client =
            new HttpClient(network ?? own!, disposeHandler: false) { Timeout = Timeout, MaxResponseContentBufferSize = MaxAnswer };
        try
        {
            await CheckAsync(client, url, cancellationToken);
        }
        catch (HttpRequestException exception) when (exception.InnerException is AuthenticationException tls)
        {
            await findings.WrongAsync(Check, $"{url} has a certificate that this machine does not trust: {tls.Message}");
        }
        catch (HttpRequestException exception) when (exception.HttpRequestError == HttpRequestError.ConfigurationLimitExceeded)
        {
            await findings.WrongAsync(Check, Foreign(url, "a long page"));
        }
        catch (Exception exception) when (
            exception is HttpRequestException || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            await findings.SkippedAsync(Check, $"nothing answers at {url}; if Latchkey runs, check the name, the proxy and the firewall ({exception.Message.TrimEnd('.')})");
        }
    }

    async Task CheckAsync(HttpClient client, string url, CancellationToken cancellationToken)
    {
        var begin = time.GetUtcNow();
        using var answer = await client.GetAsync(new Uri($"{url}/healthz/live"), cancellationToken);
        await CheckClockAsync(answer, url, begin);
        if (answer.Headers.Location is { } elsewhere)
        {
            await findings.WrongAsync(Check, $"{url} redirects to {elsewhere}; set PublicUrl to the URL that people end at");
            return;
        }

        if (answer.StatusCode != HttpStatusCode.OK || await MemberAsync(answer, "status", cancellationToken) != "live")
        {
            await findings.WrongAsync(Check, Foreign(url, $"status {(int)answer.StatusCode}"));
            return;
        }

        if (services.GetRequiredService<AuthorizationServerOptions>().Enabled)
        {
            using var metadata = await client.GetAsync(new Uri($"{url}/.well-known/oauth-authorization-server"), cancellationToken);
            if (await MemberAsync(metadata, "issuer", cancellationToken) is var issuer && issuer != url)
            {
                await findings.WrongAsync(Check, $"{url} is answered by an installation that calls itself {issuer ?? "nothing"}; give it the same PublicUrl, or send the name to this one");
                return;
            }
        }

        await findings.GoodAsync(Check, $"Latchkey answers at {url}");
        await (answer.Headers.Contains(TrustedProxies.IgnoredHeader)
            ? findings.WrongAsync(
                Proxies, $"a proxy in front of {url} sends X-Forwarded-* and is not in Proxies:Trusted, so every client has its address; add the address that the log names")
            : findings.GoodAsync(Proxies, "no proxy forwards headers that are ignored"));
    }

    /// <summary>Compares the clock with that of what answers: another node, or a proxy on another machine.</summary>
    async Task CheckClockAsync(HttpResponseMessage answer, string url, DateTimeOffset begin)
    {
        if (answer.Headers is { Date: { } date, Age: null }
            && ClockSkew.Describe(date, begin, time.GetUtcNow(), $"what answers at {url}") is { } skew)
        {
            await findings.WrongAsync(ClockSkew.Check, skew);
        }
    }

    static string Foreign(string url, string what) =>
        $"{url} is answered by something else than Latchkey ({what}); correct PublicUrl, or what the name leads to";

    static async Task<string?> MemberAsync(HttpResponseMessage answer, string name, CancellationToken cancellationToken)
    {
        try
        {
            using var json = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync(cancellationToken));
            return json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty(name, out var value)
                && value.ValueKind == JsonValueKind.String
                ? value.GetString()
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
