using System.Text.Json;
using System.Text.Json.Serialization;

namespace Dashboard.Api;

/// <summary>A scope: <c>"all"</c>, or a list (a key's resources as <c>kind:id</c>, or a service account's projects).</summary>
[JsonConverter(typeof(Converter))]
readonly record struct ScopeAnswer(IReadOnlyList<string>? Resources)
{
    sealed class Converter : JsonConverter<ScopeAnswer>
    {
        public override ScopeAnswer Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType switch
            {
                JsonTokenType.String when reader.ValueTextEquals("all") => default,
                JsonTokenType.StartArray => new(JsonSerializer.Deserialize<List<string>>(ref reader, options)),
                _ => throw new JsonException(),
            };

        public override void Write(Utf8JsonWriter writer, ScopeAnswer value, JsonSerializerOptions options)
        {
            if (value.Resources is not { } resources)
            {
                writer.WriteStringValue("all");
                return;
            }

            writer.WriteStartArray();
            foreach (var resource in resources)
            {
                writer.WriteStringValue(resource);
            }

            writer.WriteEndArray();
        }
    }
}
