using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Dashboard.Core.Common;

/// <summary>An error response: a problem document (RFC 9457) with a machine-readable <c>code</c>.</summary>
/// <param name="Status">The HTTP status code, 400 to 599.</param>
/// <param name="Code">The machine-readable error code, in snake case.</param>
/// <param name="Detail">What happened and how to fix it, for people.</param>
public sealed record ProblemDocument(int Status, string Code, string Detail)
{
    /// <summary>The media type (RFC 9457 section 3).</summary>
    public const string MediaType = "application/problem+json";

    /// <summary>Always <c>about:blank</c>, because <see cref="Code"/> carries the detail that <see cref="Status"/> lacks (RFC 9457 section
    /// 4.2.1).</summary>
    [JsonPropertyOrder(-2)]
    public string Type { get; } = "about:blank";

    /// <summary>The reason phrase of the status code.</summary>
    [JsonPropertyOrder(-1)]
    public string Title => ReasonPhrases.GetReasonPhrase(Status);

    /// <summary>Error messages by field name in snake case. Null unless fields are invalid.</summary>
    public IReadOnlyDictionary<string, string>? Errors { get; init; }

    /// <summary>The key that an earlier request with the same idempotency key created. Null unless <see cref="Code"/> is
    /// <c>already_created</c>.</summary>
    public string? KeyId { get; init; }

    /// <summary>The service account or app that an earlier request with the same idempotency key created. Null unless <see cref="Code"/> is
    /// <c>already_created</c>.</summary>
    public string? Id { get; init; }

    /// <summary>Identifies the request in the log. Null unless the failure is an internal error.</summary>
    public string? TraceId { get; init; }

    /// <summary>How long to wait before trying again, or null. Sent in the <c>Retry-After</c> header.</summary>
    [JsonIgnore]
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Serializes the document as UTF-8 JSON.</summary>
    public byte[] ToUtf8Bytes() => JsonSerializer.SerializeToUtf8Bytes(this, ProblemJson.Default.ProblemDocument);

    /// <summary>Writes the document to a response that has not started. Caches must not store it (RFC 9111 section 5.2.2.5).</summary>
    public Task WriteAsync(HttpResponse response, CancellationToken cancellationToken) =>
        WriteAsync(response, ToUtf8Bytes(), cancellationToken);

    /// <summary>Returns a wait in whole seconds, rounded up.</summary>
    public static long Seconds(TimeSpan wait) => (long)Math.Ceiling(wait.TotalSeconds);

    /// <summary>Formats a wait for <c>Retry-After</c>: in whole seconds, rounded up.</summary>
    public static string InSeconds(TimeSpan wait) => Seconds(wait).ToString(System.Globalization.CultureInfo.InvariantCulture);

    internal async Task WriteAsync(HttpResponse response, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        response.StatusCode = Status;
        response.ContentType = MediaType;
        response.ContentLength = bytes.Length;
        response.Headers.CacheControl = "no-store";
        if (RetryAfter is { } wait)
        {
            response.Headers.RetryAfter = InSeconds(wait);
        }

        if (!HttpMethods.IsHead(response.HttpContext.Request.Method))
        {
            await response.Body.WriteAsync(bytes, cancellationToken);
        }
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ProblemDocument))]
sealed partial class ProblemJson : JsonSerializerContext;
