using System.Text.Json;
using Xunit;

namespace Dashboard.Tests.E2E.Support;

/// <summary>Validates requests and responses against the OpenAPI document.</summary>
public sealed class Contract
{
    readonly JsonElement document;
    readonly JsonSchema schemas;

    Contract(JsonElement document) => (this.document, schemas) = (document, new(document));

    /// <summary>All operations, as method and path.</summary>
    public IEnumerable<(string Method, string Path, JsonElement Operation)> Operations =>
        from path in document.GetProperty("paths").EnumerateObject()
        from operation in path.Value.EnumerateObject()
        select (operation.Name.ToUpperInvariant(), path.Name, operation.Value);

    /// <summary>Reads the document from the product.</summary>
    public static async Task<Contract> ReadAsync(HttpClient client)
    {
        using var parsed = JsonDocument.Parse(await client.GetStringAsync("/openapi/v1.json"));
        return new(parsed.RootElement.Clone());
    }

    /// <summary>Fails if a response does not match the document or the general rules.</summary>
    public void Check(Exchange exchange)
    {
        if (exchange.Path.StartsWith("/_", StringComparison.Ordinal))
        {
            return; // a framework endpoint
        }

        var name = $"{exchange.Method} {exchange.Path} -> {exchange.Status}";
        Assert.True(exchange.Status is < 300 or >= 400, $"{name} is a redirect");
        Assert.True(exchange.Header("X-Content-Type-Options") == "nosniff", $"{name} lacks nosniff");
        Assert.True(exchange.Header("Cache-Control")?.Contains("no-store", StringComparison.Ordinal) == true,
            $"{name} may be kept by a cache");
        Assert.True(exchange.Status != 401 || exchange.Header("WWW-Authenticate") is not null, $"{name} names no scheme");
        if (Find(exchange.Method is "HEAD" ? "GET" : exchange.Method, exchange.Path.Split('?')[0]) is not { } operation)
        {
            Assert.True(exchange.Status is 404 or 405, $"{name} is not documented");
            CheckBody(exchange, document.GetProperty("components").GetProperty("schemas")
                .GetProperty("Problem"), ProblemDocument.MediaType, name);
            return;
        }

        Assert.True(operation.GetProperty("responses").TryGetProperty($"{exchange.Status}", out var response), $"{name} is not documented");
        CheckHeaders(exchange, response, name);
        if (!response.TryGetProperty("content", out var content))
        {
            Assert.True(exchange.Body.Length == 0, $"{name} has a body");
            return;
        }

        if (exchange.Status == 200 && content.EnumerateObject().All(x => !x.Name.EndsWith("json", StringComparison.Ordinal)))
        {
            Assert.True(content.TryGetProperty(exchange.MediaType
                ?? "", out _), $"{name} is {exchange.MediaType}, which is not documented");
            return;
        }

        var media = Assert.Single(content.EnumerateObject());
        CheckBody(exchange, media.Value.GetProperty("schema"), media.Name, name);
        if (exchange.Status < 300)
        {
            CheckRequest(exchange, operation, name);
        }
    }

    void CheckBody(Exchange exchange, JsonElement schema, string mediaType, string name)
    {
        Assert.True(exchange.MediaType == mediaType, $"{name} is {exchange.MediaType}, not {mediaType}");
        if (exchange.Method == "HEAD")
        {
            Assert.Empty(exchange.Body);
            return;
        }

        var body = exchange.Json;
        Assert.True(!schemas.Check(schema, body).Any(), $"{name}: {string.Join("; ", schemas.Check(schema, body))}");
        if (mediaType == ProblemDocument.MediaType)
        {
            Assert.Equal(exchange.Status, body.GetProperty("status").GetInt32());
            Assert.NotEmpty(body.GetProperty("detail").GetString()!);
        }
    }

    static void CheckHeaders(Exchange exchange, JsonElement response, string name)
    {
        foreach (var header in response.TryGetProperty("headers", out var headers) ? headers.EnumerateObject() : [])
        {
            var isRequired = header.Value.TryGetProperty("required", out var required) && required.GetBoolean();
            Assert.True(!isRequired || exchange.Header(header.Name) is not null, $"{name} lacks {header.Name}");
        }
    }

    /// <summary>Checks that an accepted request matches the document.</summary>
    void CheckRequest(Exchange exchange, JsonElement operation, string name)
    {
        if (operation.TryGetProperty("requestBody", out var body))
        {
            var schema = body.GetProperty("content").GetProperty("application/json").GetProperty("schema");
            using var sent = JsonDocument.Parse(AsJson(exchange.Sent));
            // Requests may use any offset, responses use one format.
            var faults = schemas.Check(schema, sent.RootElement).Where(x => !x.Contains("no UTC time", StringComparison.Ordinal)).ToList();
            Assert.True(faults.Count == 0, $"{name} took what is not documented: {string.Join("; ", faults)}");
        }

        var documented = operation.TryGetProperty("parameters", out var parameters)
            ? parameters.EnumerateArray().Where(x => x.GetProperty("in").GetString() == "query")
                .Select(x => x.GetProperty("name").GetString()) : [];
        var used = Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(exchange.Path.Contains('?', StringComparison.Ordinal)
            ? exchange.Path[exchange.Path.IndexOf('?', StringComparison.Ordinal)..] : "").Keys;
        Assert.True(!used.Except(documented, StringComparer.Ordinal).Any(), $"{name} took a parameter that is not documented");
    }

    /// <summary>Returns the request body as JSON, even if it was form-encoded.</summary>
    static string AsJson(string? sent) => sent is null ? "null" : sent is ['{' or '[', ..] ? sent
        : JsonSerializer.Serialize(Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(sent)
            .Where(x => x.Value != "").ToDictionary(x => x.Key, x => x.Value.ToString(), StringComparer.Ordinal));

    JsonElement? Find(string method, string path)
    {
        var fitting = Operations.Where(x => x.Method == method && Fits(x.Path, path)).OrderBy(x => x.Path.Count(c => c == '{')).ToList();
        return fitting.Count == 0 ? null : fitting[0].Operation;
    }

    static bool Fits(string template, string path)
    {
        var (wanted, given) = (template.Split('/'), path.Split('/'));
        return wanted.Length == given.Length && wanted.Zip(given)
            .All(x => x.First.StartsWith('{') ? x.Second.Length > 0 : string.Equals(x.First, x.Second, StringComparison.OrdinalIgnoreCase));
    }
}
