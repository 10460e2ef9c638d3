using System.Diagnostics;
using Dashboard.Tests.E2E.Support;
using Xunit;

namespace Dashboard.Tests.E2E.OAuth;

/// <summary>The command that retires the signing keys, beside a running node.</summary>
public sealed class SigningKeysCommandTests
{
    [Fact]
    public async Task Replaced_keys_end_the_tokens_of_a_running_node_within_seconds()
    {
        await using var product = new Product().WithoutRateLimits();
        product.Start();
        using var owner = await ApiClient.SignInAsync(product);
        using var program = await ApiClient.OpenAsync(product);
        var account = await owner.PostAsync("/api/service-accounts", new { name = "gateway", permissions = new[] { "read" } });
        var before = await IssueAsync();
        Assert.Equal(200, await StatusAsync(before));

        var start = ProductProcess.Prepare(
            product.Folder, ["signing-keys", "replace", .. DatabaseTemplate.SettingsOf(product.Folder)
                .Select(setting => $"--{setting.Name}={setting.Value}")]);
        var (code, output, error) = await ProductProcess.RunAsync(start);
        Assert.Equal((0, ""), (code, error));
        Assert.Matches(@"(?m)^Retired: [0-9A-Za-z]{22}\.\s*^Signs from now on: [0-9A-Za-z]{22}\.", output);

        var clock = Stopwatch.StartNew();
        while (await StatusAsync(before) != 401)
        {
            Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(20)); // two on a machine that does nothing else
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"Refused after {clock.Elapsed.TotalSeconds:F2} s.");
        Assert.Equal(200, await StatusAsync(await IssueAsync()));
        Assert.Contains("\"keys\":[{", (await program.GetAsync("/.well-known/jwks.json")).Text, StringComparison.Ordinal);

        async Task<string> IssueAsync() => (await program.PostAsync("/oauth/token", new
        {
            grant_type = "client_credentials",
            client_id = account.Member("client_id"),
            client_secret = account.Member("client_secret"),
        })).Member("access_token");

        async Task<int> StatusAsync(string token) =>
            (await program.GetAsync("/v1/capabilities", ("Authorization", $"Bearer {token}"))).Status;
    }
}
