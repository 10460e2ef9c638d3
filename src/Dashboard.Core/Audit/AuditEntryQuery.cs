using System.Globalization;
using System.Net;
using Dashboard.Core.Changes;
using Dashboard.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.Audit;

/// <summary>Reads pages of the log of one organization: its own chain and, of the chain with the sign-ins, the rows about its members,
/// since they joined. The newest come first, by time, then by chain and position.</summary>
sealed class AuditEntryQuery
{
    /// <summary>If fewer than one in this many people are members, their rows are read by member; otherwise all rows are gone through by
    /// time.</summary>
    const int FewShare = 20;

    /// <summary>The maximum number of members whose rows are read by member.</summary>
    const int MaxFew = 200;

    static readonly string[] others = [.. AuditCategory.All.Where(category => category != AuditCategory.Auth)];

    readonly AuditQuery asked;
    readonly long organization;
    readonly string? network;

    AuditEntryQuery(AuditQuery asked, long organization, string? network) =>
        (this.asked, this.organization, this.network) = (asked, organization, network);

    /// <summary>Validates what is asked.</summary>
    public static Error? Check(AuditQuery asked)
    {
        if (Page.Check(asked.Limit) is { } wrong)
        {
            return wrong;
        }

        if (asked.Category is { } category && !AuditCategory.All.Contains(category, StringComparer.Ordinal))
        {
            return Error.Invalid("category", $"Use one of {string.Join(", ", AuditCategory.All)}.");
        }

        foreach (var (name, id) in new[] { ("actor", asked.Actor), ("target", asked.Target) })
        {
            if (id is { Length: > AuditQuery.MaxId } || id?.Contains('\0', StringComparison.Ordinal) == true)
            {
                return Error.Invalid(name, $"Use an identifier of at most {AuditQuery.MaxId} characters.");
            }
        }

        return asked.Network is { } text && NetworkOf(text) is null
            ? Error.Invalid("network", "Use an address, or a network as the log shows it, such as 10.2.3.0/24 or 2001:db8:7::/48.")
            : null;
    }

    /// <summary>Creates the query for an organization. What is asked must be valid.</summary>
    public static AuditEntryQuery Of(AuditQuery asked, long organization) =>
        new(asked, organization, asked.Network is { } text ? NetworkOf(text) : null);

