using Dashboard.Core.Tokens;

namespace Dashboard.Core.OAuth;

/// <summary>The scopes of a request.</summary>
static class RequestedScope
{
    /// <summary>The scopes of a request (RFC 6749 section 3.3): those that it names, else those that the client registered, else what may be read.</summary>
    /// <param name="client">The client.</param>
    /// <param name="scopes">The installation's.</param>
    /// <param name="asked">What the request says, or null.</param>
    public static Result<IReadOnlyList<string>> ScopeOf(this OAuthClient client, OAuthScopes scopes, string? asked)
    {
        if (asked is null)
        {
            // Words that the catalog no longer has belong to nobody.
            var usual = client.Scope.Count > 0 ? [.. client.Scope.Intersect(scopes.All, StringComparer.Ordinal)] : scopes.Readable;
            return usual.Count > 0 ? Result.Of(usual) : OAuthError.InvalidScope("Name the scopes that you need.");
        }

        if (!scopes.TryRead(asked, out var named))
        {
            return OAuthError.InvalidScope("A scope is api, or a permission and a kind of resource in plural, such as read:workflows.");
        }

        if (client.Kind == ClientKind.Registered && (named.Contains(OAuthScopes.Api) || (client.Scope.Count > 0 && !OAuthScopes.Covers(client.Scope, named))))
        {
            return OAuthError.InvalidScope("This client cannot have these scopes.");
        }

        return Result.Of(named);
    }
}
