using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Dashboard.Core.Changes;
using Dashboard.Core.Tokens;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Dashboard.Core.OAuth;

/// <summary>Counts the tokens that leave no row, and writes one audit entry for each service account, network and minute, behind the
/// requests. Also writes when a client secret was last used. A graceful stop writes everything; a process that is killed loses what it
/// counted in that minute.</summary>
public sealed partial class TokenIssueLog(UnitOfWorkRunner changes, TimeProvider time, ILogger<TokenIssueLog> logger)
    : PeriodicService(Interval, time)
{
    /// <summary>How often the service looks for minutes that are over.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    /// <summary>The maximum number of networks of one account and minute with an entry of their own. The rest is one entry.</summary>
    internal const int MaxNetworks = 100;

    /// <summary>The accuracy of the last use of a client secret.</summary>
    static readonly TimeSpan UseStep = TimeSpan.FromMinutes(1);

    readonly Lock gate = new();
    readonly Dictionary<(string ClientId, long Minute), Minute> minutes = [];
    readonly ConcurrentQueue<Entry> unwritten = new();
    Dictionary<string, DateTimeOffset> uses = new(StringComparer.Ordinal);
    volatile bool isStopping;

    /// <summary>Writes what was counted until now, also in the current minute, and before that what could not be written the last
    /// time.</summary>
    public Task FlushAsync(CancellationToken cancellationToken)
    {
        Close(all: true);
        return RunAsync(cancellationToken);
    }

    /// <summary>Writes the minutes that are over.</summary>
    internal Task WriteEndedAsync(CancellationToken cancellationToken) => RunAsync(cancellationToken);

    /// <inheritdoc />
    public override Task StopAsync(CancellationToken cancellationToken)
    {
        isStopping = true;
        return base.StopAsync(cancellationToken);
    }

    /// <inheritdoc />
    protected override bool RunsAtStop => true;

    /// <summary>Counts a token.</summary>
    /// <param name="client">The client of a service account.</param>
    /// <param name="address">The client address, or null.</param>
    internal void Count(OAuthClient client, IPAddress? address)
    {
        var now = Time.GetUtcNow();
        var number = now.UtcTicks / TimeSpan.TicksPerMinute;
        var network = CoarseNetwork.Of(address);
        lock (gate)
        {
            if (!minutes.TryGetValue((client.ClientId, number), out var minute))
            {
                minutes[(client.ClientId, number)] = minute = new(client);
            }

            minute.Count(network);
            if (client.SecretId is { } secret)
            {
                uses[secret] = UtcMilliseconds.TruncateToMilliseconds(now);
            }
        }
    }

    /// <inheritdoc />
    protected override async Task WorkAsync(CancellationToken cancellationToken)
    {
        Close(all: isStopping);
        Dictionary<string, DateTimeOffset> used;
        lock (gate)
        {
            (used, uses) = (uses, new(StringComparer.Ordinal));
        }

        if (used.Count > 0)
        {
            await WriteUsesAsync(used, cancellationToken);
        }

        while (unwritten.TryPeek(out var entry))
        {
            await WriteAsync(entry, cancellationToken);
            unwritten.TryDequeue(out _);
        }
    }

    /// <inheritdoc />
    [LoggerMessage(Level = LogLevel.Warning, Message = "The tokens that were issued could not be recorded yet; it is tried again.")]
    protected override partial void LogFailure(Exception exception);

    /// <summary>Makes entries of the minutes that are over, or of all.</summary>
    void Close(bool all)
    {
        var current = Time.GetUtcNow().UtcTicks / TimeSpan.TicksPerMinute;
        lock (gate)
        {
            foreach (var (key, minute) in minutes.Where(x => all || x.Key.Minute != current).OrderBy(x => x.Key.Minute).ToList())
            {
                minutes.Remove(key);
                var at = new DateTimeOffset(key.Minute * TimeSpan.TicksPerMinute, TimeSpan.Zero);
                foreach (var (network, count) in minute.Counts)
                {
                    unwritten.Enqueue(new(minute.Client, at, network, count));
                }
            }
        }
    }

    async Task WriteUsesAsync(Dictionary<string, DateTimeOffset> used, CancellationToken cancellationToken)
    {
        try
        {
            await changes.RunBehindAsync(
                async (context, token) =>
                {
                    foreach (var (id, at) in used.OrderBy(x => x.Key, StringComparer.Ordinal)) // so that nodes never deadlock
                    {
                        var before = at - UseStep;
                        await context.ServiceAccountCredentials.Where(x => x.Id == id && (x.LastUsedAt == null || x.LastUsedAt <= before))
                            .ExecuteUpdateAsync(set => set.SetProperty(x => x.LastUsedAt, at), token);
                    }
                },
                cancellationToken);
        }
        catch
        {
            lock (gate)
            {
                foreach (var (id, at) in used)
                {
                    uses.TryAdd(id, at);
                }
            }

            throw;
        }
    }

    /// <summary>Writes an entry. Its target is the client, on which nothing cached depends.</summary>
    async Task WriteAsync(Entry entry, CancellationToken cancellationToken)
    {
        var client = entry.Client;
        var written = await changes.RunAsync<Unit>(
            new Actor(PartyType.ServiceAccount, client.ServiceAccountId!, client.Name, entry.Network),
            (change, _) =>
            {
                change.Record(client.Account!.OrganizationId, new(
                    AuditCategory.Tokens, "token.issued", new(FeedSubject.Client, client.ClientId, client.Name),
                    Details: JsonSerializer.Serialize(new Dictionary<string, object>
                    {
                        ["client_id"] = client.ClientId,
                        ["count"] = entry.Count,
                        ["minute"] = entry.At.ToString("yyyy-MM-dd'T'HH:mm'Z'", System.Globalization.CultureInfo.InvariantCulture),
                    })));
                return Task.FromResult<Result<Unit>>(default(Unit));
            },
            cancellationToken);
        if (written.Error is { } refused)
        {
            throw new TimeoutException(refused.Detail); // such as a busy database; the entry stays in the queue
        }
    }

    /// <summary>What one service account got in one minute.</summary>
    sealed class Minute(OAuthClient client)
    {
        readonly Dictionary<CoarseNetwork, int> networks = [];
        int others;

        public OAuthClient Client { get; } = client;

        public IEnumerable<(string? Network, int Count)> Counts
        {
            get
            {
                var known = networks.Select(x => (x.Key.ToText(), x.Value));
                return others > 0 ? known.Append(("other networks", others)) : known;
            }
        }

        public void Count(CoarseNetwork network)
        {
            if (networks.TryGetValue(network, out var count) || networks.Count < MaxNetworks)
            {
                networks[network] = count + 1;
            }
            else
            {
                others++;
            }
        }
    }

    /// <summary>An entry of the audit log that is to be written.</summary>
    sealed record Entry(OAuthClient Client, DateTimeOffset At, string? Network, int Count);
}
