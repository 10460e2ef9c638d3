using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Dashboard.Core.OAuth;
using Dashboard.Core.Tokens;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Dashboard.Tests.E2E.Support;

/// <summary>Obtains access tokens without a browser.</summary>
public static class Bearers
{
    const string Callback = "http://127.0.0.1/callback";
    const string Verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

    static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Returns headers with a token.</summary>
    public static (string Name, string Value) Header(string token) => ("Authorization", $"Bearer {token}");

    /// <summary>Returns a token of the command-line client, with optional extra parameters.</summary>
    public static async Task<string> CommandLineTokenAsync(this Product product, ApiClient api,
        Actor person, string organization = People.Organization, string? scope = null, string? resource = null)
    {
        var device = await api.PostAsync(
            "/oauth/device/authorize", Given(("client_id", OAuthClient.CommandLineId), ("scope", scope), ("resource", resource)));
        var approved = await product.Services.GetRequiredService<DeviceRequests>()
            .ApproveAsync(person, device.Member("user_code"), organization, Token);
        Assert.Null(approved.Error);
        var issued = await api.PostAsync(
            "/oauth/token",
            new { grant_type = GrantTypes.DeviceCode, client_id = OAuthClient.CommandLineId, device_code = device.Member("device_code") });
        return issued.Member("access_token");
    }

    /// <summary>Returns a token of a client that registered itself.</summary>
    public static async Task<string> AppTokenAsync(
        this Product product, ApiClient api, Actor person, string name = "Assistant", string organization = People.Organization)
    {
        var client =
            (await api.PostAsync("/oauth/register",
                new { client_name = name, redirect_uris = new[] { Callback }, token_endpoint_auth_method = "none" })).Member("client_id");
        var requests = product.Services.GetRequiredService<AuthorizationRequests>();
        var issuer = product.Url.GetLeftPart(UriPartial.Authority);
        var challenge = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(Verifier)));
        var asked = Given(
            ("client_id", client), ("response_type", "code"), ("redirect_uri", Callback),
            ("code_challenge", challenge), ("code_challenge_method", "S256"), ("scope", "read:workflows"));
        var check = await requests.CheckAsync(person, new(asked), issuer, Token);
        var redirect = await requests.ApproveAsync(person, check.Request!, organization, issuer, Token);
        var code = QueryHelpers.ParseQuery(new Uri(redirect.Value.Reveal()).Query)["code"].ToString();
        return (await api.PostAsync(
            "/oauth/token", new
            {
                grant_type = GrantTypes.AuthorizationCode,
                client_id = client,
                code,
                code_verifier = Verifier,
                redirect_uri = Callback
            })).Member("access_token");
    }

    /// <summary>Returns a token of a service account with all permissions.</summary>
    public static async Task<string> AccountTokenAsync(ApiClient owner)
    {
        var account =
            await owner.PostAsync("/api/service-accounts", new { name = "does all", permissions = new[] { "read", "execute", "write" } });
        return (await owner.PostAsync(
            "/oauth/token",
            new
            {
                grant_type = GrantTypes.ClientCredentials,
                client_id = account.Member("client_id"),
                client_secret = account.Member("client_secret"),
                scope = OAuthScopes.Api
            })).Member("access_token");
    }

    static Dictionary<string, string> Given(params (string Name, string? Value)[] values) =>
        values.Where(x => x.Value is not null).ToDictionary(x => x.Name, x => x.Value!, StringComparer.Ordinal);
}
