using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Dashboard.Core.Keys;
using Dashboard.Core.Organizations;
using Dashboard.Core.Projects;

namespace Dashboard.Api;

/// <summary>How JSON is read and written: members in snake case, each once and no other, times and words as the contract has them.</summary>
static class JsonContract
{
    /// <summary>No body needs more.</summary>
    public const int MaxDepth = 8;

    public static JsonSerializerOptions Options { get; } = Create();

    public static void Apply(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
        options.PropertyNameCaseInsensitive = false;
        options.NumberHandling = JsonNumberHandling.Strict;
        options.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        options.AllowDuplicateProperties = false;
        options.RespectNullableAnnotations = true;
        options.RespectRequiredConstructorParameters = true;
        options.MaxDepth = MaxDepth;
        options.Encoder = JavaScriptEncoder.Default; // no markup, wherever an answer is put
        options.Converters.Add(new TimeConverter());
        options.Converters.Add(new OptionalConverter());
        options.Converters.Add(new EnumConverter<KeyEnvironment>());
        options.Converters.Add(new EnumConverter<KeySort>());
        options.Converters.Add(new EnumConverter<KeyState>());
        options.Converters.Add(new EnumConverter<ResourceSort>());
        options.Converters.Add(new EnumConverter<PartyType>());
        options.Converters.Add(new EnumConverter<ServiceAccountState>());
        options.Converters.Add(new EnumConverter<OrganizationRole>());
    }

    static JsonSerializerOptions Create()
    {
        var options = new JsonSerializerOptions();
        Apply(options);
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }

    sealed class TimeConverter : JsonConverter<DateTimeOffset>
    {
        public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.String && Rfc3339.TryParse(reader.GetString(), out var time) ? time : throw new JsonException();

        public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) => writer.WriteStringValue(Rfc3339.ToText(value));
    }

    sealed class OptionalConverter : JsonConverterFactory
    {
        public override bool CanConvert(Type typeToConvert) => typeToConvert.IsGenericType && typeToConvert.GetGenericTypeDefinition() == typeof(Optional<>);

        public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
            (JsonConverter)Activator.CreateInstance(typeof(Of<>).MakeGenericType(typeToConvert.GetGenericArguments()))!;

        sealed class Of<T> : JsonConverter<Optional<T>>
        {
            public override bool HandleNull => true;

            public override Optional<T> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
                reader.TokenType == JsonTokenType.Null && Nullable.GetUnderlyingType(typeof(T)) is null
                    ? throw new JsonException()
                    : new(JsonSerializer.Deserialize<T>(ref reader, options)!);

            public override void Write(Utf8JsonWriter writer, Optional<T> value, JsonSerializerOptions options) =>
                throw new NotSupportedException("Answers leave nothing out.");
        }
    }
}

/// <summary>The names of an enumeration.</summary>
interface IEnumNames
{
    IReadOnlyList<string> Names { get; }
}

/// <summary>An enumeration by its names. Unlike the built-in converter it takes no other case, no number and no list.</summary>
sealed class EnumConverter<T> : JsonConverter<T>, IEnumNames
    where T : struct, Enum
{
    public IReadOnlyList<string> Names => WireNames.All<T>();

    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && WireNames.TryParse<T>(reader.GetString(), out var value) ? value : throw new JsonException();

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToWireName());
}
