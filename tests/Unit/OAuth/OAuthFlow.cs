using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Dashboard.Core.Credentials;
using Dashboard.Core.OAuth;
using Dashboard.Core.ServiceAccounts;
using Dashboard.Core.Tokens;
using Dashboard.Tests.Unit.Support;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Dashboard.Tests.Unit.OAuth;

/// <summary>The standard token flows, so that a test contains only what differs.</summary>
static class OAuthFlow
{
    public const string Callback = "http://127.0.0.1/callback";
    public const string Verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

    public static readonly OAuthOrigin Origin = new("http://localhost:5000", IPAddress.Loopback, "curl/8");

    public static string Challenge { get; } = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(Verifier)));

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public static OAuthParameters Body(params (string Name, string Value)[] values) =>
        new(values.ToDictionary(x => x.Name, x => x.Value, StringComparer.Ordinal));

    /// <summary>Calls the token endpoint with client id and secret in the body.</summary>
    public static Task<Result<IssuedTokens>> IssueAsync(this Services services, params (string Name, string Value)[] values)
    {
        var body = Body(values);
        return services.Get<TokenService>().IssueAsync(body, PresentedClient.Read([], body).Value, Origin, Token);
    }

    public static async Task<(string Id, string ClientId, string Secret)> AccountAsync(
        this TestInstallation world, string[]? permissions = null, ProjectChoice? projects = null)
    {
        var issued =
            (await world.Services.Get<ServiceAccountService>()
                .CreateAsync(world.Owner, new("gateway", Permissions: permissions, Projects: projects
                    ?? ProjectChoice.All, Organization: "acme"), Token)).Value;
        return (issued.Account.Id, issued.Account.ClientId!, issued.Secret.Reveal());
    }

    public static async Task<string> AccountTokenAsync(
        this TestInstallation world, (string Id, string ClientId, string Secret) account, string? scope = null, string? resource = null)
    {
        var outcome = await world.Services.IssueAsync(
            [("grant_type", "client_credentials"), ("client_id", account.ClientId), ("client_secret", account.Secret), ("scope", scope
                ?? ""), ("resource", resource ?? "")]);
        Assert.Null(outcome.Error);
        return outcome.Value.AccessToken.Reveal();
    }

    public static async Task<IssuedClient> RegisterAsync(this Services services, NewClient? client = null)
    {
        var outcome = await services.Get<ClientRegistration>()
            .RegisterAsync(client ?? new("Assistant", [Callback], AuthMethods.None), Origin, Token);
        Assert.Null(outcome.Error);
        return outcome.Value;
    }

    public static OAuthParameters Authorize(string clientId, string scope = "read:workflows", string resource = "") => Body(
        ("client_id", clientId), ("response_type", "code"), ("redirect_uri", Callback),
        ("code_challenge", Challenge), ("code_challenge_method", "S256"), ("scope", scope),
        ("state", "xyz"), ("resource", resource));

    /// <summary>Returns an approved authorization code.</summary>
    public static async Task<string> CodeAsync(this Services services, Actor actor, string clientId,
        string scope = "read:workflows", string resource = "", string organization = "acme")
    {
        var requests = services.Get<AuthorizationRequests>();
        var check = await requests.CheckAsync(actor, Authorize(clientId, scope, resource), Origin.Issuer, Token);
        var redirect = await requests.ApproveAsync(actor, check.Request!, organization, Origin.Issuer, Token);
        return Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(new Uri(redirect.Value.Reveal()).Query)["code"]!;
    }

    public static Task<Result<IssuedTokens>> ExchangeAsync(
        this Services services, string clientId, string code, string verifier = Verifier, string redirect = Callback) =>
        services.IssueAsync(("grant_type", "authorization_code"), ("client_id", clientId), ("code", code), ("code_verifier", verifier), (
            "redirect_uri", redirect));

    public static Task<Result<IssuedTokens>> RefreshAsync(this Services services, string clientId, string refresh, string scope = "") =>
        services.IssueAsync(("grant_type", "refresh_token"), ("client_id", clientId), ("refresh_token", refresh), ("scope", scope));

    /// <summary>Returns tokens of a user from the authorization code flow.</summary>
    public static async Task<(string ClientId, IssuedTokens Tokens)> ConsentAsync(
        this Services services, Actor actor, string scope = "read:workflows", string resource = "")
    {
        var client = (await services.RegisterAsync()).Client.ClientId;
        var outcome = await services.ExchangeAsync(client, await services.CodeAsync(actor, client, scope, resource));
        Assert.Null(outcome.Error);
        return (client, outcome.Value);
    }

    public static async Task<DeviceGrant> DeviceAsync(this Services services, string scope = "")
    {
        var body = Body(("client_id", OAuthClient.CommandLineId), ("scope", scope));
        var outcome = await services.Get<DeviceRequests>().RequestAsync(body, PresentedClient.Read([], body).Value, Origin, Token);
        Assert.Null(outcome.Error);
        return outcome.Value;
    }

    public static Task<Result<IssuedTokens>> PollAsync(this Services services, DeviceGrant device) => services.IssueAsync(
        ("grant_type", GrantTypes.DeviceCode), ("client_id", OAuthClient.CommandLineId), ("device_code", device.DeviceCode.Reveal()));

    /// <summary>Returns tokens of a user from the device flow of the command-line client.</summary>
    public static async Task<IssuedTokens> CommandLineAsync(this Services services, Actor actor, string organization = "acme")
    {
        var device = await services.DeviceAsync();
        Assert.Null((await services.Get<DeviceRequests>().ApproveAsync(actor, device.UserCode.Reveal(), organization, Token)).Error);
        var outcome = await services.PollAsync(device);
        Assert.Null(outcome.Error);
        return outcome.Value;
    }

    public static Task<Verdict> AskAsync(
        this Services services, string token, AccessRequirement? requirement = null, CallerContext? facts = null) => services.Verifier
        .VerifyAsync(CredentialReader.Read(new HeaderDictionary { ["Authorization"] = $"Bearer {token}" }, acceptBearer: true), requirement
            ?? AccessRequirement.None, facts, Token).AsTask();

    /// <summary>The error as OAuth names it, or null.</summary>
    public static string? OAuthName(this Error? error) => (error as OAuthError)?.Name;

    /// <summary>The HTTP status of the error, or null.</summary>
    public static int? OAuthStatus(this Error? error) => (error as OAuthError)?.Status;
}
