using Dashboard.Core.Keys;
using Dashboard.Ui;

namespace Dashboard.Keys;

/// <summary>Permissions as the pickers show them.</summary>
static class PermissionChoices
{
    /// <summary>Those of the catalogue, which people's keys may have.</summary>
    public static List<Choice<string>> Of(Catalogue catalogue) => [.. catalogue.Permissions.Select(ToChoice)];

    /// <summary>The same and <see cref="Catalogue.Verify"/>, which only a service account may have.</summary>
    public static List<Choice<string>> OfServiceAccounts(Catalogue catalogue) =>
        [.. Of(catalogue), ToChoice(new(Catalogue.Verify, "Ask whether keys of this organization are good, as your API does."))];

    static Choice<string> ToChoice(Permission permission) =>
        new(permission.Name, Capitalized(permission.Name), permission.Name, permission.Description.Length == 0 ? null : permission.Description);

    static string Capitalized(string word) => char.ToUpperInvariant(word[0]) + word[1..].Replace('_', ' ').Replace('-', ' ');
}
