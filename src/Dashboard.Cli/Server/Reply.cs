using System.Text.Json;

namespace Dashboard.Cli.Server;

/// <summary>What a server answered.</summary>
sealed record Reply(int Status, byte[] Body, string? MediaType, TimeSpan? RetryAfter)
{
    public bool IsOk => Status is >= 200 and < 300;

    public bool IsJson => MediaType is "application/json" || MediaType?.EndsWith("+json", StringComparison.Ordinal) == true;

    /// <summary>The body as JSON; undefined if it is none.</summary>
    public JsonElement Json { get; } = Parse(Body);

    /// <summary>The problem's code (or OAuth's error), or the empty string.</summary>
    public string Code => Json.Text("code") is { Length: > 0 } code ? code : Json.Text("error");

    /// <summary>Returns the reply, or fails with what the server said.</summary>
    public Reply EnsureOk() => IsOk ? this : throw Refusals.Of(this);

    static JsonElement Parse(byte[] body)
    {
        try
        {
            var reader = new Utf8JsonReader(body);
            return body.Length > 0 ? JsonElement.ParseValue(ref reader) : default;
        }
        catch (JsonException)
        {
            return default;
        }
    }
}
