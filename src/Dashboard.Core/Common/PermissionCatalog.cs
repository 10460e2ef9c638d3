using Microsoft.Extensions.Configuration;

namespace Dashboard.Core.Common;

/// <summary>A verb that a credential may use.</summary>
/// <param name="Name">The word in keys and requests, such as <c>read</c>.</param>
/// <param name="Description">What it allows, one sentence for people.</param>
public sealed record Permission(string Name, string Description);

/// <summary>The settings for the words of an installation.</summary>
[SettingsSection("", IsShared = true)]
public sealed class CatalogOptions
{
    /// <summary>The permissions that a key can have: names, or names with a sentence each.</summary>
    public IConfigurationSection? Permissions { get; init; }

    /// <summary>The kinds of resource that a key can be narrowed to.</summary>
    public IConfigurationSection? ResourceKinds { get; init; }
}

/// <summary>The words of an installation: which permissions a key may have, and which kinds of resource there are.</summary>
public sealed class PermissionCatalog
{
    /// <summary>Only a service account's credentials may have it: it lets them ask whether other credentials are good. Built in, and never a default.</summary>
    public const string Verify = "verify";

    /// <summary>The most characters that the permissions of one key take, with a space between each two and <see cref="Verify"/> among them.</summary>
    public const int MaxPermissionsLength = ((MostWords + 1) * (MaxWordLength + 1)) - 1;

    const int MostWords = 50;
    const int MaxWordLength = 32;

    /// <summary>Reads <c>Permissions</c> (an object of name and description, or a list of names) and <c>ResourceKinds</c> (a list).</summary>
    /// <exception cref="SettingException">A word is not one that can stand in a key.</exception>
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

        ResourceKinds = [.. Read(options.ResourceKinds!, [new("workflow", ""), new("gateway", ""), new("agent", "")]).Select(kind => kind.Name)];
    }

    /// <summary>The permissions in the order that people see them.</summary>
    public IReadOnlyList<Permission> Permissions { get; }

    /// <summary>The kinds of resource in the order that people see them.</summary>
    public IReadOnlyList<string> ResourceKinds { get; }

    /// <summary>Permissions in the catalog's order, <see cref="Verify"/> last, whatever order they were asked for in.</summary>
    /// <param name="permissions">What was asked for; null for the default, which is all of the catalog.</param>
    public IEnumerable<string> InOrder(IReadOnlyCollection<string>? permissions) => permissions is null
        ? Permissions.Select(x => x.Name)
        : Permissions.Select(x => x.Name).Append(Verify).Where(name => permissions.Contains(name, StringComparer.Ordinal));

    static List<Permission> Read(IConfigurationSection setting, List<Permission> otherwise)
    {
        var words = setting.GetChildren()
            .Select(child => child.Key.All(char.IsAsciiDigit) ? new Permission(child.Value ?? "", "") : new Permission(child.Key, child.Value ?? ""))
            .ToList();
        if (words.Count == 0)
        {
            return otherwise;
        }

        if (words.FirstOrDefault(word => !IsWord(word.Name)) is { } wrong)
        {
            throw new SettingException(setting.Path, $"lists \"{wrong.Name}\"; a word there is 1 to {MaxWordLength} small letters, digits, hyphens and underscores");
        }

        if (words.Count > MostWords || words.DistinctBy(word => word.Name, StringComparer.Ordinal).Count() != words.Count)
        {
            throw new SettingException(setting.Path, $"lists a word twice or more than {MostWords} words");
        }

        return words;
    }

    internal static bool IsWord(string text) => text is { Length: > 0 and <= MaxWordLength } && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_');
}
