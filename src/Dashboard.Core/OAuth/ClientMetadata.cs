using System.Text.Json;

namespace Dashboard.Core.OAuth;

/// <summary>Reads what a client says of itself (RFC 7591 section 2).</summary>
public static class ClientMetadata
{
    /// <summary>Reads the client metadata. Members that nobody knows and values of another type than the RFC's are ignored.</summary>
    public static NewClient Read(JsonElement body)
    {
        return new(
            Text("client_name"), List("redirect_uris"), Text("token_endpoint_auth_method"),
            List("grant_types"), List("response_types"), Text("scope"), Text("client_uri"));

        string? Text(string name) => body.TryGetProperty(name, out var value) ? TextOf(value) : null;

        List<string>? List(string name) => body.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Array
            ? [.. value.EnumerateArray().Select(TextOf).OfType<string>()]
            : null;
    }

    /// <summary>Returns the text of a JSON value, or null if it has none: it is not a string, or contains an unpaired surrogate.</summary>
    public static string? TextOf(JsonElement value)
    {
        try
        {
            return value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