    /// <summary>Everything that a cursor is valid for.</summary>
    public string?[] Filter =>
    [
        organization.ToString(CultureInfo.InvariantCulture), asked.Category, asked.Actor, asked.Target,
        asked.Succeeded?.ToString(), network,
        asked.From?.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture), asked.To?.ToUnixTimeMilliseconds()
            .ToString(CultureInfo.InvariantCulture),
    ];

    /// <summary>Returns the position after an entry.</summary>
    public static Cursor CursorAfter(AuditEntry entry) =>
        new(entry.At, string.Create(CultureInfo.InvariantCulture, $"{entry.ChainId}:{entry.Sequence}"));

    /// <summary>Reads the entries after a position.</summary>
    public async Task<List<AuditEntry>> ReadAsync(DashboardContext context, Cursor? after, int count, CancellationToken cancellationToken)
    {
        var own = await Newest(Chain(context, organization, after), count).ToListAsync(cancellationToken);
        if (asked.Category is not (null or AuditCategory.Auth))
        {
            return own;
        }

        var signIns = await Newest(await OfMembersAsync(context, Chain(context, AuditChain.Installation, after), cancellationToken), count)
            .ToListAsync(cancellationToken);
        return signIns.Count == 0 ? own
            : [.. own.Concat(signIns).OrderByDescending(entry => entry.At).ThenByDescending(entry => entry.ChainId)
                .ThenByDescending(entry => entry.Sequence).Take(count)];
    }

    /// <summary>Reads the entry with an identifier of <see cref="AuditRecord.Id"/>, or null if the organization does not see one.</summary>
    public async Task<AuditEntry?> FindAsync(DashboardContext context, string id, CancellationToken cancellationToken)
    {
        var isSignIn = id.StartsWith(AuditRecord.SignInPrefix, StringComparison.Ordinal);
        if (!long.TryParse(
            isSignIn ? id[AuditRecord.SignInPrefix.Length..] : id, NumberStyles.None, CultureInfo.InvariantCulture, out var sequence))
        {
            return null;
        }

        var entries = Chain(context, isSignIn ? AuditChain.Installation : organization, null).Where(entry => entry.Sequence == sequence);
        return await (isSignIn ? await OfMembersAsync(context, entries, cancellationToken) : entries)
            .SingleOrDefaultAsync(cancellationToken);
    }

    static IQueryable<AuditEntry> Newest(IQueryable<AuditEntry> entries, int count) =>
        entries.OrderByDescending(entry => entry.At).ThenByDescending(entry => entry.Sequence).Take(count);

    IQueryable<AuditEntry> Chain(DashboardContext context, long chain, Cursor? after)
    {
        var entries = context.AuditEntries.AsNoTracking().Where(entry => entry.ChainId == chain);
        if (asked.Category is { } category && chain != AuditChain.Installation) // OfMembersAsync reads one category alone
        {
            entries = entries.Where(entry => entry.Category == category);
        }

        if (asked.Actor is { } actor)
        {
            entries = entries.Where(entry => entry.ActorId == actor);
        }

        if (asked.Target is { } target)
        {
            entries = entries.Where(entry => entry.TargetId == target);
        }

        if (asked.Succeeded is { } succeeded)
        {
            entries = entries.Where(entry => entry.Succeeded == succeeded);
        }

        if (network is not null)
        {
            entries = entries.Where(entry => entry.Network == network);
        }

        if (asked.From is { } from)
        {
            entries = entries.Where(entry => entry.At >= from);
        }

        if (asked.To is { } to)
        {
            entries = entries.Where(entry => entry.At < to);
        }

        return after is { } cursor ? After(entries, chain, cursor) : entries;
    }

    static IQueryable<AuditEntry> After(IQueryable<AuditEntry> entries, long chain, Cursor cursor)
    {
        var at = cursor.At;
        var (lastChain, lastSequence) = cursor.Id.Split(':') is [var c, var s] ? (Number(c), Number(s)) : (0L, 0L);
        return chain.CompareTo(lastChain) switch
        {
            < 0 => entries.Where(entry => entry.At <= at),
            0 => entries.Where(entry => entry.At <= at && (entry.At < at || entry.Sequence < lastSequence)),
            _ => entries.Where(entry => entry.At < at),
        };

        static long Number(string text) =>
            long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
    }

    /// <summary>Restricts entries of the chain with the sign-ins to those about members. The category is matched by excluding the
    /// others, which uses no index: a planner without statistics would choose the index of the category over that of a filter.</summary>
    async Task<IQueryable<AuditEntry>> OfMembersAsync(
        DashboardContext context, IQueryable<AuditEntry> entries, CancellationToken cancellationToken)
    {
        // a disabled one's sign-ins too
        var members = context.Members.IgnoreQueryFilters().Where(member => member.OrganizationId == organization);
        var first = await members.OrderBy(member => member.JoinedAt).Select(member => (DateTimeOffset?)member.JoinedAt)
            .FirstOrDefaultAsync(cancellationToken); // entries from before all of them are not read
        var about = entries.Where(entry => entry.At >= first && !others.Contains(entry.Category) && entry.TargetType == FeedSubject.User
            && members.Any(member => member.UserId == entry.TargetId && member.JoinedAt <= entry.At));
        var few = await members.Select(member => member.UserId).Take(MaxFew + 1).ToListAsync(cancellationToken);
        return few.Count <= MaxFew && await context.Users.Take(few.Count * FewShare).CountAsync(cancellationToken) == few.Count * FewShare
            ? about.Where(entry => few.Contains(entry.TargetId))
            : about;
    }

    internal static string? NetworkOf(string text)
    {
        var found = AuditEntry.NetworkOf(text);
        return found is not null
            && (text.Equals(found, StringComparison.OrdinalIgnoreCase) || IPAddress.TryParse(text, out _)) ? found : null;
    }
}
