using Dashboard.Core.Accounts;
using Microsoft.OpenApi;

namespace Dashboard.Api.OpenApi;

/// <summary>The formats, patterns and lengths of members and parameters that mean the same wherever they occur.</summary>
static class FieldShapes
{
    const string Slug = "[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?";
    const string Word = "[a-z0-9_-]{1,32}";
    const string ResourceId = "[A-Za-z0-9._~-]{1,64}";

    static readonly Shape Link = new(Format: "uri");
    static readonly Shape SlugOnly = new(Pattern: Slug, MaxLength: Names.MaxSlugLength);
    static readonly Shape Coordinate = new(Pattern: "[A-Za-z0-9_-]{43}", MaxLength: 43);

    static readonly Dictionary<string, Shape> Members = new(StringComparer.Ordinal)
    {
        ["account_id"] = SlugOnly,
        ["authorization_endpoint"] = Link,
        ["device_authorization_endpoint"] = Link,
        ["email"] = new(Format: "email", MaxLength: EmailAddress.MaxLength),
        ["introspection_endpoint"] = Link,
        ["issuer"] = Link,
        ["jwks_uri"] = Link,
        ["key_id"] = new(Pattern: "[A-Za-z0-9_-]{1,64}", MaxLength: 64),
        ["kind"] = new(Pattern: Word, MaxLength: 32),
        ["organization"] = SlugOnly,
        ["permission"] = new(Pattern: Word, MaxLength: 32),
        ["project"] = new(Pattern: $"{Slug}/{Slug}", MaxLength: (2 * Names.MaxSlugLength) + 1),
        ["registration_endpoint"] = Link,
        ["resource"] = new(Pattern: $"{Word}:{ResourceId}", MaxLength: 97),
        ["revocation_endpoint"] = Link,
        ["service_account_id"] = new(Pattern: "sa_[A-Za-z0-9]{1,61}", MaxLength: 64),
        ["slug"] = SlugOnly,
        ["token_endpoint"] = Link,
        ["user_code"] = new(Pattern: "[A-Z]{4}-[A-Z]{4}", MaxLength: 9),
        ["verification_uri"] = Link,
        ["verification_uri_complete"] = Link,
        ["workflow_id"] = new(Pattern: ResourceId, MaxLength: Names.MaxResourceIdLength),
        ["x"] = Coordinate,
        ["y"] = Coordinate,
    };

    static readonly Dictionary<string, string> Parameters = new(StringComparer.Ordinal)
    {
        ["key_id"] = "[A-Za-z0-9]{1,64}",
        ["organization"] = Slug,
        ["project"] = Slug,
        ["resource"] = $"{Word}:{ResourceId}",
        ["id"] = "[a-z]+_[A-Za-z0-9]{1,61}",
        ["secret_id"] = "cs_[A-Za-z0-9]{1,61}",
        ["authorization_id"] = "[A-Za-z0-9]{1,64}",
        ["session_id"] = "[A-Za-z0-9_-]{1,64}",
        ["user_id"] = "[A-Za-z0-9-]{1,64}",
        ["environment"] = "live|test",
        ["permission"] = Word,
    };

    /// <summary>Adds what is known about a member, unless its <see cref="FieldAttribute"/> says something else.</summary>
    public static void Apply(OpenApiSchema schema, string name, FieldAttribute field)
    {
        if (schema.Type?.HasFlag(JsonSchemaType.String) != true || schema.Format is not null || schema.Enum is { Count: > 0 })
        {
            return;
        }

        var known = field.Format is null && field.Pattern is null ? Members.GetValueOrDefault(name) : null;
        schema.Format = field.Format ?? known?.Format;
        schema.Pattern = (field.Pattern ?? known?.Pattern) is { } pattern ? Whole(pattern) : null;
        schema.MaxLength ??= known?.MaxLength;
    }

    /// <summary>Returns the schema of a path parameter.</summary>
    /// <param name="name">The name of the parameter.</param>
    /// <param name="any">Whether <c>-</c> stands for any value.</param>
    public static OpenApiSchema OfPath(string name, bool any) => new()
    {
        Type = JsonSchemaType.String,
        Pattern = Whole(any ? $"-|{Parameters[name]}" : Parameters[name]),
    };

    static string Whole(string pattern) => $"^(?:{pattern})$";

    sealed record Shape(string? Format = null, string? Pattern = null, int? MaxLength = null);
}
