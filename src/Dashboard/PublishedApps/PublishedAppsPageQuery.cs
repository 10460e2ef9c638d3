using Dashboard.Core.Organizations;
using Dashboard.Core.Projects;
using Dashboard.Core.PublishedApps;

namespace Dashboard.PublishedApps;

/// <summary>Reads the data of the published apps page.</summary>
sealed class PublishedAppsPageQuery(PublishedAppService apps, ProjectService projects, ResourceService resources, TimeProvider time)
{
    /// <summary>Reads one page of a project's published apps.</summary>
    /// <returns>The page, or an error. If the URL uses a former name of the project, its <see cref="ProjectAccess.Path"/> differs from
    /// it.</returns>
    public async Task<Result<PublishedAppsPageModel>> ReadAsync(
        Actor actor, PublishedAppsPageState asked, string term, CancellationToken cancellationToken)
    {
        var project = await projects.FindAsync(actor, asked.Project, cancellationToken);
        if (project.Error is { } missing)
        {
            return missing;
        }

        var query = new PublishedAppQuery(project.Value.Path.ToString(), asked.Unpublished, term, asked.Cursor, asked.Size);
        var page = await apps.ListAsync(actor, query, cancellationToken);
        if (page.Error is { } refused)
        {
            return refused;
        }

        var (items, onePage) = (page.Value.Items, asked.Cursor is null && page.Value.NextCursor is null);
        var total = onePage ? items.Count : await apps.CountAsync(actor, query, cancellationToken);
        return total.Error is { } lost ? lost : new PublishedAppsPageModel(
            asked,
            project.Value,
            term.Length > 0,
            [.. items.Select(app => PublishedAppItem.Of(app, actor, project.Value.Role))],
            page.Value.NextCursor,
            total.Value,
            items.Count == 0 && !asked.Unpublished && await HasUnpublishedAsync(actor, query, cancellationToken),
            items.Count > 0 || await HasResourcesAsync(actor, query.Project, cancellationToken),
            time.GetUtcNow());
    }

    async Task<bool> HasUnpublishedAsync(Actor actor, PublishedAppQuery query, CancellationToken cancellationToken) =>
        await apps.ListAsync(
            actor, query with { IncludeUnpublished = true, Cursor = null, Limit = 1 }, cancellationToken) is
        {
            Succeeded: true,
            Value.Items.Count: > 0
        };

    async Task<bool> HasResourcesAsync(Actor actor, string? project, CancellationToken cancellationToken) =>
        await resources.ListAsync(actor, new(project, Limit: 1), cancellationToken) is { Succeeded: true, Value.Items.Count: > 0 };
}
