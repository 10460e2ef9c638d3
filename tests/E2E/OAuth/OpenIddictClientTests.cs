using Dashboard.Core.OAuth;
using Dashboard.Core.Organizations;
using Dashboard.Core.Tokens;
using Dashboard.Tests.E2E.Support;
using Microsoft.Extensions.DependencyInjection;
using OpenIddict.Client;
using Xunit;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Dashboard.Tests.E2E.OAuth;

/// <summary>OpenIddict's client, which knows the address of the metadata and nothing else.</summary>
[Collection(typeof(AuthorizationCollection))]
public sealed class OpenIddictClientTests(AuthorizationServer server)
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Service_account_gets_a_token_that_opens_the_api()
    {
        await using var services = Start(server.Worker.Id, server.Worker.Secret);

        var issued = await services.GetRequiredService<OpenIddictClientService>().AuthenticateWithClientCredentialsAsync(
            new() { Scopes = ["read:workflows"], CancellationToken = Token });

        Assert.Equal("read:workflows", issued.TokenResponse.Scope);
        Assert.Null(issued.RefreshToken);
        Assert.Equal(200, await AskAsync(issued.AccessToken));
    }

    [Fact]
    public async Task Command_line_waits_for_a_person_and_refreshes()
    {
        var person = await server.Product.AddMemberAsync("openiddict@example.com", People.Organization, OrganizationRole.Developer);
        await using var services = Start(OAuthClient.CommandLineId, null);
        var client = services.GetRequiredService<OpenIddictClientService>();

        var asked = await client.ChallengeUsingDeviceAsync(new() { Scopes = ["read:workflows"], CancellationToken = Token });
        Assert.Null((await server.Product.Services.GetRequiredService<DeviceRequests>().ApproveAsync(person, asked.UserCode, People.Organization, Token)).Error);
        var issued = await client.AuthenticateWithDeviceAsync(
            new() { DeviceCode = asked.DeviceCode, Interval = asked.Interval, Timeout = asked.ExpiresIn, DisableUserInfo = true, CancellationToken = Token });
        var refreshed = await client.AuthenticateWithRefreshTokenAsync(
            new() { RefreshToken = issued.RefreshToken!, DisableUserInfo = true, CancellationToken = Token });

        Assert.NotEqual((issued.AccessToken, issued.RefreshToken), (refreshed.AccessToken, refreshed.RefreshToken));
        Assert.Equal((200, 200), (await AskAsync(issued.AccessToken), await AskAsync(refreshed.AccessToken)));
    }

    ServiceProvider Start(string id, string? secret)
    {
        var services = new ServiceCollection();
        services.AddOpenIddict().AddClient(client =>
        {
            client.AllowClientCredentialsFlow().AllowDeviceAuthorizationFlow().AllowRefreshTokenFlow().DisableTokenStorage();
            client.UseSystemNetHttp();
            client.AddRegistration(new()
            {
                Issuer = new(server.Issuer),
                ConfigurationEndpoint = new($"{server.Issuer}/.well-known/oauth-authorization-server"),
                ClientId = id,
                ClientSecret = secret,
                GrantTypes = { secret is null ? GrantTypes.DeviceCode : GrantTypes.ClientCredentials, GrantTypes.RefreshToken },
            });
        });
        return services.BuildServiceProvider();
    }

    async Task<int> AskAsync(string token) => (await server.Nobody.GetAsync("/v1/capabilities", ("Authorization", $"Bearer {token}"))).Status;
}
