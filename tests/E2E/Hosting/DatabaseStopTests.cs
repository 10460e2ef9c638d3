using System.Globalization;
using System.Net;
using Dashboard.Bench.Soak;
using Dashboard.Tests.E2E.Support;
using Xunit;

namespace Dashboard.Tests.E2E.Hosting;

/// <summary>A real PostgreSQL is stopped and started while callers present keys. LATCHKEY_OUTAGE_SECONDS sets how long it is away; beyond
/// 30 s cached keys are refused too.</summary>
[Collection(typeof(SerialCollection))]
public sealed class DatabaseStopTests : IAsyncDisposable
{
    static readonly TimeSpan Cached = TimeSpan.FromSeconds(30);

    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("latchkey-");

    static CancellationToken Token => TestContext.Current.CancellationToken;

    static TimeSpan Away => TimeSpan.FromSeconds(
        int.TryParse(Environment.GetEnvironmentVariable("LATCHKEY_OUTAGE_SECONDS"), NumberStyles.None,
            CultureInfo.InvariantCulture, out var number) ? number : 2);

    [Fact]
    public async Task Cached_keys_are_accepted_for_a_while_and_all_soon_after_the_database_is_back()
    {
        Assert.SkipWhen(PostgreSqlServer.Programs is null, "PostgreSQL is not installed");
        await using var server = await PostgreSqlServer.CreateAsync();
        await using var product = await ProductProcess.StartAsync(
            folder, ("Database:Provider", "PostgreSql"), ("ConnectionStrings:Dashboard", server.ConnectionString), (
                "DataProtection:KeyPath", Path.Combine(folder.FullName, "keys")));
        using var owner = await Caller.SignInAsync(product.Url, Token);
        var cached = (string)(await owner.CreateKeyAsync(new { name = "cached" }, Token)).Body["raw_key"]!;
        var uncached = (string)(await owner.CreateKeyAsync(new { name = "uncached" }, Token)).Body["raw_key"]!;

        var report = await DatabaseOutage.RunAsync(product.Url, cached, uncached, server.StopAsync, server.StartAsync, Away, 4, Token);

        TestContext.Current.SendDiagnosticMessage("{0}", report);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, report.Uncached);
        Assert.InRange(report.Accepted, 10, int.MaxValue);
        Assert.All(report.Refusals, status => Assert.Equal(HttpStatusCode.ServiceUnavailable, status));
        Assert.Equal(Away > Cached, report.Refused > 0);
        // the last read was up to a second before
        Assert.True(report.FirstRefused is null || report.FirstRefused > Cached - TimeSpan.FromSeconds(3), $"{report}");
        Assert.InRange(report.Recovery, TimeSpan.Zero, TimeSpan.FromSeconds(5));
    }

    public ValueTask DisposeAsync()
    {
        folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }
}
