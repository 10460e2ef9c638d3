using Dashboard.Bench.Soak;
using Dashboard.Core.OAuth;
using Dashboard.Core.Organizations;
using Dashboard.Core.Tokens;
using Dashboard.Tests.E2E.Support;
using Microsoft.Extensions.DependencyInjection;
using OpenIddict.Client;
using Xunit;

namespace Dashboard.Tests.E2E.OAuth;

/// <summary>OpenIddict's client, which knows the address of the metadata and nothing else.</summary>
public sealed class OpenIddictClientTests
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Service_account_gets_a_token_and_a_command_line_waits_for_a_person_and_refreshes()
    {
        await using var product = new Product();
        product.Start();
        var owner = await product.AddMemberAsync("approver@example.com", People.Organization, OrganizationRole.Owner);
        var clients = await new LatchkeyTokenServer(product.Services, product.Url, owner, People.Organization).AddClientsAsync(Token);

        await using (var account = Start(product.Url, clients.Account, GrantTypes.ClientCredentials))
        {
            var issued = await account.GetRequiredService<OpenIddictClientService>().AuthenticateWithClientCredentialsAsync(
                new() { Scopes = ["read:workflows"], CancellationToken = Token });
            Assert.Null(issued.RefreshToken);
            Assert.Equal(200, await AskAsync(product.Url, issued.AccessToken));
        }

        await using var commandLine = Start(product.Url, clients.CommandLine, GrantTypes.DeviceCode);
        var client = commandLine.GetRequiredService<OpenIddictClientService>();
        var asked = await client.ChallengeUsingDeviceAsync(new() { Scopes = ["read:workflows"], CancellationToken = Token });
        Assert.Null((await product.Services.GetRequiredService<DeviceRequests>()
            .ApproveAsync(owner, asked.UserCode, People.Organization, Token)).Error);
        var first = await client.AuthenticateWithDeviceAsync(
            new()
            {
                DeviceCode = asked.DeviceCode,
                Interval = asked.Interval,
                Timeout = asked.ExpiresIn,
                DisableUserInfo = true,
                CancellationToken = Token
            });
        var next = await client.AuthenticateWithRefreshTokenAsync(
            new() { RefreshToken = first.RefreshToken!, DisableUserInfo = true, CancellationToken = Token });
        Assert.NotEqual(first.AccessToken, next.AccessToken);
        Assert.NotEqual(first.RefreshToken, next.RefreshToken);
        Assert.Equal((200, 200), (await AskAsync(product.Url, first.AccessToken), await AskAsync(product.Url, next.AccessToken)));
    }

    static ServiceProvider Start(Uri server, TokenClient known, string grant)
    {
        var services = new ServiceCollection();
        services.AddOpenIddict().AddClient(client =>
        {
            client.AllowClientCredentialsFlow().AllowDeviceAuthorizationFlow().AllowRefreshTokenFlow().DisableTokenStorage();
            client.UseSystemNetHttp();
            client.AddRegistration(new()
            {
                Issuer = new(server.GetLeftPart(UriPartial.Authority)),
                ConfigurationEndpoint = new(server, "/.well-known/oauth-authorization-server"),
                ClientId = known.Id,
                ClientSecret = known.Secret,
                GrantTypes = { grant, GrantTypes.RefreshToken },
            });
        });
        return services.BuildServiceProvider();
    }

    static async Task<int> AskAsync(Uri server, string token)
    {
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Authorization = new("Bearer", token);
        using var answer = await http.GetAsync(new Uri(server, "/v1/capabilities"), Token);
        return (int)answer.StatusCode;
    }
}
