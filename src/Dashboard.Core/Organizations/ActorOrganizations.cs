using System.Collections.Concurrent;
using Dashboard.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.Organizations;

/// <summary>Finds the organization that a waiting writer's turn counts for: an actor's only one, or the first of several. Remembered for a
/// minute, because it only divides turns and decides nothing else.</summary>
public sealed class ActorOrganizations(IDbContextFactory<DashboardContext> contexts, TimeProvider time)
{
    /// <summary>The maximum number of actors that are remembered, about 2 MB.</summary>
    const int MaxKnown = 10_000;

    static readonly TimeSpan Kept = TimeSpan.FromMinutes(1);

    readonly ConcurrentDictionary<string, (long? Id, long At)> known = new(StringComparer.Ordinal);

    /// <summary>Returns the identifier of the organization, or null if the actor has none or the database cannot be asked.</summary>
    public async ValueTask<long?> FindAsync(Actor actor, CancellationToken cancellationToken)
    {
        var key = $"{actor.Type.ToWireName()}:{actor.Id}";
        if (known.TryGetValue(key, out var found) && time.GetElapsedTime(found.At) < Kept)
        {
            return found.Id;
        }

        try
        {
            await using var context = await contexts.CreateDbContextAsync(cancellationToken);
            var id = await (actor.Type == PartyType.User
                ? context.Members.Where(member => member.UserId == actor.Id)
                    .MinAsync(member => (long?)member.OrganizationId, cancellationToken)
                : context.ServiceAccounts.Where(account => account.Id == actor.Id)
                    .MinAsync(account => (long?)account.OrganizationId, cancellationToken));
            if (known.Count >= MaxKnown)
            {
                known.Clear();
            }

            known[key] = (id, time.GetTimestamp());
            return id;
        }
        catch (Exception exception) when (Outages.Caused(exception))
        {
            return null; // the writer will see for itself
        }
    }
}
