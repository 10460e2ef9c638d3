using System.Globalization;
using Dashboard.Bench.Soak;

namespace Dashboard.Bench;

/// <summary>Ten thousand changes by many writers at once, through two nodes, on SQLite and, if it is installed, on PostgreSQL: whether
/// every one of them is in the audit log and the change feed once, and every chain is intact.</summary>
static class ChangesBench
{
    const int Changes = 10_000;
    const int Organizations = 8;
    const int Writers = 64;

    public static async Task RunAsync(CancellationToken cancellationToken)
    {
        Timing.PrintLoad();
        Console.WriteLine($"{Changes:N0} changes in {Organizations} organizations by {Writers} writers at once through two nodes");
        var faults = await RunAsync("SQLite", [], cancellationToken);
        if (PostgreSqlServer.Programs is not null)
        {
            await using var server = await PostgreSqlServer.CreateAsync();
            faults += await RunAsync("PostgreSQL", Installation.On(server), cancellationToken);
        }

        Timing.PrintLoad();
        if (faults > 0)
        {
            throw new InvalidOperationException($"{faults} faults");
        }
    }

    static async Task<int> RunAsync(string database, (string Key, string Value)[] settings, CancellationToken cancellationToken)
    {
        await using var installation = await Installation.CreateAsync(
            0, null, cancellationToken, [.. settings, ("Limits:WritesPerMinute", "0"), ("Limits:OrganizationsPerPerson", "0")]);
        var result = await ConcurrentChanges.RunAsync(
            [installation.Services, installation.AddNode()], installation.Owner,
            new(Installation.Email, Installation.Password, false, null, "Mozilla/5.0"), Changes, Organizations, Writers, cancellationToken);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{database}: {result.Changes:N0} changes and {result.Refusals:N0} refusals in {result.Took.TotalSeconds:F1} s, ")
            + string.Create(CultureInfo.InvariantCulture, $"{result.Busy:N0} turned away and made again, {result.Faults.Count} faults"));
        foreach (var fault in result.Faults.Take(20))
        {
            Console.WriteLine($"  {fault}");
        }

        return result.Faults.Count;
    }
}
