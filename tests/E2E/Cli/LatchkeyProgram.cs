using System.Diagnostics;
using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Dashboard.Core.OAuth;
using Dashboard.Tests.E2E.Support;
using Dashboard.Tests.Unit.Support;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Dashboard.Tests.E2E.Cli;

/// <summary>The command line as a program of its own, with the files of one user.</summary>
sealed partial class LatchkeyProgram(string file, params string[] before) : IDisposable
{
    readonly DirectoryInfo home = Directory.CreateTempSubdirectory("latchkey-home-");

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    static string Configuration => typeof(LatchkeyProgram).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration;

    /// <summary>The project of the command line.</summary>
    public static string Project => Path.Combine(Repository.Root, "src", "Dashboard.Cli");

    /// <summary>The folder that the build left the program in.</summary>
    public static string Build => Path.Combine(Project, "bin", Configuration, "net10.0");

    public Dictionary<string, string> Variables { get; } = new(StringComparer.Ordinal);

    string TokenFile => Path.Combine(home.FullName, ".local", "state", "latchkey", "default.json");

    /// <summary>The program as the build left it.</summary>
    public static LatchkeyProgram OfBuild() => new("dotnet", Path.Combine(Build, "latchkey.dll"));

    /// <summary>Makes a package of the build and installs it as a tool.</summary>
    public static async Task<LatchkeyProgram> InstallAsync(DirectoryInfo folder)
    {
        await DotNetAsync("pack", Project, "--no-build", "-c", Configuration, "-o", folder.FullName);
        await DotNetAsync(
            "tool", "install", "Latchkey.Cli", "--tool-path", Path.Combine(folder.FullName, "tools"), "--source", folder.FullName);
        return new(Path.Combine(folder.FullName, "tools", "latchkey"));
    }

    /// <summary>Publishes the single file, without a trace in the folders of the build.</summary>
    public static async Task<LatchkeyProgram> PublishAsync(DirectoryInfo folder)
    {
        await DotNetAsync("publish", Project, "-r", "linux-x64", "-c", "Release", "-p:RunAnalyzers=false",
            "-p:PublishReadyToRun=false", "--artifacts-path", folder.FullName, "-o", Path.Combine(folder.FullName, "out"));
        return new(Path.Combine(folder.FullName, "out", "latchkey"));
    }

    /// <summary>Runs it to its end.</summary>
    public async Task<Ran> RunAsync(params string[] arguments)
    {
        using var process = Start(arguments);
        process.StandardInput.Close();
        var (output, error) = (process.StandardOutput.ReadToEndAsync(Stop), process.StandardError.ReadToEndAsync(Stop));
        await process.WaitForExitAsync(Stop);
        return new(process.ExitCode, await output, await error);
    }

    /// <summary>Runs it with a reader that has gone before the first line.</summary>
    public async Task<Ran> RunUnreadAsync(params string[] arguments)
    {
        using var process = Start(arguments);
        process.StandardOutput.Close();
        var error = await process.StandardError.ReadToEndAsync(Stop);
        await process.WaitForExitAsync(Stop);
        return new(process.ExitCode, "", error);
    }

    /// <summary>Runs it, and calls back with the address and the code that it shows.</summary>
    public async Task<Ran> RunApprovedAsync(Func<Uri, string, Task> approve, params string[] arguments)
    {
        using var process = Start(arguments);
        var output = process.StandardOutput.ReadToEndAsync(Stop);
        var error = "";
        while (await process.StandardError.ReadLineAsync(Stop) is { } line)
        {
            error += line + "\n";
            if (Invitation().Match(line) is { Success: true } match)
            {
                await approve(new(match.Groups["page"].Value), match.Groups["code"].Value);
            }
        }

        await process.WaitForExitAsync(Stop);
        return new(process.ExitCode, await output, error);
    }

    /// <summary>Signs a person in without a browser.</summary>
    public async Task SignInAsync(Product product, Actor person)
    {
        var ran = await RunApprovedAsync(
            async (_, code) => Assert.Null(
                (await product.Services.GetRequiredService<DeviceRequests>().ApproveAsync(person, code, People.Organization, Stop)).Error),
            "login", "--url", product.Url.GetLeftPart(UriPartial.Authority), "--no-browser");
        Assert.True(ran.Code == 0, ran.Error);
    }

    /// <summary>Makes the stored access token look expired.</summary>
    public void Expire()
    {
        var tokens = JsonNode.Parse(File.ReadAllText(TokenFile))!;
        tokens["expires_at"] = "2026-01-01T00:00:00+00:00";
        File.WriteAllText(TokenFile, tokens.ToJsonString());
    }

    /// <summary>The mode of the file with the tokens.</summary>
    public UnixFileMode TokenFileMode => File.GetUnixFileMode(TokenFile);

    public void Dispose() => home.Delete(recursive: true);

    Process Start(string[] arguments)
    {
        var start = new ProcessStartInfo(file, [.. before, .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = home.FullName,
        };
        foreach (var name in start.Environment.Keys.Where(
            name => name.StartsWith("XDG_", StringComparison.Ordinal) || name.StartsWith("LATCHKEY_", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(name);
        }

        start.Environment["HOME"] = home.FullName;
        foreach (var (name, value) in Variables)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    static async Task DotNetAsync(params string[] arguments)
    {
        using var process =
            Process.Start(
                new ProcessStartInfo("dotnet", arguments)
                {
                    UseShellExecute = false,
                    RedirectStandardOutput = true,
                    RedirectStandardError = true
                })!;
        var error = process.StandardError.ReadToEndAsync(Stop);
        var output = await process.StandardOutput.ReadToEndAsync(Stop);
        await process.WaitForExitAsync(Stop);
        Assert.True(process.ExitCode == 0, output + await error);
    }

    [GeneratedRegex("^Open (?<page>\\S+) and enter the code (?<code>[A-Z-]+)\\.$", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Invitation();
}

/// <summary>What it did.</summary>
sealed record Ran(int Code, string Output, string Error);
