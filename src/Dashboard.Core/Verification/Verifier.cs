using System.Data.Common;
using Dashboard.Core.Data;
using Dashboard.Core.Keys;
using Dashboard.Core.Organizations;
using Dashboard.Core.Usage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.Logging;

namespace Dashboard.Core.Verification;

/// <summary>Says whether a presented credential is good for what is asked: one hash, one query.</summary>
public sealed partial class Verifier(
    IDbContextFactory<DashboardContext> contexts, KeyShapes shapes, LastUsed lastUsed, FirstUses firstUses, TimeProvider time, ILogger<Verifier> logger)
{
    /// <summary>Verifies a credential. The rules are tried in a fixed order, and the first that fails answers.</summary>
    /// <param name="credential">What the request presented.</param>
    /// <param name="demand">What the request is about.</param>
    /// <param name="facts">What is known of the original request, for the record of first and last use; null for nothing.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The verdict; with the database away, <see cref="RefusalCode.VerificationUnavailable"/> and never a word against the key.</returns>
    public async Task<Verdict> VerifyAsync(PresentedCredential credential, Demand demand, RequestFacts? facts, CancellationToken cancellationToken)
    {
        if (credential.Refusal is { } refusal)
        {
            return Verdict.Refused(refusal);
        }

        if (credential.Kind == CredentialKind.Jwt)
        {
            return Verdict.Refused(RefusalCode.InvalidToken); // none has been issued
        }

        try
        {
            var (verdict, unused) = await JudgeAsync(credential, demand, cancellationToken);
            if (verdict.Principal is { } principal)
            {
                var now = time.GetUtcNow();
                lastUsed.Note(principal.KeyId, now, facts?.Address);
                if (unused)
                {
                    firstUses.Note(principal.KeyId, now, facts, credential.Reveal());
                }
            }

            return verdict;
        }
        catch (Exception exception) when (exception is DbException or RetryLimitExceededException or TimeoutException)
        {
            LogUnavailable(exception);
            return Verdict.Refused(RefusalCode.VerificationUnavailable);
        }
    }

    /// <summary>The verdict, and whether the key was never used before.</summary>
    async Task<(Verdict Verdict, bool Unused)> JudgeAsync(PresentedCredential credential, Demand demand, CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        if (!shapes.Fits(credential.Reveal()))
        {
            await shapes.LoadAsync(context, cancellationToken);
            if (!shapes.Fits(credential.Reveal()))
            {
                return (Verdict.Refused(RefusalCode.MalformedKey), false);
            }
        }

        var hash = KeyHash.Of(credential.Reveal());
        var stored = await StoredKey.FindAsync(context, context.Keys.AsNoTracking().Where(key => key.Hash == hash), cancellationToken);
        if (stored is null)
        {
            return (Verdict.Refused(RefusalCode.InvalidKey), false);
        }

        var row = stored.ToRow(time.GetUtcNow());
        return FirstFailure(row, await ResolveAsync(context, demand, row, stored.Key.ProjectId, cancellationToken)) is { } refusal
            ? (Verdict.Refused(refusal, row.KeyId), false)
            : (new(new(row.KeyId, stored.Organization, row.Project, row.Environment, row.Owner, row.Permissions, row.Scope, row.ExpiresAt), null, row.KeyId),
                row.LastUsedAt is null);
    }

    static RefusalCode? FirstFailure(KeyRow key, Demand demand)
    {
        if (key.State != KeyState.Active)
        {
            return key.State switch
            {
                KeyState.Revoked => RefusalCode.RevokedKey,
                KeyState.Expired => RefusalCode.ExpiredKey,
                _ => RefusalCode.InactiveKey,
            };
        }

        var environment = key.Environment == KeyEnvironment.Live ? AcceptedEnvironments.Live : AcceptedEnvironments.Test;
        if (!demand.Environments.HasFlag(environment))
        {
            return RefusalCode.WrongEnvironment;
        }

        if (demand.Project is not null && demand.Project != key.Project)
        {
            return RefusalCode.WrongProject;
        }

        if (demand.Resource is not null && key.Scope?.Contains(demand.Resource, StringComparer.Ordinal) == false)
        {
            return RefusalCode.ResourceOutOfScope;
        }

        return demand.Permission is not null && !key.Permissions.Contains(demand.Permission, StringComparer.Ordinal)
            ? RefusalCode.InsufficientPermissions
            : null;
    }

    /// <summary>A past address of the key's own project means it as well.</summary>
    static async Task<Demand> ResolveAsync(DashboardContext context, Demand demand, KeyRow key, long projectId, CancellationToken cancellationToken) =>
        demand.Project is not null && demand.Project != key.Project && ProjectPath.TryParse(demand.Project, out var path)
        && await context.ProjectSlugs.AnyAsync(
            slug => slug.ProjectId == projectId && slug.Slug == path.Project
                && context.OrganizationSlugs.Any(x => x.OrganizationId == slug.OrganizationId && x.Slug == path.Organization),
            cancellationToken)
            ? demand with { Project = key.Project }
            : demand;

    [LoggerMessage(Level = LogLevel.Error, Message = "Credentials cannot be verified: the database did not answer.")]
    partial void LogUnavailable(Exception exception);
}
