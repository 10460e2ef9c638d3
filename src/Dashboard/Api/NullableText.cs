using System.Text.Json;
using System.Text.Json.Serialization;

namespace Dashboard.Api;

/// <summary>A string in an <see cref="Optional{T}"/> member that can be null. It is a value type because <see cref="Optional{T}"/>
/// allows null only for those.</summary>
[JsonConverter(typeof(Converter))]
readonly record struct NullableText(string Text)
{
    sealed class Converter : JsonConverter<NullableText>
    {
        public override NullableText Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.String ? new(reader.GetString()!) : throw new JsonException();

        public override void Write(Utf8JsonWriter writer, NullableText value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.Text);
    }
}
