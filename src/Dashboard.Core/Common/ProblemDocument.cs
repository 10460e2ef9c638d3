using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Dashboard.Core.Common;

/// <summary>An error as programs read it: a problem document (RFC 9457) with a machine-readable <c>code</c>.</summary>
/// <param name="Status">The HTTP status, 400 to 599.</param>
/// <param name="Code">The machine-readable code, in snake case.</param>
/// <param name="Detail">What happened and what to do, for people.</param>
public sealed record ProblemDocument(int Status, string Code, string Detail)
{
    /// <summary>The media type (RFC 9457 section 3).</summary>
    public const string MediaType = "application/problem+json";

    /// <summary>Always <c>about:blank</c>: <see cref="Code"/> says what <see cref="Status"/> does not (RFC 9457 section 4.2.1).</summary>
    [JsonPropertyOrder(-2)]
    public string Type { get; } = "about:blank";

    /// <summary>The status's own phrase.</summary>
    [JsonPropertyOrder(-1)]
    public string Title => ReasonPhrases.GetReasonPhrase(Status);

    /// <summary>By field, in snake case: what is wrong with it and what to do. Null unless fields are at fault.</summary>
    public IReadOnlyDictionary<string, string>? Errors { get; init; }

    /// <summary>The key that the request made before; null unless <see cref="Code"/> is <c>already_created</c>.</summary>
    public string? KeyId { get; init; }

    /// <summary>Finds the request in the log; null unless the fault is the product's own.</summary>
    public string? TraceId { get; init; }

    /// <summary>How long to wait before another try, or null. It goes into the header <c>Retry-After</c>, in whole seconds, rounded up.</summary>
    [JsonIgnore]
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Returns the document's bytes.</summary>
    public byte[] ToUtf8Bytes() => JsonSerializer.SerializeToUtf8Bytes(this, ProblemJson.Default.ProblemDocument);

    /// <summary>Answers with it. No cache keeps it (RFC 9111 section 5.2.2.5).</summary>
    /// <param name="response">An answer that has not begun.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task WriteAsync(HttpResponse response, CancellationToken cancellationToken) => WriteAsync(response, ToUtf8Bytes(), cancellationToken);

    /// <summary>A time to wait as <c>Retry-After</c> says it: in whole seconds, rounded up.</summary>
    /// <param name="wait">The time.</param>
    public static string InSeconds(TimeSpan wait) => ((long)Math.Ceiling(wait.TotalSeconds)).ToString(System.Globalization.CultureInfo.InvariantCulture);

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

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ProblemDocument))]
sealed partial class ProblemJson : JsonSerializerContext;
