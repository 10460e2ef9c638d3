using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Dashboard.Core.Data;
using Dashboard.Core.OAuth;
using Dashboard.Core.ServiceAccounts;
using Dashboard.Core.Tokens;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Dashboard.Bench.Soak;

/// <summary>Latchkey: tokens over HTTP, consent through its own services.</summary>
/// <param name="services">Services on its database.</param>
/// <param name="url">Where it listens.</param>
/// <param name="owner">Who approves.</param>
/// <param name="organization">The organization that is chosen.</param>
sealed class LatchkeyTokenServer(IServiceProvider services, Uri url, Actor owner, string organization) : ITokenServer
{
    readonly OAuthOrigin origin = new(url.GetLeftPart(UriPartial.Authority), IPAddress.Loopback);

    /// <inheritdoc />
    public Uri Url => url;

    /// <summary>Adds the clients.</summary>
    public async Task<TokenClients> AddClientsAsync(CancellationToken cancellationToken)
    {
        var account = (await services.GetRequiredService<ServiceAccountService>().CreateAsync(
            owner, new("differential", Permissions: ["read"], Projects: ProjectChoice.All, Organization: organization),
            cancellationToken)).Value;
        return new(
            new(account.Account.ClientId!, account.Secret.Reveal()), await RegisterAsync(AuthMethods.None),
            await RegisterAsync(AuthMethods.None),
            await RegisterAsync(AuthMethods.Basic), new(OAuthClient.CommandLineId, null));

        async Task<TokenClient> RegisterAsync(string method)
        {
            var registered = (await services.GetRequiredService<ClientRegistration>().RegisterAsync(
                new("Differential", [TokenFlow.Callback], method, [GrantTypes.AuthorizationCode, GrantTypes.RefreshToken]), origin,
                cancellationToken)).Value;
            return new(registered.Client.ClientId, registered.Secret?.Reveal());
        }
    }

    /// <inheritdoc />
    public async Task<string> ApproveCodeAsync(TokenClient client, CancellationToken cancellationToken)
    {
        var requests = services.GetRequiredService<AuthorizationRequests>();
        var query = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["client_id"] = client.Id,
            ["response_type"] = "code",
            ["redirect_uri"] = TokenFlow.Callback,
            ["code_challenge"] = TokenFlow.Challenge,
            ["code_challenge_method"] = "S256",
            ["scope"] = TokenFlow.Scope,
        };
        var check = await requests.CheckAsync(owner, new(query), origin.Issuer, cancellationToken);
        var redirect = await requests.ApproveAsync(owner, check.Request!, organization, origin.Issuer, cancellationToken);
        return QueryHelpers.ParseQuery(new Uri(redirect.Value.Reveal()).Query)["code"]!;
    }

    /// <inheritdoc />
    public async Task<string> RequestDeviceAsync(TokenClient client, DeviceDecision decision, CancellationToken cancellationToken)
    {
        using var http = new HttpClient();
        using var form = new FormUrlEncodedContent(
            [KeyValuePair.Create("client_id", client.Id), KeyValuePair.Create("scope", TokenFlow.Scope)]);
        using var answer = await http.PostAsync(new Uri(url, "/oauth/device/authorize"), form, cancellationToken);
        var codes = await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>(cancellationToken);
        var (requests, userCode) = (services.GetRequiredService<DeviceRequests>(), codes.GetProperty("user_code").GetString());
        var decided = decision switch
        {
            DeviceDecision.Approved => await requests.ApproveAsync(owner, userCode, organization, cancellationToken),
            DeviceDecision.Denied => await requests.DenyAsync(owner, userCode, cancellationToken),
            _ => Result.Of(default(Unit)),
        };
        return decided.Error is { } error ? throw new InvalidOperationException(error.Detail)
            : codes.GetProperty("device_code").GetString()!;
    }

    /// <inheritdoc />
    public async Task PassAsync(string secret, CancellationToken cancellationToken)
    {
        var hash = KeyHash.Of(secret);
        var past = services.GetRequiredService<TimeProvider>().GetUtcNow().AddSeconds(-61);
        await using var context = await services.GetRequiredService<IDbContextFactory<DashboardContext>>()
            .CreateDbContextAsync(cancellationToken);
        var changed = await context.AuthorizationCodes.Where(x => x.CodeHash == hash)
            .ExecuteUpdateAsync(set => set.SetProperty(x => x.ExpiresAt, past), cancellationToken)
            + await context.DeviceCodes.Where(x => x.CodeHash == hash)
                .ExecuteUpdateAsync(set => set.SetProperty(x => x.ExpiresAt, past), cancellationToken)
            + await context.RefreshTokens.Where(x => x.TokenHash == hash && x.UsedAt != null)
                .ExecuteUpdateAsync(set => set.SetProperty(x => x.UsedAt, past), cancellationToken);
        if (changed != 1)
        {
            throw new InvalidOperationException("Nothing was there to expire.");
        }
    }
}
