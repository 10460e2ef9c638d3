using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using Dashboard.Tests.E2E.Support;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Dashboard.Tests.E2E.OAuth;

/// <summary>The official Model Context Protocol client signs in to a server that is protected by forward auth.</summary>
[Collection(typeof(AuthorizationCollection))]
public sealed class McpClientTests(AuthorizationServer server, Browser browser)
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Its public URL, because a proxy sends the host of the protected server.</summary>
    Uri Latchkey => new UriBuilder(server.Product.Url) { Host = "localhost" }.Uri;

    [Fact]
    public async Task Client_that_knows_only_the_address_finds_Latchkey_registers_gets_consent_and_calls()
    {
        var folder = Directory.CreateTempSubdirectory("latchkey-");
        try
        {
            var port = ExternalProcess.FreePort();
            await using var orders = JavaScript.Start("mcp-server.mjs", ("PORT", port.ToString(CultureInfo.InvariantCulture)));
            // each of its requests is a POST
            var guide = RealProxy.PageOf("caddy")
                .Replace("/acme/orders/live/{permission}", $"/{People.Project}/live/read", StringComparison.Ordinal);
            await using var guard = await RealProxy.ServeAsync("caddy", folder.FullName, guide, server.Product.Url.Port, port, Token);
            var resource = new Uri(guard.Url, "/mcp").ToString();
            await orders.HearAsync("listening", Token);
            await using var client = JavaScript.Start("mcp-client.mjs", ("SERVER", resource));

            await client.HearAsync("sent POST /mcp 401", Token);
            Assert.StartsWith(
                $"Bearer resource_metadata=\"{Latchkey.GetLeftPart(UriPartial.Authority)}/.well-known/oauth-protected-resource?resource=",
                await client.HearAsync("challenge ", Token), StringComparison.Ordinal);
            await client.HearAsync("sent GET /.well-known/oauth-protected-resource 200", Token);
            await client.HearAsync("sent GET /.well-known/oauth-authorization-server 200", Token);
            await client.HearAsync("sent POST /oauth/register 201", Token);
            await AllowAsync(await client.HearAsync("open ", Token), resource);
            await client.HearAsync("sent POST /oauth/token 200", Token);
            await client.HearAsync("sent POST /mcp 200", Token);
            var owner = (await server.Owner.GetAsync("/api/session")).Json.GetProperty("user").GetProperty("id").GetString();
            Assert.Equal($"user:{owner} read", await client.HearAsync("answer ", Token));

            var token = await client.HearAsync("token ", Token);
            using var claims = JsonDocument.Parse(WebEncoders.Base64UrlDecode(token.Split('.')[1]));
            Assert.Equal(resource, claims.RootElement.GetProperty("aud").GetString());
            Assert.Equal("invalid_token", await server.AskAsync(token)); // the URL is not under the resource
            using var http = new HttpClient { DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", token) } };
            Assert.Equal(401, (int)(await http.GetAsync(new Uri(guard.Url, "/mcp2"), Token)).StatusCode);
            Assert.NotEqual(401, (int)(await http.GetAsync(new Uri(guard.Url, "/mcp/more"), Token)).StatusCode);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    async Task AllowAsync(string url, string resource)
    {
        await using var visit = await PageVisit.OpenAsync(browser, Latchkey);
        var page = visit.Page;
        visit.ExpectApp(QueryHelpers.ParseQuery(new Uri(url).Query)["redirect_uri"].ToString());
        await visit.SignInAsync(Product.Email);
        await page.GotoAsync(url);
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Allow Desk assistant to act as you?" })).ToBeVisibleAsync();
        await Expect(page.GetByText("Unverified")).ToBeVisibleAsync();
        await Expect(page.GetByText(resource, new() { Exact = true })).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.List, new() { Name = "What it may do" })).Not.ToContainTextAsync("write:");
        await page.GetByRole(AriaRole.Button, new() { Name = "Allow" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Back in the app" })).ToBeVisibleAsync();
    }
}
