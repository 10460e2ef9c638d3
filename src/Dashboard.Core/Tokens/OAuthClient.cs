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

    /// <summary>Is described by a document at the URL that is its client id. Only the host of that URL is known.</summary>
    Described,
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
/// <param name="Url">The URL of the document that describes it, which is its client id, or null.</param>
/// <param name="ClaimedName">What it calls itself, if that is not its name, or null.</param>
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
    string? SecretId = null,
    string? Url = null,
    string? ClaimedName = null)
{
    /// <summary>The client id of the command line.</summary>
    public const string CommandLineId = "latchkey-cli";

    /// <summary>The command line.</summary>
    public static OAuthClient CommandLine { get; } = new(
        CommandLineId, "Latchkey command line", ClientKind.BuiltIn, IsPublic: true,
        [GrantTypes.DeviceCode, GrantTypes.RefreshToken], [OAuthScopes.Api], []);

    /// <summary>What the service account may do, or null for other clients.</summary>
    internal ClientAccount? Account { get; init; }

    /// <summary>The client id that the client and resource servers know. That of a client with a document is longer than ids are
    /// stored.</summary>
    public string PublicId => Url ?? ClientId;

    /// <summary>Whether nobody here has verified who runs it.</summary>
    public bool IsUnverified => Kind is ClientKind.Registered or ClientKind.Described;

    /// <summary>Returns whether the client may use a grant type.</summary>
    /// <param name="grant">One of <see cref="GrantTypes"/>.</param>
    public bool MayUse(string grant) => AllowedGrants.Contains(grant, StringComparer.Ordinal);
}

/// <summary>The service account behind a client.</summary>
/// <param name="OrganizationId">The organization.</param>
/// <param name="Organization">The organization's slug.</param>
/// <param name="Permissions">The permissions of the account.</param>
/// <param name="TokenGeneration">The generation of its tokens.</param>
sealed record ClientAccount(long OrganizationId, string Organization, IReadOnlyList<string> Permissions, long TokenGeneration);
