using Dashboard.Core.Changes;
using Dashboard.Core.Data;
using Dashboard.Core.Keys;
using Dashboard.Core.Limits;
using Dashboard.Core.Organizations;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.PublishedApps;

/// <summary>Reads, publishes and unpublishes apps.</summary>
public sealed partial class PublishedAppService(
    IDbContextFactory<DashboardContext> contexts, UnitOfWorkRunner changes, KeyService keys, PermissionCatalog catalog,
    KnownKeyTemplates shapes, TenantLimitOptions limits,
    TimeProvider time)
{
    const int IdLength = 16;

    /// <summary>Publishes an app and mints its key, which does not count toward the project's key limit. The raw key exists only in the
    /// result.</summary>
    /// <param name="actor">A developer, admin or owner of the organization.</param>
    /// <returns>The app with its raw key; or <see cref="ErrorCode.InvalidRequest"/> by field, <see cref="ErrorCode.NotFound"/> for a
    /// project that the actor cannot see, <see cref="ErrorCode.Forbidden"/> for a viewer, <see cref="ErrorCode.AlreadyCreated"/> for a
    /// repeated request, or <see cref="ErrorCode.Conflict"/> if the idempotency key was used for a different request or the project has as
    /// many apps as it may.</returns>
    public async Task<Result<IssuedPublishedApp>> PublishAsync(Actor actor, NewPublishedApp input, CancellationToken cancellationToken)
    {
        var request = new NewKey(
            input.Project, input.Name, input.Environment, [input.Resource], input.Permissions, IdempotencyKey: input.IdempotencyKey)
        {
            AppId = PublishedApp.IdPrefix + Base62.Random(IdLength),
        };
        return KeyRules.Check(request, catalog, shapes, time.GetUtcNow()) is { } fault ? ToAppError(fault)
            : await changes.RunAsync<IssuedPublishedApp>(
            actor,
            async (change, token) =>
            {
                var found = await change.Context.ResolveProjectAsync(actor, input.Project, token);
                if (found.Error is { } missing)
                {
                    return missing;
                }

                var project = found.Value;
                if (project.Role.Check(MemberAction.PublishApps) is { } refusal)
                {
                    return refusal;
                }

                if (!await change.LockProjectAsync(project.ProjectId, token))
                {
                    return Error.NotFound;
                }

                if (await IdempotencyRecord.FindRepeatAsync(change, request, project.ProjectId, token) is { } repetition)
                {
                    return await ToAppErrorAsync(change.Context, repetition, token);
                }

                if (limits.AppsPerProject > 0
                    && await change.Context.PublishedApps.CountAsync(app => app.ProjectId == project.ProjectId
                        && app.UnpublishedAt == null, token) >= limits.AppsPerProject)
                {
                    return Error.LimitReached(
                        "app",
                        $"The project has reached its limit of {limits.AppsPerProject} published apps. Unpublish one, or raise Limits:AppsPerProject.");
                }

                var resources = await keys.FindResourcesAsync(change.Context, project.ProjectId, request.Resources, token);
                return resources.Error is { } unknown ? ToAppError(unknown)
                    : await IssueAsync(change, project, request, resources.Value[0], token);
            },
            cancellationToken);
    }

    /// <summary>Unpublishes an app permanently and revokes its key. Does nothing if it is already unpublished.</summary>
    /// <param name="actor">The publisher, or an admin or owner of the organization.</param>
    /// <returns>The app; or <see cref="ErrorCode.NotFound"/> or <see cref="ErrorCode.Forbidden"/>.</returns>
    public Task<Result<PublishedAppSummary>> UnpublishAsync(
        Actor actor, string id, CancellationToken cancellationToken) => changes.RunAsync<PublishedAppSummary>(
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
                return Error.NotFound;
            }

            var own = found.Role.Can(MemberAction.PublishApps) && found.PublishedBy == actor.Id;
            if (!own && found.Role.Check(MemberAction.ManageAllApps) is { } refusal)
            {
                return refusal;
            }

            await change.LockProjectAsync(found.ProjectId, token);
            Publication.End(
                change, found.OrganizationId, await context.PublishedApps.SingleAsync(app => app.Id == id, token), because: null);
            var revoked = await context.Keys.Where(
                key => key.OwnerType == PartyType.PublishedApp && key.OwnerId == id && key.State != KeyState.Revoked)
                .OrderBy(key => key.KeyId).ToListAsync(token);
            await KeyAudit.RevokeAsync(change, found.OrganizationId, revoked, "app_unpublished", id, token);
            await context.SaveChangesAsync(token);
            return await ReadAsync(context, actor, id, change.Now, token);
        },
        cancellationToken);

    /// <summary>Returns whether the text can be the identifier of an app. Lookups must check this first: SQL Server treats <c>x</c> and
    /// <c>x</c> followed by a space as equal.</summary>
    static bool IsId(string? id) => Names.IsResourceId(id) && id!.StartsWith(PublishedApp.IdPrefix, StringComparison.Ordinal);

    async Task<Result<IssuedPublishedApp>> IssueAsync(
        UnitOfWork change, ProjectAccess project, NewKey request, Resource resource, CancellationToken cancellationToken)
    {
        if (KeyPolicies.Check(request, project, change.Now) is { } against)
        {
            return against;
        }

        if (await keys.CheckPresenceAsync(change, request, cancellationToken) is { } stale)
        {
            return stale;
        }

        var app = new PublishedApp
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
        Publication.Record(change, project.OrganizationId, "app.published", app,
            new() { ["project"] = project.Path.ToString(), ["resource"] = $"{resource.Kind}:{resource.ExternalId}" });
        var key = await keys.IssueAsync(change, project, request, app.Name, [resource], cancellationToken);
        if (request.IdempotencyKey is not null)
        {
            change.Context.Add(IdempotencyRecord.Of(change.Actor, request, project.ProjectId, key.Key.KeyId, change.Now));
        }

        await change.Context.SaveChangesAsync(cancellationToken); // the app is read with its key
        var row = await ReadAsync(change.Context, change.Actor, app.Id, change.Now, cancellationToken);
        return new IssuedPublishedApp(row.Value, key.Secret);
    }

    /// <summary>Renames the fields of a key error to those of an app request.</summary>
    static Error ToAppError(Error fault)
    {
        if (fault.Errors is not { } errors || !errors.TryGetValue("resources", out var error))
        {
            return fault;
        }

        var renamed = errors.ToDictionary(StringComparer.Ordinal);
        renamed.Remove("resources");
        renamed["resource"] = error;
        return Error.Invalid(renamed);
    }

    /// <summary>Rewrites the response to a repeated request for an app.</summary>
    static async Task<Error> ToAppErrorAsync(DashboardContext context, Error repetition, CancellationToken cancellationToken)
    {
        if (repetition.Code != ErrorCode.AlreadyCreated)
        {
            return repetition;
        }

        var id = await context.Keys.Where(key => key.KeyId == repetition.CreatedId).Select(key => key.OwnerId)
            .SingleAsync(cancellationToken);
        return repetition with
        {
            Detail = $"This request already published the app {id}. Its key was returned only then. If you lost it, unpublish the app and publish it again.",
            CreatedOwnerId = id,
        };
    }
}
