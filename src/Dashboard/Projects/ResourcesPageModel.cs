using Dashboard.Core.Organizations;
using Dashboard.Core.Projects;
using Dashboard.Shared;

namespace Dashboard.Projects;

/// <summary>The list's filters and order, as the URL encodes them.</summary>
/// <param name="Project">The project, as named in the URL.</param>
/// <param name="Kind">Show only resources of this kind.</param>
/// <param name="Sort">The sort order.</param>
/// <param name="Descending">Whether to sort in descending order.</param>
public sealed record ResourcesPageState(ProjectPath Project, string? Kind, ResourceSort Sort, bool Descending) : ListPageState
{
    /// <inheritdoc />
    protected override IEnumerable<(string Name, string? Value)> Filters =>
        [("kind", Kind), (
            "sort", (Sort, Descending) is (ResourceSort.Name, false) ? null : $"{(Descending ? "-" : "")}{Sort.ToWireName()}")];

    /// <inheritdoc />
    public override string ToPath() => $"/{Project}/resources";
}

/// <summary>A resource as the list shows it.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Id">The id that the API uses.</param>
/// <param name="Name">The display name.</param>
/// <param name="Keys">The number of keys, except revoked ones, that are limited to it.</param>
/// <param name="CreatedAt">When it was added.</param>
public sealed record ResourceItem(string Kind, string Id, string Name, int Keys, DateTimeOffset CreatedAt)
{
    /// <summary><c>kind:id</c>, as used in keys and requests.</summary>
    public string Code => $"{Kind}:{Id}";
}

/// <summary>What the page shows: one page of rows, handed from the prerendered page to its circuit.</summary>
/// <param name="State">The state that this data belongs to.</param>
/// <param name="Project">The project, with the user's role.</param>
/// <param name="Searched">Whether a search is active. The text itself is not stored here: it may be a pasted secret.</param>
/// <param name="Items">The rows.</param>
/// <param name="NextCursor">The cursor of the next page, or null.</param>
/// <param name="Total">The number of rows on all pages.</param>
public sealed record ResourcesPageModel(
    ResourcesPageState State, ProjectAccess Project, bool Searched, IReadOnlyList<ResourceItem> Items, string? NextCursor, int Total)
    : IListPage<ResourcesPageState>
{
    int IListPage<ResourcesPageState>.Count => Items.Count;

    string IListPage<ResourcesPageState>.ToPath() => (State with { Project = Project.Path }).ToPath();

    /// <summary>Whether a search or filter is active.</summary>
    public bool Filtered => Searched || State.Kind is not null;

    /// <summary>Whether the project has no resources.</summary>
    public bool Untouched => Total == 0 && !Filtered;

    /// <summary>Whether the user may add, rename and delete resources.</summary>
    public bool Changeable => Project.Role.Can(MemberAction.ManageResources);
}
