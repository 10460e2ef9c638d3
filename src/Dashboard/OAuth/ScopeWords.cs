using Dashboard.Core.Keys;
using Dashboard.Core.OAuth;

namespace Dashboard.OAuth;

/// <summary>What scopes mean, for people.</summary>
static class ScopeWords
{
    /// <summary>One sentence about a scope, without its full stop.</summary>
    public static string Of(string scope, Catalogue catalogue)
    {
        if (OAuthScopes.PermissionOf(scope) is not { } name || OAuthScopes.KindsOf(scope) is not { } kinds)
        {
            return "Manage keys and service accounts as you can";
        }

        return catalogue.Permissions.FirstOrDefault(permission => permission.Name == name)?.Description is { Length: > 0 } sentence
            ? sentence.Replace("resources", kinds, StringComparison.Ordinal).TrimEnd('.')
            : $"Use {name} on {kinds}";
    }

    /// <summary>The mark beside a scope.</summary>
    public static string IconOf(string scope) => OAuthScopes.PermissionOf(scope) switch
    {
        null => Ui.Icons.Key,
        "read" => Ui.Icons.Eye,
        "write" => Ui.Icons.Pencil,
        _ => Ui.Icons.Power,
    };
}
