using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Dashboard.Core.Keys;
using Dashboard.Core.Keys.Listing;
using Dashboard.Core.Organizations;
using Dashboard.Core.Projects;

namespace Dashboard.Api;

/// <summary>The JSON serialization contract: snake-case members, no unknown or duplicate members, RFC 3339 times and string
/// enums.</summary>
static class JsonContract
{
    /// <summary>The maximum nesting depth. No body needs more.</summary>
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
        options.Encoder = JavaScriptEncoder.Default; // escapes markup, in case a response is embedded in a page
        options.Converters.Add(new TimeConverter());
        options.Converters.Add(new OptionalConverter());
        options.Converters.Add(new WordConverter<KeyEnvironment>(KeyEnvironments.ToWireName));
        options.Converters.Add(new WordConverter<KeySort>(KeySorts.ToWireName));
        options.Converters.Add(new WordConverter<KeyState>(KeyStates.ToWireName));
        options.Converters.Add(new WordConverter<ResourceSort>(ResourceSorts.ToWireName));
        options.Converters.Add(new WordConverter<PartyType>(PartyTypes.ToWireName));
        options.Converters.Add(new WordConverter<ServiceAccountState>(ServiceAccountStates.ToWireName));
        options.Converters.Add(new WordConverter<OrganizationRole>(OrganizationRoles.ToWireName));
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
            reader.TokenType == JsonTokenType.String && Rfc3339.TryParse(reader.GetString(), out var time)
                ? time
                : throw new JsonException();

        public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
            writer.WriteStringValue(Rfc3339.ToText(value));
    }

    sealed class OptionalConverter : JsonConverterFactory
    {
        public override bool CanConvert(Type typeToConvert) =>
            typeToConvert.IsGenericType && typeToConvert.GetGenericTypeDefinition() == typeof(Optional<>);

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
                throw new NotSupportedException("Responses never omit a member.");
        }
    }
}

/// <summary>A converter that knows the names of an enumeration.</summary>
interface IWords
{
    IEnumerable<string> Words { get; }
}

/// <summary>Converts an enumeration to and from its wire names, case-sensitively.</summary>
sealed class WordConverter<T>(Func<T, string> toWord) : JsonConverter<T>, IWords
    where T : struct, Enum
{
    readonly Dictionary<string, T> values = Enum.GetValues<T>().ToDictionary(toWord, StringComparer.Ordinal);

    public IEnumerable<string> Words => values.Keys;

    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && values.TryGetValue(reader.GetString()!, out var value)
            ? value
            : throw new JsonException();

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
        writer.WriteStringValue(toWord(value));
}
