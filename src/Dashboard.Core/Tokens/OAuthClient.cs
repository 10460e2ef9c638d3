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
/// <param name="ClientId">Its identifier.</param>
/// <param name="Name">What it is called.</param>
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
}
