using System.Globalization;
using Dashboard.Core.OAuth;
using Dashboard.Core.Organizations;
using Dashboard.Tests.E2E.Support;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Dashboard.Tests.E2E.OAuth;

/// <summary>The conformance suite of the Model Context Protocol finds nothing to object to.</summary>
[Collection(typeof(AuthorizationCollection))]
public sealed class ConformanceTests(AuthorizationServer server)
{
    const string Resource = "https://mcp.example.com/mcp";

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Authorization_server_passes_every_scenario()
    {
        var person = await server.Product.AddMemberAsync("conforms@example.com", People.Organization, OrganizationRole.Developer);
        var client = (await server.Nobody.PostAsync(
            "/oauth/register", new
            {
                client_name = "Conformance",
                redirect_uris = new[] { "http://127.0.0.1/callback" },
                token_endpoint_auth_method = "none"
            })).Member("client_id");
        await using var suite = JavaScript.Start(
            "conformance.mjs", ("ISSUER", server.Issuer), ("CLIENT_ID", client), ("RESOURCE", Resource), (
                "PORT", ExternalProcess.FreePort().ToString(CultureInfo.InvariantCulture)));
        var asked = await suite.HearAsync($"{server.Issuer}/oauth/authorize", Token);
        await suite.HearAsync("Callback server started", Token);
        using var browser = new HttpClient();
        (await browser.GetAsync(await AllowAsync(person, asked), Token)).EnsureSuccessStatusCode();
        Assert.Equal("2 passed, 0 failed", await suite.HearAsync("✓ authorization-server-metadata-endpoint: ", Token));
        Assert.Equal("1 passed, 0 failed", await suite.HearAsync("✓ authorization-code-grant: ", Token));
        Assert.Equal("3 passed, 0 failed", await suite.HearAsync("Total: ", Token));
    }

    /// <summary>Allows a request and returns where the browser is sent.</summary>
    async Task<string> AllowAsync(Actor person, string query)
    {
        var requests = server.Product.Services.GetRequiredService<AuthorizationRequests>();
        var parameters =
            OAuthParameters.Read(QueryHelpers.ParseQuery(query).Select(part => KeyValuePair.Create(part.Key, part.Value.ToString())));
        var check = await requests.CheckAsync(person, parameters, server.Issuer, Token);
        return (await requests.ApproveAsync(person, check.Request!, People.Organization, server.Issuer, Token)).Value.Reveal();
    }
}
