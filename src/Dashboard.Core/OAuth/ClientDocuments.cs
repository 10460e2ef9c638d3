using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json;
using Dashboard.Core.Tokens;
using Microsoft.Extensions.Logging;

namespace Dashboard.Core.OAuth;

/// <summary>Fetches the documents that describe clients whose id is a URL (client ID metadata documents). Anybody can name any URL, so
/// nothing is fetched but from public addresses, in one answer, that is small and quick.</summary>
public sealed partial class ClientDocuments : IDisposable
{
    /// <summary>The maximum size of a document.</summary>
    public const int MaxBytes = 5 * 1024;

    /// <summary>How long everything may take, from the name's resolution to the last byte.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>How long a document is kept at least and at most, whatever its headers say.</summary>
    public static readonly (TimeSpan Least, TimeSpan Most) Kept = (TimeSpan.FromMinutes(5), TimeSpan.FromDays(1));

    /// <summary>The maximum number of documents that are kept, 5 MB of text. Of more, the one that expires first makes room.</summary>
    const int MaxKept = 1000;

    readonly ConcurrentDictionary<string, (OAuthClient Client, DateTimeOffset Until)> kept = new(StringComparer.Ordinal);
    readonly ClientDocumentNetwork network;
    readonly OAuthOptions options;
    readonly OAuthScopes scopes;
    readonly TimeProvider time;
    readonly ILogger<ClientDocuments> logger;
    readonly HttpClient client;

    /// <summary>Fetches nothing yet.</summary>
    public ClientDocuments(
        ClientDocumentNetwork network, OAuthOptions options, OAuthScopes scopes, TimeProvider time, ILogger<ClientDocuments> logger)
    {
        (this.network, this.options, this.scopes, this.time, this.logger) = (network, options, scopes, time, logger);
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            UseCookies = false,
            UseProxy = false, // it would connect for us, and to any address
            PooledConnectionLifetime = TimeSpan.Zero,
            MaxResponseHeadersLength = 16,
            ConnectCallback = ConnectAsync,
        };
        handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, errors) => network.Trusts(errors);
        client = new(handler) { Timeout = Timeout.InfiniteTimeSpan };
        client.DefaultRequestHeaders.Accept.Add(new("application/json"));
        client.DefaultRequestHeaders.UserAgent.Add(new("Latchkey", null));
    }

    /// <summary>Whether clients may be described by documents.</summary>
    public bool IsOpen => options.ClientMetadataDocuments;

    /// <summary>Returns the client that a document describes.</summary>
    /// <param name="url">The client id, a URL.</param>
    /// <returns>The client; or <c>invalid_client</c> with a sentence for people.</returns>
    public async Task<Result<OAuthClient>> FindAsync(string url, CancellationToken cancellationToken)
    {
        if (kept.TryGetValue(url, out var known) && known.Until > time.GetUtcNow())
        {
            return known.Client;
        }

        using var patience = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            return await FetchAsync(url, either.Token);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or SocketException
            || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            LogUnread(exception, new Uri(url).Host);
            return Unreadable(url, "cannot be fetched");
        }
    }

    /// <inheritdoc />
    public void Dispose() => client.Dispose();

    async Task<Result<OAuthClient>> FetchAsync(string url, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        if (answer.StatusCode != HttpStatusCode.OK)
        {
            return Unreadable(url, $"is not there: the server answers {(int)answer.StatusCode}");
        }

        if (answer.Content.Headers.ContentLength > MaxBytes)
        {
            return Unreadable(url, "is larger than 5 KB");
        }

        var bytes = new byte[MaxBytes + 1];
        await using var body = await answer.Content.ReadAsStreamAsync(cancellationToken);
        var length = await body.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken);
        if (length > MaxBytes)
        {
            return Unreadable(url, "is larger than 5 KB");
        }

        var read = Read(url, bytes.AsMemory(0, length));
        if (read.Error is null)
        {
            if (kept.Count >= MaxKept && !kept.ContainsKey(url))
            {
                MakeRoom();
            }

            kept[url] = (read.Value, time.GetUtcNow() + LifetimeOf(answer.Headers, answer.Content.Headers));
        }

        return read;
    }

    Result<OAuthClient> Read(string url, ReadOnlyMemory<byte> bytes)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(bytes.Span.StartsWith("\uFEFF"u8) ? bytes[3..] : bytes);
        }
        catch (JsonException)
        {
            return Unreadable(url, "is not JSON");
        }

        using (document)
        {
            if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty("client_id", out var id)
                || ClientMetadata.TextOf(id) != url)
            {
                return Unreadable(url, "does not name this address as its client_id");
            }

            var metadata = ClientMetadata.Read(document.RootElement);
            var usable = UsableClient.Of(metadata, scopes);
            if (usable.Error is not null || !usable.Value.Grants.Contains(GrantTypes.AuthorizationCode, StringComparer.Ordinal))
            {
                return Unreadable(url, $"cannot be used: {usable.Error?.Detail ?? "grant_types must contain authorization_code."}");
            }

            // A device has no browser that would show whose document it is.
            var grants = usable.Value.Grants.Where(grant => grant != GrantTypes.DeviceCode).ToList();

            var host = new Uri(url).Authority;
            return new OAuthClient(
                ClientAddresses.ToStored(url), host, ClientKind.Described, IsPublic: true, grants,
                usable.Value.Scope, usable.Value.RedirectUris, Url: url,
                ClaimedName: metadata.Name is null ? null : UsableClient.NameOf(metadata.Name, usable.Value.RedirectUris));
        }
    }

    /// <summary>Connects to a public address of a host. It is checked here, after the name was resolved: a check before would ask a name
    /// server that may say something else the second time.</summary>
    async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        var addresses = IPAddress.TryParse(host.Trim('[', ']'), out var literal) ? [literal]
            : await network.ResolveAsync(host, cancellationToken);
        Exception? failure = null;
        foreach (var address in addresses.Where(PublicAddresses.Contains))
        {
            try
            {
                return await network.ConnectAsync(new(address, port), cancellationToken);
            }
            catch (SocketException exception)
            {
                failure = exception;
            }
        }

        throw failure ?? new IOException("The host has no public address.");
    }

    /// <summary>Returns how long the server says that its answer is good (RFC 9111 section 4.2.1), within bounds.</summary>
    TimeSpan LifetimeOf(HttpResponseHeaders headers, HttpContentHeaders content)
    {
        var said = headers.CacheControl switch
        {
            { NoStore: true } or { NoCache: true } => TimeSpan.Zero,
            { MaxAge: { } age } => age - (headers.Age ?? TimeSpan.Zero),
            _ => content.Expires is { } end ? end - (headers.Date ?? time.GetUtcNow()) : TimeSpan.Zero,
        };
        return said < Kept.Least ? Kept.Least : said > Kept.Most ? Kept.Most : said;
    }

    void MakeRoom()
    {
        foreach (var old in kept.ToArray().OrderBy(entry => entry.Value.Until).Take(1 + kept.Count - MaxKept))
        {
            kept.TryRemove(old);
        }
    }

    static OAuthError Unreadable(string url, string why) => new(
        "invalid_client", $"The app that sent you here is described by a document at {new Uri(url).Authority}, which {why.TrimEnd('.')}.");

    [LoggerMessage(Level = LogLevel.Warning, Message = "The document of an OAuth client at {Host} cannot be fetched.")]
    partial void LogUnread(Exception exception, string host);
}
