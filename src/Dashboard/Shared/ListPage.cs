namespace Dashboard.Shared;

/// <summary>What a list page shows: whose list, filtered and sorted how, and which of its pages. All but the cursor is in the address.</summary>
public abstract record ListPageState
{
    /// <summary>Where the previous page ended; null for the first page.</summary>
    public string? Cursor { get; init; }

    /// <summary>The path of the list's address, with the names that the address has.</summary>
    public abstract string ToPath();
}

/// <summary>One page of a list, as read.</summary>
/// <typeparam name="TState">The state that it was read for.</typeparam>
interface IListPage<out TState>
{
    /// <summary>What was read.</summary>
    TState State { get; }

    /// <summary>Whether the list was searched. The term itself stays out: it may be anything that was pasted.</summary>
    bool Searched { get; }

    /// <summary>The rows of this page.</summary>
    int Count { get; }

    /// <summary>Where the next page begins, or null.</summary>
    string? NextCursor { get; }

    /// <summary>The path of the list's address, with today's names.</summary>
    string ToPath();
}
