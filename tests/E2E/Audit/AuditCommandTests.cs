using Dashboard.Tests.E2E.Support;
using Xunit;

namespace Dashboard.Tests.E2E.Audit;

/// <summary>The command <c>audit</c> as the console runs it.</summary>
public sealed class AuditCommandTests : IDisposable
{
    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("latchkey-");

    [Fact]
    public async Task Command_verifies_what_a_product_wrote_against_its_heads()
    {
        await using (var product = await ProductProcess.StartWithOwnerAsync(folder))
        {
            using var client = new HttpClient { BaseAddress = product.Url };
            await client.PostAsync(
                "/api/session", new StringContent(
                    $$"""{"email":"{{Product.Email}}","password":"{{Product.Password}}"}""", null, "application/json"),
                TestContext.Current.CancellationToken);
        }

        var (code, heads, error) = await RunAsync("audit", "heads");
        Assert.Equal((0, ""), (code, error));
        var file = Path.Combine(folder.FullName, "heads.txt");
        await File.WriteAllTextAsync(file, heads, TestContext.Current.CancellationToken);
        (code, var output, error) = await RunAsync("audit", "verify", "--head", file);
        Assert.Equal((0, ""), (code, error));
        Assert.Contains("sign-ins: ", output, StringComparison.Ordinal);
        Assert.DoesNotContain("BROKEN", output, StringComparison.Ordinal);

        await File.WriteAllTextAsync(
            file, heads.Replace($":{heads.Split(':')[1]}:", ":999:", StringComparison.Ordinal), TestContext.Current.CancellationToken);
        Assert.Equal(2, (await RunAsync("audit", "verify", $"--head={file}")).ExitCode);
    }

    [Fact]
    public async Task Command_says_what_is_wrong()
    {
        var (code, output, error) = await RunAsync("audit", "--help");
        Assert.Equal((0, ""), (code, error));
        Assert.StartsWith("Usage: Dashboard audit ", output, StringComparison.Ordinal);
        (code, output, error) = await RunAsync("audit", "verify");
        Assert.Equal(
            (1, "", "There is no database of this version; start Latchkey once, or set ConnectionStrings:Dashboard."
                + Environment.NewLine), (code, output, error));
        Assert.Empty(folder.GetFiles());
    }

    public void Dispose() => folder.Delete(recursive: true);

    Task<(int ExitCode, string Output, string Error)> RunAsync(params string[] arguments) =>
        ProductProcess.RunAsync(ProductProcess.Prepare(
            folder, [.. arguments, .. DatabaseTemplate.SettingsOf(folder).Select(setting => $"--{setting.Name}={setting.Value}")]));
}
