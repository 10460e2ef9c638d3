using System.Diagnostics;

namespace Dashboard.Bench.Soak;

/// <summary>Revokes keys on one node and watches another refuse them.</summary>
static class Revocations
{
    /// <summary>How long it took from the revocation's answer to the first refusal, for each key. A key that is refused before it is
    /// revoked is thrown.</summary>
    /// <param name="other">The node that is watched.</param>
    /// <param name="keys">Good keys.</param>
    /// <param name="revokeAsync">Revokes a key on the first node, by its place among them.</param>
    /// <param name="atOnce">How many are revoked at a time.</param>
    public static async Task<IReadOnlyList<TimeSpan>> RunAsync(
        Uri other, IReadOnlyList<string> keys, Func<int, Task> revokeAsync, int atOnce, CancellationToken cancellationToken)
    {
        var taken = new TimeSpan[keys.Count];
        for (var from = 0; from < keys.Count; from += atOnce)
        {
            await Task.WhenAll(
                Enumerable.Range(from, Math.Min(atOnce, keys.Count - from)).Select(async i => taken[i] = await RevokeAsync(i)));
        }

        return taken;

        async Task<TimeSpan> RevokeAsync(int i)
        {
            await using var connection = await Connection.OpenAsync(other, cancellationToken);
            var request = Load.Get("/forward-auth", keys[i]);
            await connection.SendAsync(request, 200, cancellationToken); // from here on the other node knows it
            await revokeAsync(i);
            var start = Stopwatch.GetTimestamp();
            while (!await IsRefusedAsync(connection, request))
            {
                if (Stopwatch.GetElapsedTime(start) > TimeSpan.FromSeconds(30))
                {
                    throw new InvalidOperationException("A revoked key was still let through after 30 seconds.");
                }

                await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, cancellationToken);
            }

            return Stopwatch.GetElapsedTime(start);
        }

        async Task<bool> IsRefusedAsync(Connection connection, byte[] request)
        {
            var status = await connection.AskAsync(request, cancellationToken);
            return status is 401 || (status is 200 ? false : throw new InvalidOperationException($"Neither good nor refused: {status}"));
        }
    }
}
