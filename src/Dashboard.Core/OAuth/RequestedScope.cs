using Dashboard.Core.Tokens;

namespace Dashboard.Core.OAuth;

/// <summary>The scopes of a request.</summary>
static class RequestedScope
{
    /// <summary>Returns the scopes of a request (RFC 6749 section 3.3): those that it names, otherwise those that the client registered,
    /// otherwise those for reading.</summary>
    /// <param name="scopes">The scopes of the installation.</param>
    /// <param name="asked">The scopes in the request, or null.</param>
    public static Result<IReadOnlyList<string>> ScopeOf(this OAuthClient client, OAuthScopes scopes, string? asked)
    {
        if (asked is null)
        {
            // Words that the catalog has lost meanwhile are nobody's.
            var usual = client.Scope.Count > 0 ? [.. client.Scope.Intersect(scopes.All, StringComparer.Ordinal)] : scopes.Readable;
            return usual.Count > 0 ? Result.Of(usual) : OAuthError.InvalidScope("Specify the scopes that you need.");
        }

        if (!scopes.TryRead(asked, out var named))
        {
            return OAuthError.InvalidScope("A scope must be api, or a permission and a resource kind in plural such as read:workflows.");
        }

        if (client.Kind == ClientKind.Registered && (named.Contains(OAuthScopes.Api) || (client.Scope.Count > 0 && !OAuthScopes.Covers(client.Scope, named))))
        {
            return OAuthError.InvalidScope("This client cannot use these scopes.");
        }

        return Result.Of(named);
    }
}
