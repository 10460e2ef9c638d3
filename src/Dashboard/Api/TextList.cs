using System.Text.Json;
using System.Text.Json.Serialization;

namespace Dashboard.Api;

/// <summary>A list of strings in an <see cref="Optional{T}"/> member that can be null. It is a value type because <see cref="Optional{T}"/>
/// allows null only for those.</summary>
[JsonConverter(typeof(Converter))]
readonly record struct TextList(IReadOnlyList<string> Items)
{
    sealed class Converter : JsonConverter<TextList>
    {
        public override TextList Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.StartArray
                ? new(JsonSerializer.Deserialize<List<string>>(ref reader, options)!)
                : throw new JsonException();

        public override void Write(Utf8JsonWriter writer, TextList value, JsonSerializerOptions options) =>
            JsonSerializer.Serialize(writer, value.Items, options);
    }
}
