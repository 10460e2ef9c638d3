using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.Loader;
using Dashboard.Tests.Unit.Support;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Xunit;

namespace Dashboard.Tests.Unit.Docs;

/// <summary>Compiles the program of the .NET documentation page as it is printed, and runs it. The compiler takes a second or two to
/// start.</summary>
[EveryDatabase]
public sealed class DotNetPageTests
{
    /// <summary>The usings that the SDK for web projects adds to every file.</summary>
    const string ImplicitUsings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Net.Http.Json;
        global using System.Threading;
        global using System.Threading.Tasks;
        global using Microsoft.AspNetCore.Builder;
        global using Microsoft.AspNetCore.Hosting;
        global using Microsoft.AspNetCore.Http;
        global using Microsoft.AspNetCore.Routing;
        global using Microsoft.Extensions.Configuration;
        global using Microsoft.Extensions.DependencyInjection;
        global using Microsoft.Extensions.Hosting;
        global using Microsoft.Extensions.Logging;
        """;

    static readonly Lazy<(string Program, string Proxies)> Page = new(() =>
    {
        var blocks = File.ReadAllText(Path.Combine(Repository.Root, "docs", "verify", "dotnet.md"))
            .Split("```csharp\n")[1..].Select(block => block.Split("\n```")[0]).ToList();
        return (blocks[0], blocks[1]);
    });

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Documented_program_compiles_and_accepts_valid_keys()
    {
        await using var world = new TestInstallation();
        var key = (await world.Services.Keys.CreateAsync(
            world.Owner, new(TestInstallation.Orders, "one", Permissions: ["execute"]), Token)).Value;
        await using var program = await RunAsync(Page.Value.Program, world);
        Assert.Equal(401, (int)(await program.Client.GetAsync(new Uri("/whoami", UriKind.Relative), Token)).StatusCode);
        program.Client.DefaultRequestHeaders.Add("X-API-Key", key.Secret.Reveal());
        Assert.Equal(key.Key.KeyId, await program.Client.GetStringAsync(new Uri("/whoami", UriKind.Relative), Token));
        Assert.Equal(403, (int)(await program.Client.GetAsync(new Uri("/workflows/intake", UriKind.Relative), Token)).StatusCode);
    }

    [Fact]
    public async Task Documented_program_behind_a_proxy_sees_the_address_of_the_client()
    {
        await using var world = new TestInstallation();
        var key = (await world.Services.Keys.CreateAsync(
            world.Owner, new(TestInstallation.Orders, "one", AllowedIps: ["203.0.113.0/24"]), Token)).Value;
        var text = Page.Value.Program
            .Replace("var app = ", Page.Value.Proxies.Replace("10.0.0.0/24", "127.0.0.0/8", StringComparison.Ordinal)
                + "\nvar app = ", StringComparison.Ordinal)
            .Replace("app.UseAuthentication();", "app.UseForwardedHeaders();\napp.UseAuthentication();", StringComparison.Ordinal);
        await using var program = await RunAsync(text, world, "--Proxies:Trusted=127.0.0.1");
        program.Client.DefaultRequestHeaders.Add("X-API-Key", key.Secret.Reveal());
        Assert.Equal(403, (int)(await program.Client.GetAsync(new Uri("/whoami", UriKind.Relative), Token)).StatusCode);
        program.Client.DefaultRequestHeaders.Add("X-Forwarded-For", "203.0.113.7");
        Assert.Equal(200, (int)(await program.Client.GetAsync(new Uri("/whoami", UriKind.Relative), Token)).StatusCode);
    }

    /// <summary>Compiles a program and starts it with the settings of an installation.</summary>
    static async Task<RunningProgram> RunAsync(string text, TestInstallation world, params string[] settings)
    {
        var name = $"page{Guid.CreateVersion7(TimeProvider.System.GetUtcNow()):N}";
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Select(file => MetadataReference.CreateFromFile(file));
        var compilation = CSharpCompilation.Create(
            name, [CSharpSyntaxTree.ParseText(text, cancellationToken: Token),
                CSharpSyntaxTree.ParseText(ImplicitUsings, cancellationToken: Token)], references,
            new CSharpCompilationOptions(OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable,
                generalDiagnosticOption: ReportDiagnostic.Error)
                // as the SDK does
                .WithSpecificDiagnosticOptions(
                    [KeyValuePair.Create("CS1701", ReportDiagnostic.Suppress), KeyValuePair.Create("CS1702", ReportDiagnostic.Suppress)]));
        using var bytes = new MemoryStream();
        var emitted = compilation.Emit(bytes, cancellationToken: Token);
        Assert.True(emitted.Success, string.Join('\n', emitted.Diagnostics.Select(one => one.ToString())));
        bytes.Position = 0;
        var entry = AssemblyLoadContext.Default.LoadFromStream(bytes).EntryPoint!;
        string[] arguments =
        [
            $"--Page={name}", "--urls=http://127.0.0.1:0", "--Logging:LogLevel:Default=None", .. settings,
            .. world.DatabaseSettings.Select(setting => $"--{setting.Key}={setting.Value}"),
        ];
        using var hosts = new Hosts(name);
        var running = Task.Run(() => entry.Invoke(null, [arguments]), Token);
        var host = await await Task.WhenAny(
            hosts.Found.Task, running.ContinueWith<IHost>(_ => throw new InvalidOperationException("It ended."), TaskScheduler.Default));
        var started = new TaskCompletionSource();
        host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStarted.Register(started.SetResult);
        await await Task.WhenAny(started.Task, running);
        return new(host, running);
    }

    /// <summary>A program that runs until it is disposed.</summary>
    sealed class RunningProgram(IHost host, Task running) : IAsyncDisposable
    {
        public HttpClient Client { get; } = new()
        {
            BaseAddress = new(
            host.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single())
        };

        public async ValueTask DisposeAsync()
        {
            Client.Dispose();
            host.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
            await running;
        }
    }

    /// <summary>Finds the host that a program builds, by the events that hosts send to tools.</summary>
    sealed class Hosts : IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>, IDisposable
    {
        readonly ConcurrentBag<IDisposable> subscriptions = [];
        readonly string name;

        public Hosts(string name)
        {
            this.name = name;
            subscriptions.Add(DiagnosticListener.AllListeners.Subscribe(this));
        }

        public TaskCompletionSource<IHost> Found { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void OnNext(DiagnosticListener value)
        {
            if (value.Name == "Microsoft.Extensions.Hosting")
            {
                subscriptions.Add(value.Subscribe(this));
            }
        }

        public void OnNext(KeyValuePair<string, object?> value)
        {
            if (value is { Key: "HostBuilt", Value: IHost host } && host.Services.GetRequiredService<IConfiguration>()["Page"] == name)
            {
                Found.TrySetResult(host);
            }
        }

        public void OnCompleted()
        {
        }

        public void OnError(Exception error)
        {
        }

        public void Dispose()
        {
            foreach (var subscription in subscriptions)
            {
                subscription.Dispose();
            }
        }
    }
}
