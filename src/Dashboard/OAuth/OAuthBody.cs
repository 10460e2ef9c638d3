using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Dashboard.Api;
using Dashboard.Core.OAuth;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace Dashboard.OAuth;

/// <summary>Reads the bodies of the OAuth endpoints: form-encoded (RFC 6749 appendix B), or a JSON object. A parameter may be repeated only
/// where its RFC says so, and those that the endpoint does not know are ignored, whatever they are.</summary>
static class OAuthBody
{
    const string Form = "application/x-www-form-urlencoded";
    const string Json = "application/json";
    const int MaxBytes = 64 * 1024;
    const int MaxParameters = 50;
    const int MaxDepth = 64;

    static readonly OAuthError Repeated = OAuthError.InvalidRequest("A parameter is repeated.");

    static readonly OAuthError TooMany = OAuthError.InvalidRequest("The body has too many parameters.");

    static readonly OAuthError Unreadable = OAuthError.InvalidRequest(
        "The body cannot be read. Send UTF-8, form-encoded or as a JSON object.");

    /// <summary>Reads the parameters of a request.</summary>
    public static async Task<Result<OAuthParameters>> ReadAsync(HttpContext http)
    {
        var type = TypeOf(http.Request);
        if (type is not (Form or Json))
        {
            return OAuthError.InvalidRequest($"Send the body as {Form} or {Json}.");
        }

        var bytes = await ReadBytesAsync(http);
        return bytes.Error is { } error ? error
            : !Utf8.IsValid(bytes.Value.Span) ? Unreadable
            : type == Form ? ReadForm(Encoding.UTF8.GetString(bytes.Value.Span))
            : ReadJson(bytes.Value, NamesOf(http));
    }

    /// <summary>Reads a JSON object with arbitrary members.</summary>
    public static async Task<Result<JsonDocument>> ReadObjectAsync(HttpContext http)
    {
        if (TypeOf(http.Request) is not Json)
        {
            return OAuthError.InvalidRequest($"Send the body as {Json}.");
        }

        var bytes = await ReadBytesAsync(http);
        return bytes.Error is { } error ? error
            : Utf8.IsValid(bytes.Value.Span) && Parse(bytes.Value) is { } document ? document
            : Unreadable;
    }

    /// <summary>Returns the media type. The type of forms has no charset parameter (HTML section 4.10.21.7): whatever one says, the bytes
    /// are UTF-8.</summary>
    static string? TypeOf(HttpRequest request) =>
        request.Headers.ContentType is [{ } text] && request.Headers.ContentEncoding.Count == 0
        && MediaTypeHeaderValue.TryParse(text, out var type)
        && (JsonBody.IsUtf8(type) || type.MediaType.Equals(Form, StringComparison.OrdinalIgnoreCase))
            ? type.MediaType.Value?.ToLowerInvariant()
            : null;

    static async Task<Result<ReadOnlyMemory<byte>>> ReadBytesAsync(HttpContext http)
    {
        var tooLarge = new OAuthError("invalid_request", "The body is larger than 64 KB.", StatusCodes.Status413PayloadTooLarge);
        if (http.Request.ContentLength > MaxBytes)
        {
            return tooLarge;
        }

        var buffer = new byte[(http.Request.ContentLength ?? MaxBytes) + 1];
        var length = await http.Request.Body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, http.RequestAborted);
        return length > MaxBytes ? tooLarge : JsonBody.WithoutMark(buffer.AsMemory(0, length));
    }

    static Result<OAuthParameters> ReadForm(string text)
    {
        var parameters = new List<KeyValuePair<string, string>>();
        foreach (var part in new QueryStringEnumerable(text))
        {
            parameters.Add(new(part.DecodeName().ToString(), part.DecodeValue().ToString()));
            if (parameters.Count > MaxParameters)
            {
                return TooMany;
            }
        }

        return Check(parameters);
    }

    static Result<OAuthParameters> ReadJson(ReadOnlyMemory<byte> bytes, HashSet<string> known)
    {
        using var document = Parse(bytes);
        if (document is null)
        {
            return Unreadable;
        }

        var parameters = new List<KeyValuePair<string, string>>();
        foreach (var member in document.RootElement.EnumerateObject().Where(member => known.Contains(member.Name)))
        {
            // JSON repeats a parameter as a list.
            JsonElement[] values = member.Value.ValueKind == JsonValueKind.Array && member.NameEquals("resource")
                ? [.. member.Value.EnumerateArray()]
                : [member.Value];
            foreach (var value in values.Where(value => value.ValueKind != JsonValueKind.Null)) // null is omitted
            {
                if (ClientMetadata.TextOf(value) is not { } text)
                {
                    return OAuthError.InvalidRequest($"{member.Name} must be a string.");
                }

                parameters.Add(new(member.Name, text));
            }
        }

        return Check(parameters);
    }

    static Result<OAuthParameters> Check(IEnumerable<KeyValuePair<string, string>> parameters) =>
        OAuthParameters.Read(parameters) is var read && read.Repeated.Count > 0 ? Repeated : read;

    /// <summary>Returns the names of the parameters that the endpoint describes, or refuses by name.</summary>
    static HashSet<string> NamesOf(HttpContext http) =>
        JsonContract.Options.GetTypeInfo(http.GetEndpoint()!.Metadata.GetRequiredMetadata<InputMetadata>().Type).Properties
            .Select(property => property.Name).Concat(PresentedClient.Assertions).ToHashSet(StringComparer.Ordinal);

    static JsonDocument? Parse(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            var document = JsonDocument.Parse(bytes, new() { AllowDuplicateProperties = false, MaxDepth = MaxDepth });
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                return document;
            }

            document.Dispose();
            return null;
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException) // the latter for a name that is no text
        {
            return null;
        }
    }
}
