using Dashboard.Ui;

namespace Dashboard.Keys;

/// <summary>What stands in the form for a new key. No secret is in it.</summary>
public sealed record KeyDraft(
    string Name,
    KeyEnvironment Environment,
    bool Narrowed,
    IReadOnlyList<PickItem> Resources,
    IReadOnlyList<string> Permissions,
    ExpiryChoice Expiry,
    string Date)
{
    /// <summary>The form's fields by name.</summary>
    public const string NameField = "name";
    public const string EnvironmentField = "environment";
    public const string ScopeField = "scope";
    public const string ResourcesField = "resources";
    public const string PermissionsField = "permissions";
    public const string ExpiryField = "expires";
    public const string DateField = "date";

    /// <summary>What a segment's second choice has for a value.</summary>
    const string Second = "1";

    /// <summary>What most keys need and no more: one permission, and an end.</summary>
    public static KeyDraft Begin(PermissionCatalog catalog) =>
        new("", KeyEnvironment.Live, false, [], [catalog.Permissions[0].Name], ExpiryChoice.In90Days, "");

    /// <summary>Reads what the browser kept: names and values of the form's fields. It is the browser's word, so what cannot be is left out.</summary>
    public static KeyDraft Read(IEnumerable<string[]> fields, PermissionCatalog catalog)
    {
        var values = fields.Where(field => field.Length == 2).ToLookup(field => field[0], field => field[1], StringComparer.Ordinal);
        string First(string field) => values[field].FirstOrDefault("");
        return new(
            First(NameField),
            First(EnvironmentField) == Second ? KeyEnvironment.Test : KeyEnvironment.Live,
            First(ScopeField) == Second,
            [.. values[ResourcesField].Select(PickItem.OfField).OfType<PickItem>().DistinctBy(item => item.Value)],
            [.. catalog.Permissions.Select(permission => permission.Name).Intersect(values[PermissionsField], StringComparer.Ordinal)],
            Enum.TryParse<ExpiryChoice>(First(ExpiryField), out var expiry) && Enum.IsDefined(expiry) ? expiry : ExpiryChoice.In90Days,
            First(DateField));
    }
}
