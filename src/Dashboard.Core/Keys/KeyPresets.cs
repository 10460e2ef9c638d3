using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Dashboard.Core.Keys;

/// <summary>A starting point for a new key.</summary>
/// <param name="Name">The display name.</param>
/// <param name="Permissions">The permissions, in the order of the catalog.</param>
/// <param name="ExpiresAfterDays">The number of days until the key expires, or null for never.</param>
public sealed record KeyPreset(string Name, IReadOnlyList<string> Permissions, int? ExpiresAfterDays);

/// <summary>The setting <c>Keys:Presets</c>: what the dialog for a new key offers to start from.</summary>
public sealed class KeyPresets
{
    const string Never = "never";
    const int MaxPresets = 10;
    const int MaxDays = 3650;

    static readonly string[] Members = ["Name", "Permissions", "Expiry"];

    static readonly char[] Separators = [',', ' ', '\t', '\r', '\n'];

    /// <summary>Reads the setting. Without it there are the shipped presets, except those with permissions that the catalog lacks.</summary>
    /// <exception cref="SettingException">A preset is not valid.</exception>
    public KeyPresets(IConfiguration configuration, PermissionCatalog catalog)
    {
        var setting = SettingsBinder.Read<KeyOptions>(configuration).Presets!;
        if (!string.IsNullOrEmpty(setting.Value))
        {
            throw new SettingException(setting.Path, "is not a list; use Keys:Presets:0:Name, Keys:Presets:0:Permissions and Keys:Presets:0:Expiry");
        }

        var configured = setting.GetChildren().ToList();
        All = configured.Count == 0 ? Shipped(catalog) : Read(setting.Path, configured, catalog);
    }

    /// <summary>The presets in display order.</summary>
    public IReadOnlyList<KeyPreset> All { get; }

    static List<KeyPreset> Shipped(PermissionCatalog catalog)
    {
        List<KeyPreset> presets = [new("Read-only", ["read"], 90), new("Deploy", ["read", "execute"], 90), new("Full access", [.. catalog.InOrder(null)], 30)];
        return presets.FindAll(preset => preset.Permissions.All(name => catalog.Permissions.Any(known => known.Name == name)));
    }

    static List<KeyPreset> Read(string path, List<IConfigurationSection> configured, PermissionCatalog catalog)
    {
        if (configured.Count > MaxPresets)
        {
            throw new SettingException(path, $"lists more than {MaxPresets} presets");
        }

        var presets = new List<KeyPreset>();
        foreach (var item in configured.OrderBy(item => int.TryParse(item.Key, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : int.MaxValue))
        {
            var preset = Read(item, catalog);
            if (presets.Exists(other => other.Name.Equals(preset.Name, StringComparison.OrdinalIgnoreCase)))
            {
                throw new SettingException($"{item.Path}:Name", $"is \"{preset.Name}\", which another preset is called");
            }

            presets.Add(preset);
        }

        return presets;
    }

    static KeyPreset Read(IConfigurationSection item, PermissionCatalog catalog)
    {
        if (item.GetChildren().FirstOrDefault(child => !Members.Contains(child.Key, StringComparer.OrdinalIgnoreCase)) is { } unknown)
        {
            throw new SettingException(unknown.Path, $"is not a setting of this version of Latchkey; a preset has {string.Join(", ", Members)}");
        }

        var name = item["Name"]?.Trim();
        if (Names.Check(name) is not null)
        {
            throw new SettingException($"{item.Path}:Name", $"is {(string.IsNullOrEmpty(name) ? "missing" : $"\"{name}\"")}; give the preset a name of 1 to {Names.MaxLength} characters");
        }

        return new(name!, PermissionsOf(item.GetSection("Permissions"), catalog), DaysOf(item.GetSection("Expiry")));
    }

    static List<string> PermissionsOf(IConfigurationSection setting, PermissionCatalog catalog)
    {
        List<string> names =
        [
            .. setting.GetChildren().Select(child => child.Value?.Trim() ?? ""),
            .. (setting.Value ?? "").Split(Separators, StringSplitOptions.RemoveEmptyEntries),
        ];
        var known = catalog.Permissions.Select(x => x.Name).ToList();
        if (names.Count == 0)
        {
            throw new SettingException(setting.Path, $"is missing; use one or more of {string.Join(", ", known)}");
        }

        return names.Find(name => !known.Contains(name, StringComparer.Ordinal)) is { } unknown
            ? throw new SettingException(setting.Path, $"lists \"{unknown}\", which is not a permission of the catalog; use {string.Join(", ", known)}")
            : [.. catalog.InOrder(names)];
    }

    static int? DaysOf(IConfigurationSection setting) =>
        string.Equals(setting.Value, Never, StringComparison.OrdinalIgnoreCase) ? null
        : int.TryParse(setting.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var days) && days is > 0 and <= MaxDays ? days
        : throw new SettingException(
            setting.Path, $"is {(string.IsNullOrEmpty(setting.Value) ? "missing" : $"\"{setting.Value}\"")}; it must be a whole number of days from 1 to {MaxDays}, or {Never}");
}
