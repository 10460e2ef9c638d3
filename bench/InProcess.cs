using System.Diagnostics;
using System.Globalization;
using Dashboard.Core.Credentials;
using Dashboard.Core.Keys.Format;
using Dashboard.Core.Verification;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;

namespace Dashboard.Bench;

/// <summary>Verification without HTTP, on one thread: the time and the memory of a request, and what a key takes that is held.</summary>
static class InProcess
{
    const int Batch = 1000;
    const int Batches = 200;
    const int Rounds = 7;
    const int WarmUp = 500; // until the last of the compiler's tiers is done
    const int Samples = 2000;

    static readonly CallerContext Facts = new(System.Net.IPAddress.Loopback, UserAgent: "curl/8.9.1");

    /// <summary>Measures nodes that hold all keys of their installation, each key drawn as likely as any other; the nodes have their turns
    /// in every round.</summary>
    /// <param name="installations">With how many keys each.</param>
    public static async Task RunAsync(
        IReadOnlyList<(Installation Installation, int Keys)> installations, CancellationToken cancellationToken)
    {
        Console.WriteLine("in process, one thread");
        Print("SHA-256 of a key", Hash(), "ns");
        foreach (var (installation, count) in installations)
        {
            foreach (var service in installation.All<IHostedService>())
            {
                await service.StartAsync(cancellationToken);
            }

            await HoldAsync(installation, count, cancellationToken);
        }

        await CompareAsync(installations);
        await PrintRefusalsAsync(installations[0].Installation, cancellationToken);
        foreach (var service in installations.SelectMany(each => each.Installation.All<IHostedService>()))
        {
            await service.StopAsync(cancellationToken);
        }
    }

    /// <summary>Lets a node read every key once: the first are timed one after another, the rest come on all cores.</summary>
    static async Task HoldAsync(Installation installation, int count, CancellationToken cancellationToken)
    {
        var (verifier, requirement, before) =
            (installation.Get<Verifier>(), DemandOf(installation), GC.GetTotalMemory(forceFullCollection: true));
        var uncached = new List<double>();
        var next = 0;
        for (; uncached.Count < Samples; next++)
        {
            var credential = Present(Installation.RawKey(next));
            var start = Stopwatch.GetTimestamp();
            await verifier.VerifyAsync(credential, requirement, null, cancellationToken);
            if (Installation.IsGood(next))
            {
                uncached.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds);
            }
        }

        await Parallel.ForEachAsync(Enumerable.Range(next, count - next), cancellationToken, async (i, token) =>
            await verifier.VerifyAsync(Present(Installation.RawKey(i)), requirement, null, token));
        Print(string.Create(CultureInfo.InvariantCulture, $"uncached verification among {count:N0}, median"), Timing.Median(
            uncached[(Samples / 2)..]), "µs");
        Print(string.Create(CultureInfo.InvariantCulture, $"memory a key held, {count:N0} held"),
            (GC.GetTotalMemory(forceFullCollection: true) - before) / (double)count, "bytes");
    }

    static async Task CompareAsync(IReadOnlyList<(Installation Installation, int Keys)> installations)
    {
        var taken = installations.Select(_ => (Times: new List<double>(), Bytes: new List<double>())).ToList();
        for (var round = -1; round < Rounds; round++)
        {
            foreach (var ((installation, count), (times, bytes)) in installations.Zip(taken))
            {
                var (time, memory) = await Task.Run(() => Cached(installation.Get<Verifier>(), DemandOf(installation), count));
                if (round >= 0)
                {
                    times.Add(time);
                    bytes.Add(memory);
                }
            }
        }

        foreach (var ((_, count), (times, bytes)) in installations.Zip(taken))
        {
            Print(string.Create(CultureInfo.InvariantCulture, $"cached verification, drawn from {count:N0}, median of {Rounds}"),
                Timing.Median(times), "ns");
            Print("  of that, memory", Timing.Median(bytes), "bytes");
        }
    }

    static AccessRequirement DemandOf(Installation installation) =>
        new(AcceptedEnvironments.Both, installation.Project.ToString(), null, "read");

    /// <summary>What the time of a refusal says: a revoked key is refused at once, an unknown one after a look at the change
    /// feed.</summary>
    static async Task PrintRefusalsAsync(Installation installation, CancellationToken cancellationToken)
    {
        var (verifier, requirement) = (installation.Get<Verifier>(), DemandOf(installation));
        const int samples = 40;
        if (!KeyTemplate.TryParse(KeyTemplate.Default, out var template, out _))
        {
            throw new InvalidOperationException("The default template is none.");
        }

        var (revoked, unknown) = (new List<double>(), new List<double>());
        for (var i = 0; i < samples; i++)
        {
            revoked.Add(await TimeAsync(Installation.RawKey(3)));
            unknown.Add(await TimeAsync(template.Mint(KeyEnvironment.Live).Reveal()));
        }

        Print("refusing a revoked key, median", Timing.Median(revoked), "µs");
        Print("refusing an unknown key, median", Timing.Median(unknown), "µs");

        async Task<double> TimeAsync(string raw)
        {
            var credential = Present(raw);
            var start = Stopwatch.GetTimestamp();
            await verifier.VerifyAsync(credential, requirement, null, cancellationToken);
            return Stopwatch.GetElapsedTime(start).TotalMicroseconds;
        }
    }

    static (double Nanoseconds, double Bytes) Cached(Verifier verifier, AccessRequirement requirement, int count)
    {
        var (times, bytes, state) = (new List<double>(), new List<double>(), 88172645463325252UL);
        for (var batch = -WarmUp; batch < Batches; batch++)
        {
            var presented = new PresentedCredential[Batch]; // made beforehand, as the server has read a request when it is verified
            for (var i = 0; i < Batch; i++)
            {
                int key;
                do
                {
                    state ^= state << 13;
                    state ^= state >> 7;
                    state ^= state << 17;
                    key = (int)(state % (ulong)count);
                }
                while (!Installation.IsGood(key));
                presented[i] = Present(Installation.RawKey(key));
            }

            var (memory, start) = (GC.GetAllocatedBytesForCurrentThread(), Stopwatch.GetTimestamp());
            foreach (var credential in presented)
            {
                var verdict = verifier.VerifyAsync(credential, requirement, Facts, CancellationToken.None);
                if (!verdict.IsCompletedSuccessfully || verdict.Result.Principal is null)
                {
                    throw new InvalidOperationException("A key that is held was not.");
                }
            }

            if (batch >= 0)
            {
                times.Add(Stopwatch.GetElapsedTime(start).TotalNanoseconds / Batch);
                bytes.Add((GC.GetAllocatedBytesForCurrentThread() - memory) / (double)Batch);
            }
        }

        return (Timing.Median(times), Timing.Median(bytes));
    }

    static double Hash()
    {
        var times = new List<double>();
        Span<byte> hash = stackalloc byte[KeyHash.Length];
        var raw = Installation.RawKey(1);
        for (var batch = -WarmUp; batch < Batches; batch++)
        {
            var start = Stopwatch.GetTimestamp();
            for (var i = 0; i < Batch; i++)
            {
                KeyHash.Of(raw, hash);
            }

            if (batch >= 0)
            {
                times.Add(Stopwatch.GetElapsedTime(start).TotalNanoseconds / Batch);
            }
        }

        return Timing.Median(times);
    }

    static PresentedCredential Present(string raw) =>
        CredentialReader.Read(new HeaderDictionary { ["X-API-Key"] = raw }, acceptBearer: true);

    static void Print(string name, double value, string unit) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-62}{value,10:F0} {unit}"));
}
