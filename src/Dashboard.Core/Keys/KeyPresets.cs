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

    /// <summary>Reads the setting. Without it there are the shipped presets, except those with permissions that the catalog
    /// lacks.</summary>
    /// <exception cref="SettingException">A preset is not valid.</exception>
    public KeyPresets(IConfiguration configuration, PermissionCatalog catalog)
    {
        var setting = SettingsBinder.Read<KeyOptions>(configuration).Presets!;
        All = setting.GetChildren().ToList() is { Count: > 0 } configured ? Read(setting.Path, configured, catalog)
            : string.IsNullOrEmpty(setting.Value) ? Shipped(catalog)
            : throw new SettingException(
                setting.Path, $"is \"{setting.Value}\"; it must be a numbered list, such as {setting.Path}:0:{Members[0]}");
    }

    /// <summary>The presets in display order.</summary>
    public IReadOnlyList<KeyPreset> All { get; }

    static List<KeyPreset> Shipped(PermissionCatalog catalog)
    {
        List<KeyPreset> presets =
        [
            new("Read-only", ["read"], 90),
            new("Deploy", ["read", "execute"], 90),
            new("Full access", [.. catalog.InOrder(null)], 30),
        ];
        return presets.FindAll(preset => preset.Permissions.All(name => catalog.Permissions.Any(known => known.Name == name)));
    }

    static List<KeyPreset> Read(string path, List<IConfigurationSection> configured, PermissionCatalog catalog)
    {
        if (configured.Count > MaxPresets)
        {
            throw new SettingException(path, $"lists more than {MaxPresets} presets");
        }

        var presets = new List<KeyPreset>();
        foreach (var item in configured.OrderBy(item => NumberOf(item.Key) ?? int.MaxValue))
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
        var members = item.GetChildren().ToDictionary(member => member.Key, StringComparer.OrdinalIgnoreCase);
        if (members.Values.FirstOrDefault(member => !Members.Contains(member.Key, StringComparer.OrdinalIgnoreCase)) is { } unknown)
        {
            throw new SettingException(
                unknown.Path, $"is not a setting of this version of Latchkey; a preset has {string.Join(", ", Members)}");
        }

        return new(
            NameOf($"{item.Path}:{Members[0]}", members.GetValueOrDefault(Members[0])),
            PermissionsOf($"{item.Path}:{Members[1]}", members.GetValueOrDefault(Members[1]), catalog),
            DaysOf($"{item.Path}:{Members[2]}", members.GetValueOrDefault(Members[2])?.Value));
    }

    static string NameOf(string path, IConfigurationSection? setting) => setting?.Value?.Trim() is var name && Names.Check(name) is null
        ? name!
        : throw new SettingException(path, $"{Found(name)}; it must be a name of 1 to {Names.MaxLength} characters");

    static List<string> PermissionsOf(string path, IConfigurationSection? setting, PermissionCatalog catalog)
    {
        List<string> names =
        [
            .. setting?.GetChildren().Select(child => child.Value?.Trim() ?? "") ?? [],
            .. (setting?.Value ?? "").Split(Separators, StringSplitOptions.RemoveEmptyEntries),
        ];
        var known = catalog.InOrder(null).ToList();
        if (names.Count == 0)
        {
            throw new SettingException(path, $"is missing; it must list at least one of {string.Join(", ", known)}");
        }

        return names.Find(name => !known.Contains(name, StringComparer.Ordinal)) is { } unknown
            ? throw new SettingException(path, $"lists \"{unknown}\", which is not a permission; use {string.Join(", ", known)}")
            : [.. catalog.InOrder(names)];
    }

    static int? DaysOf(string path, string? text) =>
        string.Equals(text, Never, StringComparison.OrdinalIgnoreCase) ? null
        : NumberOf(text) is > 0 and <= MaxDays and var days ? days
        : throw new SettingException(path, $"{Found(text)}; it must be a whole number of days from 1 to {MaxDays}, or {Never}");

    static int? NumberOf(string? text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    static string Found(string? text) => string.IsNullOrEmpty(text) ? "is missing" : $"is \"{text}\"";
}
