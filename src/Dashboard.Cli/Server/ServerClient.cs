using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace Dashboard.Cli.Server;

/// <summary>Sends requests to one server, and to no other.</summary>
sealed class ServerClient(Machine machine, Uri url)
{
    const int MaxBody = 64 * 1024 * 1024;

    static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public Uri Url => url;

    /// <summary>Sends a request to the API.</summary>
    public Task<Reply> SendAsync(
        HttpMethod method, string path, JsonNode? body, string? bearer, CancellationToken cancellationToken) =>
        SendAsync(new(method, path, body is null ? null : Encoding.UTF8.GetBytes(body.ToJsonString())), bearer, cancellationToken);

    /// <summary>Sends a request.</summary>
    public async Task<Reply> SendAsync(Request request, string? bearer, CancellationToken cancellationToken)
    {
        using var message = new HttpRequestMessage(request.Method, At(request.Path));
        if (request.Body is { } body)
        {
            message.Content = new ByteArrayContent(body) { Headers = { ContentType = new(request.MediaType) } };
        }

        foreach (var (name, value) in request.Headers)
        {
            message.Headers.TryAddWithoutValidation(name, value);
        }

        if (bearer is not null)
        {
            message.Headers.Authorization = new("Bearer", bearer);
        }

        return await SendAsync(message, cancellationToken);
    }

    /// <summary>Sends a form to an endpoint of OAuth.</summary>
    public async Task<Reply> SendFormAsync(
        string path, IEnumerable<KeyValuePair<string, string>> fields, CancellationToken cancellationToken)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, At(path)) { Content = new FormUrlEncodedContent(fields) };
        return await SendAsync(message, cancellationToken);
    }

    Uri At(string path) =>
        Uri.TryCreate(Url, path, out var target) && path.StartsWith('/') && !path.Contains('\\', StringComparison.Ordinal)
        && target.Authority == Url.Authority && target.Scheme == Url.Scheme
            ? target
            : throw new Failure(ExitCode.Usage, $"{path} is not a path. Begin it with one slash: /v1/capabilities.");

    async Task<Reply> SendAsync(HttpRequestMessage message, CancellationToken cancellationToken)
    {
        message.Headers.UserAgent.Add(new ProductInfoHeaderValue("latchkey", Machine.Version));
        if (message.Headers.Accept.Count == 0)
        {
            message.Headers.Accept.ParseAdd("application/json");
            message.Headers.Accept.ParseAdd("*/*;q=0.1");
        }

        try
        {
            using var http =
                new HttpClient(machine.Network.Value, disposeHandler: false) { Timeout = Patience, MaxResponseContentBufferSize = MaxBody };
            using var response = await http.SendAsync(message, cancellationToken);
            return new(
                (int)response.StatusCode, await response.Content.ReadAsByteArrayAsync(cancellationToken),
                response.Content.Headers.ContentType?.MediaType,
                response.Headers.RetryAfter?.Delta);
        }
        catch (HttpRequestException exception)
        {
            throw new Failure(
                ExitCode.Unavailable,
                $"{Url.GetLeftPart(UriPartial.Authority)} cannot be reached: {exception.InnerException?.Message ?? exception.Message}",
                exception);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new Failure(
                ExitCode.Unavailable,
                $"{Url.GetLeftPart(UriPartial.Authority)} has not answered for {Patience.TotalSeconds} s.", exception);
        }
    }
}

/// <summary>A request, except for its credential.</summary>
sealed record Request(HttpMethod Method, string Path, byte[]? Body = null)
{
    public string MediaType { get; init; } = "application/json";

    public IReadOnlyList<(string Name, string Value)> Headers { get; init; } = [];
}
