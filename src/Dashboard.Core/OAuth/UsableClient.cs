using System.Text;
using Dashboard.Core.Tokens;

namespace Dashboard.Core.OAuth;

/// <summary>What this installation can use of the metadata of a client. Clients describe themselves to every authorization server in the
/// same words, so what is not offered here is left out, and the answer says what remains (RFC 7591 section 3.2.1).</summary>
sealed record UsableClient(
    string Name, IReadOnlyList<string> RedirectUris, string AuthMethod, IReadOnlyList<string> Grants,
    IReadOnlyList<string> Scope, string? ClientUri)
{
    const string Unnamed = "Unnamed app";

    static readonly string[] Offered = [GrantTypes.AuthorizationCode, GrantTypes.RefreshToken, GrantTypes.DeviceCode];

    /// <summary>Reads client metadata.</summary>
    /// <returns>The client; or, if it could not get a token, <c>invalid_redirect_uri</c> or <c>invalid_client_metadata</c> (RFC 7591
    /// section 3.2.2).</returns>
    public static Result<UsableClient> Of(NewClient input, OAuthScopes scopes)
    {
        var redirects = (input.RedirectUris ?? []).Where(RedirectUri.CanRegister).Distinct(StringComparer.Ordinal)
            .Take(OAuthLimits.MaxRedirectUris).ToList();
        var named = input.AllowedGrants is { Count: > 0 } some ? some : [GrantTypes.AuthorizationCode, GrantTypes.RefreshToken];
        var answers = input.ResponseTypes is not { Count: > 0 } types || types.Contains("code", StringComparer.Ordinal);
        var redirected = named.Contains(GrantTypes.AuthorizationCode, StringComparer.Ordinal) && answers;
        var grants = named.Where(grant => Offered.Contains(grant, StringComparer.Ordinal)
            && (grant != GrantTypes.AuthorizationCode || (redirected && redirects.Count > 0)))
            .Distinct(StringComparer.Ordinal).ToList();
        if (!grants.Exists(grant => grant is GrantTypes.AuthorizationCode or GrantTypes.DeviceCode))
        {
            return redirected
                ? new OAuthError(
                    "invalid_redirect_uri",
                    input.RedirectUris is { Count: > 0 }
                        ? "A redirect_uri must begin with https://, http:// and a loopback host, or a scheme of the app's own, and have no fragment."
                        : "redirect_uris is missing.")
                : new OAuthError(
                    "invalid_client_metadata", $"grant_types must contain one of {string.Join(", ", Offered)}, and response_types code.");
        }

        if (input.Name is not null && ProductName.IsImitatedBy(NameOf(input.Name, [])))
        {
            return new OAuthError("invalid_client_metadata", "client_name reads like the name of Latchkey itself. Choose another.");
        }

        return new UsableClient(
            NameOf(input.Name, redirects), redirects,
            AuthMethods.All.Contains(input.AuthMethod, StringComparer.Ordinal) ? input.AuthMethod! : AuthMethods.Basic,
            grants, ScopeOf(input.Scope, scopes), PageOf(input.ClientUri));
    }

    /// <summary>Returns the name of a client if it follows the rules of names, and by default the host of its first redirect URI.</summary>
    public static string NameOf(string? given, IReadOnlyList<string> redirects)
    {
        var name = Shorten((given ?? "").Trim());
        return Names.Check(name) is null ? name
            : redirects.Count > 0 && Uri.TryCreate(redirects[0], UriKind.Absolute, out var uri)
                && uri.Host.Length is > 0 and <= Names.MaxLength ? uri.Host
            : Unnamed;
    }

    static string Shorten(string name)
    {
        var text = new StringBuilder();
        foreach (var rune in name.EnumerateRunes().Take(Names.MaxLength))
        {
            text.Append(rune.ToString());
        }

        return text.ToString().Trim();
    }

    /// <summary>Returns the scopes that the client may request; empty for all. If it named only scopes that do not exist here, those that
    /// it would get without naming any.</summary>
    static IReadOnlyList<string> ScopeOf(string? given, OAuthScopes scopes)
    {
        if (string.IsNullOrWhiteSpace(given))
        {
            return [];
        }

        var known = scopes.ReadKnown(given, out _).Where(word => word != OAuthScopes.Api).ToList();
        return known.Count > 0 ? known : scopes.Readable;
    }

    /// <summary>Returns the client's page, which is only shown, if it is one that may be shown.</summary>
    static string? PageOf(string? given) =>
        given is { Length: > 0 and <= OAuthLimits.MaxUri } && given.All(c => c is > ' ' and < '\u007f')
            && Uri.TryCreate(given, UriKind.Absolute, out var uri)
        && uri.Scheme == Uri.UriSchemeHttps && uri.UserInfo.Length == 0 ? given : null;
}
