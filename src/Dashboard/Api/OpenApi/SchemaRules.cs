using System.Globalization;
using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Microsoft.OpenApi;

namespace Dashboard.Api.OpenApi;

/// <summary>Builds the schemas of requests and responses from the types and rules that read and write them.</summary>
static class SchemaRules
{
    /// <summary>Returns the schema of a body, as a reference to a component.</summary>
    public static IOpenApiSchema Of(Type type, OpenApiDocument document)
    {
        if (type == typeof(ProblemDocument))
        {
            return Component("Problem", document, Problem);
        }

        if (type.GetCustomAttribute<MergedAttribute>() is { } merged)
        {
            return Component(NameOf(type), document, () => Merge(type, merged.Types, document));
        }

        if (type == typeof(JsonObject))
        {
            return new OpenApiSchema { Type = JsonSchemaType.Object };
        }

        var info = JsonContract.Options.GetTypeInfo(type);
        return info.Kind == JsonTypeInfoKind.Object
            ? Component(NameOf(type), document, () => Object(info, document))
            : Plain(type, null, document);
    }

    /// <summary>Returns the schema of a member or a query parameter, with its description, bounds and example.</summary>
    public static IOpenApiSchema Of(JsonPropertyInfo property, OpenApiDocument document, bool inQuery)
    {
        var field = StrictReader.Field(property) ?? throw new InvalidOperationException(
            $"{property.DeclaringType.Name}.{property.Name} has no [Field] attribute.");
        var type = StrictReader.Plain(property.PropertyType);
        if (Plain(type, field, document) is not OpenApiSchema schema)
        {
            return new OpenApiSchemaReference(NameOf(type), document) { Description = field.Sentence };
        }

        schema.Description = field.Sentence;
        Bound(schema, field);
        FieldShapes.Apply(schema, property.Name, field);
        if (property.AssociatedParameter is { HasDefaultValue: true, DefaultValue: { } value } && !property.PropertyType.IsGenericType)
        {
            schema.Default = ToNode(value);
        }

        if (!inQuery && schema.Type is not null && StrictReader.TakesNull(property))
        {
            schema.Type |= JsonSchemaType.Null;
        }

        if ((
            field.Example is { } example
            ? JsonNode.Parse(example)
            : schema.Enum?[0].DeepClone() ?? schema.Default?.DeepClone()) is { } shown)
        {
            schema.Examples = [shown];
        }

        if (type == typeof(ScopeAnswer))
        {
            schema.Examples = ["all", .. schema.Examples ?? [new JsonArray("workflow:order-intake")]];
        }

        return schema;
    }

