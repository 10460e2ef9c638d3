using Dashboard.Core.Organizations;

namespace Dashboard.Core.Tokens;

/// <summary>The scopes of the installation (RFC 6749 section 3.3): <see cref="Api"/>, which is all that a token's owner may do, and <c>permission:kind-in-plural</c>, such as
/// <c>read:workflows</c>.</summary>
public sealed class OAuthScopes
{
    /// <summary>All that the owner may do. No self-registered client gets it.</summary>
    public const string Api = "api";

    /// <summary>What a viewer may, and what a token may that asked for nothing.</summary>
    const string Read = "read";

    readonly PermissionCatalog catalog;

    /// <summary>What <see cref="Needed"/> says, by permission and kind; of every kind, by none.</summary>
    readonly Dictionary<(string Permission, string? Kind), string> needed = [];

    /// <summary>Makes the scopes of the catalog's words.</summary>
    /// <param name="catalog">The words.</param>
    public OAuthScopes(PermissionCatalog catalog)
    {
        this.catalog = catalog;
        All = [Api, .. catalog.Permissions.SelectMany(permission => catalog.ResourceKinds.Select(kind => Word(permission.Name, kind)))];
        foreach (var permission in catalog.Permissions)
        {
            needed[(permission.Name, null)] = string.Join(' ', catalog.ResourceKinds.Select(kind => Word(permission.Name, kind)));
            foreach (var kind in catalog.ResourceKinds)
            {
                needed[(permission.Name, kind)] = Word(permission.Name, kind);
            }
        }
    }

    /// <summary>Every scope, in one order.</summary>
    public IReadOnlyList<string> All { get; }

    /// <summary>Those that read everything.</summary>
    public IReadOnlyList<string> Readable => [.. All.Where(word => PermissionOf(word) == Read)];

    /// <summary>Those that a client may ask for which registered itself: all but <see cref="Api"/>.</summary>
    public IReadOnlyList<string> OfResources => [.. All.Where(word => word != Api)];

    /// <summary>The scopes that are needed for a permission, separated by spaces; null where there is none of it.</summary>
    /// <param name="permission">The permission, or null.</param>
    /// <param name="resource">What it is needed on, as <c>kind:id</c>; null for every kind.</param>
    public string? Needed(string? permission, string? resource) => permission is null ? null : needed.GetValueOrDefault((permission, resource?.Split(':')[0]));

    /// <summary>The scope of a permission on a kind of resource.</summary>
    /// <param name="permission">Such as <c>read</c>.</param>
    /// <param name="kind">Such as <c>workflow</c>.</param>
    public static string Word(string permission, string kind) => $"{permission}:{kind}s";

    /// <summary>The permission of a scope; null for <see cref="Api"/>.</summary>
    /// <param name="word">A scope.</param>
    public static string? PermissionOf(string word) => word.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon ? word[..colon] : null;

    /// <summary>The kind in plural of a scope; null for <see cref="Api"/>.</summary>
    /// <param name="word">A scope.</param>
    public static string? KindsOf(string word) => word.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon ? word[(colon + 1)..] : null;

    /// <summary>Reads a list of scopes.</summary>
    /// <param name="text">Separated by one space each.</param>
    /// <param name="scopes">Each once, in the order of <see cref="All"/>.</param>
    /// <returns>False where one is unknown, or there is none.</returns>
    public bool TryRead(string text, out IReadOnlyList<string> scopes)
    {
        var words = text.Length <= OAuthLimits.MaxScope ? text.Split(' ') : [];
        scopes = [.. All.Where(word => words.Contains(word, StringComparer.Ordinal))];
        return scopes.Count > 0 && words.All(word => All.Contains(word, StringComparer.Ordinal));
    }

    /// <summary>Whether some scopes ask for no more than others.</summary>
    /// <param name="asked">What is asked for.</param>
    /// <param name="granted">What there is.</param>
    public static bool Covers(IReadOnlyCollection<string> granted, IReadOnlyCollection<string> asked) =>
        granted.Contains(Api) || asked.All(word => granted.Contains(word, StringComparer.Ordinal));

    /// <summary>What a member may do by their role: a viewer reads, others do all.</summary>
    /// <param name="role">The role.</param>
    public IReadOnlyList<string> PermissionsOf(OrganizationRole role) =>
        [.. catalog.Permissions.Select(permission => permission.Name).Where(name => role.Can(MemberAction.AuthorizeFully) || name == Read)];

    /// <summary>The scopes that are left of some where only certain permissions may be used. <see cref="Api"/> stays.</summary>
    /// <param name="scopes">The scopes.</param>
    /// <param name="permissions">What may be done.</param>
    public static IReadOnlyList<string> Within(IEnumerable<string> scopes, IReadOnlyCollection<string> permissions) =>
        [.. scopes.Where(word => PermissionOf(word) is not { } permission || permissions.Contains(permission, StringComparer.Ordinal))];

    /// <summary>What some scopes come to, as answers have it: a permission for every kind by its name, one for some kinds as <c>permission:kind-in-plural</c>.</summary>
    /// <param name="scopes">The scopes.</param>
    /// <param name="permissions">What the owner may do.</param>
    public IReadOnlyList<string> ToPermissions(IReadOnlyCollection<string> scopes, IReadOnlyCollection<string> permissions) => scopes.Contains(Api)
        ? [.. catalog.InOrder(permissions)]
        :
        [
            .. catalog.Permissions.Select(permission => permission.Name).Where(name => permissions.Contains(name, StringComparer.Ordinal)).SelectMany(name =>
                catalog.ResourceKinds.All(kind => scopes.Contains(Word(name, kind), StringComparer.Ordinal))
                    ? [name]
                    : scopes.Where(word => PermissionOf(word) == name)),
        ];
}
