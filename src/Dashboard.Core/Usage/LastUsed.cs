using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Dashboard.Core.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Dashboard.Core.Usage;

/// <summary>Remembers when and from where each key was last accepted, and writes it behind the requests: every few seconds, and whole at a graceful stop.</summary>
public sealed partial class LastUsed(Changes changes, TimeProvider time, ILogger<LastUsed> logger) : BackgroundService
{
    /// <summary>How long a use may wait in memory before it is written.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    readonly ConcurrentDictionary<string, Use> waiting = new(StringComparer.Ordinal);

    /// <summary>Notes that a key was accepted. Waits for nothing.</summary>
    /// <param name="keyId">The key.</param>
    /// <param name="at">When.</param>
    /// <param name="address">The client address, or null.</param>
    public void Note(string keyId, DateTimeOffset at, IPAddress? address)
    {
        if (!waiting.TryGetValue(keyId, out var last) || last.At < at)
        {
            waiting[keyId] = new(at, address);
        }
    }

    /// <summary>The network that an address belongs to, coarse enough to be kept: an IPv4 /24, an IPv6 /48.</summary>
    /// <param name="address">The address; null for none.</param>
    /// <returns>The network in CIDR notation, or null.</returns>
    public static string? Coarse(IPAddress? address)
    {
        if (address is null)
        {
            return null;
        }

        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        var bytes = plain.GetAddressBytes();
        var kept = plain.AddressFamily == AddressFamily.InterNetwork ? 24 : 48;
        bytes.AsSpan(kept / 8).Clear();
        return $"{new IPAddress(bytes)}/{kept}";
    }

    /// <summary>Writes what waits. What cannot be written waits on.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        var batch = waiting.OrderBy(x => x.Key, StringComparer.Ordinal).ToArray(); // in one order, so that two nodes never wait for each other
        if (batch.Length == 0)
        {
            return;
        }

        await changes.RunBehindAsync(
            async (context, token) =>
            {
                foreach (var (keyId, use) in batch)
                {
                    var from = Coarse(use.Address);
                    await context.Keys.Where(key => key.KeyId == keyId && (key.LastUsedAt == null || key.LastUsedAt < use.At))
                        .ExecuteUpdateAsync(
                            set => set.SetProperty(key => key.LastUsedAt, use.At).SetProperty(key => key.LastUsedOrder, use.At).SetProperty(key => key.LastUsedFrom, from), token);
                }
            },
            cancellationToken);
        foreach (var written in batch)
        {
            waiting.TryRemove(written); // only if no newer use came meanwhile
        }
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await TryFlushAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // StopAsync writes the rest.
        }
    }

    /// <inheritdoc />
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await TryFlushAsync(cancellationToken);
    }

    async Task TryFlushAsync(CancellationToken cancellationToken)
    {
        try
        {
            await FlushAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested) // whatever it is, it does not stop the host
        {
            LogNotWritten(exception, waiting.Count);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The last use of {Count} keys could not be written yet; it is tried again.")]
    partial void LogNotWritten(Exception exception, int count);

    /// <summary>Equal when it is the same use, so that a newer one is not taken for the one written.</summary>
    sealed record Use(DateTimeOffset At, IPAddress? Address);
}
