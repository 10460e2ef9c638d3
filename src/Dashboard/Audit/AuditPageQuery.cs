using Dashboard.Core.Audit;
using Dashboard.Core.Projects;

namespace Dashboard.Audit;

/// <summary>Reads the data of the audit page.</summary>
sealed class AuditPageQuery(AuditLogService audit, ProjectService projects, TimeProvider time)
{
    /// <summary>Reads one page of an organization's log.</summary>
    /// <param name="target">The identifier of a target that is not in the state, or empty.</param>
    /// <returns>The page; or <see cref="ErrorCode.NotFound"/>, <see cref="ErrorCode.Forbidden"/>, or an invalid cursor.</returns>
    public async Task<Result<AuditPageModel>> ReadAsync(
        Actor actor, AuditPageState asked, string target, CancellationToken cancellationToken)
    {
        var organization = await projects.FindOrganizationAsync(actor, asked.Organization, cancellationToken);
        if (organization.Error is { } missing)
        {
            return missing;
        }

        var slug = organization.Value.Slug;
        var now = time.GetUtcNow();
        var filter = target.Length == 0 ? asked.Filter : asked.Filter with { Target = target };
        var page = await audit.ListAsync(
            actor, filter.ToQuery(slug, now) with { Cursor = asked.Cursor, Limit = asked.Size }, cancellationToken);
        var actors = await audit.ActorsAsync(actor, slug, cancellationToken);
        return (page.Error ?? actors.Error) is { } fault
            ? fault
            : new AuditPageModel(asked, organization.Value, target.Length > 0,
                [.. page.Value.Items.Select(AuditItem.Of)], page.Value.NextCursor, actors.Value, now);
    }
}
