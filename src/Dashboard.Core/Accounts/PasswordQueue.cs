using System.Net;

namespace Dashboard.Core.Accounts;

/// <summary>Where an attempt waits for its password to be hashed.</summary>
/// <param name="Browser">A browser that is known to the account, which has a lane of its own; otherwise null.</param>
/// <param name="Network">The client network, where a known browser waits too if the browsers have no place left.</param>
/// <param name="IsLast">Whether the client failed so often that everyone else goes first.</param>
public readonly record struct PasswordLane(string? Browser, CoarseNetwork Network, bool IsLast = false)
{
    /// <summary>The lane of a known browser, or of a session.</summary>
    /// <param name="client">The client address; null if it is not known.</param>
    public static PasswordLane OfBrowser(ReadOnlySpan<byte> hash, IPAddress? client) =>
        new(Convert.ToHexString(hash), CoarseNetwork.Of(client));

    /// <summary>The lane of the session that a person acts through.</summary>
    public static PasswordLane OfSession(Actor actor) =>
        OfBrowser(KeyHash.Of($"session:{actor.SessionId}"), IPAddress.TryParse(actor.Address, out var client) ? client : null);

    /// <summary>The lane of a client network.</summary>
    /// <param name="client">The client address; null if it is not known.</param>
    public static PasswordLane Of(IPAddress? client, bool isLast = false) => new(null, CoarseNetwork.Of(client), isLast);
}

/// <summary>Decides whose password is hashed next. Known browsers and networks take turns. Among networks the one with the fewest failures
/// in the last minute is next, so a flood from any number of networks waits for itself and not others for it. Everything is bounded: when
/// the queue is full, the network with most places makes room.</summary>
sealed class PasswordQueue(int atOnce, TimeProvider time)
{
    /// <summary>The maximum number of waiting attempts of one network.</summary>
    public const int MaxOfNetwork = 50;

    /// <summary>The maximum number of waiting attempts of all networks.</summary>
    public const int MaxOfNetworks = 400;

    /// <summary>The maximum number of waiting attempts of known browsers.</summary>
    public const int MaxOfBrowsers = 100;

    /// <summary>The maximum number of attempts of one known browser: one that is hashed and one that waits.</summary>
    public const int MaxOfBrowser = 2;

    const int MaxCounted = 10_000;

    static readonly TimeSpan Memory = TimeSpan.FromMinutes(1);

    readonly Lock gate = new();
    readonly Dictionary<CoarseNetwork, Lane> networks = [];
    readonly LinkedList<Waiter> browsers = [];
    readonly Dictionary<string, int> present = new(StringComparer.Ordinal);
    int free = atOnce;
    int waiting;
    long arrivals;
    bool browserWasLast;

    /// <summary>Waits for a turn. <see cref="Leave"/> ends it.</summary>
    /// <returns>False if too many are waiting.</returns>
    public async Task<bool> EnterAsync(PasswordLane lane, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Waiter waiter;
        Waiter? displaced = null;
        lock (gate)
        {
            if (lane.Browser is { } known && present.GetValueOrDefault(known) >= MaxOfBrowser)
            {
                return false;
            }

            if (lane.Browser is not null && browsers.Count < MaxOfBrowsers)
            {
                waiter = new(lane, arrivals++, isInNetwork: false);
                waiter.Node = browsers.AddLast(waiter);
            }
            else if (MakeRoom(lane, out displaced))
            {
                waiter = new(lane, arrivals++, isInNetwork: true);
                waiter.Node = LaneOf(lane.Network).Waiting.AddLast(waiter);
                waiting++;
            }
            else
            {
                return false;
            }

            if (lane.Browser is { } browser)
            {
                present[browser] = present.GetValueOrDefault(browser) + 1;
            }

            Dispatch();
        }

        displaced?.Turn.TrySetResult(false);
        await using var cancelled = cancellationToken.UnsafeRegister(
            (state, token) =>
            {
                if (Withdraw((Waiter)state!))
                {
                    ((Waiter)state!).Turn.TrySetCanceled(token);
                }
            },
            waiter);
        return await waiter.Turn.Task;
    }

