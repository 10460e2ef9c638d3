using System.Text.Json;
using System.Text.Json.Serialization;

namespace Dashboard.Api;

/// <summary>A list of texts where null has to be told apart from a list that was left out: a value, since <see cref="Optional{T}"/> knows null only of those.</summary>
[JsonConverter(typeof(Converter))]
readonly record struct TextList(IReadOnlyList<string> Items)
{
    sealed class Converter : JsonConverter<TextList>
    {
        public override TextList Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.StartArray ? new(JsonSerializer.Deserialize<List<string>>(ref reader, options)!) : throw new JsonException();

        public override void Write(Utf8JsonWriter writer, TextList value, JsonSerializerOptions options) => JsonSerializer.Serialize(writer, value.Items, options);
    }
}
