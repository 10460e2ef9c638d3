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

    /// <summary>Returns the display name of a permission: <c>read</c> is "Read".</summary>
    public static string NameOf(string permission) =>
        char.ToUpperInvariant(permission[0]) + permission[1..].Replace('_', ' ').Replace('-', ' ');

    /// <summary>Returns what a permission allows, or nothing where the settings do not say it.</summary>
    public static string SentenceOf(string permission, PermissionCatalog catalog) =>
        OfServiceAccounts(catalog).Find(choice => choice.Value == permission)?.Text ?? "";

    static Choice<string> ToChoice(Permission permission) =>
        new(
            permission.Name, NameOf(permission.Name), permission.Name,
            permission.Description.Length == 0 ? null : permission.Description);
}
