using System.Text.Json;
using Dashboard.Core.Organizations;
using Dashboard.Core.Tokens;
using Dashboard.Tests.E2E.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Playwright;
using Xunit;

namespace Dashboard.Tests.E2E.Cli;

/// <summary>The command line against a running product.</summary>
[Collection(typeof(AuthorizationCollection))]
public sealed class CommandLineJourneys(AuthorizationServer server, Browser browser) : IDisposable
{
    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("latchkey-cli-");

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    string Url => server.Product.Url.GetLeftPart(UriPartial.Authority);

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task Installed_tool_signs_in_by_a_browser_and_manages_keys()
    {
        await server.Product.AddMemberAsync("shell@example.com", People.Organization, OrganizationRole.Admin, "Shelly");
        using var latchkey = await LatchkeyProgram.InstallAsync(folder);
        var login = await latchkey.RunApprovedAsync(ApproveAsync, "login", "--url", Url, "--no-browser");
        Assert.Equal((0, ""), (login.Code, login.Output));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, latchkey.TokenFileMode);
        Assert.Matches("Name +Shelly", (await latchkey.RunAsync("whoami")).Output);

        Assert.Equal(0, (await latchkey.RunAsync("project", "use", "default")).Code);
        var made = await latchkey.RunAsync("api-key", "generate", "from a shell", "--permission", "read", "--quiet");
        Assert.Equal((0, ""), (made.Code, made.Error));
        var raw = made.Output.Trim();
        var capabilities = await server.Nobody.GetAsync("/v1/capabilities", ("X-API-Key", raw));
        Assert.Equal((200, People.Project), (capabilities.Status, capabilities.Member("project")));
        var id = capabilities.Member("key_id");
        Assert.Contains(id + "\n", (await latchkey.RunAsync("api-key", "list", "--mine", "-q")).Output, StringComparison.Ordinal);
        Assert.Equal(0, (await latchkey.RunAsync("api-key", "revoke", id)).Code);
        Assert.Equal("revoked_key", (await server.Nobody.GetAsync("/v1/capabilities", ("X-API-Key", raw))).Code);

