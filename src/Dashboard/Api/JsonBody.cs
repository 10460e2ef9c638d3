using System.Reflection;
using System.Text.Json;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Net.Http.Headers;

namespace Dashboard.Api;

/// <summary>Reads bodies strictly.</summary>
static class JsonBody
{
    /// <summary>The most bytes of a body.</summary>
    public const int MaxBytes = 64 * 1024;

    public static readonly Error TooLarge = new(ErrorCode.TooLarge, "The body is larger than 64 KB, and no request here needs more.");

    public static readonly Error NotJson = new(ErrorCode.UnsupportedMediaType, "Send JSON in UTF-8, with the content type application/json.");

    static readonly Error Missing = new(ErrorCode.InvalidRequest, "The body is missing. Send a JSON object.");

    static readonly Error Malformed = new(ErrorCode.InvalidRequest, "The body is not well-formed JSON in UTF-8, names a member twice, or is nested too deep.");

    static readonly Error NoObject = new(ErrorCode.InvalidRequest, "Send a JSON object.");

    /// <summary>Reads the body as a <typeparamref name="T"/>.</summary>
    /// <returns>The value; or <see cref="ErrorCode.UnsupportedMediaType"/>, <see cref="ErrorCode.TooLarge"/>, <see cref="ErrorCode.InvalidRequest"/> by field
    /// where it is known.</returns>
    public static async Task<Result<T>> ReadAsync<T>(HttpContext http)
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
        return bytes.Error is { } fault ? fault : Parse<T>(bytes.Value);
    }

    /// <summary>Reads a body's bytes.</summary>
    public static Result<T> Parse<T>(ReadOnlyMemory<byte> bytes)
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
    static async Task<Result<ReadOnlyMemory<byte>>> ReadBytesAsync(HttpRequest request, CancellationToken cancellationToken)
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
    readonly Result<T> outcome;

    JsonBody(Result<T> outcome) => this.outcome = outcome;

    public Error? Error => outcome.Error;

    public T Value => outcome.Value;

    public static async ValueTask<JsonBody<T>?> BindAsync(HttpContext context, ParameterInfo parameter) => new(await JsonBody.ReadAsync<T>(context));

    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) => builder.Metadata.Add(new InputMetadata(typeof(T), IsBody: true));
}
