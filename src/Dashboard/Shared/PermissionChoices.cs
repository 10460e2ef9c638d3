using Dashboard.Components;

namespace Dashboard.Shared;

/// <summary>Permissions as choices for pickers.</summary>
static class PermissionChoices
{
    /// <summary>Returns the permissions of the catalog, for keys of users.</summary>
    public static List<Choice<string>> Of(PermissionCatalog catalog) => [.. catalog.Permissions.Select(ToChoice)];

    /// <summary>Returns <see cref="PermissionCatalog.Verify"/>, which only service accounts may have and most are created for, and the
    /// permissions of the catalog.</summary>
    public static List<Choice<string>> OfServiceAccounts(PermissionCatalog catalog) =>
        [ToChoice(new(PermissionCatalog.Verify, "Verify keys of this organization, as your API does.")), .. Of(catalog)];

    static Choice<string> ToChoice(Permission permission) =>
        new(
            permission.Name, Capitalized(permission.Name), permission.Name,
            permission.Description.Length == 0 ? null : permission.Description);

    static string Capitalized(string word) => char.ToUpperInvariant(word[0]) + word[1..].Replace('_', ' ').Replace('-', ' ');
}
