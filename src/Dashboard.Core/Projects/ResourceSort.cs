namespace Dashboard.Core.Projects;

/// <summary>What a list of resources can be sorted by.</summary>
public enum ResourceSort
{
    /// <summary>When they were registered.</summary>
    CreatedAt,

    /// <summary>Their names, small and capital letters alike.</summary>
    Name,
}

/// <summary>The words for <see cref="ResourceSort"/>.</summary>
public static class ResourceSorts
{
    /// <summary>Returns the word for <paramref name="sort"/>: <c>created_at</c> or <c>name</c>.</summary>
    public static string ToWireName(this ResourceSort sort) => sort == ResourceSort.Name ? "name" : "created_at";
}
