using System.Diagnostics;
using System.Globalization;
using Dashboard.Core;
using Dashboard.Core.Changes;
using Dashboard.Core.Credentials;
using Dashboard.Core.Data;
using Dashboard.Core.Import;
using Dashboard.Core.Verification;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Dashboard.Bench;

/// <summary>Moving in: 100,000 hashes of keys that two other products issued, and 10,000 of them on to PostgreSQL, each verified before and
/// after.</summary>
static class ImportBench
{
    const int Rows = 100_000;
    const int Moved = 10_000;
    const string Server = "LATCHKEY_TEST_POSTGRESQL";

    /// <summary>Imports as <c>POST /api/keys/import</c> does, 500 rows at a time.</summary>
    public static async Task RunAsync(CancellationToken cancellationToken)
    {
        await using var installation = await Installation.CreateAsync(
            10, null, cancellationToken, ("Keys:MaxActivePerProject", "1000000"), ("Limits:WritesPerMinute", "0"));
        var took = await ImportAsync(installation, Rows, cancellationToken);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Rows:N0} hashes in {took.TotalSeconds:F1} s: {Rows / took.TotalSeconds:N0} rows a second, each with its audit and feed rows"));
        var verified = await VerifyAsync(
            installation.Get<VerificationCache>, installation.Get<ChangeFeed>(), installation.Get<Verifier>(), Rows, cancellationToken);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{verified:N0} of them verify"));
    }

    /// <summary>Exports 10,000 keys of SQLite and imports them into the PostgreSQL server that LATCHKEY_TEST_POSTGRESQL names.</summary>
    public static async Task MoveAsync(CancellationToken cancellationToken)
    {
        var server = Environment.GetEnvironmentVariable(Server)
            ?? throw new InvalidOperationException($"{Server} must be a connection string.");
        await using var installation = await Installation.CreateAsync(
            10, null, cancellationToken, ("Keys:MaxActivePerProject", "1000000"), ("Limits:WritesPerMinute", "0"));
        await ImportAsync(installation, Moved, cancellationToken);
        Console.WriteLine($"before: {await VerifyAsync(installation.Get<VerificationCache>, installation.Get<ChangeFeed>(), installation.Get<Verifier>(), Moved, cancellationToken)} of {Moved} verify");
        var path = Path.Combine(Path.GetTempPath(), $"latchkey-move-{Environment.ProcessId}.json");
        var name = $"latchkey_move_{Environment.ProcessId}";
        try
        {
            var clock = Stopwatch.StartNew();
            await using (var file = PrivateFiles.CreateNew(path))
            {
                await installation.Get<InstallationExport>().WriteAsync(file, cancellationToken);
            }

            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"export: {clock.Elapsed.TotalSeconds:F1} s, {new FileInfo(path).Length / 1e6:F1} MB"));
            var target = new NpgsqlConnectionStringBuilder(server) { Database = name };
            await using var provider = Build(target.ToString());
            await provider.PrepareDatabaseAsync(cancellationToken);
            clock.Restart();
            var rows = await provider.GetRequiredService<InstallationImport>().ReadAsync(path, cancellationToken);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"import: {rows:N0} rows in {clock.Elapsed.TotalSeconds:F1} s"));
            Console.WriteLine($"after: {await VerifyAsync(provider.GetRequiredService<VerificationCache>, provider.GetRequiredService<ChangeFeed>(), provider.GetRequiredService<Verifier>(), Moved, cancellationToken)} of {Moved} verify");
        }
        finally
        {
            File.Delete(path);
            await using var connection =
                new NpgsqlConnection(new NpgsqlConnectionStringBuilder(server) { Database = "postgres", Pooling = false }.ToString());
            await connection.OpenAsync(cancellationToken);
            await using var drop = connection.CreateCommand();
            drop.CommandText = $"DROP DATABASE IF EXISTS {name} WITH (FORCE)";
            await drop.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    static async Task<TimeSpan> ImportAsync(Installation installation, int count, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        foreach (var part in Enumerable.Range(0, count).Chunk(KeyImportService.MaxRows))
        {
            var keys = part.Select(
                i => new ImportedKey(Convert.ToHexStringLower(KeyHash.Of(Raw(i))), $"key {i}", Permissions: ["read"])).ToList();
            if ((await installation.Get<KeyImportService>()
                .ImportAsync(installation.Owner, new(installation.Project.ToString(), keys), cancellationToken)).Error is { } fault)
            {
                throw new InvalidOperationException(fault.Detail);
            }
        }

        return clock.Elapsed;
    }

    /// <summary>The forms of two other products, in turn.</summary>
    static string Raw(int i) => i % 2 == 0
        ? string.Create(CultureInfo.InvariantCulture, $"ghp_{i:D8}292c6912E7710c838347Ae178B4a")
        : string.Create(CultureInfo.InvariantCulture, $"SG.{i:D8}QFYQlKU0ufo8x5d1A.TwL2iGABf9DHoTf-09kqeF8tAmbihYzrnopKc-1s5cr");

    static async Task<int> VerifyAsync(
        Func<VerificationCache> listen, ChangeFeed feed, Verifier verifier, int count, CancellationToken cancellationToken)
    {
        listen();
        var good = 0;
        for (var i = 0; i < count; i++)
        {
            if (i % 1000 == 0)
            {
                await feed.ReadAsync(cancellationToken); // as a node does all the time: without it, nothing is certain after some seconds
            }

            var credential = CredentialReader.Read(new HeaderDictionary { ["X-API-Key"] = Raw(i) }, acceptBearer: true);
            good += (await verifier.VerifyAsync(credential, AccessRequirement.None, null, cancellationToken)).Refusal is null ? 1 : 0;
        }

        return good == count ? good : throw new InvalidOperationException($"{count - good} of {count} keys do not verify.");
    }

    static ServiceProvider Build(string connection)
    {
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Warning));
        services.AddDashboardCore(
            new ConfigurationBuilder().AddInMemoryCollection(
            [
                KeyValuePair.Create("Database:Provider", (string?)"PostgreSql"),
                KeyValuePair.Create("ConnectionStrings:Dashboard", (string?)connection),
                KeyValuePair.Create("DataProtection:WrapKey", (string?)Convert.ToBase64String(new byte[31].Append((byte)1).ToArray())),
            ]).Build(),
            Path.GetTempPath());
        return services.BuildServiceProvider();
    }
}
