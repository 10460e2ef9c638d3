using System.Text.Json;
using System.Text.Json.Nodes;
using Dashboard.Core.Data;

namespace Dashboard.Core.Changes;

/// <summary>Appends the events of a unit of work to their chains.</summary>
public sealed class AuditLogWriter(AuditKeys keys)
{
    /// <summary>The action of the entry with which a new key begins in a chain.</summary>
    public const string KeyChanged = "audit.key_changed";

    /// <summary>Adds the entries and the new heads to the rows of the unit of work. Locks the head of each chain until the transaction
    /// ends, in the order of the chains.</summary>
    internal async Task AppendAsync(UnitOfWork unit, Guid changeId, CancellationToken cancellationToken)
    {
        var ring = await keys.GetAsync(cancellationToken);
        foreach (var chain in unit.Events.GroupBy(x => x.Chain).OrderBy(x => x.Key))
        {
            var last = await unit.Context.RaiseAsync<AuditChain, ChainEnd>(
                nameof(AuditChain.Sequence), chain.Count(), (nameof(AuditChain.Id), chain.Key), cancellationToken)
                ?? throw new InvalidOperationException($"The chain {chain.Key} does not exist.");
            var (sequence, hash) = (last.Sequence - chain.Count(), last.Hash);
            foreach (var (recorded, oldKey) in WithKeyChange([.. chain], last.KeyId, ring))
            {
                var entry = CreateEntry(unit, recorded, changeId, chain.Key, ++sequence, hash, ring.Current.Id);
                entry.OldKeyHash = oldKey is null ? null : entry.ComputeHash(oldKey);
                hash = entry.Hash = entry.ComputeHash(ring.Current);
                unit.Rows.Add(new(entry));
            }

            unit.Rows.Add(
                new(new AuditChain { Id = chain.Key, Sequence = sequence, Hash = hash, KeyId = ring.Current.Id }, Replaces: true));
        }
    }

    /// <summary>Creates the event with which a new key begins.</summary>
    internal static AuditEvent KeyChange(string from, string to) => new(
        AuditCategory.Settings,
        KeyChanged,
        new("audit_key", to, "Audit key"),
        Details: JsonSerializer.Serialize(new Dictionary<string, string>(StringComparer.Ordinal) { ["from"] = from }));

    /// <summary>Returns the identifier of the key that an entry of <see cref="KeyChange"/> replaces, or null for any other entry.</summary>
    internal static string? FindReplacedKey(AuditEntry entry)
    {
        try
        {
            return entry.Action == KeyChanged ? JsonNode.Parse(entry.Details)?["from"]?.GetValue<string>() : null;
        }
        catch (Exception altered) when (altered is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>Inserts the event with which a new key begins, if the chain ends under another key. Its entry is hashed with the old key as
    /// well.</summary>
    static IEnumerable<(RecordedEvent Event, AuditKey? OldKey)> WithKeyChange(
        IReadOnlyList<RecordedEvent> events, string? last, AuditKeyRing ring)
    {
        var plain = events.Select(recorded => (recorded, (AuditKey?)null));
        if (last is null || last == ring.Current.Id)
        {
            return plain;
        }

        var oldKey = ring.Find(last);
        if (oldKey is null && !ring.IsLost(last))
        {
            throw new InvalidOperationException(
                $"Another node writes the audit log with the key {last}, which this node does not have. Start all nodes with the same {AuditKeys.Setting}.");
        }

        return events[0].Event.Action == KeyChanged
            ? plain.Skip(1).Prepend((events[0], oldKey))
            : plain.Prepend((new(events[0].Chain, KeyChange(last, ring.Current.Id), null, IsSilent: false), oldKey));
    }

    sealed record ChainEnd(long Sequence, byte[] Hash, string? KeyId);

    static AuditEntry CreateEntry(
        UnitOfWork unit, RecordedEvent recorded, Guid changeId, long chain, long sequence, byte[] previous, string keyId)
    {
        var (auditEvent, actor) = (recorded.Event, recorded.Refused ?? unit.Actor);
        var address = actor.Address is { } known ? AuditEntry.FitAscii(known, AuditEntry.MaxAddress) : null;
        return new()
        {
            ChainId = chain,
            Sequence = sequence,
            ChangeId = changeId,
            At = unit.Now,
            ActorType = actor.Type.ToWireName(),
            ActorId = actor.Id,
            ActorName = AuditEntry.Fit(actor.Name, AuditEntry.MaxActorName),
            Address = address,
            Network = AuditEntry.NetworkOf(address),
            Category = auditEvent.Category,
            Action = auditEvent.Action,
            TargetType = auditEvent.Target.Type,
            TargetId = auditEvent.Target.Id,
            TargetName = auditEvent.Target.Name,
            Succeeded = auditEvent.Succeeded,
            Details = Details(auditEvent.Details, actor.Token),
            KeyId = keyId,
            PreviousHash = previous,
        };
    }

    /// <summary>Adds the client that the actor used to the details.</summary>
    static string Details(string details, ActorToken? through)
    {
        if (through is null)
        {
            return details;
        }

        var members = JsonNode.Parse(details)!.AsObject();
        members["through"] = through.ClientId;
        return members.ToJsonString();
    }
}
