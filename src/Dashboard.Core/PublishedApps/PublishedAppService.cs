using Dashboard.Core.Data;
using Dashboard.Core.Keys;
using Dashboard.Core.Organizations;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.Apps;

/// <summary>What people do with published apps.</summary>
public sealed partial class AppService(
    IDbContextFactory<DashboardContext> contexts, Changes changes, KeyService keys, Catalogue catalogue, KeyShapes shapes, TimeProvider time)
{
    const int IdLength = 16;

    static readonly Fault OthersApp = Fault.Forbidden("This app was published by somebody else. Its publisher or an admin can unpublish it.");

    /// <summary>Publishes an app and mints its one key, which does not count against the project's limit. The raw key is in what this returns and nowhere else.</summary>
    /// <param name="actor">A developer, admin or owner of the organization.</param>
    /// <param name="input">What is asked for.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The app with its key's secret; or <see cref="FaultCode.InvalidRequest"/> by field, <see cref="FaultCode.NotFound"/> for a project that the actor may not
    /// see, <see cref="FaultCode.Forbidden"/> for a viewer, <see cref="FaultCode.AlreadyCreated"/> for a repeat, <see cref="FaultCode.Conflict"/> for an idempotency key
    /// of another request.</returns>
    public async Task<Outcome<IssuedApp>> PublishAsync(Actor actor, NewApp input, CancellationToken cancellationToken)
    {
        var request = new NewKey(input.Project, input.Name, input.Environment, [input.Resource], input.Permissions, IdempotencyKey: input.IdempotencyKey)
        {
            AppId = App.IdPrefix + Base62.Random(IdLength),
        };
        return KeyRules.Check(request, catalogue, shapes, time.GetUtcNow()) is { } fault ? OfApp(fault) : await changes.RunAsync<IssuedApp>(
            actor,
            async (change, token) =>
            {
                var found = await change.Context.ResolveProjectAsync(actor, input.Project, token);
                if (found.Fault is { } missing)
                {
                    return missing;
                }

                var project = found.Value;
                if (project.Role < OrganizationRole.Developer)
                {
                    return Fault.Forbidden("Viewers do not publish apps. Ask an admin of your organization for another role.");
                }

                if (!await change.LockProjectAsync(project.ProjectId, token))
                {
                    return Fault.NotFound;
                }

                if (await IdempotencyRecord.FindRepeatAsync(change, request, project.ProjectId, token) is { } repeated)
                {
                    return await ToldOfAppAsync(change.Context, repeated, token);
                }

                var resources = await keys.FindResourcesAsync(change.Context, project.ProjectId, request.Resources, token);
                return resources.Fault is { } unknown ? OfApp(unknown) : await IssueAsync(change, project, request, resources.Value[0], token);
            },
            cancellationToken);
    }

    /// <summary>Unpublishes an app for ever, and revokes its key. A repeat changes nothing.</summary>
    /// <param name="actor">Who published it, or an admin or owner of the organization.</param>
    /// <param name="id">The app.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The app as it is then; or <see cref="FaultCode.NotFound"/>, <see cref="FaultCode.Forbidden"/>.</returns>
    public Task<Outcome<AppRow>> UnpublishAsync(Actor actor, string id, CancellationToken cancellationToken) => changes.RunAsync<AppRow>(
        actor,
        async (change, token) =>
        {
            var context = change.Context;
            var found = !IsId(id) ? null : await (
                from app in VisibleTo(context, actor)
                where app.Id == id
                join project in context.Projects on app.ProjectId equals project.Id
                join member in context.MembershipsOf(actor) on project.OrganizationId equals member.OrganizationId
                select new { app.ProjectId, app.PublishedBy, member.OrganizationId, member.Role }).SingleOrDefaultAsync(token);
            if (found is null)
            {
                return Fault.NotFound;
            }

            if (found.Role < OrganizationRole.Admin && (found.Role < OrganizationRole.Developer || found.PublishedBy != actor.Id))
            {
                return OthersApp;
            }

            await change.LockProjectAsync(found.ProjectId, token);
            Publication.End(change, found.OrganizationId, await context.Apps.SingleAsync(app => app.Id == id, token), because: null);
            var revoked = await context.Keys.Where(key => key.OwnerType == PartyType.App && key.OwnerId == id && key.State != KeyState.Revoked)
                .OrderBy(key => key.KeyId).ToListAsync(token);
            await KeyRevocation.RevokeAsync(change, found.OrganizationId, revoked, "app_unpublished", id, token);
            await context.SaveChangesAsync(token);
            return await ReadAsync(context, actor, id, change.Now, token);
        },
        cancellationToken);

    /// <summary>Whether an app can have this identifier. Nothing else is looked up: SQL Server takes <c>x</c> and <c>x</c> with a space behind it for the same.</summary>
    static bool IsId(string? id) => Names.IsResourceId(id) && id!.StartsWith(App.IdPrefix, StringComparison.Ordinal);

    async Task<Outcome<IssuedApp>> IssueAsync(Change change, ProjectAccess project, NewKey request, Resource resource, CancellationToken cancellationToken)
    {
        var app = new App
        {
            Id = request.AppId!,
            ProjectId = project.ProjectId,
            Name = request.Name.Trim(),
            ResourceKind = resource.Kind,
            ResourceId = resource.ExternalId,
            PublishedBy = change.Actor.Id,
            PublishedAt = change.Now,
        };
        change.Context.Add(app);
        Publication.Record(change, project.OrganizationId, "app.published", app, new() { ["project"] = project.Path.ToString(), ["resource"] = $"{resource.Kind}:{resource.ExternalId}" });
        await change.Context.SaveChangesAsync(cancellationToken);
        var key = await keys.IssueAsync(change, project, request, [resource], cancellationToken);
        if (key.Fault is { } unissued)
        {
            return unissued;
        }

        if (request.IdempotencyKey is not null)
        {
            change.Context.Add(IdempotencyRecord.Of(change.Actor, request, project.ProjectId, key.Value.Key.KeyId, change.Now));
            await change.Context.SaveChangesAsync(cancellationToken);
        }

        var row = await ReadAsync(change.Context, change.Actor, app.Id, change.Now, cancellationToken);
        return new IssuedApp(row.Value, key.Value.Secret);
    }

    /// <summary>A fault of the key that an app asks for, by the names that the app is asked for with.</summary>
    static Fault OfApp(Fault fault)
    {
        if (fault.Errors is not { } errors || !errors.TryGetValue("resources", out var error))
        {
            return fault;
        }

        var renamed = errors.ToDictionary(StringComparer.Ordinal);
        renamed.Remove("resources");
        renamed["resource"] = error;
        return Fault.Invalid(renamed);
    }

    /// <summary>That a request is a repeat, in the words of an app.</summary>
    static async Task<Fault> ToldOfAppAsync(DashboardContext context, Fault repeated, CancellationToken cancellationToken)
    {
        if (repeated.Code != FaultCode.AlreadyCreated)
        {
            return repeated;
        }

        var id = await context.Keys.Where(key => key.KeyId == repeated.CreatedId).Select(key => key.OwnerId).SingleAsync(cancellationToken);
        return repeated with
        {
            Detail = $"This request has published the app {id} already. Its key was in that answer only: if that was lost, unpublish the app and publish it again.",
        };
    }
}
