using System.Globalization;
using System.Text.Json;

namespace Dashboard.Tests.E2E.Support;

/// <summary>Validates a value against a schema, for the subset of JSON Schema that the OpenAPI document uses. Unknown keywords
/// fail.</summary>
public sealed class JsonSchema(JsonElement document)
{
    static readonly HashSet<string> Remarks = ["description", "examples", "default", "title"];

    /// <summary>Returns the errors with their locations.</summary>
    public IEnumerable<string> Check(JsonElement schema, JsonElement value, string place = "$")
    {
        foreach (var word in schema.EnumerateObject())
        {
            foreach (var fault in Check(schema, word, value, place))
            {
                yield return fault;
            }
        }
    }

    IEnumerable<string> Check(JsonElement schema, JsonProperty word, JsonElement value, string place) => word.Name switch
    {
        "$ref" => Check(Resolve(word.Value.GetString()!), value, place),
        "allOf" => word.Value.EnumerateArray().SelectMany(part => Check(part, value, place)),
        "oneOf" => word.Value.EnumerateArray().Count(part => !Check(part, value, place).Any()) == 1
            ? [] : [$"{place} fits not exactly one of oneOf"],
        "type" => Types(word.Value).Contains(TypeOf(value), StringComparer.Ordinal)
            || (TypeOf(value) == "integer" && Types(word.Value).Contains("number", StringComparer.Ordinal))
            ? [] : [$"{place} is {TypeOf(value)}, not {word.Value}"],
        "enum" => word.Value.EnumerateArray().Any(x => JsonElement.DeepEquals(x, value)) ? []
            : [$"{place} is {value}, none of {word.Value}"],
        "format" => CheckFormat(word.Value.GetString()!, value, place),
        "pattern" => value.ValueKind != JsonValueKind.String || System.Text.RegularExpressions.Regex.IsMatch(
            value.GetString()!, word.Value.GetString()!, System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1))
            ? [] : [$"{place} does not match {word.Value}"],
        "minimum" or "maximum" => value.ValueKind != JsonValueKind.Number
            || (word.Name == "minimum") == (value.GetDecimal() >= word.Value.GetDecimal()) || value.GetDecimal() == word.Value.GetDecimal()
            ? [] : [$"{place} is beyond {word.Name}"],
        "maxLength" => value.ValueKind != JsonValueKind.String || value.GetString()!.EnumerateRunes().Count() <= word.Value.GetInt32()
            ? [] : [$"{place} is too long"],
        "minLength" => value.ValueKind != JsonValueKind.String || value.GetString()!.EnumerateRunes().Count() >= word.Value.GetInt32()
            ? [] : [$"{place} is too short"],
        "minItems" =>
            value.ValueKind != JsonValueKind.Array || value.GetArrayLength() >= word.Value.GetInt32() ? [] : [$"{place} has too few items"],
        "maxItems" => value.ValueKind != JsonValueKind.Array
            || value.GetArrayLength() <= word.Value.GetInt32() ? [] : [$"{place} has too many items"],
        "items" => value.ValueKind != JsonValueKind.Array ? []
            : value.EnumerateArray().SelectMany((item, i) => Check(word.Value, item, $"{place}[{i}]")),
        "required" => value.ValueKind != JsonValueKind.Object ? []
            : word.Value.EnumerateArray().Where(name => !value.TryGetProperty(name.GetString()!, out _))
                .Select(name => $"{place}.{name} is missing"),
        "properties" => value.ValueKind != JsonValueKind.Object ? []
            : word.Value.EnumerateObject().SelectMany(
                member => value.TryGetProperty(member.Name, out var inner) ? Check(member.Value, inner, $"{place}.{member.Name}") : []),
        "additionalProperties" => CheckAdditional(schema, word.Value, value, place),
        _ => Remarks.Contains(word.Name) ? [] : [$"{place}: the schema says {word.Name}, which this check does not know"],
    };

    IEnumerable<string> CheckAdditional(JsonElement schema, JsonElement rule, JsonElement value, string place)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            return [];
        }

        var others = value.EnumerateObject()
            .Where(x => !schema.TryGetProperty("properties", out var known) || !known.TryGetProperty(x.Name, out _));
        return rule.ValueKind == JsonValueKind.False
            ? others.Select(x => $"{place}.{x.Name} is not documented")
            : others.SelectMany(x => Check(rule, x.Value, $"{place}.{x.Name}"));
    }

    static IEnumerable<string> CheckFormat(string format, JsonElement value, string place) => (format, value.ValueKind) switch
    {
        ("date-time", JsonValueKind.String) => DateTime.TryParseExact(
            value.GetString(), "yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out _)
                ? [] : [$"{place} is {value}, no UTC time with milliseconds"],
        ("int32", JsonValueKind.Number) => value.TryGetInt32(out _) ? [] : [$"{place} is no int32"],
        ("uri", JsonValueKind.String) => Uri.TryCreate(value.GetString(), UriKind.Absolute, out _) ? [] : [$"{place} is {value}, no URI"],
        ("uuid", JsonValueKind.String) => Guid.TryParseExact(value.GetString(), "D", out _) ? [] : [$"{place} is {value}, no UUID"],
        ("email", JsonValueKind.String) => value.GetString()!.Count(c => c == '@') == 1 ? [] : [$"{place} is {value}, no email address"],
        ("date-time" or "int32" or "uri" or "uuid" or "email", _) => [],
        _ => [$"{place}: the schema says format {format}, which this check does not know"],
    };

    /// <summary>Resolves a reference within the document.</summary>
    public JsonElement Resolve(string reference) =>
        reference.TrimStart('#', '/').Split('/').Aggregate(document, (at, name) => at.GetProperty(name));

    static IEnumerable<string> Types(JsonElement type) =>
        type.ValueKind == JsonValueKind.Array ? type.EnumerateArray().Select(x => x.GetString()!) : [type.GetString()!];

    static string TypeOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        JsonValueKind.String => "string",
        JsonValueKind.Number => value.TryGetInt64(out _) ? "integer" : "number",
        JsonValueKind.True or JsonValueKind.False => "boolean",
        _ => "null",
    };
}
