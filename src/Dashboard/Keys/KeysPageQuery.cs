using Dashboard.Core.Keys;
using Dashboard.Core.Keys.Listing;
using Dashboard.Core.Organizations;
using Dashboard.Core.Projects;
using Dashboard.Core.Usage;

namespace Dashboard.Keys;

/// <summary>Reads the data of the keys page.</summary>
sealed class KeysPageQuery(
    KeyListService lists, KeyService keys, UsageService usage, ProjectService projects, PermissionCatalog catalog, TimeProvider time)
{
    /// <summary>Reads one page of keys and the data around it.</summary>
    /// <returns>The page, or an error. If the URL uses a former name of the project, its <see cref="ProjectAccess.Path"/> differs from
    /// it.</returns>
    public async Task<Result<KeysPageModel>> ReadAsync(Actor actor, KeysPageState asked, string term, CancellationToken cancellationToken)
    {
        var project = await projects.FindAsync(actor, asked.Project, cancellationToken);
        if (project.Error is { } missing)
        {
            return missing;
        }

        var query = new KeyQuery(
            project.Value.Path.ToString(), asked.Revoked, term, asked.Environment, asked.Cursor, asked.Size, asked.Order.By,
            asked.Order.Descending, asked.Managed, asked.Filter);
        var page = await lists.ListAsync(actor, query, cancellationToken);
        var allowance = await keys.AllowanceAsync(actor, query.Project, cancellationToken);
        if ((page.Error ?? allowance.Error) is { } fault)
        {
            return fault;
        }

        var days = await usage.DaysAsync(actor, [.. page.Value.Items.Select(key => key.KeyId)], KeySparkline.Days, cancellationToken);
        var onePage = asked.Cursor is null && page.Value.NextCursor is null;
        return new KeysPageModel(
            asked,
            project.Value,
            term.Length > 0,
            [.. page.Value.Items.Select(
                key => KeyItem.Of(key, actor, project.Value.Role, catalog) with { Usage = KeySparkline.Of(days[key.KeyId]) })],
            onePage ? page.Value.Items.Count : await CountAsync(actor, query, cancellationToken),
            page.Value.NextCursor,
            allowance.Value,
            page.Value.Items.Count == 0 && !asked.Revoked && await HasAsync(actor, query with { IncludeRevoked = true }, cancellationToken),
            page.Value.Items.Count == 0 && !asked.Managed
                && (term.Length > 0 || asked.Environment is not null || asked.Filter != KeyFilter.None)
                && await HasAsync(actor, query with { IncludeManaged = true }, cancellationToken),
            time.GetUtcNow());
    }

    async Task<int> CountAsync(Actor actor, KeyQuery query, CancellationToken cancellationToken) =>
        await lists.CountAsync(actor, query, cancellationToken) is { Succeeded: true, Value: var count } ? count : 0;

    async Task<bool> HasAsync(Actor actor, KeyQuery query, CancellationToken cancellationToken) =>
        await lists.ListAsync(
            actor, query with { Cursor = null, Limit = 1 }, cancellationToken) is { Succeeded: true, Value.Items.Count: > 0 };
}