    /// <summary>Returns the schema of an error whose <paramref name="member"/> is one of <paramref name="codes"/>.</summary>
    public static IOpenApiSchema CodedOf(Type type, string member, IEnumerable<string> codes, OpenApiDocument document) => new OpenApiSchema
    {
        AllOf =
        [
            Of(type, document),
            new OpenApiSchema
            {
                Type = JsonSchemaType.Object,
                Properties = new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal)
                {
                    [member] = new OpenApiSchema { Type = JsonSchemaType.String, Enum = [.. codes.Select(code => (JsonNode)code)] },
                },
            },
        ],
    };

    static OpenApiSchemaReference Component(string name, OpenApiDocument document, Func<OpenApiSchema> make)
    {
        if (document.Components?.Schemas?.ContainsKey(name) != true)
        {
            document.AddComponent(name, make());
        }

        return new(name, document);
    }

    static OpenApiSchema Object(JsonTypeInfo info, OpenApiDocument document) => new()
    {
        Type = JsonSchemaType.Object,
        Properties = info.Properties.ToDictionary(x => x.Name, x => Of(x, document, inQuery: false), StringComparer.Ordinal),
        Required = info.Properties.Where(x => x.IsRequired || x is { Set: null, AssociatedParameter: null }).Select(x => x.Name)
        .ToHashSet(StringComparer.Ordinal),
        AdditionalPropertiesAllowed = false,
    };

    static OpenApiSchema Merge(Type type, IReadOnlyList<Type> types, OpenApiDocument document)
    {
        var parts = types.Select(part => Object(JsonContract.Options.GetTypeInfo(part), document)).ToList();
        var own = JsonContract.Options.GetTypeInfo(type).Properties
            .Select(x => KeyValuePair.Create(x.Name, Of(x, document, inQuery: false)));
        return new()
        {
            Type = JsonSchemaType.Object,
            Properties = own.Concat(parts.SelectMany(part => part.Properties!)).DistinctBy(x => x.Key, StringComparer.Ordinal)
                .ToDictionary(StringComparer.Ordinal),
            Required = parts.Select(part => part.Required!).Aggregate((all, more) => all.Intersect(more).ToHashSet(StringComparer.Ordinal)),
            AdditionalPropertiesAllowed = false,
        };
    }

    static IOpenApiSchema Plain(Type type, FieldAttribute? field, OpenApiDocument document)
    {
        if (JsonContract.Options.Converters.FirstOrDefault(x => x.Type == type) is { } converter)
        {
            return converter is IWords known
                ? Words(field?.Words ?? known.Words)
                : new OpenApiSchema { Type = JsonSchemaType.String, Format = "date-time" };
        }

        return type switch
        {
            _ when type == typeof(string) => field?.Words is { } words ? Words(words) : new OpenApiSchema { Type = JsonSchemaType.String },
            _ when type == typeof(bool) => new OpenApiSchema { Type = JsonSchemaType.Boolean },
            _ when type == typeof(int) => new OpenApiSchema { Type = JsonSchemaType.Integer, Format = "int32" },
            _ when type == typeof(long) => new OpenApiSchema { Type = JsonSchemaType.Integer },
            _ when type == typeof(JsonObject) => new OpenApiSchema { Type = JsonSchemaType.Object },
            _ when type == typeof(TextList) => ListOf(Text()),
            _ when type == typeof(NullableText) => new OpenApiSchema { Type = JsonSchemaType.String },
            _ when type == typeof(ScopeAnswer) => new OpenApiSchema(), // of any type: no generator has a good word for "a string or a list"
            _ when ElementOf(type) is { } element => ListOf(Plain(element, null, document)),
            _ => Of(type, document),
        };
    }

    static void Bound(OpenApiSchema schema, FieldAttribute field)
    {
        var (min, max) = (field.Min < 0 ? (int?)null : field.Min, field.Max < 0 ? (int?)null : field.Max);
        switch (schema.Type)
        {
            case JsonSchemaType.Integer:
                (schema.Minimum, schema.Maximum) = (
                    min?.ToString(CultureInfo.InvariantCulture), max?.ToString(CultureInfo.InvariantCulture));
                break;
            case JsonSchemaType.Array:
                (schema.MinItems, schema.MaxItems) = (min, max);
                break;
            default:
                (schema.MinLength, schema.MaxLength) = (min, max);
                break;
        }
    }

    static OpenApiSchema Problem() => new()
    {
        Type = JsonSchemaType.Object,
        Description = "An error (RFC 9457).",
        Required = new HashSet<string>(StringComparer.Ordinal) { "type", "title", "status", "detail", "code" },
        Properties = new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal)
        {
            ["type"] = Text("Always about:blank; see code.", "about:blank"),
            ["title"] = Text("The phrase of the HTTP status.", "Bad Request"),
            ["status"] = new OpenApiSchema
            {
                Type = JsonSchemaType.Integer,
                Format = "int32",
                Description = "The HTTP status.",
                Examples = [400]
            },
            ["detail"] = Text("What happened and what to do, for humans.", "Give it a name of 1 to 100 characters."),
            ["code"] = Text("The machine-readable error code.", "invalid_request"),
            ["errors"] = new OpenApiSchema
            {
                Type = JsonSchemaType.Object,
                Description = "The problem with each field and what to do about it.",
                AdditionalProperties = Text(),
                Examples = [new JsonObject { ["name"] = "Give it a name of 1 to 100 characters." }],
            },
            ["key_id"] = Text("The key that the same request created before; only with already_created.", "Ab12CdEf"),
            ["id"] = Text(
                "The service account or app that the same request created before; only with already_created.", "sa_Ab12CdEfGh34IjKl"),
            ["trace_id"] = Text("Identifies the request in the server's log.", "4bf92f3577b34da6a3ce929d0e0e4736"),
        },
        AdditionalPropertiesAllowed = false,
    };

    static OpenApiSchema Words(IEnumerable<string> words) =>
        new() { Type = JsonSchemaType.String, Enum = [.. words.Select(word => (JsonNode)word)] };

    static OpenApiSchema ListOf(IOpenApiSchema items) => new() { Type = JsonSchemaType.Array, Items = items };

    static OpenApiSchema Text(string? sentence = null, string? example = null) =>
        new() { Type = JsonSchemaType.String, Description = sentence, Examples = example is null ? null : [example] };

    static JsonNode? ToNode(object value) => System.Text.Json.JsonSerializer.SerializeToNode(value, JsonContract.Options);

    static Type? ElementOf(Type type) =>
        type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>) ? type.GetGenericArguments()[0] : null;

    /// <summary>Returns the component name of a type: <c>KeyAnswer</c> is Key, a list of them is KeyList.</summary>
    static string NameOf(Type type) => type.IsGenericType
        ? $"{NameOf(type.GetGenericArguments()[0])}List"
        : type.Name.EndsWith("Answer", StringComparison.Ordinal) ? type.Name[..^"Answer".Length] : type.Name;
}
