using System.Diagnostics;
using System.Net;
using Dashboard.Core.Accounts;

namespace Dashboard.Bench.Soak;

/// <summary>What came of a flood of sign-ins.</summary>
/// <param name="Failed">How many wrong passwords were judged.</param>
/// <param name="TurnedAway">How many attempts found no place.</param>
/// <param name="Known">How long the right password took from a browser that the account knows, in a network of the flood.</param>
/// <param name="Unknown">How long it took from a browser and a network that nobody knows.</param>
sealed record SignInFloodResult(int Failed, int TurnedAway, TimeSpan Known, TimeSpan Unknown);

/// <summary>Signs in with wrong passwords from many networks at once, and with the right one among them.</summary>
static class SignInFlood
{
    const string Wrong = "not the password of anybody";

    /// <summary>Runs it.</summary>
    /// <param name="signIn">The service.</param>
    /// <param name="email">An account.</param>
    /// <param name="password">Its password.</param>
    /// <param name="networks">How many networks attack, at most 250.</param>
    /// <param name="each">How many attempts of each network are under way at any time.</param>
    public static async Task<SignInFloodResult> RunAsync(
        SignInService signIn, string email, string password, int networks, int each, CancellationToken cancellationToken)
    {
        var known = (await signIn.SignInAsync(Attempt(email, password, "203.0.113.7"), cancellationToken)).Value.BrowserSecret;
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var (failed, turnedAway, serial) = (0, 0, 0);
        using var warm = new CountdownEvent(networks);
        var flood = Enumerable.Range(0, networks * each)
            .Select(i => Task.Run(() => AttackAsync(i % networks, i < networks), CancellationToken.None)).ToList();
        await Task.Run(() => warm.Wait(cancellationToken), cancellationToken);
        var sure = await TimeAsync(Attempt(email, password, "10.0.0.9") with { BrowserSecret = known });
        var unsure = await TimeAsync(Attempt(email, password, "198.51.100.1"));
        await over.CancelAsync();
        await Task.WhenAll(flood);
        return new(failed, turnedAway, sure, unsure);

        async Task AttackAsync(int network, bool first)
        {
            while (!over.IsCancellationRequested)
            {
                try
                {
                    // Ever new accounts: of one account only a few attempts are judged at all.
                    var attempt = Attempt($"nobody-{Interlocked.Increment(ref serial)}@example.com", Wrong, $"10.0.{network}.1");
                    if ((await signIn.SignInAsync(attempt, over.Token)).Error?.RetryAfter == TimeSpan.FromSeconds(5))
                    {
                        Interlocked.Increment(ref turnedAway);
                        await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, over.Token);
                        continue;
                    }

                    Interlocked.Increment(ref failed);
                    if (first)
                    {
                        first = false;
                        warm.Signal();
                    }
                }
                catch (OperationCanceledException) when (over.IsCancellationRequested)
                {
                    return;
                }
            }
        }

        async Task<TimeSpan> TimeAsync(SignInAttempt attempt)
        {
            var start = Stopwatch.GetTimestamp();
            var outcome = await signIn.SignInAsync(attempt, cancellationToken);
            return outcome.Succeeded ? Stopwatch.GetElapsedTime(start) : throw new InvalidOperationException(outcome.Error!.Detail);
        }
    }

    static SignInAttempt Attempt(string email, string password, string address) =>
        new(email, password, false, IPAddress.Parse(address), "Mozilla/5.0");
}
