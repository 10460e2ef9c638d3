using Dashboard.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.Keys.Listing;

/// <summary>Finds the keys of a page. From each partition of the list (<see cref="KeyListPartition"/>) it reads the keys that come next in
/// the index: first those equal to the last key of the previous page, then those after it. The first of all these make the page. However
/// many keys there are, it reads at most one page of index entries per partition. Only a search scans until it has found enough, because no
/// index contains parts of names; and a filter passes over the keys that it does not let through.</summary>
sealed class KeyPages(
    DashboardContext context, long projectId, KeyQuery query, string? search, Cursor? after, Actor actor, DateTimeOffset now)
{
    const char NameMark = '\n'; // not allowed in identifiers and names

    readonly int count = query.Limit + 1;

    /// <summary>Everything that a cursor of the list depends on.</summary>
    public static string?[] FilterOf(long projectId, KeyQuery query, string? search) =>
        ["keys", $"{projectId}", $"{query.IncludeRevoked}", $"{query.IncludeManaged}", search,
            query.Environment?.ToWireName(), query.Sort.ToWireName(), $"{query.Descending}",
            .. (query.Filter ?? KeyFilter.None).Parts];

    /// <summary>Applies the search to the keys of a list.</summary>
    static IQueryable<ApiKey> Matching(IQueryable<ApiKey> keys, string? search)
    {
        if (search is null)
        {
            return keys;
        }

        var text = ComparableText.Fold(search);
        return keys.Where(key => key.SearchText.Contains(text)
            || key.Prefix.Substring(0, search.Length) == search || key.KeyId.Substring(0, search.Length) == search);
    }

    /// <summary>Finds the keys of the page and one more, if there is one, each with its position in the order.</summary>
    public async Task<List<Cursor>> FindAsync(CancellationToken cancellationToken)
    {
        var parts = query.Partitions()
            .Select(shelf => Matching(
                Filtered(context.Keys.AsNoTracking().Where(key => key.ProjectId == projectId && key.Shelf == shelf)), search)).ToList();
        if (query.Sort == KeySort.Name)
        {
            var named = await ByName(parts).ToListAsync(cancellationToken);
            return [.. named.Select(row => new Cursor(DateTimeOffset.UnixEpoch, $"{row.KeyId}{NameMark}{row.Name}"))];
        }

        var timed = await ByTime(parts, query.Sort switch
        {
            KeySort.LastUsedAt => nameof(ApiKey.LastUsedOrder),
            KeySort.ExpiresAt => nameof(ApiKey.ExpiryOrder),
            _ => nameof(ApiKey.CreatedAt),
        }).ToListAsync(cancellationToken);
        return [.. timed.Select(row => new Cursor(row.At, row.KeyId))];
    }

    /// <summary>Counts the keys of all pages.</summary>
    public Task<int> CountAsync(CancellationToken cancellationToken)
    {
        var shelves = query.Partitions();
        return Matching(Filtered(context.Keys.Where(key => key.ProjectId == projectId && shelves.Contains(key.Shelf))), search)
            .CountAsync(cancellationToken);
    }

    /// <summary>The identifier of the key at a position.</summary>
    public static string KeyIdOf(Cursor place) => place.Id.Split(NameMark)[0];

    IQueryable<ApiKey> Filtered(IQueryable<ApiKey> keys) => query.Filter?.Apply(keys, context, actor, now) ?? keys;

    IQueryable<Timed> ByTime(List<IQueryable<ApiKey>> parts, string column)
    {
        if (after is { At: var at, Id: var id })
        {
            parts = [.. parts.SelectMany(part => query.Descending
                ? new[]
                {
                    part.Where(key => EF.Property<DateTimeOffset>(key, column) == at && string.Compare(key.KeyId, id) < 0),
                    part.Where(key => EF.Property<DateTimeOffset>(key, column) < at),
                }
                :
                [
                    part.Where(key => EF.Property<DateTimeOffset>(key, column) == at && string.Compare(key.KeyId, id) > 0),
                    part.Where(key => EF.Property<DateTimeOffset>(key, column) > at),
                ])];
        }

        return Merge(parts.Select(part =>
            part.Select(key => new Timed { KeyId = key.KeyId, At = EF.Property<DateTimeOffset>(key, column) })), rows => query.Descending
            ? rows.OrderByDescending(row => row.At).ThenByDescending(row => row.KeyId)
            : rows.OrderBy(row => row.At).ThenBy(row => row.KeyId));
    }

    IQueryable<Named> ByName(List<IQueryable<ApiKey>> parts)
    {
        if (after?.Id.Split(NameMark) is [var id, var name])
        {
            parts = [.. parts.SelectMany(part => query.Descending
                ? new[]
                {
                    part.Where(key => key.SortName == name && string.Compare(key.KeyId, id) < 0),
                    part.Where(key => string.Compare(key.SortName, name) < 0),
                }
                :
                [
                    part.Where(key => key.SortName == name && string.Compare(key.KeyId, id) > 0),
                    part.Where(key => string.Compare(key.SortName, name) > 0),
                ])];
        }

        return Merge(
            parts.Select(part => part.Select(key => new Named { KeyId = key.KeyId, Name = key.SortName })), rows => query.Descending
            ? rows.OrderByDescending(row => row.Name).ThenByDescending(row => row.KeyId)
            : rows.OrderBy(row => row.Name).ThenBy(row => row.KeyId));
    }

    IQueryable<T> Merge<T>(IEnumerable<IQueryable<T>> parts, Func<IQueryable<T>, IOrderedQueryable<T>> order)
    {
        var first = parts.Select(part => order(part).Take(count)).ToList();
        return first.Count == 1 ? first[0] : order(first.Aggregate((all, part) => all.Concat(part))).Take(count);
    }

    sealed class Timed
    {
        public required string KeyId { get; init; }

        public required DateTimeOffset At { get; init; }
    }

    sealed class Named
    {
        public required string KeyId { get; init; }

        public required string Name { get; init; }
    }
}
