using System.Runtime.CompilerServices;
using System.Security.Claims;
using Dashboard.Core;
using Dashboard.Core.Verification.AspNetCore;
using Dashboard.Tests.Unit.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Dashboard.Tests.Unit.Docs;

/// <summary>Compiles the code of the .NET documentation page, and compares it with the page line by line.</summary>
[EveryDatabase]
public sealed class DotNetPageTests
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Documented_code_compiles_and_accepts_valid_keys()
    {
        var here = SourceFile();
        var page = await File.ReadAllTextAsync(Path.Combine(Path.GetDirectoryName(here)!, "../../../docs/verify/dotnet.md"), Token);
        var shown = page.Split("```csharp\n")[1].Split("\n```")[0].Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0);
        var compiled = (await File.ReadAllTextAsync(here, Token)).Split("// the page\n")[1].Split("// its end\n")[0].Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0);
        Assert.Equal(shown, compiled);

        await using var world = new TestInstallation();
        var key = (await world.Services.Keys.CreateAsync(world.Owner, new(TestInstallation.Orders, "one", Permissions: ["execute"]), Token)).Value;
        await using var app = Build(world);
        await app.StartAsync(Token);
        using var client = new HttpClient { BaseAddress = new(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()) };
        Assert.Equal(401, (int)(await client.GetAsync(new Uri("/whoami", UriKind.Relative), Token)).StatusCode);
        client.DefaultRequestHeaders.Add("X-API-Key", key.Secret.Reveal());
        Assert.Equal(key.Key.KeyId, await client.GetStringAsync(new Uri("/whoami", UriKind.Relative), Token));
        Assert.Equal(403, (int)(await client.GetAsync(new Uri("/workflows/intake", UriKind.Relative), Token)).StatusCode);
    }

    static WebApplication Build(TestInstallation world)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration.AddInMemoryCollection(world.DatabaseSettings.Select(setting => KeyValuePair.Create(setting.Key, setting.Value)));

        // the page
        builder.Services.AddLatchkeyVerification(builder.Configuration, builder.Environment.ContentRootPath);
        builder.Services.AddAuthentication().AddLatchkey();
        builder.Services.AddAuthorization();

        var app = builder.Build();
        app.UseAuthentication();
        app.UseAuthorization();
        app.MapGet("/whoami", (ClaimsPrincipal user) => user.Identity!.Name).RequireLatchkey();
        app.MapGet("/workflows/{id}", (string id) => id).RequireLatchkey(permission: "read", resourceKind: "workflow");
        // its end
        return app;
    }

    static string SourceFile([CallerFilePath] string path = "") => path;
}
