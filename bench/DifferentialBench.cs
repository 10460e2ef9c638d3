using System.Globalization;
using Dashboard.Bench.Soak;
using Microsoft.Extensions.Hosting;

namespace Dashboard.Bench;

/// <summary>Thousands of changed token requests, whose answers are compared with another implementation.</summary>
static class DifferentialBench
{
    const int Rounds = 5;
    const int Combinations = 1000;

    public static async Task RunAsync(CancellationToken cancellationToken)
    {
        (string Key, string Value)[] settings =
        [
            ("RateLimits:FailedClientsPerMinute", "0"), ("RateLimits:DeviceRequestsPerMinute", "0"),
            ("RateLimits:RegistrationsPerMinute", "0"),
            ("RateLimits:UserCodeGuessesPerMinute", "1000000"), ("OAuth:AuthorizationCodeLifetime", "600"),
            ("OAuth:DeviceCodeInterval", "60"),
        ];
        await using var installation = await Installation.CreateAsync(0, null, cancellationToken, settings);
        await using var server = await Server.StartAsync(
            installation.Database, "0", cancellationToken, [.. settings.Select(setting => $"--{setting.Key}={setting.Value}")]);
        foreach (var service in installation.All<IHostedService>())
        {
            await service.StartAsync(cancellationToken); // consent is given here, and follows what the server writes
        }

        var ours = new LatchkeyTokenServer(installation.Get<IServiceProvider>(), server.Url, installation.Owner, "northwind-traders");
        var clients = await ours.AddClientsAsync(cancellationToken);
        await using var oracle = await OracleTokenServer.StartAsync(clients, cancellationToken);
        for (var round = 1; round <= Rounds; round++)
        {
            using var differential = new Differential(ours, oracle, Disagreements.All);
            var result = await differential.RunAsync(clients, isFull: true, (ulong)round, Combinations, cancellationToken);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"seed {round}: {result.Requests:N0} requests, {result.Granted:N0} granted, {result.Disagreements:N0} answered differently, {result.Unexplained.Count} unexplained"));
            foreach (var line in result.Unexplained)
            {
                Console.WriteLine("  " + line);
            }
        }

        foreach (var service in installation.All<IHostedService>())
        {
            await service.StopAsync(cancellationToken);
        }
    }
}
