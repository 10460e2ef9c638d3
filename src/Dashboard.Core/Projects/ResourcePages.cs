using System.Globalization;
using Dashboard.Core.Organizations;

namespace Dashboard.Core.Projects;

/// <summary>The order of a list of resources and the start of a page in it. Of the two bounds, the first lets the query seek in an index;
/// the second excludes entries that were already returned.</summary>
static class ResourcePages
{
    const char NameMark = '\n'; // not allowed in names

    /// <summary>The resources after a cursor, in the requested order.</summary>
    public static IQueryable<Resource> InOrder(IQueryable<Resource> resources, ResourceQuery query, Cursor? after) =>
        query.Sort == ResourceSort.Name ? ByName(resources, query.Descending, after) : ByTime(resources, query.Descending, after);

    /// <summary>The cursor after a resource.</summary>
    public static Cursor EndAt(Resource resource, ResourceSort sort) => sort == ResourceSort.Name
        ? new(DateTimeOffset.UnixEpoch, string.Create(CultureInfo.InvariantCulture, $"{resource.Id}{NameMark}{resource.SortName}"))
        : new(resource.CreatedAt, resource.Id);

    static IQueryable<Resource> ByTime(IQueryable<Resource> resources, bool descending, Cursor? after)
    {
        if (after is { At: var at, AsNumber: var id })
        {
            resources = descending
                ? resources.Where(x => x.CreatedAt <= at && (x.CreatedAt < at || x.Id < id))
                : resources.Where(x => x.CreatedAt >= at && (x.CreatedAt > at || x.Id > id));
        }

        return descending
            ? resources.OrderByDescending(x => x.CreatedAt).ThenByDescending(x => x.Id)
            : resources.OrderBy(x => x.CreatedAt).ThenBy(x => x.Id);
    }

    static IQueryable<Resource> ByName(IQueryable<Resource> resources, bool descending, Cursor? after)
    {
        if (after?.Id.Split(NameMark) is [var number, var name]
            && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var id))
        {
            resources = descending
                ? resources.Where(x => string.Compare(x.SortName, name) <= 0 && (string.Compare(x.SortName, name) < 0 || x.Id < id))
                : resources.Where(x => string.Compare(x.SortName, name) >= 0 && (string.Compare(x.SortName, name) > 0 || x.Id > id));
        }

        return descending
            ? resources.OrderByDescending(x => x.SortName).ThenByDescending(x => x.Id)
            : resources.OrderBy(x => x.SortName).ThenBy(x => x.Id);
    }
}
