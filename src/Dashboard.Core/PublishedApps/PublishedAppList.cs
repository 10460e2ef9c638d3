using Dashboard.Core.Data;
using Dashboard.Core.Keys;
using Dashboard.Core.Organizations;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.PublishedApps;

/// <content>Reading.</content>
public sealed partial class PublishedAppService
{
    /// <summary>Reads an app.</summary>
    /// <param name="actor">A member of the organization.</param>
    /// <returns>The app, or <see cref="ErrorCode.NotFound"/>.</returns>
    public async Task<Result<PublishedAppSummary>> GetAsync(Actor actor, string id, CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        return await ReadAsync(context, actor, id, time.GetUtcNow(), cancellationToken);
    }

    /// <summary>Lists the apps of a project, newest first.</summary>
    /// <param name="actor">A member of the organization.</param>
    /// <param name="query">The filter and page. A cursor is valid only for the filter that it came from.</param>
    /// <returns>The page; or <see cref="ErrorCode.InvalidRequest"/> or <see cref="ErrorCode.NotFound"/>.</returns>
    public async Task<Result<Page<PublishedAppSummary>>> ListAsync(
        Actor actor, PublishedAppQuery query, CancellationToken cancellationToken)
    {
        if (Page.Check(query.Limit, query.Search) is { } unusable)
        {
            return unusable;
        }

        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var project = await context.ResolveProjectAsync(actor, query.Project, cancellationToken);
        if (project.Error is { } missing)
        {
            return missing;
        }

        string?[] filter = ["apps", $"{project.Value.ProjectId}", $"{query.IncludeUnpublished}", SearchOf(query)];
        var cursor = Cursor.Read(query.Cursor, filter);
        if (cursor.Error is { } foreign)
        {
            return foreign;
        }

        var apps = Matching(context, project.Value.ProjectId, query);
        if (cursor.Value is { } last)
        {
            apps = apps.Where(x => x.PublishedAt < last.At || (x.PublishedAt == last.At && string.Compare(x.Id, last.Id) < 0));
        }

        var rows = await ReadAsync(
            context, apps.OrderByDescending(x => x.PublishedAt).ThenByDescending(x => x.Id)
                .Take(query.Limit + 1), time.GetUtcNow(), cancellationToken);
        return Cursor.Cut(rows, query.Limit, row => row, row => new(row.PublishedAt, row.Id), filter);
    }

    /// <summary>Counts the apps of a list across all pages.</summary>
    /// <param name="actor">A member of the organization.</param>
    /// <param name="query">The filter. Its cursor and page size are ignored.</param>
    /// <returns>The count; or <see cref="ErrorCode.InvalidRequest"/> or <see cref="ErrorCode.NotFound"/>.</returns>
    public async Task<Result<int>> CountAsync(Actor actor, PublishedAppQuery query, CancellationToken cancellationToken)
    {
        if (Page.Check(Page.DefaultLimit, query.Search) is { } unusable)
        {
            return unusable;
        }

        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var project = await context.ResolveProjectAsync(actor, query.Project, cancellationToken);
        return project.Error is { } missing ? missing
            : await Matching(context, project.Value.ProjectId, query).CountAsync(cancellationToken);
    }

    static string? SearchOf(PublishedAppQuery query) => string.IsNullOrWhiteSpace(query.Search) ? null : query.Search.Trim();

    static IQueryable<PublishedApp> Matching(DashboardContext context, long projectId, PublishedAppQuery query)
    {
        var apps = context.PublishedApps.AsNoTracking().Where(x => x.ProjectId == projectId);
        if (!query.IncludeUnpublished)
        {
            apps = apps.Where(x => x.UnpublishedAt == null);
        }

        if (SearchOf(query) is { } search)
        {
            var text = ComparableText.Fold(search);
            apps = apps.Where(x => x.SearchText.Contains(text) || x.Id.Substring(0, search.Length) == search);
        }

        return apps;
    }

    /// <summary>The apps of the organizations that <paramref name="actor"/> is a member of.</summary>
    static IQueryable<PublishedApp> VisibleTo(DashboardContext context, Actor actor)
    {
        var memberships = context.MembershipsOf(actor);
        return context.PublishedApps.AsNoTracking().Where(app =>
            context.Projects.Any(
                project => project.Id == app.ProjectId && memberships.Any(member => member.OrganizationId == project.OrganizationId)));
    }

    static async Task<Result<PublishedAppSummary>> ReadAsync(
        DashboardContext context, Actor actor, string id, DateTimeOffset now, CancellationToken cancellationToken) =>
        IsId(id) && await ReadAsync(context, VisibleTo(context, actor).Where(app => app.Id == id), now, cancellationToken) is [var row]
            ? row : Error.NotFound;

    /// <summary>Reads apps with their keys.</summary>
    static async Task<List<PublishedAppSummary>> ReadAsync(
        DashboardContext context, IQueryable<PublishedApp> apps, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var rows = await (
            from app in apps
            select new
            {
                PublishedApp = app,
                ResourceName = context.Resources.Where(
                    x => x.ProjectId == app.ProjectId && x.Kind == app.ResourceKind && x.ExternalId == app.ResourceId)
                    .Select(x => x.Name).FirstOrDefault(),
                Publisher = context.Users.Where(x => x.Id == app.PublishedBy).Select(x => x.Name).FirstOrDefault(),
            }).ToListAsync(cancellationToken);
        if (rows.Count == 0)
        {
            return [];
        }

        var ids = rows.ConvertAll(row => row.PublishedApp.Id);
        var keys = (await ApiKeyProjection.ReadAsync(context, context.Keys.AsNoTracking()
            .Where(key => key.OwnerType == PartyType.PublishedApp && ids.Contains(key.OwnerId)), cancellationToken))
            .ToDictionary(stored => stored.Key.OwnerId, stored => stored.ToRow(now), StringComparer.Ordinal);
        return rows.ConvertAll(row =>
        {
            var (app, key) = (row.PublishedApp, keys[row.PublishedApp.Id]);
            return new PublishedAppSummary(
                app.Id,
                app.Name,
                key.Project,
                $"{app.ResourceKind}:{app.ResourceId}",
                row.ResourceName ?? app.ResourceId,
                app.PublishedAt,
                new(PartyType.User, app.PublishedBy, row.Publisher ?? app.PublishedBy),
                app.UnpublishedAt,
                key);
        });
    }
}
