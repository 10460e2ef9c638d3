using Dashboard.Core.Tokens;

namespace Dashboard.OAuth;

/// <summary>Describes scopes and clients on the consent pages.</summary>
static class ScopeDescriptions
{
    /// <summary>Returns a sentence that describes a scope, without a full stop.</summary>
    public static string Of(string scope, PermissionCatalog catalog)
    {
        if (OAuthScopes.PermissionOf(scope) is not { } name || OAuthScopes.KindsOf(scope) is not { } kinds)
        {
            return "Manage keys and service accounts on your behalf";
        }

        return catalog.Permissions.FirstOrDefault(permission => permission.Name == name)?.Description is { Length: > 0 } sentence
            ? sentence.Replace("resources", kinds, StringComparison.Ordinal).TrimEnd('.')
            : $"Use {name} on {kinds}";
    }

    /// <summary>Returns how long a client has access: "1 hour, renewed for up to 30 days".</summary>
    public static string Duration(OAuthClient client, OAuthOptions options)
    {
        var once = InWords(options.AccessTokenLifetime);
        return client.MayUse(GrantTypes.RefreshToken) ? $"{once}, renewed for up to {InWords(options.RefreshTokenLifetime)}" : once;
    }

    /// <summary>Returns the icon of a client.</summary>
    public static string IconOf(OAuthClient client) =>
        client.Kind == ClientKind.BuiltIn ? Components.Icons.Terminal : Components.Icons.Plug;

    static string InWords(TimeSpan time) => time switch
    {
        { TotalDays: >= 2 } => $"{time.TotalDays:0} days",
        { TotalHours: 1 } => "1 hour",
        { TotalHours: > 1 } => $"{time.TotalHours:0} hours",
        { TotalMinutes: >= 2 } => $"{time.TotalMinutes:0} minutes",
        _ => $"{time.TotalSeconds:0} seconds",
    };

    /// <summary>Returns the icon of a scope.</summary>
    public static string IconOf(string scope) => OAuthScopes.PermissionOf(scope) switch
    {
        null => Components.Icons.Key,
        "read" => Components.Icons.Eye,
        "write" => Components.Icons.Pencil,
        _ => Components.Icons.Power,
    };
}
