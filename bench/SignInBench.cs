using System.Globalization;
using Dashboard.Bench.Soak;
using Dashboard.Core.Accounts;

namespace Dashboard.Bench;

/// <summary>Right passwords while 80 networks send wrong ones, five times in turn.</summary>
static class SignInBench
{
    const int Runs = 5;
    const int Networks = 80;
    const int Each = 10;

    public static async Task RunAsync(CancellationToken cancellationToken)
    {
        Timing.PrintLoad();
        Console.WriteLine(
            $"right passwords beside wrong ones from {Networks} networks, {Each} of each at a time, on {Environment.ProcessorCount} cores");
        Console.WriteLine("wrong ones judged   turned away   known browser s   unknown browser s");
        for (var run = 0; run < Runs; run++)
        {
            await using var installation = await Installation.CreateAsync(0, null, cancellationToken);
            var result = await SignInFlood.RunAsync(
                installation.Get<SignInService>(), "owner@example.com", "a long sentence for a measurement", Networks, Each,
                cancellationToken);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{result.Failed,17:N0}{result.TurnedAway,14:N0}{result.Known.TotalSeconds,18:F2}{result.Unknown.TotalSeconds,20:F2}"));
        }

        Timing.PrintLoad();
    }
}
