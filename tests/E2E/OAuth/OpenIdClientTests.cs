using System.Text.Json;
using Dashboard.Tests.E2E.Support;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Dashboard.Tests.E2E.OAuth;

/// <summary>openid-client, a certified third-party client, uses every grant.</summary>
[Collection(typeof(AuthorizationCollection))]
public sealed class OpenIdClientTests(AuthorizationServer server, Browser browser)
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Service_account_is_discovered_issued_introspected_and_revoked()
    {
        await using var program = JavaScript.Start(
            "openid-credentials.mjs", ("ISSUER", server.Issuer), ("CLIENT_ID", server.Worker.Id), ("CLIENT_SECRET", server.Worker.Secret));
        var metadata = await HearAsync(program, "metadata ");
        Assert.Equal((server.Issuer, $"{server.Issuer}/oauth/token"), (Text(metadata, "issuer"), Text(metadata, "token_endpoint")));
        foreach (var way in new[] { "client_secret_basic", "client_secret_post" })
        {
            Assert.Contains(way, metadata.GetProperty("token_endpoint_auth_methods_supported").EnumerateArray().Select(x => x.GetString()));
            var token = await HearAsync(program, "token ");
            Assert.Equal(("bearer", 86400, "read:workflows", null), (
                Text(token, "type"), token.GetProperty("lifetime").GetInt32(), Text(token, "scope"), Text(token, "refresh")));
            var active = token.GetProperty("active");
            Assert.Equal((server.Worker.Id, server.Issuer, "read:workflows"), (
                Text(active, "client_id"), Text(active, "aud"), Text(active, "scope")));
            Assert.Equal(("200 null", "401 invalid_token"), (Text(token, "before"), Text(token, "after")));
            Assert.True(active.GetProperty("active").GetBoolean());
            Assert.Equal("""{"active":false}""", token.GetProperty("inactive").GetRawText());
        }

        Assert.Equal("invalid_scope", await program.HearAsync("error ", Token));
    }

    [Fact]
    public async Task Command_line_waits_until_a_person_approves_it_on_the_device_page()
    {
        await using var program = JavaScript.Start("openid-device.mjs", ("ISSUER", server.Issuer));
        var device = await HearAsync(program, "device ");
        Assert.Equal((1800, 1), (device.GetProperty("expires_in").GetInt32(), device.GetProperty("interval").GetInt32()));
        await using (var visit = await PageVisit.OpenAsync(browser, server.Product.Url))
        {
            await visit.SignInAsync(Product.Email);
            var page = visit.Page;
            await page.GotoAsync(Text(device, "verification_uri")!);
            await page.GetByLabel("Code").FillAsync(Text(device, "user_code")!.ToLowerInvariant());
            await page.GetByRole(AriaRole.Button, new() { Name = "Continue" }).ClickAsync();
            await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Allow Latchkey command line to act as you?" }))
                .ToBeVisibleAsync();
            await page.GetByRole(AriaRole.Button, new() { Name = "Allow" }).ClickAsync();
            await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Device connected" })).ToBeVisibleAsync();
        }

        var token = await HearAsync(program, "token ");
        Assert.Equal((3600, "api"), (token.GetProperty("lifetime").GetInt32(), Text(token, "scope")));
        Assert.Equal(
            200, (await server.Nobody.GetAsync("/v1/capabilities", ("Authorization", $"Bearer {Text(token, "refreshed")}"))).Status);
    }

    [Fact]
    public async Task App_gets_consent_refreshes_and_loses_all_of_it_when_a_used_refresh_token_comes_again()
    {
        await using var program = JavaScript.Start("openid-code.mjs", ("ISSUER", server.Issuer));
        var url = await program.HearAsync("open ", Token);
        await using (var visit = await PageVisit.OpenAsync(browser, server.Product.Url))
        {
            var page = visit.Page;
            visit.ExpectApp(QueryHelpers.ParseQuery(new Uri(url).Query)["redirect_uri"].ToString());
            await page.GotoAsync(url);
            await page.GetByLabel("Email").FillAsync(Product.Email);
            await page.GetByLabel("Password", new() { Exact = true }).FillAsync(Product.Password);
            await page.GetByRole(AriaRole.Button, new() { Name = "Sign in", Exact = true }).ClickAsync();
            await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Allow Desk assistant to act as you?" })).ToBeVisibleAsync();
            await Expect(page.GetByRole(AriaRole.List, new() { Name = "What it may do" })).ToContainTextAsync("execute:workflows");
            await page.GetByRole(AriaRole.Button, new() { Name = "Allow" }).ClickAsync();
            await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Back in the app" })).ToBeVisibleAsync();
        }

        Assert.Contains($"&iss={Uri.EscapeDataString(server.Issuer)}", await program.HearAsync("came ", Token), StringComparison.Ordinal);
        var tokens = (await HearAsync(program, "tokens ")).EnumerateArray()
            .Select(x => (x.GetProperty("lifetime").GetInt32(), Text(x, "scope"))).ToList();
        Assert.Equal(
            [(3600, "read:workflows execute:workflows"), (3600, "read:workflows execute:workflows"), (3600, "read:workflows")], tokens);
        Assert.Equal("""{"asked":"200 null","access":true,"refresh":true}""", await program.HearAsync("before ", Token));
        Assert.Equal("true", await program.HearAsync("twin ", Token));
        await program.HearAsync("waits ", Token);
        await using (var context = await People.OpenAsync(server.Product))
        {
            var before = server.Product.Now.AddSeconds(-61);
            await context.RefreshTokens.Where(x => x.UsedAt != null)
                .ExecuteUpdateAsync(set => set.SetProperty(x => x.UsedAt, before), Token);
        }

        Assert.Equal("invalid_grant", await program.HearAsync("replay ", Token));
        Assert.Equal("""{"asked":"401 invalid_token","access":false,"refresh":false}""", await program.HearAsync("after ", Token));
        Assert.Equal("invalid_grant", await program.HearAsync("newest ", Token));
    }

    static async Task<JsonElement> HearAsync(ExternalProcess program, string begin)
    {
        using var document = JsonDocument.Parse(await program.HearAsync(begin, Token));
        return document.RootElement.Clone();
    }

    static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();
}
