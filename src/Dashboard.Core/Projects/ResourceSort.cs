namespace Dashboard.Core.Projects;

/// <summary>The sort orders of a list of resources.</summary>
public enum ResourceSort
{
    /// <summary>By registration time.</summary>
    CreatedAt,

    /// <summary>By name, case-insensitively.</summary>
    Name,
}

/// <summary>The names of <see cref="ResourceSort"/> values.</summary>
public static class ResourceSorts
{
    /// <summary>Returns the name of <paramref name="sort"/>: <c>created_at</c> or <c>name</c>.</summary>
    public static string ToWireName(this ResourceSort sort) => sort == ResourceSort.Name ? "name" : "created_at";
}
