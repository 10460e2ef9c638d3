using Dashboard.Components;
using Dashboard.Core.Projects;

namespace Dashboard.Shared;

/// <summary>Searches a project's resources for a picker, A to Z.</summary>
static class ResourcePickerSource
{
    const int Rows = 50;

    /// <summary>Finds the resources that match a text; all for an empty one, with the groups that can be picked at once.</summary>
    public static async Task<PickPage> PickAsync(
        this ResourceService resources, Actor? actor, string? project, string term, CancellationToken cancellationToken)
    {
        var query = new ResourceQuery(project, Search: term, Limit: Rows, Sort: ResourceSort.Name, Descending: false);
        if (actor is null
            || await resources.ListAsync(actor, query, cancellationToken) is not { Succeeded: true, Value: var page }
            || await resources.CountAsync(actor, query, cancellationToken) is not { Succeeded: true, Value: var count })
        {
            return new([], 0);
        }

        var kinds = term.Length == 0 && await resources.CountKindsAsync(actor, project, cancellationToken) is { Succeeded: true } found
            ? found.Value : [];
        return new([.. page.Items.Select(ToItem)], count)
        {
            Groups =
            [
                .. kinds.Select(kind => new PickGroup(
                    ResourceKindNames.AllOf([kind.Kind]), kind.Count,
                    (most, token) => resources.AllOfAsync(actor, query with { Kind = kind.Kind, Search = null }, most, token))),
            ],
        };
    }

    /// <summary>Reads the first resources of a kind, page by page.</summary>
    static async Task<IReadOnlyList<PickItem>> AllOfAsync(
        this ResourceService resources, Actor actor, ResourceQuery query, int most, CancellationToken cancellationToken)
    {
        var items = new List<PickItem>();
        string? cursor = null;
        do
        {
            var page = await resources.ListAsync(
                actor, query with { Cursor = cursor, Limit = Math.Min(Page.MaxLimit, most - items.Count) }, cancellationToken);
            if (!page.Succeeded)
            {
                break; // access was lost; what is chosen is checked when the key is created
            }

            items.AddRange(page.Value.Items.Select(ToItem));
            cursor = page.Value.NextCursor;
        }
        while (cursor is not null && items.Count < most);

        return items;
    }

    static PickItem ToItem(ResourceSummary resource)
    {
        var code = $"{resource.Kind}:{resource.Id}";
        return new(code, resource.Name, code);
    }
}
