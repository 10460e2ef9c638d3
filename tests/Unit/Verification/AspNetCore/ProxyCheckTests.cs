using System.Collections.Concurrent;
using System.Net;
using Dashboard.Core;
using Dashboard.Core.Verification.AspNetCore;
using Dashboard.Tests.Unit.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;
using IPNetwork = System.Net.IPNetwork;

namespace Dashboard.Tests.Unit.Verification.AspNetCore;

/// <summary>An API with proxies in its settings starts only if it applies their headers.</summary>
[EveryDatabase]
public sealed class ProxyCheckTests : IAsyncLifetime
{
    readonly TestInstallation world = new();
    readonly ConcurrentQueue<string> log = new();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync() => await world.DisposeAsync();

    [Theory]
    [InlineData("10.0.0.0/8", false, false, "", "Proxies:Trusted lists proxies whose headers this API does not apply; call app.UseForwardedHeaders() before app.UseAuthentication().")]
    [InlineData("10.0.0.0/8", true, false, "10.0.0.0/8",
        "Proxies:Trusted lists proxies, but ForwardedHeadersOptions.ForwardedHeaders of this API lacks XForwardedFor.")]
    [InlineData("10.1.0.7", true, true, "10.2.0.0/16",
        "Proxies:Trusted lists 10.1.0.7, which ForwardedHeadersOptions of this API does not know.")]
    [InlineData("10.1.0.0/16,192.0.2.0/24", true, true, "10.0.0.0/8",
        "Proxies:Trusted lists 192.0.2.0/24, which ForwardedHeadersOptions of this API does not know.")]
    [InlineData("10.0.0.0/8", true, true, "10.1.0.0/16",
        "Proxies:Trusted lists 10.0.0.0/8, which ForwardedHeadersOptions of this API does not know.")]
    public async Task Start_fails_where_a_trusted_proxy_has_no_effect(
        string trusted, bool isCalled, bool isOn, string known, string sentence)
    {
        await using var app = Build(trusted, isCalled, isOn, known);
        Assert.Equal(sentence, (await Assert.ThrowsAsync<SettingException>(() => app.StartAsync(Token))).Message);
    }

    [Theory]
    [InlineData("", false, false, "")]
    [InlineData("", true, true, "10.0.0.0/8")]
    [InlineData("10.1.0.7, 10.1.0.0/16", true, true, "10.0.0.0/8")]
    public async Task Start_succeeds_where_every_proxy_is_known(string trusted, bool isCalled, bool isOn, string known)
    {
        await using var app = Build(trusted, isCalled, isOn, known);
        await app.StartAsync(Token);
    }

    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 0)]
    public async Task Header_that_nothing_applied_is_reported_once(bool isKnown, int reports)
    {
        await using var app = Build("", isCalled: true, isOn: true, isKnown ? "127.0.0.0/8" : "10.0.0.0/8");
        await app.StartAsync(Token);
        using var client = new HttpClient
        {
            BaseAddress = new(
            app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single())
        };
        await AskAsync();
        Assert.DoesNotContain(log, line => line.Contains("X-Forwarded-For", StringComparison.Ordinal));
        client.DefaultRequestHeaders.Add("X-Forwarded-For", "203.0.113.7");
        await AskAsync();
        await AskAsync();
        Assert.Equal(reports, log.Count(line => line.StartsWith("A request from ", StringComparison.Ordinal)));

        async Task AskAsync() =>
            Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync(new Uri("/guarded", UriKind.Relative), Token)).StatusCode);
    }

    WebApplication Build(string trusted, bool isCalled, bool isOn, string known)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddProvider(new Recorder(log));
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration.AddInMemoryCollection(
            world.DatabaseSettings.Select(setting => KeyValuePair.Create(setting.Key, setting.Value)));
        builder.Configuration["Proxies:Trusted"] = trusted;
        builder.Services.AddLatchkeyVerification(builder.Configuration, builder.Environment.ContentRootPath);
        builder.Services.AddAuthentication().AddLatchkey();
        builder.Services.AddAuthorization();
        builder.Services.Configure<ForwardedHeadersOptions>(options =>
        {
            options.ForwardedHeaders = isOn ? ForwardedHeaders.XForwardedFor : ForwardedHeaders.None;
            options.KnownIPNetworks.Clear();
            options.KnownProxies.Clear();
            if (known.Length > 0)
            {
                options.KnownIPNetworks.Add(IPNetwork.Parse(known));
            }
        });
        var app = builder.Build();
        if (isCalled)
        {
            app.UseForwardedHeaders();
        }

        app.UseAuthentication();
        app.UseAuthorization();
        app.MapGet("/guarded", () => "never").RequireLatchkey();
        return app;
    }

    sealed class Recorder(ConcurrentQueue<string> lines) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            lines.Enqueue(formatter(state, exception));

        public void Dispose()
        {
        }
    }
}
