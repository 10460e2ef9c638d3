using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Dashboard.Core.OAuth;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace Dashboard.OAuth;

/// <summary>Reads the bodies of the OAuth endpoints: form-encoded (RFC 6749 appendix B), or a JSON object. Repeated parameters are
/// rejected.</summary>
static class OAuthBody
{
    const string Form = "application/x-www-form-urlencoded";
    const string Json = "application/json";
    const int MaxBytes = 64 * 1024;
    const int MaxParameters = 50;
    const int MaxDepth = 8;

    static readonly OAuthError Repeated = OAuthError.InvalidRequest("A parameter is repeated.");

    static readonly OAuthError Unreadable = OAuthError.InvalidRequest(
        "The body cannot be read. Send UTF-8, form-encoded or as a JSON object.");

    public static async Task<Result<OAuthParameters>> ReadAsync(HttpContext http)
    {
        var type = TypeOf(http.Request);
        if (type is not (Form or Json))
        {
            return OAuthError.InvalidRequest($"Send the body as {Form} or {Json}.");
        }

        var bytes = await ReadBytesAsync(http);
        return bytes.Error is { } error ? error
            : !Utf8.IsValid(bytes.Value) ? Unreadable
            : type == Form ? ReadForm(Encoding.UTF8.GetString(bytes.Value))
            : ReadJson(bytes.Value);
    }

    /// <summary>Reads a JSON object with arbitrary members.</summary>
    public static async Task<Result<JsonDocument>> ReadObjectAsync(HttpContext http)
    {
        if (TypeOf(http.Request) is not Json)
        {
            return OAuthError.InvalidRequest($"Send the body as {Json}.");
        }

        var bytes = await ReadBytesAsync(http);
        return bytes.Error is { } error ? error : Utf8.IsValid(bytes.Value) && Parse(bytes.Value) is { } document ? document : Unreadable;
    }

    static string? TypeOf(HttpRequest request) =>
        request.Headers.ContentType is [{ } text]
            && request.Headers.ContentEncoding.Count == 0
            && MediaTypeHeaderValue.TryParse(text, out var type)
        && (!type.Charset.HasValue || HeaderUtilities.RemoveQuotes(type.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase))
            ? type.MediaType.Value?.ToLowerInvariant()
            : null;

    static async Task<Result<byte[]>> ReadBytesAsync(HttpContext http)
    {
        var tooLarge = new OAuthError("invalid_request", "The body is larger than 64 KB.", StatusCodes.Status413PayloadTooLarge);
        if (http.Request.ContentLength > MaxBytes)
        {
            return tooLarge;
        }

        var buffer = new byte[(http.Request.ContentLength ?? MaxBytes) + 1];
        var length = await http.Request.Body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, http.RequestAborted);
        return length > MaxBytes ? tooLarge : buffer[..length];
    }

    static Result<OAuthParameters> ReadForm(string text)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var part in new QueryStringEnumerable(text))
        {
            if (values.Count == MaxParameters || !values.TryAdd(part.DecodeName().ToString(), part.DecodeValue().ToString()))
            {
                return Repeated;
            }
        }

        return new OAuthParameters(values);
    }

    static Result<OAuthParameters> ReadJson(byte[] bytes)
    {
        using var document = Parse(bytes);
        if (document is null)
        {
            return Unreadable;
        }

        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var member in document.RootElement.EnumerateObject())
        {
            if (member.Value.ValueKind is JsonValueKind.Null)
            {
                continue; // omitted
            }

            if (values.Count == MaxParameters || member.Value.ValueKind is not JsonValueKind.String)
            {
                return OAuthError.InvalidRequest("Every member of the body must be a string.");
            }

            values[member.Name] = member.Value.GetString()!;
        }

        return new OAuthParameters(values);
    }

    static JsonDocument? Parse(byte[] bytes)
    {
        try
        {
            var document = JsonDocument.Parse(bytes, new() { AllowDuplicateProperties = false, MaxDepth = MaxDepth });
            if (document.RootElement.ValueKind == JsonValueKind.Object && IsText(document.RootElement))
            {
                return document;
            }

            document.Dispose();
            return null;
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>Throws <see cref="InvalidOperationException"/> if a string contains an unpaired surrogate.</summary>
    static bool IsText(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.String:
                element.GetString();
                break;
            case JsonValueKind.Array:
                return element.EnumerateArray().All(IsText);
            case JsonValueKind.Object:
                return element.EnumerateObject().All(member => member.Name.Length >= 0 && IsText(member.Value));
        }

        return true;
    }
}
