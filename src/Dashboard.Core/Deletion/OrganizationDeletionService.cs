using System.Text.Json;
using Dashboard.Core.Changes;
using Dashboard.Core.Data;
using Dashboard.Core.Keys;
using Dashboard.Core.Organizations;
using Dashboard.Core.Projects;
using Dashboard.Core.Tokens;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.Deletion;

/// <summary>The effect of deleting an organization, for its confirmation; afterwards, what was deleted.</summary>
/// <param name="Projects">The number of projects.</param>
/// <param name="Keys">The number of keys that are not yet revoked.</param>
/// <param name="KeysUsedInLastHour">The number of these that were used within the last hour.</param>
/// <param name="ServiceAccounts">The number of service accounts.</param>
/// <param name="Members">The number of members, who lose access.</param>
public sealed record OrganizationContents(int Projects, int Keys, int KeysUsedInLastHour, int ServiceAccounts, int Members);

/// <summary>Deletes organizations with everything in them. Their audit logs stay.</summary>
public sealed class OrganizationDeletionService(IDbContextFactory<DashboardContext> contexts, UnitOfWorkRunner changes, TimeProvider time)
{
    const string Because = "organization_deleted";

    /// <summary>Returns the effect of deleting an organization.</summary>
    /// <param name="actor">An owner of the organization.</param>
    /// <param name="organization">The current or a past slug.</param>
    /// <returns>The effect; or <see cref="ErrorCode.NotFound"/> or <see cref="ErrorCode.Forbidden"/>.</returns>
    public async Task<Result<OrganizationContents>> PreviewAsync(Actor actor, string organization, CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var found = await FindAsync(context, actor, organization, cancellationToken);
        return found.Error is { } refused ? refused : await CountAsync(context, found.Value.Id, time.GetUtcNow(), cancellationToken);
    }

    /// <summary>Deletes an organization: revokes its keys, deletes its projects and service accounts, ends what its members authorized, and
    /// removes its members. Its slugs are never reused, and its audit log stays.</summary>
    /// <param name="actor">An owner of the organization.</param>
    /// <param name="organization">The current or a past slug.</param>
    /// <returns>What was deleted; or <see cref="ErrorCode.NotFound"/>, <see cref="ErrorCode.Forbidden"/> or
    /// <see cref="ErrorCode.FreshSignInRequired"/>.</returns>
    public Task<Result<OrganizationContents>> DeleteAsync(Actor actor, string organization, CancellationToken cancellationToken) =>
        changes.RunAsync<OrganizationContents>(
            actor,
            async (change, token) =>
            {
                var found = await FindAsync(change.Context, actor, organization, token);
                if ((found.Error ?? await change.CheckPresenceAsync(token)) is { } refused)
                {
                    return refused;
                }

                var (id, slug) = (found.Value.Id, found.Value.Slug);
                // Members before the organization, as in every change: theirs wait for it with their own row locked.
                await change.Context.Members.IgnoreQueryFilters().Where(x => x.OrganizationId == id)
                    .ExecuteUpdateAsync(set => set.SetProperty(x => x.Role, x => x.Role), token);
                await change.LockOrganizationAsync(id, token);
                var row = await change.Context.Organizations.SingleAsync(x => x.Id == id, token);
                var contents = await CountAsync(change.Context, id, change.Now, token);
                row.DeletedAt = change.Now;
                change.Record(
                    id, new(AuditCategory.Settings, "organization.deleted", new(FeedSubject.Organization, slug, row.Name),
                        Details: JsonSerializer.Serialize(new
                        {
                            projects = contents.Projects,
                            keys_revoked = contents.Keys,
                            service_accounts = contents.ServiceAccounts,
                            members = contents.Members,
                        })));
                await DeleteProjectsAsync(change, id, slug, token);
                await DeleteServiceAccountsAsync(change, id, token);
                await EndAuthorizationsAsync(change, id, token);
                await WithdrawInvitationsAsync(change, id, token);
                await RemoveMembersAsync(change, id, token);
                return contents;
            },
            cancellationToken);

    static async Task<Result<OrganizationAccess>> FindAsync(
        DashboardContext context, Actor actor, string organization, CancellationToken cancellationToken) =>
        await context.FindOrganizationAsync(actor, organization, cancellationToken) is not { } found ? Error.NotFound
        : found.Role.Check(MemberAction.ChangeOrganization) is { } refusal ? refusal
        : found;

    static async Task<OrganizationContents> CountAsync(
        DashboardContext context, long id, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var projects = context.Projects.Where(project => project.OrganizationId == id && project.DeletedAt == null);
        var keys = context.Keys.Where(
            key => projects.Any(project => project.Id == key.ProjectId) && KeyListPartition.Unrevoked.Contains(key.Shelf));
        var since = now - DeletionPreview.Recent;
        return new(
            await projects.CountAsync(cancellationToken),
            await keys.CountAsync(cancellationToken),
            await keys.CountAsync(key => key.LastUsedOrder > since, cancellationToken),
            await context.ServiceAccounts.CountAsync(
                account => account.OrganizationId == id && account.DeletedAt == null, cancellationToken),
            await context.Members.IgnoreQueryFilters().CountAsync(member => member.OrganizationId == id, cancellationToken));
    }

