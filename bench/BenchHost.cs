using System.Reflection;
using Dashboard.Bench;
using Dashboard.Bench.Soak;
using Dashboard.Core.Data;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Endpoints.Infrastructure;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

[assembly: HostingStartup(typeof(BenchHost))]

namespace Dashboard.Bench;

/// <summary>The product itself, from its own entry point, with two endpoints more: what is compared stands in the same host, behind the
/// same middleware.</summary>
sealed class BenchHost : IHostingStartup
{
    /// <summary>Writes seven headers with fixed values.</summary>
    public const string Bare = "/bench/bare";

    /// <summary>Says how often the database has been read: a number in plain text.</summary>
    public const string Reads = "/bench/reads";

    static readonly ReadCount Count = new();

    /// <summary>Runs the product in this process until it is killed.</summary>
    public static Task RunAsync(string[] arguments)
    {
        System.Environment.SetEnvironmentVariable("ASPNETCORE_HOSTINGSTARTUPASSEMBLIES", typeof(BenchHost).Assembly.GetName().Name);
        Assembly.Load("Dashboard").EntryPoint!.Invoke(
            null, [(string[])["--applicationName=Dashboard", "--urls=http://127.0.0.1:0", .. arguments]]);
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public void Configure(IWebHostBuilder builder) => builder.ConfigureServices(services =>
    {
        services.TryAddEnumerable(ServiceDescriptor.Singleton<RenderModeEndpointProvider, Endpoints>());
        services.ConfigureDbContext<SqliteContext>(options => options.AddInterceptors(Count));
    });

    /// <summary>The one way to add an endpoint to a host from outside: what a render mode of components brings.</summary>
    sealed class Endpoints : RenderModeEndpointProvider
    {
        public override IEnumerable<RouteEndpointBuilder> GetEndpointBuilders(
            IComponentRenderMode renderMode, IApplicationBuilder applicationBuilder) =>
        [
            new(WriteBare, RoutePatternFactory.Parse(Bare), 0),
            new(http => http.Response.WriteAsync($"{Count.Value}"), RoutePatternFactory.Parse(Reads), 0),
        ];

        public override bool Supports(IComponentRenderMode renderMode) => renderMode is InteractiveServerRenderMode;

        static Task WriteBare(HttpContext http)
        {
            var headers = http.Response.Headers;
            headers["X-Latchkey-Key-Id"] = "Ab12CdEf";
            headers["X-Latchkey-Organization"] = "northwind-traders";
            headers["X-Latchkey-Project"] = "northwind-traders/order-platform";
            headers["X-Latchkey-Environment"] = "live";
            headers["X-Latchkey-Owner"] = "user:019b1234-1234-7123-8123-123456789abc";
            headers["X-Latchkey-Permissions"] = "read,execute,write";
            headers["X-Latchkey-Scope"] = "all";
            http.Response.ContentLength = 0;
            return Task.CompletedTask;
        }
    }
}