        Assert.Contains("session.started", (await latchkey.RunAsync("audit", "logs", "--filter", "auth")).Output, StringComparison.Ordinal);
        Assert.NotEmpty((await latchkey.RunAsync("session", "list", "-q")).Output);
        var called = JsonDocument.Parse((await latchkey.RunAsync("api-call", "GET", "/v1/capabilities")).Output).RootElement;
        Assert.Equal(People.Organization, called.GetProperty("organization").GetString());
        Assert.Equal(
            (5, ""), (await latchkey.RunAsync("api-key", "list", "--project", "nowhere") is var wrong ? wrong.Code : 0, wrong.Output));
        Assert.Equal(0, (await latchkey.RunAsync("logout")).Code);
        Assert.Equal(3, (await latchkey.RunAsync("whoami")).Code);
    }

    [Fact]
    public async Task Single_file_needs_no_runtime_and_calls_an_api_that_the_product_guards()
    {
        using var latchkey = await LatchkeyProgram.PublishAsync(folder);
        (latchkey.Variables["PATH"], latchkey.Variables["DOTNET_ROOT"]) = ("/nowhere", "/nowhere");
        Assert.Matches(@"^\d+\.\d+\.\d+\n$", (await latchkey.RunAsync("--version")).Output);
        latchkey.Variables["LATCHKEY_URL"] = Url;
        (latchkey.Variables["LATCHKEY_CLIENT_ID"], latchkey.Variables["LATCHKEY_CLIENT_SECRET"]) = (server.Worker.Id, server.Worker.Secret);
        var token = await latchkey.RunAsync(
            "oauth-token", "generate", "--scope", "read:workflows", "--scope", "execute:workflows", "--quiet");
        Assert.Equal((0, ""), (token.Code, token.Error));

        latchkey.Variables["LATCHKEY_TOKEN"] = token.Output.Trim();
        Assert.Contains("service_account", (await latchkey.RunAsync("whoami")).Output, StringComparison.Ordinal);
        Assert.Equal(3, (await latchkey.RunAsync("api-key", "list")).Code); // not the command line's token
        await using var api = await GuardAsync();
        latchkey.Variables["LATCHKEY_URL"] =
            api.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        Assert.Equal("42 workflows", (await latchkey.RunAsync("api-call", "GET", "/workflows")).Output);

        var revoked = await latchkey.RunAsync("token", "revoke", latchkey.Variables["LATCHKEY_TOKEN"], "--url", Url);
        Assert.Equal(0, revoked.Code);
        Assert.Equal(3, (await latchkey.RunAsync("api-call", "GET", "/workflows")).Code);
    }

    [Fact]
    public async Task File_of_keys_is_imported_in_parts_and_again_without_those_that_are_there()
    {
        var person = await server.Product.AddMemberAsync("mover@example.com", People.Organization, OrganizationRole.Admin);
        using var latchkey = LatchkeyProgram.OfBuild();
        await latchkey.SignInAsync(server.Product, person);
        var file = Path.Combine(folder.FullName, "keys.csv");
        Task<Ran> ImportAsync(int count, string more, params string[] options)
        {
            var rows = Enumerable.Range(0, count).Select(i => $"{Convert.ToHexStringLower(KeyHash.Of(Moved(i)))},key {i},test,read");
            File.WriteAllText(file, string.Join('\n', ["hash,name,environment,permissions", .. rows, more]));
            return latchkey.RunAsync(["import", file, "--project", "default", .. options]);
        }

        Assert.Equal(
            new(0, "Rows             700\nCan be imported  700\n", "Nothing was imported.\n"), await ImportAsync(700, "", "--dry-run"));
        Assert.Equal("malformed_key", (await server.Nobody.GetAsync("/v1/capabilities", ("X-API-Key", Moved(0)))).Code);
        Assert.Equal(new(0, "Rows      700\nImported  700\n", ""), await ImportAsync(700, ""));

        var wrong = await ImportAsync(1201, "abc,key,live,fly", "--skip-existing");
        Assert.Equal(
            (2, 1), (wrong.Code, wrong.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Count(line => line.StartsWith("line 1203\t", StringComparison.Ordinal))));
        Assert.Equal("1 error in 1202 rows. Nothing was imported.\n", wrong.Error);
        var all = await ImportAsync(1201, "");
        Assert.Equal((2, "700 errors in 1201 rows. Nothing was imported.\n"), (all.Code, all.Error));
        Assert.Contains("line 701\thash\tThis key is stored already.\n", all.Output, StringComparison.Ordinal);
        Assert.Equal(
            new(0, "Rows           1201\nImported       501\nThere already  700\n", ""), await ImportAsync(1201, "", "--skip-existing"));
        foreach (var i in new[] { 0, 699, 700, 1200 })
        {
            Assert.Equal(200, (await server.Nobody.GetAsync("/v1/capabilities", ("X-API-Key", Moved(i)))).Status);
        }

        // more than the project may have, although each part would fit
        Assert.Equal(6, (await ImportAsync(2001, "", "--skip-existing", "--dry-run")).Code);
        static string Moved(int i) => $"ghp_{i:D8}292c6912E7710c838347Ae178B4a";
    }

    [Fact]
    public async Task Ten_commands_with_one_expired_token_refresh_once_and_none_is_signed_out()
    {
        var person = await server.Product.AddMemberAsync("ten@example.com", People.Organization, OrganizationRole.Developer);
        using var latchkey = LatchkeyProgram.OfBuild();
        await latchkey.SignInAsync(server.Product, person);
        latchkey.Expire();
        await using var context = await People.OpenAsync(server.Product);
        var refreshed = context.AuditEntries.Where(x => x.Action == "token.refreshed");
        var before = await refreshed.CountAsync(Stop);
        var all = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => latchkey.RunAsync("api-call", "GET", "/v1/capabilities")));
        Assert.All(all, ran => Assert.True(ran.Code == 0, ran.Error));
        Assert.Equal(0, (await latchkey.RunAsync("whoami")).Code);
        Assert.Equal(1, await refreshed.CountAsync(Stop) - before);
    }

    [Fact]
    public async Task What_goes_wrong_is_a_sentence_and_the_documented_code()
    {
        var person = await server.Product.AddMemberAsync("wrong@example.com", People.Organization, OrganizationRole.Developer);
        using var latchkey = LatchkeyProgram.OfBuild();
        await latchkey.SignInAsync(server.Product, person);
        await ExpectAsync(141, "The program that reads the output has ended.", latchkey.RunUnreadAsync("whoami"));
        await ExpectAsync(
            5, $"The project was {People.Organization}/nowhere.", latchkey.RunAsync("api-key", "list", "--project", "nowhere"));
        await ExpectAsync(4, "Ask an admin of your organization.", latchkey.RunAsync("audit", "logs"));

        latchkey.Variables["LATCHKEY_URL"] = $"http://127.0.0.1:{ExternalProcess.FreePort()}";
        latchkey.Variables["LATCHKEY_TOKEN"] = "x";
        await ExpectAsync(7, "cannot be reached: Connection refused", latchkey.RunAsync("whoami"));
        latchkey.Variables.Clear();

        var authorizations = server.Product.Services.GetRequiredService<AuthorizationService>();
        foreach (var own in (await authorizations.ListAsync(person, new(), Stop)).Value.Items)
        {
            Assert.Null((await authorizations.DisconnectAsync(person, own.Id, Stop)).Error);
        }

        latchkey.Expire();
        await ExpectAsync(3, "Your sign-in has expired or was ended. Run latchkey login.", latchkey.RunAsync("whoami"));
    }

    static async Task ExpectAsync(int code, string sentence, Task<Ran> running)
    {
        var ran = await running;
        Assert.Equal((code, ""), (ran.Code, ran.Output));
        Assert.Contains(sentence, ran.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", ran.Error, StringComparison.Ordinal);
    }

    async Task ApproveAsync(Uri page, string code)
    {
        await using var visit = await PageVisit.OpenAsync(browser, server.Product.Url);
        await visit.SignInAsync("shell@example.com");
        await visit.Page.GotoAsync(page.PathAndQuery);
        await visit.Page.GetByLabel("Code", new() { Exact = true }).FillAsync(code);
        await visit.Page.Keyboard.PressAsync("Enter");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Allow" }).ClickAsync();
        await Assertions.Expect(visit.Page.GetByRole(AriaRole.Heading, new() { Name = "Device connected" })).ToBeVisibleAsync();
    }

    /// <summary>A small API that asks the product about each request, as a proxy does.</summary>
    async Task<WebApplication> GuardAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var client = new HttpClient();
        app.Lifetime.ApplicationStopped.Register(client.Dispose);
        app.MapGet("/workflows", async (HttpContext http) =>
        {
            using var question =
                new HttpRequestMessage(HttpMethod.Get, $"{Url}/forward-auth/{People.Project}/live/read/workflow:order-intake");
            question.Headers.TryAddWithoutValidation("Authorization", http.Request.Headers.Authorization.ToString());
            using var answer = await client.SendAsync(question, http.RequestAborted);
            http.Response.StatusCode = (int)answer.StatusCode;
            await http.Response.WriteAsync(answer.IsSuccessStatusCode ? "42 workflows" : "no", http.RequestAborted);
        });
        await app.StartAsync(Stop);
        return app;
    }
}
