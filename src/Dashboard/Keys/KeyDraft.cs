using Dashboard.Components;

namespace Dashboard.Keys;

/// <summary>The input of the form for a new key. Contains no secret.</summary>
public sealed record KeyDraft(
    string Name,
    KeyEnvironment Environment,
    bool Narrowed,
    IReadOnlyList<PickItem> Resources,
    IReadOnlyList<string> Permissions,
    ExpiryChoice Expiry,
    string Date)
{
    /// <summary>The names of the form's fields.</summary>
    public const string NameField = "name";
    public const string EnvironmentField = "environment";
    public const string ScopeField = "scope";
    public const string ResourcesField = "resources";
    public const string PermissionsField = "permissions";
    public const string ExpiryField = "expires";
    public const string DateField = "date";

    /// <summary>The form value of a segment's second option.</summary>
    const string Second = "1";

    /// <summary>Returns the defaults for a new key: one permission, and an expiry date.</summary>
    public static KeyDraft Begin(PermissionCatalog catalog) =>
        new("", KeyEnvironment.Live, false, [], [catalog.Permissions[0].Name], ExpiryChoice.In90Days, "");

    /// <summary>Reads the names and values of the form's fields that the browser kept. They are untrusted input, so invalid values are
    /// dropped.</summary>
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
