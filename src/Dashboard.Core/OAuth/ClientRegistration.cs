using System.Text.Json;
using Dashboard.Core.Changes;
using Dashboard.Core.Limits;
using Dashboard.Core.Organizations;
using Dashboard.Core.Tokens;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.OAuth;

/// <summary>What a client says of itself when it registers (RFC 7591 section 2). What is null it does not say.</summary>
/// <param name="Name"><c>client_name</c>.</param>
/// <param name="RedirectUris"><c>redirect_uris</c>.</param>
/// <param name="AuthMethod"><c>token_endpoint_auth_method</c>.</param>
/// <param name="AllowedGrants"><c>grant_types</c>.</param>
/// <param name="ResponseTypes"><c>response_types</c>.</param>
/// <param name="Scope"><c>scope</c>.</param>
/// <param name="ClientUri"><c>client_uri</c>.</param>
public sealed record NewClient(
    string? Name = null,
    IReadOnlyList<string>? RedirectUris = null,
    string? AuthMethod = null,
    IReadOnlyList<string>? AllowedGrants = null,
    IReadOnlyList<string>? ResponseTypes = null,
    string? Scope = null,
    string? ClientUri = null);

/// <summary>A client that has just registered.</summary>
/// <param name="Client">The client.</param>
/// <param name="AuthMethod">How it shows who it is.</param>
/// <param name="Secret">Its secret, shown once; null for a public client.</param>
/// <param name="ClientUri">Its own page, or null.</param>
public sealed record IssuedClient(OAuthClient Client, string AuthMethod, OAuthSecret? Secret, string? ClientUri);

/// <summary>Lets clients register themselves (RFC 7591). Nobody vouches for them: every page that names one says so, and one that nobody approves goes after a day.</summary>
public sealed class ClientRegistration(UnitOfWorkRunner changes, OAuthScopes scopes, OAuthOptions options, RateLimits limits)
{
    /// <summary>How long a client stays that nobody has approved.</summary>
    public static readonly TimeSpan UnapprovedLifetime = TimeSpan.FromDays(1);

    /// <summary>The most clients that nobody has approved.</summary>
    public const int MaxUnapproved = 1000;

    const int IdLength = 22;
    const int MaxNameLength = 100;

    static readonly string[] Allowed = [GrantTypes.AuthorizationCode, GrantTypes.RefreshToken, GrantTypes.DeviceCode];

    /// <summary>Whether clients may register.</summary>
    public bool IsOpen => options.Registration;

    /// <summary>Registers a client.</summary>
    /// <param name="input">What it says of itself.</param>
    /// <param name="origin">Where the request came in.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The client with its secret; or <c>invalid_redirect_uri</c>, <c>invalid_client_metadata</c> (RFC 7591 section 3.2.2), <c>temporarily_unavailable</c>.</returns>
    public async Task<Result<IssuedClient>> RegisterAsync(NewClient input, OAuthOrigin origin, CancellationToken cancellationToken)
    {
        if (!IsOpen)
        {
            return new OAuthError("access_denied", "Clients cannot register themselves here. Ask the operator.", 403);
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
            Metadata($"grant_types can hold {string.Join(", ", Allowed)}."),
        _ when redirects.Count > OAuthLimits.MostRedirectUris => Metadata($"Register {OAuthLimits.MostRedirectUris} redirect_uris at most."),
        _ when redirects.FirstOrDefault(uri => !RedirectUri.CanRegister(uri)) is not null => new(
            "invalid_redirect_uri", "A redirect_uri begins with https://, with http:// and a loopback host, or with a scheme of the app's own that has a dot; it has no fragment."),
        _ when redirects.Count == 0 && grants.Contains(GrantTypes.AuthorizationCode, StringComparer.Ordinal) => new("invalid_redirect_uri", "redirect_uris are missing."),
        { AuthMethod: { } method } when !AuthMethods.All.Contains(method, StringComparer.Ordinal) => Metadata($"token_endpoint_auth_method can be {string.Join(", ", AuthMethods.All)}."),
        { ResponseTypes: { } types } when types.Any(type => type != "code") => Metadata("response_types can hold code alone."),
        { Name: { } name } when name.Length > MaxNameLength || name.Any(c => char.IsControl(c) || char.GetUnicodeCategory(c) == System.Globalization.UnicodeCategory.Format) =>
            Metadata($"client_name has {MaxNameLength} characters at most, and none that cannot be seen."),
        { ClientUri: { } page } when page.Length > OAuthLimits.MaxUri || !Ascii(page) || !Uri.TryCreate(page, UriKind.Absolute, out var uri) || uri.Scheme != Uri.UriSchemeHttps =>
            Metadata("client_uri has to begin with https://."),
        { Scope: { Length: > 0 } scope } when !scopes.TryRead(scope, out var words) || words.Contains(OAuthScopes.Api) =>
            Metadata("scope can hold a permission and a kind of resource in plural, such as read:workflows, several with a space between."),
        _ => null,
    };

    /// <summary>A client that gives itself no name is called by where its answers go.</summary>
    static string NameOf(NewClient input, IReadOnlyList<string> redirects) => input.Name?.Trim() is { Length: > 0 } name ? name
        : redirects.Count > 0 && Uri.TryCreate(redirects[0], UriKind.Absolute, out var uri) && uri.Host.Length is > 0 and <= MaxNameLength ? uri.Host : "An app without a name";

    static bool Ascii(string text) => text.All(c => c is > ' ' and < '\u007f');

    static OAuthError Metadata(string description) => new("invalid_client_metadata", description);
}
