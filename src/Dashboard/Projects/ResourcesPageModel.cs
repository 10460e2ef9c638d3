using Dashboard.Core.Organizations;
using Dashboard.Core.Projects;
using Dashboard.Shared;

namespace Dashboard.Projects;

/// <summary>Which page of which list is asked for, as far as the address says it.</summary>
/// <param name="Project">As the address names it.</param>
/// <param name="Kind">Only those of one kind.</param>
/// <param name="Sort">What they are sorted by.</param>
/// <param name="Descending">Whether the last or latest comes first.</param>
public sealed record ResourcesPageState(ProjectPath Project, string? Kind, ResourceSort Sort, bool Descending) : ListPageState
{
    /// <inheritdoc />
    public override string ToPath() => $"/{Project}/resources";
}

/// <summary>A resource as the list shows it.</summary>
/// <param name="Kind">Its kind.</param>
/// <param name="Id">What the API calls it.</param>
/// <param name="Name">What people call it.</param>
/// <param name="Keys">How many keys that are not revoked are narrowed to it.</param>
/// <param name="CreatedAt">When it was added.</param>
public sealed record ResourceItem(string Kind, string Id, string Name, int Keys, DateTimeOffset CreatedAt)
{
    /// <summary><c>kind:id</c>, by which keys and requests name it.</summary>
    public string Code => $"{Kind}:{Id}";
}

/// <summary>What the page shows: one page of rows and no more. It goes from the prerendered page to its circuit.</summary>
/// <param name="State">What it answers.</param>
/// <param name="Project">The project and what the person may do there.</param>
/// <param name="Searched">Only what somebody searched for. The text may be anything that was pasted: it stays out of here.</param>
/// <param name="Items">The rows.</param>
/// <param name="NextCursor">Where the next page begins, or null.</param>
/// <param name="Total">How many there are on all pages.</param>
public sealed record ResourcesPageModel(
    ResourcesPageState State, ProjectAccess Project, bool Searched, IReadOnlyList<ResourceItem> Items, string? NextCursor, int Total)
    : IListPage<ResourcesPageState>
{
    int IListPage<ResourcesPageState>.Count => Items.Count;

    string IListPage<ResourcesPageState>.ToPath() => (State with { Project = Project.Path }).ToPath();

    /// <summary>Whether something else than all resources is asked for.</summary>
    public bool Filtered => Searched || State.Kind is not null;

    /// <summary>There is no resource in this project.</summary>
    public bool Untouched => Total == 0 && !Filtered;

    /// <summary>Whether the person adds, renames and deletes them.</summary>
    public bool Changeable => Project.Role.Can(MemberAction.ManageResources);
}
