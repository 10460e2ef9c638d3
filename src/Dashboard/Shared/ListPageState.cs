using System.Text.Json.Serialization;

namespace Dashboard.Shared;

/// <summary>What a list page shows: whose list, searched, filtered and sorted how, and which of its pages. All of it is in the
/// address.</summary>
public abstract record ListPageState
{
    /// <summary>The number of rows on a page, unless another of <see cref="Sizes"/> is chosen.</summary>
    public const int DefaultSize = 25;

    /// <summary>The cursors that the address has room for. Going back further leads to the first page.</summary>
    const int MaxAfter = 1500;

    /// <summary>The numbers of rows to choose from.</summary>
    public static IReadOnlyList<int> Sizes { get; } = [DefaultSize, 50, 100];

    /// <summary>The search term. One that may be a secret is not here, but in <see cref="PagedListState{TState, TPage}.Search"/>.</summary>
    public string Search { get; init; } = "";

    /// <summary>Where the pages before this one ended, the nearest first, with dots between; empty for the first page.</summary>
    public string After { get; init; } = "";

    /// <summary>Which page it is, from 1.</summary>
    public int Number { get; init; } = 1;

    /// <summary>The number of rows on a page.</summary>
    public int Size { get; init; } = DefaultSize;

    /// <summary>Where the previous page ended; null for the first page.</summary>
    [JsonIgnore]
    public string? Cursor => After.Length == 0 ? null : After.Split('.')[0];

    /// <summary>The number of rows on the previous pages.</summary>
    [JsonIgnore]
    public int Before => (Number - 1) * Size;

    /// <summary>The path of the list's address, with the names that the address has.</summary>
    public abstract string ToPath();

    /// <summary>The query parameters of this list's own filters. Null and empty values are omitted.</summary>
    protected virtual IEnumerable<(string Name, string? Value)> Filters => [];

    /// <summary>The address of this state. What is as it is by default stays out.</summary>
    public string ToAddress()
    {
        (string Name, string? Value)[] all =
        [
            ("search", Search), .. Filters, ("size", Size == DefaultSize ? null : $"{Size}"), ("page", Number == 1
                ? null : $"{Number}"), ("after", After),
        ];
        var query = string.Join(
            '&', all.Where(x => !string.IsNullOrEmpty(x.Value)).Select(x => $"{x.Name}={Uri.EscapeDataString(x.Value!)}"));
        return query.Length == 0 ? ToPath() : $"{ToPath()}?{query}";
    }

    /// <summary>Returns the trail with one more cursor, and without those that the address has no room for.</summary>
    internal string AfterWith(string cursor)
    {
        var trail = After.Length == 0 ? cursor : $"{cursor}.{After}";
        while (trail.Length > MaxAfter && trail.LastIndexOf('.') is > 0 and var last)
        {
            trail = trail[..last];
        }

        return trail;
    }
}

/// <summary>One page of a list, as read.</summary>
/// <typeparam name="TState">The state that it was read for.</typeparam>
interface IListPage<out TState>
{
    /// <summary>What was read.</summary>
    TState State { get; }

    /// <summary>Whether the list was searched, by whatever text: it may be one that is not in the state.</summary>
    bool Searched { get; }

    /// <summary>The rows of this page.</summary>
    int Count { get; }

    /// <summary>Where the next page begins, or null.</summary>
    string? NextCursor { get; }

    /// <summary>The path of the list's address, with today's names.</summary>
    string ToPath();
}
