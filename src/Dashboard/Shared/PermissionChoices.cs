using Dashboard.Ui;

namespace Dashboard.Shared;

/// <summary>Permissions as the pickers show them.</summary>
static class PermissionChoices
{
    /// <summary>Those of the catalog, which people's keys may have.</summary>
    public static List<Choice<string>> Of(PermissionCatalog catalog) => [.. catalog.Permissions.Select(ToChoice)];

    /// <summary>The same and <see cref="PermissionCatalog.Verify"/>, which only a service account may have.</summary>
    public static List<Choice<string>> OfServiceAccounts(PermissionCatalog catalog) =>
        [.. Of(catalog), ToChoice(new(PermissionCatalog.Verify, "Ask whether keys of this organization are good, as your API does."))];

    static Choice<string> ToChoice(Permission permission) =>
        new(permission.Name, Capitalized(permission.Name), permission.Name, permission.Description.Length == 0 ? null : permission.Description);

    static string Capitalized(string word) => char.ToUpperInvariant(word[0]) + word[1..].Replace('_', ' ').Replace('-', ' ');
}
