using Dashboard.Core.Tokens;

namespace Dashboard.Core.OAuth;

/// <summary>The scopes of a request.</summary>
static class RequestedScope
{
    /// <summary>The scopes that a person is asked for (RFC 6749 section 3.3): those that the request names and the client can have. Others
    /// are left out. If it names none, or none that this installation knows, those that the client registered, else what may be
    /// read.</summary>
    /// <param name="asked">What the request says, or null.</param>
    /// <returns>The scopes; or <c>invalid_scope</c> if it names only scopes that this client cannot have.</returns>
    public static Result<IReadOnlyList<string>> ScopeOf(this OAuthClient client, OAuthScopes scopes, string? asked)
    {
        if (asked is null || scopes.ReadKnown(asked, out _) is not { Count: > 0 } known)
        {
            // Words that the catalog no longer has belong to nobody.
            var usual = client.Scope.Count > 0 ? [.. client.Scope.Intersect(scopes.All, StringComparer.Ordinal)] : scopes.Readable;
            return usual.Count > 0 ? Result.Of(usual) : OAuthError.InvalidScope("Name the scopes that you need.");
        }

        var allowed = client.Within(known);
        return allowed.Count > 0 ? Result.Of(allowed) : OAuthError.InvalidScope("This client cannot have these scopes.");
    }

    /// <summary>Returns the scopes that the client can have.</summary>
    public static IReadOnlyList<string> Within(this OAuthClient client, IReadOnlyList<string> scopes) => !client.IsUnverified
        ? scopes
        : [.. scopes.Where(word => word != OAuthScopes.Api && (client.Scope.Count == 0 || OAuthScopes.Covers(client.Scope, [word])))];
}
