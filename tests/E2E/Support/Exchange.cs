using System.Text;
using System.Text.Json;

namespace Dashboard.Tests.E2E.Support;

/// <summary>A request and its response.</summary>
public sealed record Exchange(
    string Method, string Path, string? Sent, int Status, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    public string Text => Encoding.UTF8.GetString(Body);

    public JsonElement Json
    {
        get
        {
            using var parsed = JsonDocument.Parse(Body);
            return parsed.RootElement.Clone();
        }
    }

    public string? MediaType => Header("Content-Type")?.Split(';')[0];

    /// <summary>The machine-readable code, or null.</summary>
    public string? Code => Body.Length > 0 && Json.TryGetProperty("code", out var code) ? code.GetString() : null;

    /// <summary>The fields with errors, in alphabetical order.</summary>
    public string Errors => Json.TryGetProperty("errors", out var errors)
        ? string.Join(' ', errors.EnumerateObject().Select(x => x.Name).Order(StringComparer.Ordinal)) : "";

    public string? Header(string name) => Headers.GetValueOrDefault(name);

    /// <summary>Returns the value of a string member.</summary>
    public string Member(string name) => Json.GetProperty(name).GetString()!;
}
