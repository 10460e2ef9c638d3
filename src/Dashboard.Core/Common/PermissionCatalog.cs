using Microsoft.Extensions.Configuration;

namespace Dashboard.Core.Common;

/// <summary>A permission that a credential may have.</summary>
/// <param name="Name">The name in keys and requests, such as <c>read</c>.</param>
/// <param name="Description">What the permission allows, in one sentence.</param>
public sealed record Permission(string Name, string Description);

/// <summary>The settings <c>Permissions</c> and <c>ResourceKinds</c>.</summary>
[SettingsSection("", IsShared = true)]
public sealed class CatalogOptions
{
    /// <summary>The permissions that a key can have: a list of names, or names with a description each.</summary>
    public IConfigurationSection? Permissions { get; init; }

    /// <summary>The kinds of resource that a key can be limited to.</summary>
    public IConfigurationSection? ResourceKinds { get; init; }
}

/// <summary>The permissions and resource kinds that the installation defines.</summary>
public sealed class PermissionCatalog
{
    /// <summary>Allows a credential to verify other credentials. Only service accounts can have it. It is built in and never a
    /// default.</summary>
    public const string Verify = "verify";

    /// <summary>The permission to change things. A live key with it is minted only by a person who is known to be present.</summary>
    public const string Write = "write";

    /// <summary>The maximum length of a key's stored permissions, separated by spaces and including <see cref="Verify"/>.</summary>
    public const int MaxPermissionsLength = ((MaxNames + 1) * (MaxNameLength + 1)) - 1;

    const int MaxNames = 50;
    const int MaxNameLength = 32;

    /// <summary>Reads <c>Permissions</c> (an object of names and descriptions, or a list of names) and <c>ResourceKinds</c> (a list of
    /// names).</summary>
    /// <exception cref="SettingException">A name is not valid.</exception>
    public PermissionCatalog(IConfiguration configuration)
    {
        var options = SettingsBinder.Read<CatalogOptions>(configuration);
        Permissions = Read(options.Permissions!,
        [
            new("read", "List and read resources, their state, outputs, runs and data sets."),
            new("execute", "Start and stop resources."),
            new("write", "Create, change and delete resources, their state, their credentials and their data."),
        ]);
        if (Permissions.Any(permission => permission.Name == Verify))
        {
            throw new SettingException("Permissions", $"lists \"{Verify}\", which is built in");
        }

        ResourceKinds =
            [.. Read(options.ResourceKinds!, [new("workflow", ""), new("gateway", ""), new("agent", "")]).Select(kind => kind.Name)];
    }

    /// <summary>The permissions in display order.</summary>
    public IReadOnlyList<Permission> Permissions { get; }

    /// <summary>The resource kinds in display order.</summary>
    public IReadOnlyList<string> ResourceKinds { get; }

    /// <summary>Sorts permissions into the order of the catalog, with <see cref="Verify"/> last.</summary>
    /// <param name="permissions">The requested permissions; null for the default, which is every permission of the catalog.</param>
    public IEnumerable<string> InOrder(IReadOnlyCollection<string>? permissions) => permissions is null
        ? Permissions.Select(x => x.Name)
        : Permissions.Select(x => x.Name).Append(Verify).Where(name => permissions.Contains(name, StringComparer.Ordinal));

    static List<Permission> Read(IConfigurationSection setting, List<Permission> otherwise)
    {
        var words = setting.GetChildren()
            .Select(child =>
                child.Key.All(char.IsAsciiDigit) ? new Permission(child.Value ?? "", "") : new Permission(child.Key, child.Value ?? ""))
            .ToList();
        if (words.Count == 0)
        {
            return otherwise;
        }

        if (words.FirstOrDefault(word => !IsName(word.Name)) is { } wrong)
        {
            throw new SettingException(
                setting.Path, $"lists \"{wrong.Name}\"; use 1 to {MaxNameLength} lowercase letters, digits, hyphens and underscores");
        }

        if (words.Count > MaxNames || words.DistinctBy(word => word.Name, StringComparer.Ordinal).Count() != words.Count)
        {
            throw new SettingException(setting.Path, $"lists a name twice or more than {MaxNames} names");
        }

        return words;
    }

    internal static bool IsName(string text) => text is { Length: > 0 and <= MaxNameLength }
        && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_');
}
