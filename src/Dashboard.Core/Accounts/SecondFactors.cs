using Dashboard.Core.Data;
using Dashboard.Core.Organizations;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.Accounts;

/// <summary>The rule of who has a second factor and who needs one. A person with an authenticator app or a passkey has one: their password
/// alone no longer signs them in. A member of an organization with <see cref="Organization.RequireTwoFactor"/> needs one.</summary>
public static class SecondFactors
{
    /// <summary>Returns whether a person has an authenticator app or a passkey.</summary>
    public static async Task<bool> AnyAsync(DashboardContext context, string userId, CancellationToken cancellationToken) =>
        await context.Authenticators.AnyAsync(x => x.UserId == userId, cancellationToken)
            || await context.Passkeys.AnyAsync(x => x.UserId == userId, cancellationToken);

    /// <summary>The organizations of a person that require a second factor, by name.</summary>
    public static IQueryable<string> RequiredBy(DashboardContext context, string userId) =>
        from member in context.Members
        where member.UserId == userId
        join organization in context.Organizations on member.OrganizationId equals organization.Id
        where organization.RequireTwoFactor
        orderby organization.Name
        select organization.Name;

    /// <summary>Returns whether a person lacks the second factor that an organization of theirs requires.</summary>
    /// <param name="organizationId">The only organization that counts, or null for all of the person's.</param>
    public static async Task<bool> LacksAsync(
        DashboardContext context, string userId, long? organizationId, CancellationToken cancellationToken) =>
        await context.Members.AnyAsync(
            member => member.UserId == userId && (organizationId == null || member.OrganizationId == organizationId)
                && context.Organizations.Any(x => x.Id == member.OrganizationId && x.RequireTwoFactor),
            cancellationToken)
        && !await AnyAsync(context, userId, cancellationToken);

    /// <summary>The error of a person who lacks the second factor that an organization of theirs requires.</summary>
    /// <param name="publicUrl">The address of this installation, or null.</param>
    public static Error Missing(string? publicUrl) => new(
        ErrorCode.TwoFactorSetupRequired,
        $"Your organization requires a second factor. Set one up at {publicUrl}/account/security, then try again.");
}
