using System.Diagnostics;

namespace Dashboard.Bench.Soak;

/// <summary>Revokes keys on one node and measures when another refuses them.</summary>
static class Revocations
{
    /// <summary>Returns the time from the revocation to the first refusal of each key. Throws if a key is refused before it is
    /// revoked.</summary>
    /// <param name="other">The node that is measured.</param>
    /// <param name="keys">Valid keys.</param>
    /// <param name="revokeAsync">Revokes a key, given its index, on the first node.</param>
    /// <param name="atOnce">The number of concurrent revocations.</param>
    public static async Task<IReadOnlyList<TimeSpan>> RunAsync(
        Uri other, IReadOnlyList<string> keys, Func<int, Task> revokeAsync, int atOnce, CancellationToken cancellationToken)
    {
        var taken = new TimeSpan[keys.Count];
        for (var from = 0; from < keys.Count; from += atOnce)
        {
            await Task.WhenAll(Enumerable.Range(from, Math.Min(atOnce, keys.Count - from)).Select(async i => taken[i] = await RevokeAsync(i)));
        }

        return taken;

        async Task<TimeSpan> RevokeAsync(int i)
        {
            await using var connection = await Connection.OpenAsync(other, cancellationToken);
            var request = Load.Get("/forward-auth", keys[i]);
            await connection.SendAsync(request, 200, cancellationToken); // now the other node has cached it
            await revokeAsync(i);
            var start = Stopwatch.GetTimestamp();
            while (!await IsRefusedAsync(connection, request))
            {
                if (Stopwatch.GetElapsedTime(start) > TimeSpan.FromSeconds(30))
                {
                    throw new InvalidOperationException("A revoked key was still accepted after 30 seconds.");
                }

                await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, cancellationToken);
            }

            return Stopwatch.GetElapsedTime(start);
        }

        async Task<bool> IsRefusedAsync(Connection connection, byte[] request)
        {
            var status = await connection.AskAsync(request, cancellationToken);
            return status is 401 || (status is 200 ? false : throw new InvalidOperationException($"Neither accepted nor refused: {status}"));
        }
    }
}
