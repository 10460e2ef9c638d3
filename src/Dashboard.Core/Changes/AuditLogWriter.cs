using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.Changes;

/// <summary>Appends a unit of work's events to their chains.</summary>
public sealed class AuditLogWriter(AuditKeys keys)
{
    /// <summary>The first row of a chain under a new key.</summary>
    public const string KeyChanged = "audit.key_changed";

    /// <summary>Writes the rows. It locks each chain's head until the transaction ends, in the order of the chains.</summary>
    internal async Task AppendAsync(UnitOfWork unit, Guid changeId, CancellationToken cancellationToken)
    {
        var ring = await keys.GetAsync(cancellationToken);
        foreach (var chain in unit.Events.GroupBy(x => x.Chain, x => x.Event).OrderBy(x => x.Key))
        {
            var heads = unit.Context.AuditChains.Where(head => head.Id == chain.Key);
            await heads.ExecuteUpdateAsync(set => set.SetProperty(head => head.Sequence, head => head.Sequence + chain.Count()), cancellationToken);
            var last = await heads.AsNoTracking().SingleAsync(cancellationToken);
            var (sequence, hash) = (last.Sequence - chain.Count(), last.Hash);
            foreach (var (what, old) in Precede([.. chain], last.KeyId, ring))
            {
                var entry = Entry(unit, what, changeId, chain.Key, ++sequence, hash, ring.Current.Id);
                entry.OldKeyHash = old is null ? null : entry.ComputeHash(old);
                hash = entry.Hash = entry.ComputeHash(ring.Current);
                unit.Context.Add(entry);
            }

            await unit.Context.SaveChangesAsync(cancellationToken);
            await heads.ExecuteUpdateAsync(
                set => set.SetProperty(head => head.Sequence, sequence).SetProperty(head => head.Hash, hash).SetProperty(head => head.KeyId, ring.Current.Id), cancellationToken);
        }
    }

    /// <summary>The event that begins a new key in a chain.</summary>
    internal static AuditEvent KeyChange(string from, string to) => new(
        AuditCategory.Settings, KeyChanged, new("audit_key", to, "Audit key"), Details: JsonSerializer.Serialize(new Dictionary<string, string>(StringComparer.Ordinal) { ["from"] = from }));

    /// <summary>Puts the row before the events that a new key begins with; it is written under the old key as well.</summary>
    static IEnumerable<(AuditEvent Event, AuditKey? Old)> Precede(IReadOnlyList<AuditEvent> events, string? before, AuditKeyRing ring)
    {
        var rows = events.Select(what => (what, (AuditKey?)null));
        if (before is null || before == ring.Current.Id)
        {
            return rows;
        }

        var old = ring.Find(before);
        if (old is null && !ring.IsLost(before))
        {
            throw new InvalidOperationException($"Another node writes the audit log with the key {before}, which this one does not have. Start all nodes with the same {AuditKeys.Setting}.");
        }

        return events[0].Action == KeyChanged ? rows.Skip(1).Prepend((events[0], old)) : rows.Prepend((KeyChange(before, ring.Current.Id), old));
    }

    static AuditEntry Entry(UnitOfWork unit, AuditEvent what, Guid changeId, long chain, long sequence, byte[] previous, string keyId) => new()
    {
        ChainId = chain,
        Sequence = sequence,
        ChangeId = changeId,
        At = unit.Now,
        ActorType = unit.Actor.Type.ToWireName(),
        ActorId = unit.Actor.Id,
        ActorName = AuditEntry.Fit(unit.Actor.Name, AuditEntry.MaxActorName),
        Address = unit.Actor.Address is { } address ? AuditEntry.FitAscii(address, AuditEntry.MaxAddress) : null,
        Category = what.Category,
        Action = what.Action,
        TargetType = what.Target.Type,
        TargetId = what.Target.Id,
        TargetName = what.Target.Name,
        Succeeded = what.Succeeded,
        Details = Details(what.Details, unit.Actor.Token),
        KeyId = keyId,
        PreviousHash = previous,
    };

    /// <summary>What a reader needs, and the client that it was done through.</summary>
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
