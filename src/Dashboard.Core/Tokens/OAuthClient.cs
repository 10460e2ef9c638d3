using System.Text;
using Dashboard.Core.OAuth;

namespace Dashboard.Core.Tokens;

/// <summary>The names of the grants (RFC 6749, RFC 8628 section 3.4).</summary>
public static class GrantTypes
{
    /// <summary>RFC 6749 section 4.4.</summary>
    public const string ClientCredentials = "client_credentials";

    /// <summary>RFC 6749 section 4.1.</summary>
    public const string AuthorizationCode = "authorization_code";

    /// <summary>RFC 6749 section 6.</summary>
    public const string RefreshToken = "refresh_token";

    /// <summary>RFC 8628 section 3.4.</summary>
    public const string DeviceCode = "urn:ietf:params:oauth:grant-type:device_code";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [AuthorizationCode, RefreshToken, ClientCredentials, DeviceCode];
}

/// <summary>The names of the ways in which a client shows who it is (RFC 7591 section 2).</summary>
public static class AuthMethods
{
    /// <summary>It cannot: a public client.</summary>
    public const string None = "none";

    /// <summary>By the header <c>Authorization: Basic</c>.</summary>
    public const string Basic = "client_secret_basic";

    /// <summary>In the body.</summary>
    public const string Post = "client_secret_post";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [Basic, Post, None];
}

/// <summary>Where a client comes from.</summary>
public enum ClientKind
{
    /// <summary>It is part of Latchkey.</summary>
    BuiltIn,

    /// <summary>It is a service account's.</summary>
    ServiceAccount,

    /// <summary>It registered itself, and nobody vouches for it.</summary>
    Registered,
}

/// <summary>An OAuth client.</summary>
/// <param name="Kind">Where it comes from.</param>
/// <param name="IsPublic">Whether it has no secret (RFC 6749 section 2.1).</param>
/// <param name="AllowedGrants">The grants that it may use.</param>
/// <param name="Scope">The scopes that it registered; empty for none.</param>
/// <param name="RedirectUris">Where answers may be sent.</param>
/// <param name="ServiceAccountId">The service account, or null.</param>
/// <param name="RegisteredAt">When it registered, UTC, or null.</param>
/// <param name="SecretId">Which of a service account's client secrets it has shown, or null.</param>
public sealed record OAuthClient(
    string ClientId,
    string Name,
    ClientKind Kind,
    bool IsPublic,
    IReadOnlyList<string> AllowedGrants,
    IReadOnlyList<string> Scope,
    IReadOnlyList<string> RedirectUris,
    string? ServiceAccountId = null,
    DateTimeOffset? RegisteredAt = null,
    string? SecretId = null)
{
    /// <summary>The client id of the command line.</summary>
    public const string CommandLineId = "latchkey-cli";

    /// <summary>The command line.</summary>
    public static OAuthClient CommandLine { get; } = new(
        CommandLineId, "Latchkey command line", ClientKind.BuiltIn, IsPublic: true, [GrantTypes.DeviceCode, GrantTypes.RefreshToken], [OAuthScopes.Api], []);

    /// <summary>Whether it may use a grant.</summary>
    /// <param name="grant">One of <see cref="GrantTypes"/>.</param>
    public bool MayUse(string grant) => AllowedGrants.Contains(grant, StringComparer.Ordinal);

    /// <summary>The scopes of a request (RFC 6749 section 3.3): those that it names, else those that the client registered, else what may be read.</summary>
    /// <param name="scopes">The installation's.</param>
    /// <param name="asked">What the request says, or null.</param>
    public OAuthResult<IReadOnlyList<string>> ScopeOf(OAuthScopes scopes, string? asked)
    {
        if (asked is null)
        {
            // Words that the catalog has lost meanwhile are nobody's.
            var usual = Scope.Count > 0 ? [.. Scope.Intersect(scopes.All, StringComparer.Ordinal)] : scopes.Readable;
            return usual.Count > 0 ? OAuthResult.Of(usual) : OAuthError.InvalidScope("Name the scopes that you need.");
        }

        if (!scopes.TryRead(asked, out var named))
        {
            return OAuthError.InvalidScope("A scope is api, or a permission and a kind of resource in plural, such as read:workflows.");
        }

        if (Kind == ClientKind.Registered && (named.Contains(OAuthScopes.Api) || (Scope.Count > 0 && !OAuthScopes.Covers(Scope, named))))
        {
            return OAuthError.InvalidScope("This client cannot have these scopes.");
        }

        return OAuthResult.Of(named);
    }
}

/// <summary>What a request says of the client that sends it.</summary>
public sealed class PresentedClient
{
    PresentedClient(string? clientId, string? secret, bool byHeader) => (ClientId, Secret, ByHeader) = (clientId, secret, byHeader);

    /// <summary>The client id, or null where none is named.</summary>
    public string? ClientId { get; }

    /// <summary>Whether it came by <c>Authorization: Basic</c>.</summary>
    public bool ByHeader { get; }

    /// <summary>The secret, or null.</summary>
    internal string? Secret { get; }

    /// <summary>Reads it (RFC 6749 section 2.3.1): from the header or from the body, never from both.</summary>
    /// <param name="authorization">Every value of the header <c>Authorization</c>.</param>
    public static OAuthResult<PresentedClient> Read(IReadOnlyList<string?> authorization, OAuthParameters body)
    {
        const string scheme = "Basic ";
        var basic = authorization.Where(value => value?.StartsWith(scheme, StringComparison.OrdinalIgnoreCase) == true).ToList();
        if (basic.Count == 0)
        {
            return new PresentedClient(body["client_id"], body["client_secret"], byHeader: false);
        }

        if (authorization.Count > 1 || body["client_secret"] is not null)
        {
            return OAuthError.InvalidRequest("Show who the client is in one way, not in two.");
        }

        if (!TryDecode(basic[0]![scheme.Length..].Trim(' '), out var id, out var secret))
        {
            return OAuthError.InvalidClient;
        }

        return body["client_id"] is { } named && named != id
            ? OAuthError.InvalidRequest("The body names another client than the header.")
            : new PresentedClient(id, secret, byHeader: true);
    }

    /// <summary>Prints the client id.</summary>
    public override string ToString() => ClientId ?? "nobody";

    /// <summary>Base64 of <c>id:secret</c>, each of them form-encoded first.</summary>
    static bool TryDecode(string text, out string id, out string secret)
    {
        (id, secret) = ("", "");
        var bytes = new byte[text.Length];
        if (text.Length > 1000 || !Convert.TryFromBase64String(text, bytes, out var length))
        {
            return false;
        }

        var decoded = Encoding.UTF8.GetString(bytes, 0, length);
        if (decoded.IndexOf(':', StringComparison.Ordinal) is not (> 0 and var colon))
        {
            return false;
        }

        (id, secret) = (Unescape(decoded[..colon]), Unescape(decoded[(colon + 1)..]));
        return true;
    }

    static string Unescape(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));
}
