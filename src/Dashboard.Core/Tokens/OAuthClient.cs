using System.Text;
using Dashboard.Core.OAuth;

namespace Dashboard.Core.Tokens;

/// <summary>The names of grant types (RFC 6749, RFC 8628 section 3.4).</summary>
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

    /// <summary>All grant types.</summary>
    public static IReadOnlyList<string> All { get; } = [AuthorizationCode, RefreshToken, ClientCredentials, DeviceCode];
}

/// <summary>The names of client authentication methods (RFC 7591 section 2).</summary>
public static class AuthMethods
{
    /// <summary>None: a public client.</summary>
    public const string None = "none";

    /// <summary>In the <c>Authorization: Basic</c> header.</summary>
    public const string Basic = "client_secret_basic";

    /// <summary>In the request body.</summary>
    public const string Post = "client_secret_post";

    /// <summary>All methods.</summary>
    public static IReadOnlyList<string> All { get; } = [Basic, Post, None];
}

/// <summary>The origin of a client.</summary>
public enum ClientKind
{
    /// <summary>Part of Latchkey.</summary>
    BuiltIn,

    /// <summary>Belongs to a service account.</summary>
    ServiceAccount,

    /// <summary>Registered itself. Nobody has verified what it claims.</summary>
    Registered,
}

/// <summary>An OAuth client.</summary>
/// <param name="Kind">Its origin.</param>
/// <param name="IsPublic">Whether it has no secret (RFC 6749 section 2.1).</param>
/// <param name="AllowedGrants">The grant types that it may use.</param>
/// <param name="Scope">The scopes that it registered; empty for none.</param>
/// <param name="RedirectUris">The redirect URIs that it registered.</param>
/// <param name="ServiceAccountId">The service account, or null.</param>
/// <param name="RegisteredAt">When it registered, UTC, or null.</param>
/// <param name="SecretId">The client secret of a service account that the client authenticated with, or null.</param>
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

    /// <summary>Returns whether the client may use a grant type.</summary>
    /// <param name="grant">One of <see cref="GrantTypes"/>.</param>
    public bool MayUse(string grant) => AllowedGrants.Contains(grant, StringComparer.Ordinal);

    /// <summary>Returns the scopes of a request (RFC 6749 section 3.3): those that it names, otherwise those that the client registered,
    /// otherwise those for reading.</summary>
    /// <param name="scopes">The scopes of the installation.</param>
    /// <param name="asked">The scopes in the request, or null.</param>
    public OAuthResult<IReadOnlyList<string>> ScopeOf(OAuthScopes scopes, string? asked)
    {
        if (asked is null)
        {
            // Scopes that the catalog no longer contains are ignored.
            var usual = Scope.Count > 0 ? [.. Scope.Intersect(scopes.All, StringComparer.Ordinal)] : scopes.Readable;
            return usual.Count > 0 ? OAuthResult.Of(usual) : OAuthError.InvalidScope("Specify the scopes that you need.");
        }

        if (!scopes.TryRead(asked, out var named))
        {
            return OAuthError.InvalidScope("A scope must be api, or a permission and a resource kind in plural such as read:workflows.");
        }

        if (Kind == ClientKind.Registered && (named.Contains(OAuthScopes.Api) || (Scope.Count > 0 && !OAuthScopes.Covers(Scope, named))))
        {
            return OAuthError.InvalidScope("This client cannot use these scopes.");
        }

        return OAuthResult.Of(named);
    }
}

/// <summary>The client authentication in a request.</summary>
public sealed class PresentedClient
{
    PresentedClient(string? clientId, string? secret, bool byHeader) => (ClientId, Secret, ByHeader) = (clientId, secret, byHeader);

    /// <summary>The client id, or null if there is none.</summary>
    public string? ClientId { get; }

    /// <summary>Whether it was presented in <c>Authorization: Basic</c>.</summary>
    public bool ByHeader { get; }

    /// <summary>The secret, or null.</summary>
    internal string? Secret { get; }

    /// <summary>Reads the client authentication (RFC 6749 section 2.3.1) from the header or the body, but not both.</summary>
    /// <param name="authorization">All values of the <c>Authorization</c> header.</param>
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
            return OAuthError.InvalidRequest("Use only one client authentication method.");
        }

        if (!TryDecode(basic[0]![scheme.Length..].Trim(' '), out var id, out var secret))
        {
            return OAuthError.InvalidClient;
        }

        return body["client_id"] is { } named && named != id
            ? OAuthError.InvalidRequest("The client_id in the body does not match the Authorization header.")
            : new PresentedClient(id, secret, byHeader: true);
    }

    /// <summary>Returns the client id.</summary>
    public override string ToString() => ClientId ?? "nobody";

    /// <summary>Decodes Base64 of <c>id:secret</c>, in which both parts are form-encoded.</summary>
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
