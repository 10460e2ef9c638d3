using Dashboard.Components;
using Microsoft.AspNetCore.WebUtilities;

namespace Dashboard.Keys;

/// <summary>The input of the form for a new key. Contains no secret.</summary>
public sealed record KeyDraft(
    string Name,
    KeyEnvironment Environment,
    bool Narrowed,
    IReadOnlyList<PickItem> Resources,
    IReadOnlyList<string> Permissions,
    ExpiryChoice Expiry,
    string Date,
    string Note = "",
    string Networks = "",
    string RateLimit = "")
{
    /// <summary>The names of the form's fields.</summary>
    public const string NameField = "name";
    public const string EnvironmentField = "environment";
    public const string ScopeField = "scope";
    public const string ResourcesField = "resources";
    public const string PermissionsField = "permissions";
    public const string ExpiryField = "expires";
    public const string DateField = "date";
    public const string NoteField = "note";
    public const string NetworksField = "networks";
    public const string RateLimitField = "rate";

    /// <summary>The parts of an address that opens the form: <c>?new&amp;name=…&amp;permissions=read&amp;expires=90</c>.</summary>
    public static readonly IReadOnlyList<string> Parameters = ["new", "name", "permissions", "expires"];

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
            First(DateField),
            First(NoteField),
            First(NetworksField),
            First(RateLimitField));
    }

    /// <summary>Reads what an address suggests for a new key, or null if it asks for none. It is untrusted input, so invalid values are
    /// dropped.</summary>
    /// <param name="address">The whole address.</param>
    /// <param name="today">The current day, UTC.</param>
    public static KeyDraft? Read(Uri address, PermissionCatalog catalog, DateOnly today)
    {
        var query = QueryHelpers.ParseQuery(address.Query);
        if (!query.ContainsKey("new"))
        {
            return null;
        }

        var draft = Begin(catalog);
        var words = query.GetValueOrDefault("permissions")
            .SelectMany(text => (text ?? "").Split([',', ' '], StringSplitOptions.RemoveEmptyEntries));
        List<string> permissions = [.. catalog.Permissions.Select(permission => permission.Name).Intersect(words, StringComparer.Ordinal)];
        var (expiry, date) = KeyExpiry.Read(query.GetValueOrDefault("expires").ToString(), today) ?? (draft.Expiry, draft.Date);
        return draft with
        {
            Name = query.GetValueOrDefault("name").ToString() is var name && Names.Check(name) is null ? name.Trim() : "",
            Permissions = permissions.Count > 0 ? permissions : draft.Permissions,
            Expiry = expiry,
            Date = date,
        };
    }
}
