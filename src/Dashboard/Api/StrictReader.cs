using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Dashboard.Api;

/// <summary>Deserializes a JSON object, or reports the error of each member.</summary>
static class StrictReader
{
    const int MaxErrors = 20;
    const int MaxRowErrors = 1000;
    const int MaxNameLength = 40;

    /// <summary>Reads <paramref name="values"/>. Unknown and missing members, unexpected nulls and values of the wrong type are errors by
    /// field.</summary>
    public static Result<T> Read<T>(JsonElement values)
        where T : class
    {
        var errors = new Dictionary<string, string>(StringComparer.Ordinal);
        Check(JsonContract.Options.GetTypeInfo(typeof(T)), values, "", MaxErrors, errors);
        return errors.Count > 0 ? Error.Invalid(errors) : values.Deserialize<T>(JsonContract.Options)!;
    }

    /// <summary>Checks the members of an object.</summary>
    /// <param name="before">What the names of its members begin with in errors.</param>
    static void Check(JsonTypeInfo type, JsonElement values, string before, int maxErrors, Dictionary<string, string> errors)
    {
        foreach (var member in values.EnumerateObject())
        {
            var property = type.Properties.FirstOrDefault(x => x.Name == member.Name);
            if (property is not null && RowOf(property) is { } row && member.Value.ValueKind == JsonValueKind.Array)
            {
                CheckRows(row, member, errors);
            }
            else if ((property is null ? "Unknown field." : Check(property, member.Value)) is { } error && errors.Count < maxErrors)
            {
                errors[before + Shortened(member.Name)] = error;
            }
        }

        foreach (var property in type.Properties.Where(
            x => x.IsRequired && errors.Count < MaxRowErrors && !values.TryGetProperty(x.Name, out _)))
        {
            errors[before + property.Name] = "This field is required.";
        }
    }

    /// <summary>Checks a list of objects, whose errors are named by the number of the row: <c>keys[0].name</c>.</summary>
    static void CheckRows(JsonTypeInfo type, JsonProperty list, Dictionary<string, string> errors)
    {
        foreach (var (index, row) in list.Value.EnumerateArray().Index())
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"{list.Name}[{index}]");
            if (row.ValueKind == JsonValueKind.Object)
            {
                Check(type, row, $"{name}.", MaxRowErrors, errors);
            }
            else if (errors.Count < MaxRowErrors)
            {
                errors[name] = "Use an object.";
            }
        }
    }

    /// <summary>Returns the type of the objects that a member lists, or null if it lists none.</summary>
    static JsonTypeInfo? RowOf(JsonPropertyInfo property) =>
        property.PropertyType is { IsGenericType: true } list && list.GetGenericTypeDefinition() == typeof(IReadOnlyList<>)
            && JsonContract.Options.GetTypeInfo(list.GetGenericArguments()[0]) is { Kind: JsonTypeInfoKind.Object } row ? row : null;

    /// <summary>Returns a sentence that says which values a member allows.</summary>
    public static string Advice(JsonPropertyInfo property)
    {
        var type = Plain(property.PropertyType);
        if (Field(property)?.Words is { } words)
        {
            return Choice(words);
        }

        return JsonContract.Options.Converters.FirstOrDefault(x => x.Type == type) switch
        {
            IWords known => Choice([.. known.Words]),
            not null => Rfc3339.Advice,
            _ when type == typeof(bool) => Choice(["true", "false"]),
            _ when type == typeof(int) => "Use a whole number.",
            _ when type == typeof(string) || type == typeof(NullableText) => "Use a string.",
            _ when RowOf(property) is not null => "Use a list of objects.",
            _ when type == typeof(ScopeAnswer) => "Use \"all\" or a list of strings.",
            _ => "Use a list of strings.",
        };
    }

    /// <summary>Returns the <see cref="FieldAttribute"/> of a member.</summary>
    public static FieldAttribute? Field(JsonPropertyInfo property) =>
        (
            property.AssociatedParameter?.AttributeProvider ?? property.AttributeProvider)?.GetCustomAttributes(typeof(FieldAttribute),
            inherit: false)
            .OfType<FieldAttribute>().FirstOrDefault();

    /// <summary>Returns a type without <see cref="Optional{T}"/> and nullability.</summary>
    public static Type Plain(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Optional<>)
        ? Plain(type.GetGenericArguments()[0])
        : Nullable.GetUnderlyingType(type) ?? type;

    static string? Check(JsonPropertyInfo property, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Null && !TakesNull(property))
        {
            return $"This field cannot be null. {Advice(property)}";
        }

        if (value.ValueKind == JsonValueKind.Array && value.EnumerateArray().Any(x => x.ValueKind == JsonValueKind.Null))
        {
            return Advice(property);
        }

        try
        {
            value.Deserialize(property.PropertyType, JsonContract.Options);
            return null;
        }
        catch (JsonException)
        {
            return Advice(property);
        }
        catch (InvalidOperationException) // an unpaired surrogate
        {
            return Advice(property);
        }
    }

    /// <summary>Returns whether a member can be null.</summary>
    public static bool TakesNull(JsonPropertyInfo property)
    {
        var type = property.PropertyType;
        return type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Optional<>)
            ? Nullable.GetUnderlyingType(type.GetGenericArguments()[0]) is not null
            : property.AssociatedParameter?.IsNullable ?? (property.Set is null ? property.IsGetNullable : property.IsSetNullable);
    }

    static string Choice(string[] words) => $"Use {string.Join(", ", words[..^1])} or {words[^1]}.";

    /// <summary>Truncates a long member name: it may be a key, which must not be echoed.</summary>
    static string Shortened(string name) => name.Length <= MaxNameLength ? name : $"{name[..12]}…";
}
