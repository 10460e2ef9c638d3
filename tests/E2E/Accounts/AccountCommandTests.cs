using System.Net;
using System.Text.RegularExpressions;
using Dashboard.Core.Accounts;
using Dashboard.Tests.E2E.Support;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Dashboard.Tests.E2E.Accounts;

/// <summary>The commands <c>outbox</c> and <c>reset-password</c> as the console runs them beside a running node, and the addresses that
/// programs look for.</summary>
public sealed partial class AccountCommandTests : IDisposable
{
    const string Other = "A-lighthouse-keeps-9-otters";

    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("latchkey-");

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task Sole_owner_gets_a_link_on_the_console_and_mail_that_waits_is_printed()
    {
        DatabaseTemplate.CopyWithOwner(folder);
        await using var product = new Product(folder).With("Security:Contact", "security@example.com, https://example.com/report");
        product.Start();
        using var owner = await ApiClient.SignInAsync(product);
        Assert.Equal((1, "", "There is no account with the address nobody@example.com." + Environment.NewLine), await RunAsync(
            "reset-password", "nobody@example.com"));
        Assert.Equal((0, "No mail waits." + Environment.NewLine, ""), await RunAsync("outbox"));

        var (code, output, error) = await RunAsync("reset-password", Product.Email);
        Assert.Equal((0, ""), (code, error));
        var token = Link().Match(output).Groups["token"].Value;
        var reset = await product.Services.GetRequiredService<PasswordResetService>()
            .ResetAsync(token, Other, IPAddress.Loopback, "http://localhost:5000", Cancellation);
        Assert.Null(reset.Error);
        Assert.Equal(401, (await owner.GetAsync("/api/session")).Status);

        (code, output, error) = await RunAsync("outbox");
        Assert.Equal((0, ""), (code, error));
        Assert.Matches($@"(?s)^Written: .* UTC, of use until .* UTC\r?\nTo: {Product.Email}\r?\nSubject: Your Latchkey password was changed\r?\n\r?\nThe password of your account was changed from 127\.0\.0\.1", output);

        using var client = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = product.Url };
        Assert.Matches(
            $@"^Contact: mailto:security@example\.com\nContact: https://example\.com/report\nExpires: \d{{4}}-\d\d-\d\dT00:00:00Z\nPreferred-Languages: en\nCanonical: {product.Url}\.well-known/security\.txt\n$",
            await client.GetStringAsync("/.well-known/security.txt", Cancellation));
        var change = await client.GetAsync("/.well-known/change-password", Cancellation);
        Assert.Equal((HttpStatusCode.Redirect, "/account/change-password"), (change.StatusCode, change.Headers.Location?.ToString()));
    }

    Task<(int ExitCode, string Output, string Error)> RunAsync(params string[] arguments) =>
        ProductProcess.RunAsync(ProductProcess.Prepare(
            folder, [.. arguments, .. DatabaseTemplate.SettingsOf(folder).Select(setting => $"--{setting.Name}={setting.Value}")]));

    [GeneratedRegex(@"^http://localhost:5000/account/reset-password\?token=(?<token>[A-Za-z0-9_-]{43})\s*$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Link();
}