    /// <summary>Ends a turn.</summary>
    /// <param name="lane">The lane of the attempt.</param>
    /// <param name="failed">Whether the password was wrong.</param>
    public void Leave(PasswordLane lane, bool failed)
    {
        lock (gate)
        {
            free++;
            if (lane.Browser is { } browser)
            {
                Forget(browser);
            }
            else if (failed)
            {
                var (network, now) = (LaneOf(lane.Network), time.GetTimestamp());
                network.Failures = FailuresOf(network) + 1;
                network.LastFailure = now;
            }

            Dispatch();
        }
    }

    /// <summary>Returns whether a network may wait. If the queue is full, the last attempt of the network with most places is
    /// displaced.</summary>
    bool MakeRoom(PasswordLane lane, out Waiter? displaced)
    {
        displaced = null;
        var own = networks.GetValueOrDefault(lane.Network)?.Waiting.Count ?? 0;
        if (own >= MaxOfNetwork)
        {
            return false;
        }

        if (waiting < MaxOfNetworks)
        {
            return true;
        }

        var failures = networks.TryGetValue(lane.Network, out var mine) ? FailuresOf(mine) : 0;
        var largest = networks.Values.MaxBy(network => (network.Waiting.Count, FailuresOf(network)))!;
        if (largest.Waiting.Count < own + 1 || (largest.Waiting.Count == own + 1 && FailuresOf(largest) <= failures))
        {
            return false;
        }

        displaced = largest.Waiting.Last!.Value;
        Remove(displaced);
        if (displaced.Lane.Browser is { } browser)
        {
            Forget(browser);
        }

        return true;
    }

    void Dispatch()
    {
        while (free > 0 && Next() is { } next)
        {
            Remove(next);
            free--;
            browserWasLast = !next.IsInNetwork;
            next.Turn.TrySetResult(true);
        }
    }

    Waiter? Next()
    {
        var network = waiting == 0 ? null : networks.Values.Where(lane => lane.Waiting.Count > 0)
            .MinBy(lane =>
                (lane.Waiting.First!.Value.Lane.IsLast, FailuresOf(lane), lane.Waiting.First.Value.Arrival))?.Waiting.First!.Value;
        return browsers.First is { } browser && (network is null || !browserWasLast) ? browser.Value : network;
    }

    /// <summary>Withdraws an attempt that still waits.</summary>
    bool Withdraw(Waiter waiter)
    {
        lock (gate)
        {
            if (waiter.Node is null)
            {
                return false;
            }

            Remove(waiter);
            if (waiter.Lane.Browser is { } browser)
            {
                Forget(browser);
            }

            return true;
        }
    }

    void Remove(Waiter waiter)
    {
        waiter.Node!.List!.Remove(waiter.Node);
        waiter.Node = null;
        if (waiter.IsInNetwork)
        {
            waiting--;
        }
    }

    void Forget(string browser)
    {
        if (--present[browser] == 0)
        {
            present.Remove(browser);
        }
    }

    Lane LaneOf(CoarseNetwork network)
    {
        if (networks.TryGetValue(network, out var lane))
        {
            return lane;
        }

        if (networks.Count >= MaxCounted)
        {
            foreach (var (old, unused) in networks.Where(x => x.Value.Waiting.Count == 0).ToList())
            {
                networks.Remove(old);
            }
        }

        return networks[network] = new();
    }

    int FailuresOf(Lane lane) => lane.Failures > 0 && time.GetElapsedTime(lane.LastFailure) < Memory ? lane.Failures : 0;

    sealed class Lane
    {
        public LinkedList<Waiter> Waiting { get; } = [];

        public int Failures { get; set; }

        public long LastFailure { get; set; }
    }

    sealed class Waiter(PasswordLane lane, long arrival, bool isInNetwork)
    {
        public PasswordLane Lane { get; } = lane;

        public long Arrival { get; } = arrival;

        /// <summary>Whether it waits among its network, not among the known browsers.</summary>
        public bool IsInNetwork { get; } = isInNetwork;

        public TaskCompletionSource<bool> Turn { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public LinkedListNode<Waiter>? Node { get; set; }
    }
}
