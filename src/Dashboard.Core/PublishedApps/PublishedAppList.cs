using Dashboard.Core.Data;
using Dashboard.Core.Keys;
using Dashboard.Core.Organizations;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.Apps;

/// <content>Reading.</content>
public sealed partial class AppService
{
    /// <summary>Reads one app.</summary>
    /// <param name="actor">A member of the organization.</param>
    /// <param name="id">The app.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The app, or <see cref="FaultCode.NotFound"/>.</returns>
    public async Task<Outcome<AppRow>> GetAsync(Actor actor, string id, CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        return await ReadAsync(context, actor, id, time.GetUtcNow(), cancellationToken);
    }

    /// <summary>Lists a project's apps a page at a time, newest first.</summary>
    /// <param name="actor">A member of the organization.</param>
    /// <param name="query">Which. A cursor is good for the filter that it came from.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The page; or <see cref="FaultCode.InvalidRequest"/>, <see cref="FaultCode.NotFound"/>.</returns>
    public async Task<Outcome<Page<AppRow>>> ListAsync(Actor actor, AppQuery query, CancellationToken cancellationToken)
    {
        if (Page.Check(query.Limit, query.Search) is { } unusable)
        {
            return unusable;
        }

        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var project = await context.ResolveProjectAsync(actor, query.Project, cancellationToken);
        if (project.Fault is { } missing)
        {
            return missing;
        }

        string?[] filter = ["apps", $"{project.Value.ProjectId}", $"{query.IncludeUnpublished}", SearchOf(query)];
        var cursor = Cursor.Read(query.Cursor, filter);
        if (cursor.Fault is { } foreign)
        {
            return foreign;
        }

        var apps = Matching(context, project.Value.ProjectId, query);
        if (cursor.Value is { } last)
        {
            apps = apps.Where(x => x.PublishedAt < last.At || (x.PublishedAt == last.At && string.Compare(x.Id, last.Id) < 0));
        }

        var rows = await ReadAsync(
            context, apps.OrderByDescending(x => x.PublishedAt).ThenByDescending(x => x.Id).Take(query.Limit + 1), time.GetUtcNow(), cancellationToken);
        return Cursor.Cut(rows, query.Limit, row => row, row => new(row.PublishedAt, row.Id), filter);
    }

    /// <summary>How many apps a list has in all, on whatever page one is.</summary>
    /// <param name="actor">A member of the organization.</param>
    /// <param name="query">Which; its cursor and limit do not matter.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The number; or <see cref="FaultCode.InvalidRequest"/>, <see cref="FaultCode.NotFound"/>.</returns>
    public async Task<Outcome<int>> CountAsync(Actor actor, AppQuery query, CancellationToken cancellationToken)
    {
        if (Page.Check(Page.DefaultLimit, query.Search) is { } unusable)
        {
            return unusable;
        }

        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var project = await context.ResolveProjectAsync(actor, query.Project, cancellationToken);
        return project.Fault is { } missing ? missing : await Matching(context, project.Value.ProjectId, query).CountAsync(cancellationToken);
    }

    static string? SearchOf(AppQuery query) => string.IsNullOrWhiteSpace(query.Search) ? null : query.Search.Trim();

    static IQueryable<App> Matching(DashboardContext context, long projectId, AppQuery query)
    {
        var apps = context.Apps.AsNoTracking().Where(x => x.ProjectId == projectId);
        if (!query.IncludeUnpublished)
        {
            apps = apps.Where(x => x.UnpublishedAt == null);
        }

        if (SearchOf(query) is { } search)
        {
            var literal = Like.Literal(search);
            apps = apps.Where(x => EF.Functions.Like(x.Name, $"%{literal}%", Like.Escape) || EF.Functions.Like(x.Id, $"{literal}%", Like.Escape));
        }

        return apps;
    }

    /// <summary>The apps of the organizations that <paramref name="actor"/> belongs to.</summary>
    static IQueryable<App> VisibleTo(DashboardContext context, Actor actor)
    {
        var memberships = context.MembershipsOf(actor);
        return context.Apps.AsNoTracking().Where(app =>
            context.Projects.Any(project => project.Id == app.ProjectId && memberships.Any(member => member.OrganizationId == project.OrganizationId)));
    }

    static async Task<Outcome<AppRow>> ReadAsync(DashboardContext context, Actor actor, string id, DateTimeOffset now, CancellationToken cancellationToken) =>
        IsId(id) && await ReadAsync(context, VisibleTo(context, actor).Where(app => app.Id == id), now, cancellationToken) is [var row] ? row : Fault.NotFound;

    /// <summary>Apps as they are shown, each with its key.</summary>
    static async Task<List<AppRow>> ReadAsync(DashboardContext context, IQueryable<App> apps, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var rows = await (
            from app in apps
            select new
            {
                App = app,
                ResourceName = context.Resources.Where(x => x.ProjectId == app.ProjectId && x.Kind == app.ResourceKind && x.ExternalId == app.ResourceId)
                    .Select(x => x.Name).FirstOrDefault(),
                Publisher = context.Users.Where(x => x.Id == app.PublishedBy).Select(x => x.Name).FirstOrDefault(),
            }).ToListAsync(cancellationToken);
        if (rows.Count == 0)
        {
            return [];
        }

        var ids = rows.ConvertAll(row => row.App.Id);
        var keys = (await StoredKey.ReadAsync(context, context.Keys.AsNoTracking().Where(key => key.OwnerType == PartyType.App && ids.Contains(key.OwnerId)), cancellationToken))
            .ToDictionary(stored => stored.Key.OwnerId, stored => stored.ToRow(now), StringComparer.Ordinal);
        return rows.ConvertAll(row =>
        {
            var (app, key) = (row.App, keys[row.App.Id]);
            return new AppRow(
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