    static async Task DeleteProjectsAsync(UnitOfWork change, long id, string slug, CancellationToken cancellationToken)
    {
        var projects = await change.Context.Projects.AsNoTracking()
            .Where(x => x.OrganizationId == id && x.DeletedAt == null).OrderBy(x => x.Id)
            .ToListAsync(cancellationToken);
        foreach (var project in projects)
        {
            await change.LockProjectAsync(project.Id, cancellationToken);
            var revocable = change.Context.Keys.Where(key => key.ProjectId == project.Id && KeyListPartition.Unrevoked.Contains(key.Shelf));
            var keys = await revocable.AsNoTracking().OrderBy(key => key.KeyId).ToListAsync(cancellationToken);
            var address = new ProjectPath(slug, project.Slug).ToString();
            change.Record(id, new(
                AuditCategory.Settings, "project.deleted", new(FeedSubject.Project, address, project.Name),
                Details: JsonSerializer.Serialize(new { keys_revoked = keys.Count, because = Because })));
            await KeyAudit.RevokeAllAsync(change, id, revocable, keys, Because, slug, cancellationToken);
            await change.Context.Projects.Where(x => x.Id == project.Id)
                .ExecuteUpdateAsync(set => set.SetProperty(x => x.DeletedAt, change.Now), cancellationToken);
        }
    }

    static async Task DeleteServiceAccountsAsync(UnitOfWork change, long id, CancellationToken cancellationToken)
    {
        var accounts = change.Context.ServiceAccounts.Where(x => x.OrganizationId == id && x.DeletedAt == null);
        var deleted = await accounts.AsNoTracking().OrderBy(x => x.Id).ToListAsync(cancellationToken);
        await change.Context.ServiceAccountCredentials.Where(
            x => x.RevokedAt == null && accounts.Any(account => account.Id == x.ServiceAccountId))
            .ExecuteUpdateAsync(set => set.SetProperty(x => x.RevokedAt, change.Now), cancellationToken);
        await accounts.ExecuteUpdateAsync(
            set => set.SetProperty(x => x.DeletedAt, change.Now)
                .SetProperty(x => x.TokenGeneration, x => x.TokenGeneration + 1), cancellationToken);
        foreach (var account in deleted)
        {
            change.Record(id, new(
                AuditCategory.ServiceAccounts, "service_account.deleted", new(FeedSubject.ServiceAccount, account.Id, account.Name),
                Details: JsonSerializer.Serialize(new { because = Because })));
        }
    }

    static async Task EndAuthorizationsAsync(UnitOfWork change, long id, CancellationToken cancellationToken)
    {
        var open = await change.Context.Authorizations.Where(x => x.OrganizationId == id && x.EndedAt == null)
            .OrderBy(x => x.Id).ToListAsync(cancellationToken);
        var names = await OAuthClients.ReadManyAsync(
            change.Context, [.. open.Select(x => x.ClientId).Distinct(StringComparer.Ordinal)], cancellationToken);
        foreach (var authorization in open)
        {
            authorization.EndedAt = change.Now;
            AuthorizationRevocation.Record(
                change, authorization, "authorization.ended", names.GetValueOrDefault(authorization.ClientId)?.Name
                    ?? authorization.ClientId, Because);
        }
    }

    static async Task WithdrawInvitationsAsync(UnitOfWork change, long id, CancellationToken cancellationToken)
    {
        var invitations = change.Context.Invitations.Where(x => x.OrganizationId == id);
        foreach (var open in await invitations.AsNoTracking().OrderBy(x => x.Id).ToListAsync(cancellationToken))
        {
            change.Record(id, new(
                AuditCategory.Members, "invitation.withdrawn", new(FeedSubject.Invitation, open.Id, open.Email),
                Details: JsonSerializer.Serialize(new { because = Because })));
        }

        await invitations.ExecuteDeleteAsync(cancellationToken);
    }

    static async Task RemoveMembersAsync(UnitOfWork change, long id, CancellationToken cancellationToken)
    {
        var members = await (
            from member in change.Context.Members.IgnoreQueryFilters()
            where member.OrganizationId == id
            join user in change.Context.Users on member.UserId equals user.Id
            orderby member.UserId
            select new { user.Id, user.Name }).ToListAsync(cancellationToken);
        foreach (var member in members)
        {
            change.Record(id, new(
                AuditCategory.Members, "member.removed", new(FeedSubject.User, member.Id, member.Name), Details: JsonSerializer.Serialize(
                    new { because = Because })));
        }

        await change.Context.Members.IgnoreQueryFilters().Where(x => x.OrganizationId == id).ExecuteDeleteAsync(cancellationToken);
    }
}
