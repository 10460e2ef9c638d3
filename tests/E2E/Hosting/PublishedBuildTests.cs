using System.Diagnostics;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using Dashboard.Tests.E2E.Support;
using Dashboard.Tests.Unit.Support;
using Microsoft.Playwright;
using Xunit;

namespace Dashboard.Tests.E2E.Hosting;

/// <summary>What <c>dotnet publish</c> makes, started in an empty folder that is not its own, as an operator does.</summary>
public sealed class PublishedBuildTests(
    Browser browser, PublishedBuildTests.Published published) : IClassFixture<PublishedBuildTests.Published>, IDisposable
{
    const UnixFileMode Mine = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    const UnixFileMode MyFolder = Mine | UnixFileMode.UserExecute;
    const UnixFileMode Usual =
        MyFolder | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("latchkey-");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task Published_build_prints_one_line_shows_its_pages_and_keeps_its_files_to_itself()
    {
        folder.UnixFileMode = Usual;
        await using (var product = await ProductProcess.StartAsync(Prepare()))
        {
            await using (var visit = await PageVisit.OpenAsync(browser, product.Url))
            {
                await visit.Page.GotoAsync($"/setup?code={product.SetUpCode}");
                await visit.Page.GetByLabel("Your name").FillAsync("Priya Raghunathan");
                await visit.Page.GetByLabel("Email").FillAsync(Product.Email);
                await visit.Page.GetByLabel("Password", new() { Exact = true }).FillAsync(Product.Password);
                await visit.Page.GetByLabel("Organization").FillAsync("Northwind Traders");
                await visit.Page.GetByLabel("First project").FillAsync("Order Platform");
                await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Create account and sign in" }).ClickAsync();
                await visit.UntilInteractiveAsync();
                Assert.Equal("/northwind-traders/order-platform/keys", new Uri(visit.Page.Url).PathAndQuery);
            }

            Assert.Equal($"Latchkey is ready. Set it up at {product.Url.GetLeftPart(UriPartial.Authority)}/setup?code={product.SetUpCode}{Environment.NewLine}", product.Log);
            Assert.Equal(Usual, new DirectoryInfo(folder.FullName).UnixFileMode);
            Assert.Equal(["data"], folder.GetFileSystemInfos().Select(entry => entry.Name));
            var made = new DirectoryInfo(Path.Combine(folder.FullName, "data")).GetFileSystemInfos("*", SearchOption.AllDirectories);
            Assert.Superset(
                new HashSet<string>(["latchkey.db", "latchkey.db-shm", "latchkey.db-wal", "keys", "audit.key"], StringComparer.Ordinal),
                made.Select(entry => entry.Name).ToHashSet(StringComparer.Ordinal));
            Assert.All(made.Append(folder.GetDirectories()[0]), entry =>
                Assert.Equal((entry.FullName, entry is DirectoryInfo ? MyFolder : Mine), (entry.FullName, entry.UnixFileMode)));
            await product.StopAsync();
        }

        await using var again = await ProductProcess.StartAsync(Prepare());
        Assert.Equal($"Latchkey is ready at {again.Url.GetLeftPart(UriPartial.Authority)}.{Environment.NewLine}", again.Log);
    }

    [Theory]
    [InlineData("latchkey.db")]
    [InlineData("keys/audit.key")]
    public async Task Start_warns_of_a_file_that_others_can_read_and_leaves_it(string name)
    {
        await using (var first = await ProductProcess.StartAsync(Prepare()))
        {
            await first.StopAsync();
        }

        var file = Path.Combine(folder.FullName, "data", name);
        File.SetUnixFileMode(file, Mine | UnixFileMode.OtherRead);
        await using var second = await ProductProcess.StartAsync(Prepare());
        Assert.Contains(
            $"The mode of {file} lets other users of this machine read it. Run chmod 600 on it.", second.Log, StringComparison.Ordinal);
        Assert.Equal(Mine | UnixFileMode.OtherRead, File.GetUnixFileMode(file));
    }

    [Fact]
    public async Task Doctor_finds_a_file_of_the_pages_that_is_missing()
    {
        var file = Path.Combine(Path.GetDirectoryName(published.Program)!, "wwwroot", "ui.js");
        string[] doctor = ["doctor", "--ConnectionStrings:Dashboard=Data Source=:memory:"];
        var whole = await ProductProcess.RunAsync(ProductProcess.Prepare(folder, doctor, "Production", published.Program));
        Assert.Contains("ok page files", whole.Output, StringComparison.Ordinal);
        File.Move(file, $"{file}.away");
        try
        {
            var (code, output, _) = await ProductProcess.RunAsync(ProductProcess.Prepare(folder, doctor, "Production", published.Program));
            Assert.Equal(1, code);
            Assert.Contains("!! page files       The pages cannot be served because the file ui", output, StringComparison.Ordinal);
        }
        finally
        {
            File.Move($"{file}.away", file);
        }
    }

    /// <summary>With the mask that most shells have, which lets everybody read what a program creates.</summary>
    ProcessStartInfo Prepare()
    {
        var start = ProductProcess.Prepare(folder, ["--urls=http://127.0.0.1:0"], "Production", published.Program);
        return new("sh", ["-c", "umask 022; exec dotnet \"$@\"", "sh", .. start.ArgumentList])
        {
            WorkingDirectory = start.WorkingDirectory,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["ASPNETCORE_ENVIRONMENT"] = "Production" },
        };
    }

    /// <summary>The build, published once.</summary>
    public sealed class Published : IAsyncLifetime
    {
        readonly DirectoryInfo place = Directory.CreateTempSubdirectory("latchkey-published-");

        public string Program => Path.Combine(place.FullName, "Dashboard.dll");

        public async ValueTask InitializeAsync()
        {
            var configuration = typeof(Published).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration;
            using var publish =
                Process.Start(
                    new ProcessStartInfo(
                        "dotnet", ["publish", Path.Combine(Repository.Root, "src", "Dashboard"),
                            "--no-build", "-c", configuration, "-o", place.FullName, "-v", "quiet", "-nologo"])
                    {
                        UseShellExecute = false,
                        RedirectStandardOutput = true,
                    })!;
            var output = await publish.StandardOutput.ReadToEndAsync();
            await publish.WaitForExitAsync();
            Assert.True(publish.ExitCode == 0, output);
            foreach (var file in place.GetFiles("*.dll"))
            {
                // The same module with the native code that ./test.sh adds, which each start would compile again.
                var compiled = Path.Combine(AppContext.BaseDirectory, file.Name);
                if (File.Exists(compiled) && Module(compiled) is { } module && module == Module(file.FullName))
                {
                    File.Copy(compiled, file.FullName, overwrite: true);
                }
            }
        }

        public ValueTask DisposeAsync()
        {
            place.Delete(recursive: true);
            return ValueTask.CompletedTask;
        }

        /// <summary>Returns what identifies a compilation, or null for a native library.</summary>
        static Guid? Module(string file)
        {
            using var reader = new PEReader(File.OpenRead(file));
            if (!reader.HasMetadata)
            {
                return null;
            }

            var metadata = reader.GetMetadataReader();
            return metadata.GetGuid(metadata.GetModuleDefinition().Mvid);
        }
    }
}
