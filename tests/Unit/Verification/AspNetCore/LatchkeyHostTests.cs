using System.Net;
using System.Text.Json;
using Dashboard.Core;
using Dashboard.Core.Keys;
using Dashboard.Core.Usage;
using Dashboard.Core.Verification.AspNetCore;
using Dashboard.Tests.Unit.Support;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Dashboard.Tests.Unit.Verification.AspNetCore;

/// <summary>A separate API that shares the database and references only Dashboard.Core.</summary>
[Collection(typeof(SerialCollection))]
[EveryDatabase]
public sealed class LatchkeyHostTests : IAsyncLifetime
{
    readonly TestInstallation world = new(("Keys:MaxActivePerProject", "100"));
    readonly HttpClient client = new();
    WebApplication app = null!;

    static CancellationToken None => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration.AddInMemoryCollection(
            world.DatabaseSettings.Select(setting => KeyValuePair.Create(setting.Key, setting.Value)));
        builder.Configuration["Environments:live:Hosts"] = "127.0.0.1";
        builder.Configuration["Environments:test:Hosts"] = "localhost";
        builder.Services.AddLatchkeyVerification(builder.Configuration, builder.Environment.ContentRootPath);
        builder.Services.AddAuthentication().AddLatchkey(options => options.Project = TestInstallation.Orders);
        builder.Services.AddAuthorization();
        app = builder.Build();
        app.MapGet("/workflows/{id}", (HttpContext http) => http.User.FindLatchkey()!.KeyId).RequireLatchkey("read", "workflow");
        app.MapPost("/workflows/{name}", () => "done").RequireLatchkey("write", "workflow", "name");
        app.MapGet("/astray", () => "never").RequireLatchkey(resourceKind: "workflow");
        app.MapGet("/whoami", (HttpContext http) =>
            string.Join(' ', http.User.Claims.Select(claim => $"{claim.Type}={claim.Value}"))).RequireLatchkey();
        app.MapGet("/named", [Authorize(Policy = "permission:execute")] () => "done");
        await app.StartAsync(None);
        client.BaseAddress = new(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
    }

    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        await app.DisposeAsync();
        await world.DisposeAsync();
    }

    [Fact]
    public async Task Separate_host_accepts_valid_keys_and_explains_refusals()
    {
        world.AddResource(TestInstallation.Orders, "workflow", "intake");
        var all = await KeyAsync(new(TestInstallation.Orders, "all"));
        var narrow = await KeyAsync(new(TestInstallation.Orders, "narrow", Resources: ["workflow:intake"], Permissions: ["read"]));
        var (test, foreign) = (await KeyAsync(new(TestInstallation.Orders, "test", KeyEnvironment.Test)), await KeyAsync(
            new(TestInstallation.Billing, "foreign"), world.Stranger));
        var revoked = await KeyAsync(new(TestInstallation.Orders, "revoked"));
        Assert.True((await world.Services.Keys.RevokeAsync(world.Owner, revoked.Key.KeyId, None)).Succeeded);

        Assert.Equal((200, all.Key.KeyId), await AskAsync(HttpMethod.Get, "/workflows/any", all));
        Assert.Equal((200, narrow.Key.KeyId), await AskAsync(HttpMethod.Get, "/workflows/intake", narrow));
        Assert.Equal((401, "missing_credential"), await AskAsync(HttpMethod.Get, "/workflows/any", null));
        Assert.Equal((401, "revoked_key"), await AskAsync(HttpMethod.Get, "/workflows/any", revoked));
        Assert.Equal((401, "wrong_environment"), await AskAsync(HttpMethod.Get, "/workflows/any", test));
        Assert.Equal((403, "wrong_project"), await AskAsync(HttpMethod.Get, "/workflows/any", foreign));
        Assert.Equal((403, "resource_out_of_scope"), await AskAsync(HttpMethod.Get, "/workflows/other", narrow));
        // it lacks the permission too
        Assert.Equal((403, "resource_out_of_scope"), await AskAsync(HttpMethod.Post, "/workflows/other", narrow));
        Assert.Equal((403, "insufficient_permissions"), await AskAsync(HttpMethod.Post, "/workflows/intake", narrow));
        Assert.Equal((200, "done"), await AskAsync(HttpMethod.Post, "/workflows/intake", all));
        Assert.Equal((403, "resource_out_of_scope"), await AskAsync(HttpMethod.Get, "/astray", all));
        Assert.Equal((200, "done"), await AskAsync(HttpMethod.Get, "/named", all));
        Assert.Equal((403, "insufficient_permissions"), await AskAsync(HttpMethod.Get, "/named", narrow));
        Assert.Equal(
            (200, $"key_id={narrow.Key.KeyId} organization=acme project=acme/orders environment=live permission=read"), await AskAsync(
                HttpMethod.Get, "/whoami", narrow));
    }

    [Fact]
    public async Task Refusal_for_want_of_a_permission_names_the_scope()
    {
        var key = await KeyAsync(new(TestInstallation.Orders, "narrow", Permissions: ["read"]));
        using var request =
            new HttpRequestMessage(HttpMethod.Post, "/workflows/intake") { Headers = { { "X-API-Key", key.Secret.Reveal() } } };
        using var answer = await client.SendAsync(request, None);
        Assert.StartsWith("Bearer error=\"insufficient_scope\", scope=\"write:workflows\"",
            Assert.Single(answer.Headers.GetValues("WWW-Authenticate")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refusal_by_endpoint_requirement_is_counted()
    {
        var key = await KeyAsync(new(TestInstallation.Orders, "narrow", Permissions: ["read"]));
        await AskAsync(HttpMethod.Get, "/workflows/any", key);
        await AskAsync(HttpMethod.Get, "/whoami", key);
        await AskAsync(HttpMethod.Post, "/workflows/any", key);
        await AskAsync(HttpMethod.Get, "/named", key);
        await AskAsync(HttpMethod.Get, "/astray", key);
        await app.Services.GetRequiredService<UsageLedger>().FlushAsync(None);
        await using var context = world.Open();
        Assert.Equal(
            ["insufficient_permissions 2", "resource_out_of_scope 1", "valid 2"],
            (await context.KeyHours.Where(x => x.KeyId == key.Key.KeyId).ToListAsync(None))
                .GroupBy(x => x.Outcome).Select(x => $"{x.Key} {x.Sum(row => row.Count)}").Order(StringComparer.Ordinal));
        Assert.Equal(
            ["execute", "read", "write"], await context.KeyPermissionUses.Select(x => x.Permission).Distinct().Order().ToListAsync(None));
    }

    [Fact]
    public async Task Key_revoked_in_the_product_is_refused_by_the_host_within_two_seconds()
    {
        var key = await KeyAsync(new(TestInstallation.Orders, "all"));
        Assert.Equal(200, (await AskAsync(HttpMethod.Get, "/whoami", key)).Status);
        Assert.True((await world.Services.Keys.RevokeAsync(world.Owner, key.Key.KeyId, None)).Succeeded);
        var since = TimeProvider.System.GetTimestamp();
        while ((await AskAsync(HttpMethod.Get, "/whoami", key)).Status == 200)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(since) < TimeSpan.FromSeconds(2));
        }

        Assert.Equal((401, "revoked_key"), await AskAsync(HttpMethod.Get, "/whoami", key));
    }

    async Task<IssuedKey> KeyAsync(NewKey key, Actor? actor = null) =>
        (await world.Services.Keys.CreateAsync(actor ?? world.Owner, key, None)).Value;

    /// <summary>Returns the status and the refusal code or the response text.</summary>
    async Task<(int Status, string Says)> AskAsync(HttpMethod method, string path, IssuedKey? key)
    {
        using var request = new HttpRequestMessage(method, path);
        if (key is not null)
        {
            request.Headers.Add("X-API-Key", key.Secret.Reveal());
        }

        using var answer = await client.SendAsync(request, None);
        var text = await answer.Content.ReadAsStringAsync(None);
        if (answer.IsSuccessStatusCode)
        {
            return ((int)answer.StatusCode, text);
        }

        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal(answer.StatusCode == HttpStatusCode.Unauthorized, answer.Headers.WwwAuthenticate.Any(x => x.Scheme == "ApiKey"));
        using var problem = JsonDocument.Parse(text);
        return ((int)answer.StatusCode, problem.RootElement.GetProperty("code").GetString()!);
    }
}
