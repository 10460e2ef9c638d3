using Dashboard.Core.Organizations;

namespace Dashboard.Core.Tokens;

/// <summary>The scopes of the installation (RFC 6749 section 3.3): <see cref="Api"/>, which includes everything that the owner may do, and
/// <c>permission:kind-in-plural</c>, such as <c>read:workflows</c>.</summary>
public sealed class OAuthScopes
{
    /// <summary>Everything that the owner may do. Not available to self-registered clients.</summary>
    public const string Api = "api";

    /// <summary>Returns whether only a person who is known to be present may grant the scopes: <see cref="Api"/> opens what a session
    /// opens.</summary>
    public static bool NeedsPresence(IEnumerable<string> scopes) => scopes.Contains(Api, StringComparer.Ordinal);

    /// <summary>The permission of viewers, and the default of tokens.</summary>
    const string Read = "read";

    readonly PermissionCatalog catalog;

    /// <summary>The results of <see cref="Needed"/> by permission and kind. A null kind stands for every kind.</summary>
    readonly Dictionary<(string Permission, string? Kind), string> needed = [];

    /// <summary>Builds the scopes from the permissions and resource kinds of the catalog.</summary>
    public OAuthScopes(PermissionCatalog catalog)
    {
        this.catalog = catalog;
        All = [Api, .. catalog.Permissions.SelectMany(permission => catalog.ResourceKinds.Select(kind => Word(permission.Name, kind)))];
        foreach (var kind in catalog.ResourceKinds.Cast<string?>().Append(null))
        {
            needed[(PermissionCatalog.Verify, kind)] = Api;
        }

        foreach (var permission in catalog.Permissions)
        {
            needed[(permission.Name, null)] = string.Join(' ', catalog.ResourceKinds.Select(kind => Word(permission.Name, kind)));
            foreach (var kind in catalog.ResourceKinds)
            {
                needed[(permission.Name, kind)] = Word(permission.Name, kind);
            }
        }
    }

    /// <summary>All scopes, in a fixed order.</summary>
    public IReadOnlyList<string> All { get; }

    /// <summary>The scopes for reading.</summary>
    public IReadOnlyList<string> Readable => [.. All.Where(word => PermissionOf(word) == Read)];

    /// <summary>The scopes that a self-registered client can request: all except <see cref="Api"/>.</summary>
    public IReadOnlyList<string> OfResources => [.. All.Where(word => word != Api)];

    /// <summary>Returns the scopes that a permission requires, separated by spaces, or null if there are none.</summary>
    /// <param name="permission">The permission, or null.</param>
    /// <param name="resource">The resource that it is required on, as <c>kind:id</c>; null for every kind.</param>
    public string? Needed(string? permission, string? resource) =>
        permission is null ? null : needed.GetValueOrDefault((permission, resource?.Split(':')[0]));

    /// <summary>Returns the scope for a permission on a kind of resource.</summary>
    /// <param name="permission">A permission, such as <c>read</c>.</param>
    /// <param name="kind">A resource kind, such as <c>workflow</c>.</param>
    public static string Word(string permission, string kind) => $"{permission}:{kind}s";

    /// <summary>Returns the permission of a scope, or null for <see cref="Api"/>.</summary>
    public static string? PermissionOf(string word) =>
        word.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon ? word[..colon] : null;

    /// <summary>Returns the plural kind of a scope, or null for <see cref="Api"/>.</summary>
    public static string? KindsOf(string word) =>
        word.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon ? word[(colon + 1)..] : null;

    /// <summary>Parses a list of scopes.</summary>
    /// <param name="text">The scopes, separated by spaces.</param>
    /// <param name="scopes">The scopes without duplicates, in the order of <see cref="All"/>.</param>
    /// <returns>False if a scope is unknown or there are none.</returns>
    public bool TryRead(string text, out IReadOnlyList<string> scopes)
    {
        scopes = ReadKnown(text, out var foreign);
        return scopes.Count > 0 && !foreign;
    }

    /// <summary>Reads the known ones of a list of scopes (RFC 6749 section 3.3: a server may ignore the others).</summary>
    /// <param name="text">The scopes, separated by spaces.</param>
    /// <param name="foreign">Whether there are others.</param>
    /// <returns>The scopes without duplicates, in the order of <see cref="All"/>.</returns>
    public IReadOnlyList<string> ReadKnown(string text, out bool foreign)
    {
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries).ToHashSet(StringComparer.Ordinal);
        var known = All.Where(words.Contains).ToList();
        foreign = known.Count < words.Count;
        return known;
    }

    /// <summary>Returns whether the requested scopes are within the granted ones.</summary>
    /// <param name="granted">The granted scopes.</param>
    public static bool Covers(IReadOnlyCollection<string> granted, IReadOnlyCollection<string> asked) =>
        granted.Contains(Api) || asked.All(word => granted.Contains(word, StringComparer.Ordinal));

    /// <summary>Returns the permissions of a role: viewers can read, others can do everything.</summary>
    public IReadOnlyList<string> PermissionsOf(OrganizationRole role) =>
        [.. catalog.Permissions.Select(permission => permission.Name).Where(name => role.Can(MemberAction.AuthorizeFully) || name == Read)];

    /// <summary>Returns the scopes that remain with certain permissions. <see cref="Api"/> always remains.</summary>
    public static IReadOnlyList<string> Within(IEnumerable<string> scopes, IReadOnlyCollection<string> permissions) =>
        [.. scopes.Where(word => PermissionOf(word) is not { } permission || permissions.Contains(permission, StringComparer.Ordinal))];

    /// <summary>Returns the permissions that scopes amount to: the name alone if for every kind, otherwise
    /// <c>permission:kind-in-plural</c>.</summary>
    /// <param name="permissions">The permissions of the owner.</param>
    public IReadOnlyList<string> ToPermissions(IReadOnlyCollection<string> scopes, IReadOnlyCollection<string> permissions) =>
        scopes.Contains(Api)
        ? [.. catalog.InOrder(permissions)]
        :
        [
            .. catalog.Permissions.Select(permission => permission.Name)
                .Where(name => permissions.Contains(name, StringComparer.Ordinal)).SelectMany(name =>
                catalog.ResourceKinds.All(kind => scopes.Contains(Word(name, kind), StringComparer.Ordinal))
                    ? [name]
                    : scopes.Where(word => PermissionOf(word) == name)),
        ];
}
