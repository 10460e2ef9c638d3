using System.Text.Json;
using Dashboard.Api.OpenApi;

namespace Dashboard.Docs;

/// <summary>The OpenAPI document as the reference page shows it.</summary>
/// <param name="About">The sentences that hold for every operation.</param>
/// <param name="Groups">The operations, by tag.</param>
/// <param name="Types">The objects that bodies and answers consist of.</param>
sealed record ApiReference(string About, IReadOnlyList<ApiGroup> Groups, IReadOnlyList<ApiType> Types)
{
    const string Component = "#/components/schemas/";

    /// <summary>Reads the document that <c>/openapi/v1.json</c> returns.</summary>
    public static async Task<ApiReference> ReadAsync(ApiDocument document, CancellationToken cancellationToken)
    {
        using var json = JsonDocument.Parse(await document.GetAsync(cancellationToken));
        var root = json.RootElement;
        var operations =
            from path in root.GetProperty("paths").EnumerateObject()
            from operation in path.Value.EnumerateObject()
            where operation.Value.ValueKind == JsonValueKind.Object && operation.Value.TryGetProperty("responses", out _)
            select (Tag: Tag(operation.Value), Operation: Read(path.Name, operation.Name, operation.Value));
        return new(
            Text(root.GetProperty("info"), "description"),
            [.. operations.GroupBy(found => found.Tag, found => found.Operation).Select(group => new ApiGroup(group.Key, Joined(group)))],
            [
                .. root.GetProperty("components").GetProperty("schemas").EnumerateObject()
                    .Select(schema => new ApiType(schema.Name, Text(schema.Value, "description"), Fields(schema.Value)))
                        .Where(type => type.Fields.Count > 0),
            ]);
    }

    /// <summary>The operations of a path that differ in nothing but the method are one.</summary>
    static List<ApiOperation> Joined(IEnumerable<ApiOperation> operations) =>
        [
            .. operations.GroupBy(one => (one.Path, one.Summary))
                .Select(same => same.First() with { Method = string.Join(' ', same.Select(one => one.Method)) }),
        ];

    static string Tag(JsonElement operation) =>
        operation.TryGetProperty("tags", out var tags) && tags.GetArrayLength() > 0 ? tags[0].GetString()! : "Other";

    static ApiOperation Read(string path, string method, JsonElement operation) => new(
        method.ToUpperInvariant(), path, Text(operation, "summary"), Text(operation, "description"), Text(operation, "operationId"),
        Security(operation),
        operation.TryGetProperty("parameters", out var parameters)
            ? [.. parameters.EnumerateArray()
                .Select(field => Field(Text(field, "name"), field.TryGetProperty("schema", out var schema)
                    ? schema : field, Text(field, "description"), Flag(field, "required"), Text(field, "in")))]
            : [],
        operation.TryGetProperty("requestBody", out var body) ? Content(body) : null,
        [.. operation.GetProperty("responses").EnumerateObject()
            .Select(answer => new ApiAnswer(answer.Name, Text(answer.Value, "description"), Content(answer.Value)))]);

    static string Security(JsonElement operation) => operation.TryGetProperty("security", out var all)
        ? string.Join(", ", all.EnumerateArray().SelectMany(one => one.EnumerateObject()).Select(scheme => scheme.Name).Distinct())
        : "";

    static string? Content(JsonElement of) => of.TryGetProperty("content", out var content)
        ? content.EnumerateObject().Where(media => media.Value.TryGetProperty("schema", out _))
            .Select(media => TypeOf(media.Value.GetProperty("schema"))).FirstOrDefault()
        : null;

    static List<ApiField> Fields(JsonElement schema)
    {
        var required = schema.TryGetProperty("required", out var names)
            ? names.EnumerateArray().Select(name => name.GetString()).ToHashSet() : [];
        return schema.TryGetProperty("properties", out var properties)
            ? [.. properties.EnumerateObject()
                .Select(field => Field(field.Name, field.Value, Text(field.Value, "description"), required.Contains(field.Name), ""))]
            : [];
    }

    static ApiField Field(string name, JsonElement schema, string about, bool required, string place) =>
        new(name, TypeOf(schema), about, required, place);

    /// <summary>"string", "KeyAnswer", "KeyAnswer[]", "string or null", or the words of an enumeration.</summary>
    static string TypeOf(JsonElement schema)
    {
        if (schema.TryGetProperty("$ref", out var reference))
        {
            return reference.GetString()!.Replace(Component, "", StringComparison.Ordinal);
        }

        foreach (var choice in new[] { "oneOf", "anyOf" })
        {
            if (schema.TryGetProperty(choice, out var choices))
            {
                return string.Join(" or ", choices.EnumerateArray().Select(TypeOf).Distinct());
            }
        }

        if (schema.TryGetProperty("enum", out var words))
        {
            return string.Join(
                " | ", words.EnumerateArray().Select(word => word.ValueKind == JsonValueKind.Null ? "null" : word.GetString()));
        }

        var type = !schema.TryGetProperty("type", out var own) ? "string or string[]"
            : own.ValueKind == JsonValueKind.Array
                ? string.Join(" or ", own.EnumerateArray().Select(one => one.GetString())) : own.GetString()!;
        return schema.TryGetProperty("items", out var items) ? type.Replace("array", $"{TypeOf(items)}[]", StringComparison.Ordinal) : type;
    }

    static string Text(JsonElement of, string name) =>
        of.TryGetProperty(name, out var text) && text.ValueKind == JsonValueKind.String ? text.GetString()! : "";

    static bool Flag(JsonElement of, string name) => of.TryGetProperty(name, out var flag) && flag.ValueKind == JsonValueKind.True;
}

/// <summary>The operations of a tag.</summary>
sealed record ApiGroup(string Title, IReadOnlyList<ApiOperation> Operations);

/// <summary>An operation: <paramref name="Security"/> names the schemes that open it, <paramref name="Body"/> is the type of what it
/// takes.</summary>
sealed record ApiOperation(
    string Method, string Path, string Summary, string About, string Id, string Security, IReadOnlyList<ApiField> Parameters, string? Body,
    IReadOnlyList<ApiAnswer> Answers);

/// <summary>An answer and the type of its body.</summary>
sealed record ApiAnswer(string Status, string About, string? Type);

/// <summary>An object and its members.</summary>
sealed record ApiType(string Name, string About, IReadOnlyList<ApiField> Fields);

/// <summary>A member or parameter; <paramref name="Place"/> is "query", "path" or "header", or empty.</summary>
sealed record ApiField(string Name, string Type, string About, bool Required, string Place);
