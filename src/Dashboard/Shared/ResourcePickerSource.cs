using Dashboard.Core.Projects;
using Dashboard.Ui;

namespace Dashboard.Shared;

/// <summary>A project's resources, for the picker that narrows a key.</summary>
static class ResourcePickerSource
{
    const int Rows = 50;

    /// <summary>Finds what matches a text, everything for an empty one.</summary>
    /// <param name="resources">Where resources are.</param>
    /// <param name="actor">Who looks; null where the session has ended meanwhile.</param>
    /// <param name="project"><c>organization/project</c>.</param>
    /// <param name="term">What is searched for.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async Task<PickPage> PickAsync(this ResourceService resources, Actor? actor, string? project, string term, CancellationToken cancellationToken)
    {
        var query = new ResourceQuery(project, Search: term, Limit: Rows);
        if (actor is null
            || await resources.ListAsync(actor, query, cancellationToken) is not { Succeeded: true, Value: var page }
            || await resources.CountAsync(actor, query, cancellationToken) is not { Succeeded: true, Value: var count })
        {
            return new([], 0);
        }

        return new([.. page.Items.Select(resource => new PickItem($"{resource.Kind}:{resource.Id}", resource.Name, $"{resource.Kind}:{resource.Id}"))], count);
    }
}
