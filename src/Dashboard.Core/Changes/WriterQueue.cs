using System.Diagnostics;

namespace Dashboard.Core.Changes;

/// <summary>The writers that wait in front of a transaction. They hold no thread while they wait, their number and their time are bounded,
/// and every organization gets its turn: the next writer is the first of the organization that has waited longest for a turn, and within it
/// of the person. People who have not signed in are one such group, divided by network, and Latchkey's own work is another. When a group
/// has all its places, the party with most of them makes room for others.</summary>
/// <param name="slots">How many may write at a time: one on SQLite, which has one writer lock for the whole file.</param>
/// <param name="organizationOf">Finds the organization of an actor, or null. Asked only while others are waiting.</param>
public sealed class WriterQueue(int slots, Func<Actor, CancellationToken, ValueTask<long?>> organizationOf)
{
    /// <summary>The maximum number of waiting writers.</summary>
    public const int MaxWaiting = 1000;

    /// <summary>The maximum number of waiting writers of one organization.</summary>
    public const int MaxPerOrganization = 200;

    /// <summary>The maximum number of waiting writers of one person, service account or network.</summary>
    public const int MaxPerActor = 100;

    /// <summary>The maximum wait, in real time because a caller is waiting.</summary>
    public static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(5);

    readonly Lock gate = new();
    readonly LinkedList<Group> turns = new();
    readonly Dictionary<GroupKey, Group> groups = [];
    int free = slots;
    int waiting;

    /// <summary>The number of waiting writers.</summary>
    public int Waiting
    {
        get
        {
            lock (gate)
            {
                return waiting;
            }
        }
    }

    /// <summary>Waits for a turn.</summary>
    /// <param name="actor">Who writes.</param>
    /// <returns>The turn, which ends when it is disposed; or null if there are too many writers or the wait was too long.</returns>
    public async ValueTask<Turn?> EnterAsync(Actor actor, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        lock (gate)
        {
            if (free > 0)
            {
                free--;
                return new(this, start);
            }

            if (waiting >= MaxWaiting)
            {
                return null;
            }

            waiting++; // from here on, because finding the organization may take a while
        }

        if (await KeysOfAsync(actor, MaxWait - Stopwatch.GetElapsedTime(start), cancellationToken) is not { } keys
            || !TryJoin(keys, out var waiter))
        {
            return null;
        }

        return waiter is null || await IsGrantedAsync(waiter, MaxWait - Stopwatch.GetElapsedTime(start), cancellationToken)
            ? new(this, start) : null;
    }

    /// <summary>Returns whether the caller may continue: at once if the waiter is null, because a slot was free.</summary>
    bool TryJoin((GroupKey Group, string Party) keys, out Waiter? waiter)
    {
        waiter = null;
        lock (gate)
        {
            if (free > 0)
            {
                free--;
                waiting--;
                return true;
            }

            if (!groups.TryGetValue(keys.Group, out var group))
            {
                group = new(keys.Group);
                groups.Add(keys.Group, group);
                turns.AddLast(group.Place);
            }

            waiter = group.TryAdd(keys.Party, out var displaced);
            if (waiter is null)
            {
                waiting--;
                return false;
            }

            if (displaced is not null)
            {
                waiting--;
                displaced.Granted.SetResult(false);
            }

            return true;
        }
    }

    async Task<bool> IsGrantedAsync(Waiter waiter, TimeSpan limit, CancellationToken cancellationToken)
    {
        try
        {
            return await waiter.Granted.Task.WaitAsync(
                limit > TimeSpan.Zero ? limit : TimeSpan.Zero, TimeProvider.System, cancellationToken);
        }
        catch (TimeoutException)
        {
            return !TryLeave(waiter) && await waiter.Granted.Task; // it may have got its turn at the last moment
        }
        catch (OperationCanceledException)
        {
            if (!TryLeave(waiter) && await waiter.Granted.Task)
            {
                Release();
            }

            throw;
        }
    }

    /// <summary>Returns false if the writer has been given its turn or displaced.</summary>
    bool TryLeave(Waiter waiter)
    {
        lock (gate)
        {
            if (waiter.Granted.Task.IsCompleted)
            {
                return false;
            }

            waiter.Group.Remove(waiter);
            waiting--;
            RemoveIfEmpty(waiter.Group);
            return true;
        }
    }

    void Release()
    {
        lock (gate)
        {
            if (turns.First is not { Value: var group })
            {
                free++;
                return;
            }

            var next = group.TakeNext();
            waiting--;
            turns.Remove(group.Place);
            if (!RemoveIfEmpty(group))
            {
                turns.AddLast(group.Place);
            }

            next.Granted.SetResult(true); // it resumes on another thread
        }
    }

