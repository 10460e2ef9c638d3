using System.Reflection;
using System.Text.Json;
using System.Text.Unicode;
using Dashboard.Core;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Net.Http.Headers;

namespace Dashboard.Http;

/// <summary>Reads bodies strictly.</summary>
static class JsonBody
{
    /// <summary>The most bytes of a body.</summary>
    public const int MaxBytes = 64 * 1024;

    public static readonly Fault TooLarge = new(FaultCode.TooLarge, "The body is larger than 64 KB, and no request here needs more.");

    public static readonly Fault NotJson = new(FaultCode.UnsupportedMediaType, "Send JSON in UTF-8, with the content type application/json.");

    static readonly Fault Missing = new(FaultCode.InvalidRequest, "The body is missing. Send a JSON object.");

    static readonly Fault Malformed = new(FaultCode.InvalidRequest, "The body is not well-formed JSON in UTF-8, names a member twice, or is nested too deep.");

    static readonly Fault NoObject = new(FaultCode.InvalidRequest, "Send a JSON object.");

    /// <summary>Reads the body as a <typeparamref name="T"/>.</summary>
    /// <returns>The value; or <see cref="FaultCode.UnsupportedMediaType"/>, <see cref="FaultCode.TooLarge"/>, <see cref="FaultCode.InvalidRequest"/> by field
    /// where it is known.</returns>
    public static async Task<Outcome<T>> ReadAsync<T>(HttpContext http)
        where T : class
    {
        if (http.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: false } || http.Request.ContentLength == 0)
        {
            return Missing;
        }

        if (!IsJson(http.Request))
        {
            return NotJson;
        }

        var bytes = await ReadBytesAsync(http.Request, http.RequestAborted);
        return bytes.Fault is { } fault ? fault : Parse<T>(bytes.Value);
    }

    /// <summary>Reads a body's bytes.</summary>
    public static Outcome<T> Parse<T>(ReadOnlyMemory<byte> bytes)
        where T : class
    {
        if (bytes.Length == 0)
        {
            return Missing;
        }

        if (!Utf8.IsValid(bytes.Span))
        {
            return Malformed;
        }

        try
        {
            using var document = JsonDocument.Parse(bytes, new() { AllowDuplicateProperties = false, MaxDepth = JsonContract.MaxDepth });
            return document.RootElement.ValueKind == JsonValueKind.Object ? StrictReader.Read<T>(document.RootElement) : NoObject;
        }
        catch (JsonException)
        {
            return Malformed;
        }
        catch (InvalidOperationException) // half of a surrogate pair in a member's name
        {
            return Malformed;
        }
    }

    static bool IsJson(HttpRequest request) =>
        request.Headers.ContentType is [{ } text] && MediaTypeHeaderValue.TryParse(text, out var type)
        && type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
        && (!type.Charset.HasValue || HeaderUtilities.RemoveQuotes(type.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase))
        && request.Headers.ContentEncoding.Count == 0;

    /// <summary>One byte more than may be tells that there is too much. The rest is left for the server to drain, so that the sender reads the answer.</summary>
    static async Task<Outcome<ReadOnlyMemory<byte>>> ReadBytesAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.ContentLength > MaxBytes)
        {
            return TooLarge;
        }

        var buffer = new byte[(request.ContentLength ?? MaxBytes) + 1];
        var length = await request.Body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        return length > MaxBytes ? TooLarge : (ReadOnlyMemory<byte>)buffer.AsMemory(0, length);
    }
}

/// <summary>A body that an endpoint takes.</summary>
sealed class JsonBody<T> : IBindableFromHttpContext<JsonBody<T>>, IEndpointParameterMetadataProvider, IInput
    where T : class
{
    readonly Outcome<T> outcome;

    JsonBody(Outcome<T> outcome) => this.outcome = outcome;

    public Fault? Fault => outcome.Fault;

    public T Value => outcome.Value;

    public static async ValueTask<JsonBody<T>?> BindAsync(HttpContext context, ParameterInfo parameter) => new(await JsonBody.ReadAsync<T>(context));

    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) => builder.Metadata.Add(new InputMetadata(typeof(T), IsBody: true));
}
