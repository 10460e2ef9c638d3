using System.Text.Json;
using Dashboard.Core.OAuth;
using Dashboard.Tests.E2E.Support;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Dashboard.Tests.E2E.Docs;

/// <summary>Runs the commands of the README and the OAuth documentation unchanged.</summary>
public sealed class OAuthSnippetTests(AuthorizationServer server) : IClassFixture<AuthorizationServer>
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Readmes_curl_gets_a_token_by_form_and_by_JSON()
    {
        var answers = await RunAsync("bash", "-c", Pages.Block("../README.md", "sh", "$CLIENT_SECRET"));
        Assert.Equal(2, answers.Count);
        foreach (var answer in answers)
        {
            Assert.Equal(("Bearer", 86400, "read:workflows"), (answer.GetProperty("token_type").GetString(), answer.GetProperty("expires_in").GetInt32(), answer.GetProperty("scope").GetString()));
            Assert.Null(await server.AskAsync(answer.GetProperty("access_token").GetString()!));
        }
    }

    [Fact]
    public async Task Readmes_Python_gets_a_token_by_form_and_by_JSON_and_shows_what_it_may_do()
    {
        var before = await CountTokensAsync();
        var answer = Assert.Single(await RunAsync("python3", "-c", Pages.Block("../README.md", "python", "/oauth/token")));
        Assert.Equal(("valid", People.Organization), (answer.GetProperty("code").GetString(), answer.GetProperty("organization").GetString()));
        Assert.Equal(before + 2, await CountTokensAsync());
    }

    [Fact]
    public async Task Command_line_of_the_page_gets_its_tokens_once_a_person_has_approved()
    {
        var device = Assert.Single(await RunAsync("bash", "-c", Pages.Block("oauth.md", "sh", "/device/authorize")));
        var approved = await server.Product.Services.GetRequiredService<DeviceRequests>()
            .ApproveAsync(await server.Product.OwnerAsync(), device.GetProperty("user_code").GetString(), People.Organization, Token);
        Assert.Null(approved.Error);
        var asking = $"DEVICE_CODE={device.GetProperty("device_code").GetString()}\n{Pages.Block("oauth.md", "sh", "DEVICE_CODE")}";
        var answer = Assert.Single(await RunAsync("bash", "-c", asking));
        Assert.Equal("api", answer.GetProperty("scope").GetString());
    }

    async Task<int> CountTokensAsync()
    {
        await using var context = await People.OpenAsync(server.Product);
        return context.AccessTokens.Count(token => token.ClientId == server.Worker.Id);
    }

    /// <summary>Returns the output as JSON values.</summary>
    async Task<List<JsonElement>> RunAsync(string program, params string[] arguments)
    {
        var found = ExternalProcess.Find(program);
        Assert.SkipWhen(found is null, $"no {program}");
        Assert.SkipWhen(program == "bash" && ExternalProcess.Find("curl") is null, "no curl");
        var folder = Directory.CreateTempSubdirectory("latchkey-");
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, ".curlrc"), "silent\nshow-error\n", Token); // hides the progress meter
            var environment = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["HOME"] = folder.FullName,
                ["LATCHKEY_URL"] = server.Issuer,
                ["CLIENT_ID"] = server.Worker.Id,
                ["CLIENT_SECRET"] = server.Worker.Secret,
            };
            var said = await ExternalProcess.RunAsync(found!, folder.FullName, environment, Token, arguments);
            return [.. said.Replace("}{", "}\n{", StringComparison.Ordinal).Split('\n').Select(text => Parse(text, said))];
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    static JsonElement Parse(string text, string said)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.Clone();
        }
        catch (JsonException exception)
        {
            throw new InvalidOperationException(said, exception);
        }
    }
}
