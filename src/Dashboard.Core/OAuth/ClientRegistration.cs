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
/// that nobody approves is deleted after an hour without a request, else after a day.</summary>
public sealed class ClientRegistration(
    UnitOfWorkRunner changes, OAuthScopes scopes, OAuthOptions options, RateLimits limits, RefusalLedger refusals)
{
    /// <summary>How long an unapproved client is kept.</summary>
    public static readonly TimeSpan UnapprovedLifetime = TimeSpan.FromDays(1);

    /// <summary>How long one is kept that has never sent anybody to be asked.</summary>
    public static readonly TimeSpan UnusedLifetime = TimeSpan.FromHours(1);

    /// <summary>How long a new client keeps its place, since its person may still be signing in.</summary>
    public static readonly TimeSpan Protected = TimeSpan.FromMinutes(10);

    /// <summary>How long after its last request a client keeps its place. A device code lasts no longer by default.</summary>
    public static readonly TimeSpan UnderWay = TimeSpan.FromMinutes(30);

    /// <summary>The maximum number of unapproved clients.</summary>
    public const int MaxUnapproved = 1000;

    /// <summary>The maximum number of unapproved clients of one network: it takes several to fill the table.</summary>
    public const int MaxUnapprovedOfNetwork = MaxUnapproved / 4;

    const int IdLength = 22;

    /// <summary>Whether clients can register.</summary>
    public bool IsOpen => options.Registration;

    /// <summary>Registers a client.</summary>
    /// <param name="input">What it says of itself.</param>
    /// <param name="origin">Where the request came in.</param>
    /// <returns>The client with its secret; or <c>invalid_redirect_uri</c>, <c>invalid_client_metadata</c> (RFC 7591 section 3.2.2),
    /// <c>temporarily_unavailable</c>.</returns>
    public async Task<Result<IssuedClient>> RegisterAsync(NewClient input, OAuthOrigin origin, CancellationToken cancellationToken)
    {
        if (!IsOpen)
        {
            return new OAuthError("access_denied", "Client registration is disabled. Ask the operator.", 403);
        }

        if (limits.Registrations.Take(origin.Address, fromPage: origin.FromPage) is { } wait)
        {
            refusals.Note(origin.Address, RefusalReason.Registrations);
            return OAuthError.TooMany(wait);
        }

        var read = UsableClient.Of(input, scopes);
        if (read.Error is { } unusable)
        {
            return unusable;
        }

        var client = read.Value;
        var secret = client.AuthMethod == AuthMethods.None ? null : OAuthSecret.Mint(OAuthPrefixes.ClientSecret);

        return await changes.RunAsync<IssuedClient>(
            Actor.Anonymous(origin.AddressText),
            async (change, token) =>
            {
                await change.LockInstallationAsync(token);
                if (await MakeRoomAsync(change, origin.NetworkText, token) is { } full)
                {
                    return full;
                }

                var row = new RegisteredClient
                {
                    ClientId = RegisteredClient.IdPrefix + Base62.Random(IdLength),
                    Name = client.Name,
                    SecretHash = secret?.Hash,
                    AuthMethod = client.AuthMethod,
                    RedirectUris = string.Join('\n', client.RedirectUris),
                    GrantTypes = string.Join(' ', client.Grants),
                    Scope = string.Join(' ', client.Scope),
                    ClientUri = client.ClientUri,
                    Network = origin.NetworkText,
                    CreatedAt = change.Now,
                };
                change.Context.Add(row);
                change.Record(AuditChain.Installation, new(
                    AuditCategory.Tokens, "client.registered", new(FeedSubject.Client, row.ClientId, row.Name),
                    Details: JsonSerializer.Serialize(
                        new Dictionary<string, string?> { ["redirect_uris"] = row.RedirectUris, ["scope"] = row.Scope })));
                return new IssuedClient(
                    new(row.ClientId, row.Name, ClientKind.Registered, secret is null, client.Grants,
                        client.Scope, client.RedirectUris, null, row.CreatedAt),
                    row.AuthMethod, secret, row.ClientUri);
            },
            cancellationToken);
    }

    /// <summary>Makes room for a client: the oldest unapproved one of the network that has most goes, unless it is new or has a request
    /// under way. A network that has its share makes room itself, so that it cannot close registration to the others.</summary>
    /// <param name="network">The network of the new client.</param>
    /// <returns>Why there is none, or null.</returns>
    static async Task<OAuthError?> MakeRoomAsync(UnitOfWork change, string network, CancellationToken cancellationToken)
    {
        var waiting = change.Context.RegisteredClients.Where(x => x.ApprovedAt == null);
        var networks = await waiting.GroupBy(x => x.Network).Select(x => new { Network = x.Key, Count = x.Count() })
            .ToListAsync(cancellationToken);
        var isShareFull = networks.Exists(x => x.Network == network && x.Count >= MaxUnapprovedOfNetwork);
        if (!isShareFull && networks.Sum(x => x.Count) < MaxUnapproved)
        {
            return null;
        }

        var most = isShareFull ? network : networks.MaxBy(x => x.Count)!.Network;
        var (old, idle) = (change.Now - Protected, change.Now - UnderWay);
        var oldest = await waiting.Where(x => x.Network == most && x.CreatedAt <= old && (x.RequestedAt == null || x.RequestedAt <= idle))
            .OrderBy(x => x.CreatedAt).ThenBy(x => x.ClientId).Select(x => x.ClientId).FirstOrDefaultAsync(cancellationToken);
        if (oldest is null)
        {
            return OAuthError.NoRoom(
                $"Too many apps{(isShareFull ? " of your network" : "")} have registered in the last minutes and wait for approval. Try again in 10 minutes.", Protected);
        }

        await change.Context.RegisteredClients.Where(x => x.ClientId == oldest).ExecuteDeleteAsync(cancellationToken);
        return null;
    }
}
