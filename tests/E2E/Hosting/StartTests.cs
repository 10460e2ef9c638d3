using System.Net;
using System.Net.Sockets;
using Dashboard.Tests.E2E.Support;
using Xunit;

namespace Dashboard.Tests.E2E.Hosting;

/// <summary>What stops a start is one sentence on the error stream and an exit code, never a stack trace.</summary>
public sealed class StartTests : IDisposable
{
    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("latchkey-");

    public void Dispose() => folder.Delete(recursive: true);

    [Theory]
    [InlineData("frobnicate", "\"frobnicate\" is not a command; the commands are help, version, doctor, backup, restore, migrate, import, export, outbox, reset-password, audit, signing-keys, and without one Latchkey starts.")]
    [InlineData("-v", "\"-v\" is not a command; the commands are help, version, doctor, backup, restore, migrate, import, export, outbox, reset-password, audit, signing-keys, and without one Latchkey starts.")]
    public async Task Unknown_command_is_refused_with_the_list_of_commands(string command, string sentence) =>
        await StopsAsync(sentence, "--urls", "http://127.0.0.1:0", command);

    [Theory]
    [InlineData("Keys:Templat", "Keys:Templat is not a setting of this version of Latchkey; the settings in Keys are AcceptBearer, CountImported, MaxActivePerProject, Presets, Template.")]
    [InlineData("PublicUrl", "PublicUrl is \"https://x.example/keys\"; it must end after the host and port, because Latchkey is served at the root of a host of its own.")]
    public async Task Setting_that_cannot_be_used_stops_the_start(string key, string sentence) =>
        await StopsAsync(sentence, "--urls", "http://127.0.0.1:0", $"--{key}=https://x.example/keys");

    [Fact]
    public async Task Unknown_setting_in_the_environment_stops_the_start_and_what_login_shells_set_does_not()
    {
        var start = ProductProcess.Prepare(folder, ["--urls=http://127.0.0.1:0"]);
        start.Environment["MAIL"] = "/var/mail/root";
        start.Environment["KEYS"] = "x";
        start.Environment["Audit__Kee"] = "x";
        Assert.Equal((1, "", $"Audit:Kee is not a setting of this version of Latchkey; the settings in Audit are Key, OldKeys.{Environment.NewLine}"), await ProductProcess.RunAsync(start));
        start.Environment.Remove("Audit__Kee");
        await using var product = await ProductProcess.StartAsync(start);
        Assert.NotEqual("", product.SetUpCode);
    }

    [Fact]
    public async Task Lost_folder_of_keys_stops_the_start()
    {
        await using (var product = await ProductProcess.StartAsync(folder))
        {
            await product.KillAsync();
        }

        Directory.Delete(Path.Combine(folder.FullName, "keys"), recursive: true);
        var (code, output, error) = await ProductProcess.RunAsync(
            ProductProcess.Prepare(folder, [
                "--urls=http://127.0.0.1:0", $"--ConnectionStrings:Dashboard=Data Source={Path.Combine(folder.FullName, "latchkey.db")}"]));
        Assert.Equal((1, ""), (code, output));
        Assert.StartsWith(
            $"Audit:Key is not set, and {Path.Combine(folder.FullName, "keys", "audit.key")} is missing,", error, StringComparison.Ordinal);
        Assert.Single(error.TrimEnd().Split('\n'));
    }

    [Fact]
    public async Task Port_in_use_stops_the_start()
    {
        using var taken = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        taken.Listen();
        await StopsAsync(
            $"Failed to bind to address http://{taken.LocalEndPoint}: address already in use; free the address, or choose another with --urls.", $"--urls=http://{taken.LocalEndPoint}");
    }

    [Fact]
    public async Task Address_of_another_machine_stops_the_start() => await StopsAsync(
        "Failed to bind to an address: Cannot assign requested address; free the address, or choose another with --urls.",
        "--urls=http://192.0.2.1:5080");

    [Fact]
    public async Task Machine_without_icu_stops_the_start()
    {
        var start = ProductProcess.Prepare(folder, ["--urls=http://127.0.0.1:0"]);
        start.Environment["DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"] = "1";
        var (code, output, error) = await ProductProcess.RunAsync(start);
        Assert.Equal((1, ""), (code, output));
        Assert.StartsWith("Names and passwords cannot be normalized on this machine", error, StringComparison.Ordinal);
        Assert.Empty(folder.GetFileSystemInfos());
    }

    [Theory]
    [InlineData("help", "Usage: Dashboard")]
    [InlineData("--help", "Usage: Dashboard")]
    [InlineData("version", "0.1.0")]
    public async Task Command_prints_and_ends(string command, string begin)
    {
        var (code, output, error) = await ProductProcess.RunAsync(ProductProcess.Prepare(folder, [command]));
        Assert.Equal((0, ""), (code, error));
        Assert.StartsWith(begin, output, StringComparison.Ordinal);
        Assert.Empty(folder.GetFileSystemInfos());
    }

    /// <summary>Development is where the framework would serve build output by itself.</summary>
    [Fact]
    public async Task Build_output_serves_its_scripts_in_production_too()
    {
        await using var product =
            await ProductProcess.StartAsync(ProductProcess.Prepare(folder, ["--urls=http://127.0.0.1:0"], "Production"));
        using var client = new HttpClient { BaseAddress = product.Url };
        var page = await client.GetStringAsync("/setup", TestContext.Current.CancellationToken);
        var files = page.Split('"').Where(text =>
            text.EndsWith(".js", StringComparison.Ordinal) || text.EndsWith(".css", StringComparison.Ordinal)).Distinct().ToList();
        Assert.Contains(files, file => file.Contains("_framework/blazor.web", StringComparison.Ordinal));
        foreach (var file in files)
        {
            foreach (var encoding in new[] { "identity", "br" })
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, file) { Headers = { { "Accept-Encoding", encoding } } };
                using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
                var bytes = await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
                Assert.True(answer.StatusCode == HttpStatusCode.OK
                    && bytes.Length > 100, $"{file} ({encoding}): {answer.StatusCode}, {bytes.Length} bytes");
            }
        }
    }

    async Task StopsAsync(string sentence, params string[] arguments)
    {
        var (code, output, error) = await ProductProcess.RunAsync(ProductProcess.Prepare(folder, arguments));
        Assert.Equal((1, sentence + Environment.NewLine), (code, error));
        Assert.DoesNotContain("Exception", output, StringComparison.Ordinal);
    }
}
