using System.Reflection;
using System.Text.Json;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Net.Http.Headers;

namespace Dashboard.Api;

/// <summary>Reads JSON request bodies strictly.</summary>
static class JsonBody
{
    /// <summary>The maximum size of a body.</summary>
    public const int MaxBytes = 64 * 1024;

    public static readonly Error TooLarge = new(ErrorCode.TooLarge, "The body is larger than 64 KB.");

    public static readonly Error NotJson = new(ErrorCode.UnsupportedMediaType, "Send UTF-8 JSON with the content type application/json.");

    static readonly Error Missing = new(ErrorCode.InvalidRequest, "The body is missing. Send a JSON object.");

    static readonly Error Malformed = new(
        ErrorCode.InvalidRequest, "The body is not valid UTF-8 JSON, repeats a member, or is nested too deeply.");

    static readonly Error NoObject = new(ErrorCode.InvalidRequest, "Send a JSON object.");

    /// <summary>Reads the body of a request.</summary>
    /// <returns>The value, or <see cref="ErrorCode.UnsupportedMediaType"/>, <see cref="ErrorCode.TooLarge"/> or <see
    /// cref="ErrorCode.InvalidRequest"/>, with errors by field if possible.</returns>
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

    /// <summary>Parses the bytes of a body.</summary>
    public static Result<T> Parse<T>(ReadOnlyMemory<byte> bytes)
        where T : class
    {
        bytes = WithoutMark(bytes);
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
        catch (InvalidOperationException) // an unpaired surrogate in a member name
        {
            return Malformed;
        }
    }

    /// <summary>Returns whether a media type says UTF-8 or nothing. Some programs write it without the hyphen.</summary>
    public static bool IsUtf8(MediaTypeHeaderValue type) => !type.Charset.HasValue
        || (HeaderUtilities.RemoveQuotes(type.Charset).Value ?? "").ToLowerInvariant() is "utf-8" or "utf8";

    /// <summary>Removes the byte order mark that some programs write before UTF-8. Readers may ignore it (RFC 8259 section 8.1).</summary>
    public static ReadOnlyMemory<byte> WithoutMark(ReadOnlyMemory<byte> bytes) => bytes.Span.StartsWith("\uFEFF"u8) ? bytes[3..] : bytes;

    static bool IsJson(HttpRequest request) =>
        request.Headers.ContentType is [{ } text] && MediaTypeHeaderValue.TryParse(text, out var type)
        && type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
        && IsUtf8(type)
        && request.Headers.ContentEncoding.Count == 0;

    /// <summary>Reads at most one byte more than allowed, to detect a body that is too large. The server drains the rest, so that the
    /// client gets to read the response.</summary>
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

/// <summary>Binds the JSON body of a request.</summary>
sealed class JsonBody<T> : IBindableFromHttpContext<JsonBody<T>>, IEndpointParameterMetadataProvider, IInput
    where T : class
{
    readonly Result<T> outcome;

    JsonBody(Result<T> outcome) => this.outcome = outcome;

    public Error? Error => outcome.Error;

    public T Value => outcome.Value;

    public static async ValueTask<JsonBody<T>?> BindAsync(HttpContext context, ParameterInfo parameter) =>
        new(await JsonBody.ReadAsync<T>(context));

    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) =>
        builder.Metadata.Add(new InputMetadata(typeof(T), IsBody: true));
}
