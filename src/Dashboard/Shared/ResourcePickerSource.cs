using Dashboard.Components;
using Dashboard.Core.Projects;

namespace Dashboard.Shared;

/// <summary>Searches a project's resources for a picker.</summary>
static class ResourcePickerSource
{
    const int Rows = 50;

    /// <summary>Finds the resources that match a text; all for an empty one.</summary>
    public static async Task<PickPage> PickAsync(
        this ResourceService resources, Actor? actor, string? project, string term, CancellationToken cancellationToken)
    {
        var query = new ResourceQuery(project, Search: term, Limit: Rows);
        if (actor is null
            || await resources.ListAsync(actor, query, cancellationToken) is not { Succeeded: true, Value: var page }
            || await resources.CountAsync(actor, query, cancellationToken) is not { Succeeded: true, Value: var count })
        {
            return new([], 0);
        }

        return new([.. page.Items.Select(ToItem)], count);

        static PickItem ToItem(ResourceSummary resource)
        {
            var code = $"{resource.Kind}:{resource.Id}";
            return new(code, resource.Name, code);
        }
    }
}
