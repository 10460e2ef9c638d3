using System.Text.Json;
using Dashboard.Core.OAuth;
using Dashboard.Tests.E2E.Support;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Dashboard.Tests.E2E.Docs;

/// <summary>The lines of the page about OAuth, typed as they are printed.</summary>
[Collection(typeof(AuthorizationCollection))]
public sealed class OAuthSnippetTests(AuthorizationServer server)
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Curl_of_the_page_gets_a_token_by_form_and_by_JSON()
    {
        var answers = await RunAsync("bash", "-c", Pages.Block("oauth.md", "sh", "$CLIENT_SECRET"));
        Assert.Equal(2, answers.Count);
        foreach (var answer in answers)
        {
            Assert.Equal(
                ("Bearer", 86400, "read:workflows"), (answer.GetProperty("token_type")
                    .GetString(), answer.GetProperty("expires_in").GetInt32(), answer.GetProperty("scope").GetString()));
            Assert.Null(await server.AskAsync(answer.GetProperty("access_token").GetString()!));
        }
    }

    [Fact]
    public async Task Python_of_the_page_gets_tokens_and_shows_what_they_may_do()
    {
        var before = await CountTokensAsync();
        var answer = Assert.Single(await RunAsync("python3", "-c", Pages.Block("oauth.md", "python", "/oauth/token")));
        Assert.Equal(
            ("valid", People.Organization), (answer.GetProperty("code").GetString(), answer.GetProperty("organization").GetString()));
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

    /// <summary>Counts the tokens by the audit log, since they leave no row.</summary>
    async Task<int> CountTokensAsync()
    {
        await server.Product.Services.GetRequiredService<TokenIssueLog>().FlushAsync(Token);
        await using var context = await People.OpenAsync(server.Product);
        return context.AuditEntries.Where(entry => entry.Action == "token.issued" && entry.TargetId == server.Worker.Id)
            .Select(entry => entry.Details).ToList()
            .Sum(details => JsonSerializer.Deserialize<JsonElement>(details).GetProperty("count").GetInt32());
    }

    Task<List<JsonElement>> RunAsync(string program, params string[] arguments) => Terminal.RunAsync(
        server.Product.Url, new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["CLIENT_ID"] = server.Worker.Id,
            ["CLIENT_SECRET"] = server.Worker.Secret
        }, program, arguments);
}
