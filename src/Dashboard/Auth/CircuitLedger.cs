namespace Dashboard.Auth;

/// <summary>Counts the connections and circuits of each session and person. A circuit holds memory, also for some minutes after its
/// connection was lost. So each person has a share of their own, and what exceeds it ends their own circuits, never those of
/// others.</summary>
/// <param name="options">The limits.</param>
/// <param name="end">Ends a circuit.</param>
sealed class CircuitLedger(CircuitLimitOptions options, TimeProvider time, Action<object> end)
{
    /// <summary>The maximum number of circuits without a connection, of all people together.</summary>
    public const int MaxDisconnected = 500;

    /// <summary>How long a negotiated connection counts that is never opened.</summary>
    static readonly TimeSpan Negotiated = TimeSpan.FromSeconds(15);

    const int SweepEvery = 1000;

    readonly Lock gate = new();
    readonly Dictionary<string, Holder> sessions = new(StringComparer.Ordinal);
    readonly Dictionary<string, Holder> people = new(StringComparer.Ordinal);
    readonly Dictionary<object, Entry> circuits = [];
    readonly LinkedList<Entry> disconnected = []; // oldest first
    int negotiations;

    /// <summary>Reserves a connection. Returns false if the session or the person has no more.</summary>
    public bool TryNegotiate(string session, string person)
    {
        lock (gate)
        {
            var now = time.GetTimestamp();
            Sweep();
            foreach (var (holders, id, limit) in Of(session, person))
            {
                if (limit > 0 && holders.GetValueOrDefault(id) is { } holder && holder.Connections + Pending(holder, now) >= limit)
                {
                    return false;
                }
            }

            foreach (var (holders, id, _) in Of(session, person))
            {
                Take(holders, id).Negotiations.Enqueue(now);
            }

            return true;
        }
    }

    /// <summary>Counts a connection until it is closed. Returns false if it exceeds a limit.</summary>
    public bool Connect(string session, string person)
    {
        lock (gate)
        {
            var allowed = true;
            foreach (var (holders, id, limit) in Of(session, person))
            {
                var holder = Take(holders, id);
                holder.Negotiations.TryDequeue(out _);
                holder.Connections++;
                allowed &= limit == 0 || holder.Connections <= limit;
            }

            return allowed;
        }
    }

    /// <summary>Stops counting a connection.</summary>
    public void Close(string session, string person)
    {
        lock (gate)
        {
            foreach (var (holders, id, _) in Of(session, person))
            {
                Take(holders, id).Connections--;
                Forget(holders, id);
            }
        }
    }

    /// <summary>Counts a new circuit. If the session or the person has too many, their oldest ones without a connection end.</summary>
    public void Add(object circuit, string session, string person)
    {
        List<object> ended = [];
        lock (gate)
        {
            circuits[circuit] = new(circuit, session, person);
            foreach (var (holders, id, limit) in Of(session, person))
            {
                Take(holders, id).Circuits++;
                while (limit > 0 && holders[id].Circuits > limit
                    && disconnected.FirstOrDefault(x => (holders == sessions ? x.Session : x.Person) == id) is { } oldest)
                {
                    Drop(oldest);
                    ended.Add(oldest.Circuit);
                }
            }
        }

        ended.ForEach(end);
    }

    /// <summary>Stops counting a circuit that has ended.</summary>
    public void Remove(object circuit)
    {
        lock (gate)
        {
            if (circuits.TryGetValue(circuit, out var entry))
            {
                Drop(entry);
            }
        }
    }

    /// <summary>Notes that a circuit lost its connection. If all people together have too many of these, the oldest one of the person who
    /// has most ends.</summary>
    public void Lose(object circuit)
    {
        Entry? ended = null;
        lock (gate)
        {
            if (!circuits.TryGetValue(circuit, out var entry) || entry.Place is not null)
            {
                return;
            }

            entry.Place = disconnected.AddLast(entry);
            if (disconnected.Count > MaxDisconnected)
            {
                var most = disconnected.CountBy(x => x.Person, StringComparer.Ordinal).MaxBy(x => x.Value).Key;
                Drop(ended = disconnected.First(x => x.Person == most));
            }
        }

        if (ended is not null)
        {
            end(ended.Circuit);
        }
    }

    /// <summary>Notes that a circuit has a connection again.</summary>
    public void Regain(object circuit)
    {
        lock (gate)
        {
            if (circuits.TryGetValue(circuit, out var entry))
            {
                Reconnected(entry);
            }
        }
    }

    IEnumerable<(Dictionary<string, Holder> Holders, string Id, int Limit)> Of(string session, string person) =>
        [(sessions, session, options.CircuitsPerSession), (people, person, options.CircuitsPerPerson)];

    static Holder Take(Dictionary<string, Holder> holders, string id) =>
        holders.TryGetValue(id, out var holder) ? holder : holders[id] = new();

    int Pending(Holder holder, long now)
    {
        while (holder.Negotiations.TryPeek(out var at) && time.GetElapsedTime(at, now) >= Negotiated)
        {
            holder.Negotiations.Dequeue();
        }

        return holder.Negotiations.Count;
    }

    void Drop(Entry entry)
    {
        circuits.Remove(entry.Circuit);
        Reconnected(entry);
        foreach (var (holders, id, _) in Of(entry.Session, entry.Person))
        {
            Take(holders, id).Circuits--;
            Forget(holders, id);
        }
    }

    void Reconnected(Entry entry)
    {
        if (entry.Place is { } place)
        {
            disconnected.Remove(place);
            entry.Place = null;
        }
    }

    /// <summary>Removes negotiations that were never followed by a connection, and their holders, from time to time.</summary>
    void Sweep()
    {
        if (++negotiations % SweepEvery == 0)
        {
            sessions.Keys.ToList().ForEach(id => Forget(sessions, id));
            people.Keys.ToList().ForEach(id => Forget(people, id));
        }
    }

    /// <summary>Removes a holder of nothing.</summary>
    void Forget(Dictionary<string, Holder> holders, string id)
    {
        var holder = holders[id];
        if (Pending(holder, time.GetTimestamp()) == 0 && holder is { Connections: 0, Circuits: 0 })
        {
            holders.Remove(id);
        }
    }

    sealed class Holder
    {
        public Queue<long> Negotiations { get; } = [];

        public int Connections { get; set; }

        public int Circuits { get; set; }
    }

    sealed class Entry(object circuit, string session, string person)
    {
        public object Circuit => circuit;

        public string Session => session;

        public string Person => person;

        public LinkedListNode<Entry>? Place { get; set; }
    }
}