    bool RemoveIfEmpty(Group group)
    {
        if (group.Count > 0)
        {
            return false;
        }

        if (group.Place.List is not null)
        {
            turns.Remove(group.Place);
        }

        groups.Remove(group.Key);
        return true;
    }

    /// <summary>Returns where an actor waits, or null if its organization was not found in time: the look-up may ask a database that
    /// hangs.</summary>
    async ValueTask<(GroupKey Group, string Party)?> KeysOfAsync(Actor actor, TimeSpan limit, CancellationToken cancellationToken)
    {
        if (actor.Type == PartyType.System)
        {
            return (GroupKey.Own, "");
        }

        if (actor.Type is not (PartyType.User or PartyType.ServiceAccount))
        {
            return (GroupKey.Strangers, AuditEntry.NetworkOf(actor.Address) ?? ""); // one network has many addresses
        }

        var found = false;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            var organization = actor.Token?.OrganizationId
                ?? await organizationOf(actor, patience.Token).AsTask().WaitAsync(limit, TimeProvider.System, cancellationToken);
            found = true;
            return (organization is { } id ? new(id) : GroupKey.Strangers, actor.Id);
        }
        catch (TimeoutException)
        {
            await patience.CancelAsync();
            return null;
        }
        finally
        {
            if (!found)
            {
                lock (gate)
                {
                    waiting--;
                }
            }
        }
    }

    /// <summary>A turn to write.</summary>
    public sealed class Turn : IDisposable
    {
        readonly WriterQueue queue;
        readonly long start;
        bool ended;

        internal Turn(WriterQueue queue, long start) => (this.queue, this.start) = (queue, start);

        /// <summary>What is left of <see cref="MaxWait"/>.</summary>
        public TimeSpan Left => MaxWait - Stopwatch.GetElapsedTime(start);

        /// <summary>Ends the turn.</summary>
        public void Dispose()
        {
            if (!ended)
            {
                ended = true;
                queue.Release();
            }
        }
    }

    /// <summary>An organization, or one of two groups that are none.</summary>
    readonly record struct GroupKey(long Organization)
    {
        public static GroupKey Own => new(-1);

        public static GroupKey Strangers => new(-2);
    }

    sealed class Group
    {
        readonly LinkedList<Party> turns = new();
        readonly Dictionary<string, Party> parties = new(StringComparer.Ordinal);

        public Group(GroupKey key) => (Key, Place) = (key, new(this));

        public GroupKey Key { get; }

        public LinkedListNode<Group> Place { get; }

        public int Count { get; private set; }

        /// <summary>Adds a writer, or returns null if there is no place for it.</summary>
        /// <param name="displaced">The writer that made room: the newest of the party that has most places, unless this one would have as
        /// many.</param>
        public Waiter? TryAdd(string name, out Waiter? displaced)
        {
            displaced = null;
            var own = parties.GetValueOrDefault(name)?.Waiters.Count ?? 0;
            if (own >= MaxPerActor)
            {
                return null;
            }

            if (Count >= MaxPerOrganization)
            {
                var largest = parties.Values.MaxBy(party => party.Waiters.Count)!;
                if (largest.Waiters.Count <= own + 1)
                {
                    return null;
                }

                displaced = largest.Waiters.Last!.Value;
                Remove(displaced);
            }

            if (!parties.TryGetValue(name, out var party))
            {
                party = new(name);
                parties.Add(name, party);
                turns.AddLast(party.Place);
            }

            Count++;
            return new(this, party);
        }

        public Waiter TakeNext()
        {
            var party = turns.First!.Value;
            var waiter = party.Waiters.First!.Value;
            Remove(waiter);
            if (party.Waiters.Count > 0)
            {
                turns.Remove(party.Place);
                turns.AddLast(party.Place);
            }

            return waiter;
        }

        public void Remove(Waiter waiter)
        {
            var party = waiter.Party;
            party.Waiters.Remove(waiter.Place);
            Count--;
            if (party.Waiters.Count == 0)
            {
                parties.Remove(party.Name);
                turns.Remove(party.Place);
            }
        }
    }

    sealed class Party
    {
        public Party(string name) => (Name, Place) = (name, new(this));

        public string Name { get; }

        public LinkedListNode<Party> Place { get; }

        public LinkedList<Waiter> Waiters { get; } = new();
    }

    sealed class Waiter
    {
        public Waiter(Group group, Party party)
        {
            (Group, Party) = (group, party);
            Place = party.Waiters.AddLast(this);
        }

        public Group Group { get; }

        public Party Party { get; }

        public LinkedListNode<Waiter> Place { get; }

        /// <summary>Whether it gets its turn; false once it was displaced.</summary>
        public TaskCompletionSource<bool> Granted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
