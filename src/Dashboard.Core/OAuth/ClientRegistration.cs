using System.Text.Json;
using Dashboard.Core.Changes;
using Dashboard.Core.Limits;
using Dashboard.Core.Organizations;
using Dashboard.Core.Tokens;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.OAuth;

/// <summary>The metadata of a client that registers itself (RFC 7591 section 2). Null members are not specified.</summary>
public sealed record NewClient(
    string? Name = null,
    IReadOnlyList<string>? RedirectUris = null,
    string? AuthMethod = null,
    IReadOnlyList<string>? AllowedGrants = null,
    IReadOnlyList<string>? ResponseTypes = null,
    string? Scope = null,
    string? ClientUri = null);

/// <summary>A newly registered client.</summary>
/// <param name="AuthMethod">The authentication method.</param>
/// <param name="Secret">The secret, returned once; null for a public client.</param>
/// <param name="ClientUri">The client's web page, or null.</param>
public sealed record IssuedClient(OAuthClient Client, string AuthMethod, OAuthSecret? Secret, string? ClientUri);

/// <summary>Registers clients dynamically (RFC 7591). Nobody has verified what they claim, and every page that names one says so. A client
/// that nobody approves is deleted after a day.</summary>
public sealed class ClientRegistration(UnitOfWorkRunner changes, OAuthScopes scopes, OAuthOptions options, RateLimits limits)
{
    /// <summary>How long an unapproved client is kept.</summary>
    public static readonly TimeSpan UnapprovedLifetime = TimeSpan.FromDays(1);

    /// <summary>The maximum number of unapproved clients.</summary>
    public const int MaxUnapproved = 1000;

    const int IdLength = 22;
    const int MaxNameLength = 100;

    static readonly string[] Allowed = [GrantTypes.AuthorizationCode, GrantTypes.RefreshToken, GrantTypes.DeviceCode];

    /// <summary>Whether clients can register.</summary>
    public bool IsOpen => options.Registration;

    /// <summary>Registers a client.</summary>
    /// <param name="input">What it says of itself.</param>
    /// <param name="origin">Where the request came in.</param>
    /// <returns>The client with its secret; or <c>invalid_redirect_uri</c>, <c>invalid_client_metadata</c> (RFC 7591 section 3.2.2), <c>temporarily_unavailable</c>.</returns>
    public async Task<Result<IssuedClient>> RegisterAsync(NewClient input, OAuthOrigin origin, CancellationToken cancellationToken)
    {
        if (!IsOpen)
        {
            return new OAuthError("access_denied", "Client registration is disabled. Ask the operator.", 403);
        }

        if (limits.Registrations.Take(origin.Address) is { } wait)
        {
            return OAuthError.TooMany(wait);
        }

        var grants = input.AllowedGrants ?? [GrantTypes.AuthorizationCode, GrantTypes.RefreshToken];
        var redirects = input.RedirectUris ?? [];
        if (Check(input, grants, redirects) is { } wrong)
        {
            return wrong;
        }

        var method = input.AuthMethod ?? AuthMethods.Basic;
        var secret = method == AuthMethods.None ? null : OAuthSecret.Mint(OAuthPrefixes.ClientSecret);
        IReadOnlyList<string> scope = scopes.TryRead(input.Scope ?? "", out var words) ? words : [];

        return await changes.RunAsync<IssuedClient>(
            Actor.Anonymous(origin.AddressText),
            async (change, token) =>
            {
                await change.LockInstallationAsync(token);
                if (await change.Context.RegisteredClients.CountAsync(client => client.ApprovedAt == null, token) >= MaxUnapproved)
                {
                    return OAuthError.TooMany(TimeSpan.FromHours(1));
                }

                var row = new RegisteredClient
                {
                    ClientId = RegisteredClient.IdPrefix + Base62.Random(IdLength),
                    Name = NameOf(input, redirects),
                    SecretHash = secret?.Hash,
                    AuthMethod = method,
                    RedirectUris = string.Join('\n', redirects),
                    GrantTypes = string.Join(' ', grants),
                    Scope = string.Join(' ', scope),
                    ClientUri = input.ClientUri,
                    CreatedAt = change.Now,
                };
                change.Context.Add(row);
                change.Record(AuditChain.Installation, new(
                    AuditCategory.Tokens, "client.registered", new(FeedSubject.Client, row.ClientId, row.Name),
                    Details: JsonSerializer.Serialize(new Dictionary<string, string?> { ["redirect_uris"] = row.RedirectUris, ["scope"] = row.Scope })));
                return new IssuedClient(
                    new(row.ClientId, row.Name, ClientKind.Registered, secret is null, grants, scope, redirects, null, row.CreatedAt), method, secret, row.ClientUri);
            },
            cancellationToken);
    }

    OAuthError? Check(NewClient input, IReadOnlyList<string> grants, IReadOnlyList<string> redirects) => input switch
    {
        _ when grants.Count == 0 || grants.Any(grant => !Allowed.Contains(grant, StringComparer.Ordinal)) =>
            Metadata($"grant_types must be among {string.Join(", ", Allowed)}."),
        _ when redirects.Count > OAuthLimits.MaxRedirectUris => Metadata($"redirect_uris must have at most {OAuthLimits.MaxRedirectUris} entries."),
        _ when redirects.FirstOrDefault(uri => !RedirectUri.CanRegister(uri)) is not null => new(
            "invalid_redirect_uri", "A redirect_uri must begin with https://, http:// and a loopback host, or a private-use scheme that contains a dot, and have no fragment."),
        _ when redirects.Count == 0 && grants.Contains(GrantTypes.AuthorizationCode, StringComparer.Ordinal) => new("invalid_redirect_uri", "redirect_uris is missing."),
        { AuthMethod: { } method } when !AuthMethods.All.Contains(method, StringComparer.Ordinal) => Metadata($"token_endpoint_auth_method must be one of {string.Join(", ", AuthMethods.All)}."),
        { ResponseTypes: { } types } when types.Any(type => type != "code") => Metadata("response_types must contain only code."),
        { Name: { } name } when name.Length > MaxNameLength || name.Any(c => char.IsControl(c) || char.GetUnicodeCategory(c) == System.Globalization.UnicodeCategory.Format) =>
            Metadata($"client_name must have at most {MaxNameLength} characters, all of them visible."),
        { ClientUri: { } page } when page.Length > OAuthLimits.MaxUri || !Ascii(page) || !Uri.TryCreate(page, UriKind.Absolute, out var uri) || uri.Scheme != Uri.UriSchemeHttps =>
            Metadata("client_uri must begin with https://."),
        { Scope: { Length: > 0 } scope } when !scopes.TryRead(scope, out var words) || words.Contains(OAuthScopes.Api) =>
            Metadata("scope must contain permissions with a resource kind in plural, such as read:workflows, separated by spaces."),
        _ => null,
    };

    /// <summary>Returns the name of a client, by default the host of its first redirect URI.</summary>
    static string NameOf(NewClient input, IReadOnlyList<string> redirects) => input.Name?.Trim() is { Length: > 0 } name ? name
        : redirects.Count > 0 && Uri.TryCreate(redirects[0], UriKind.Absolute, out var uri) && uri.Host.Length is > 0 and <= MaxNameLength ? uri.Host : "Unnamed app";

    static bool Ascii(string text) => text.All(c => c is > ' ' and < '\u007f');

    static OAuthError Metadata(string description) => new("invalid_client_metadata", description);
}
