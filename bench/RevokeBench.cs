using System.Globalization;
using Dashboard.Bench.Soak;

namespace Dashboard.Bench;

/// <summary>Revokes a hundred keys on one node and measures the time until another, in its own process, refuses them.</summary>
static class RevokeBench
{
    const int Keys = 2000;
    const int Revoked = 100;

    public static async Task RunAsync(CancellationToken cancellationToken)
    {
        Timing.PrintLoad();
        await using var installation = await Installation.CreateAsync(Keys, null, cancellationToken);
        await using var other = await Server.StartAsync(installation.Database, "0", cancellationToken);
        var good = Enumerable.Range(0, Keys).Where(Installation.IsGood).Take(Revoked).ToList();
        var taken = await Revocations.RunAsync(
            other.Url, good.ConvertAll(Installation.RawKey),
            async i => _ = (await installation.Keys.RevokeAsync(installation.Owner, Installation.KeyId(good[i]), cancellationToken)).Value,
            4, cancellationToken);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{taken.Count(x => x <= TimeSpan.FromSeconds(2))} of {Revoked} revoked keys were refused by the other node within 2 s; median {taken.Order().ElementAt(Revoked / 2).TotalSeconds:F2} s, longest {taken.Max().TotalSeconds:F2} s"));
        Timing.PrintLoad();
    }
}
