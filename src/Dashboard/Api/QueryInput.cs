using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http.Metadata;

namespace Dashboard.Api;

/// <summary>Reads query parameters as strictly as the members of a body. A parameter without a value counts as omitted.</summary>
static class QueryInput
{
    public static Result<T> Read<T>(IQueryCollection query)
        where T : class
    {
        var type = JsonContract.Options.GetTypeInfo(typeof(T));
        var values = new JsonObject();
        var errors = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, texts) in query)
        {
            var property = type.Properties.FirstOrDefault(x => x.Name == name);
            if (property is not null && texts.Count > 1)
            {
                errors[name] = "Send it only once.";
            }
            else if (property is not null && texts.ToString().Any(char.IsControl))
            {
                errors[name] = "Use no control characters."; // not every database can store them
            }
            else if (property is null || texts.ToString() is { Length: > 0 })
            {
                values[name] = ToJson(property, texts.ToString());
            }
        }

        var read = StrictReader.Read<T>(JsonSerializer.SerializeToElement(values));
        foreach (var (name, error) in read.Error?.Errors ?? new Dictionary<string, string>(StringComparer.Ordinal))
        {
            errors.TryAdd(name, error);
        }

        return errors.Count > 0 ? Error.Invalid(errors) : read;
    }

    /// <summary>Converts a parameter to JSON. A text that does not fit the parameter's type stays a string, which <see
    /// cref="StrictReader"/> rejects.</summary>
    static JsonValue? ToJson(JsonPropertyInfo? property, string text) => property is null ? JsonValue.Create(text)
        : StrictReader.Plain(property.PropertyType) switch
        {
            var type when type == typeof(bool) && text is "true" or "false" => JsonValue.Create(text == "true"),
            var type when type == typeof(int) && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) =>
                JsonValue.Create(number),
            _ => JsonValue.Create(text),
        };
}

/// <summary>Binds the query parameters of a request.</summary>
sealed class QueryInput<T> : IBindableFromHttpContext<QueryInput<T>>, IEndpointParameterMetadataProvider, IInput
    where T : class
{
    readonly Result<T> outcome;

    QueryInput(Result<T> outcome) => this.outcome = outcome;

    public Error? Error => outcome.Error;

    public T Value => outcome.Value;

    public static ValueTask<QueryInput<T>?> BindAsync(HttpContext context, ParameterInfo parameter) =>
        new(new QueryInput<T>(QueryInput.Read<T>(context.Request.Query)));

    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) =>
        builder.Metadata.Add(new InputMetadata(typeof(T), IsBody: false));
}
