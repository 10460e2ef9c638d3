using System.Text.Json;
using Dashboard.Core.OAuth;
using Dashboard.Tests.E2E.Support;
using Dashboard.Tests.Unit.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Dashboard.Tests.E2E.Docs;

/// <summary>The lines of the README and of the page about the REST API, typed as they are printed, in an installation with two
/// projects.</summary>
public sealed class ReadmeTests(ReadmeTests.Installation installation) : IClassFixture<ReadmeTests.Installation>
{
    const string Readme = "../README.md";

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Start_line_names_the_product_and_settings_of_the_first_owner()
    {
        var arguments = await Installation.StartArgumentsAsync();
        Assert.Equal(["run", "--project", "src/Dashboard", "--"], arguments[..4]);
        Assert.True(File.Exists(Path.Combine(Repository.Root, arguments[2], "Dashboard.csproj")));
        Assert.All(arguments[4..], argument => Assert.Matches("^--Bootstrap:[A-Z][a-z]+=.", argument));
    }

    [Fact]
    public async Task Lines_without_a_browser_make_a_key_and_ask_what_it_is()
    {
        var answers = await installation.TypeAsync(Pages.Block(Readme, "sh", "curl -c jar"));
        Assert.Equal(2, answers.Count); // the shell keeps the second of the three
        Assert.Equal("you@example.com", answers[0].GetProperty("user").GetProperty("email").GetString());
        Assert.Equal(("valid", "northwind-traders/order-platform"), (
            answers[1].GetProperty("code").GetString(), answers[1].GetProperty("project").GetString()));
    }

    [Fact]
    public async Task Sample_answer_is_what_the_defaults_give_and_a_revoked_key_gets_the_printed_code()
    {
        // What the dialog's defaults are is KeyDraftTests' business.
        var key = await installation.AsOwnerAsync("""
            curl -b jar -H 'Content-Type: application/json' -H "Origin: http://localhost:5080" "http://localhost:5080/api/keys" \
              -d '{"name":"first","project":"northwind-traders/order-platform","permissions":["read"],"expires_at":"2999-02-28T00:00:00Z"}'
            """);
        var variable = ("LATCHKEY_API_KEY", key.GetProperty("raw_key").GetString()!);
        var curl = Pages.Block(Readme, "sh", "   curl -H \"X-API-Key");
        var answer = Assert.Single(await installation.TypeAsync(curl, variable));
        using var sample = JsonDocument.Parse(Pages.Block(Readme, "json"));
        Assert.Equal(
            sample.RootElement.EnumerateObject().Select(member => member.Name), answer.EnumerateObject().Select(member => member.Name));
        foreach (var member in sample.RootElement.EnumerateObject()
            .Where(member => member.Name is not ("key_id" or "owner" or "expires_at")))
        {
            Assert.Equal(Compact(member.Value), Compact(answer.GetProperty(member.Name)));
        }

        Assert.All([sample.RootElement, answer], json =>
            Assert.Matches(@"^\d{4}-\d\d-\d\dT00:00:00\.000Z$", json.GetProperty("expires_at").GetString()));
        var (owner, shown) = (answer.GetProperty("owner"), sample.RootElement.GetProperty("owner"));
        Assert.Equal(shown.EnumerateObject().Select(member => member.Name), owner.EnumerateObject().Select(member => member.Name));
        Assert.Equal((shown.GetProperty("type").GetString(), shown.GetProperty("name").GetString()), (
            owner.GetProperty("type").GetString(), owner.GetProperty("name").GetString()));

        await installation.AsOwnerAsync($"curl -b jar -X DELETE -H \"Origin: http://localhost:5080\" \"http://localhost:5080/api/keys/{key.GetProperty("key_id").GetString()}\"");
        var refused = Assert.Single(await installation.TypeAsync(curl, variable));
        Assert.Equal("revoked_key", refused.GetProperty("code").GetString());
        Assert.Contains("`\"code\":\"revoked_key\"`", await File.ReadAllTextAsync(Path.Combine(Repository.Root, "README.md"), Token),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task REST_pages_lines_make_keys_by_a_session_and_by_a_token()
    {
        var answers = await installation.TypeAsync(Pages.Block("rest-api.md", "sh", "curl -c jar"));
        Assert.Equal("checkout", answers[1].GetProperty("name").GetString());

        var device = Assert.Single(await installation.TypeAsync(Pages.Block("rest-api.md", "sh", "/device/authorize")));
        await installation.ApproveAsync(device.GetProperty("user_code").GetString()!);
        var tokens = Assert.Single(await installation.TypeAsync(
            Pages.Block("rest-api.md", "sh", "DEVICE_CODE"), ("DEVICE_CODE", device.GetProperty("device_code").GetString()!)));
        var made = Assert.Single(await installation.TypeAsync(
            Pages.Block("rest-api.md", "sh", "ACCESS_TOKEN"), ("ACCESS_TOKEN", tokens.GetProperty("access_token").GetString()!)));
        Assert.Equal("checkout", made.GetProperty("name").GetString());
    }

    static string Compact(JsonElement value) => JsonSerializer.Serialize(value);

    /// <summary>A product that was started with the settings that the README prints, and that has got a second project.</summary>
    public sealed class Installation : IAsyncLifetime
    {
        readonly Product product = new();

        public async ValueTask InitializeAsync()
        {
            foreach (var setting in (await StartArgumentsAsync())[4..].Select(argument => argument[2..].Split('=', 2)))
            {
                product.With(setting[0], setting[1]);
            }

            product.Start();
            var second = await AsOwnerAsync("""
                curl -b jar -H 'Content-Type: application/json' -H "Origin: http://localhost:5080" -d '{"organization":"northwind-traders","name":"Second"}' "http://localhost:5080/api/projects"
                """);
            Assert.Equal("second", second.GetProperty("slug").GetString());
        }

        public ValueTask DisposeAsync() => product.DisposeAsync();

        internal static Task<string[]> StartArgumentsAsync() =>
            Terminal.ArgumentsAsync("dotnet", Pages.Block(Readme, "sh", "--Bootstrap:Email"));

        internal Task<List<JsonElement>> TypeAsync(string text, params (string Name, string Value)[] variables) =>
            Terminal.RunAsync(product.Url, variables.ToDictionary(x => x.Name, x => x.Value, StringComparer.Ordinal), "bash", "-c", text);

        /// <summary>Signs in as the README does, then types.</summary>
        internal async Task<JsonElement> AsOwnerAsync(string text) =>
            (await TypeAsync($"{Pages.Block(Readme, "sh", "curl -c jar").Split("LATCHKEY_API_KEY")[0]}\n{text}"))[1];

        /// <summary>The owner approves a device.</summary>
        internal async Task ApproveAsync(string userCode)
        {
            await using var context = await People.OpenAsync(product);
            var owner = await context.Users.SingleAsync(Token);
            var approved = await product.Services.GetRequiredService<DeviceRequests>()
                .ApproveAsync(new Actor(PartyType.User, owner.Id, owner.Name), userCode, "northwind-traders", Token);
            Assert.Null(approved.Error);
        }
    }
}
