using System.Globalization;
using Dashboard.Core.Organizations;

namespace Dashboard.Core.Keys;

/// <summary>What an organization's policies demand of live keys. Test keys are free of them.</summary>
static class KeyPolicies
{
    /// <summary>Why a key that waits for approval cannot be enabled.</summary>
    public const string Pending = "This key waits for the approval of an admin. It works once an admin approves it.";

    /// <summary>Checks a new key. The managed key of an app follows its app, so only who may create it is checked.</summary>
    /// <returns>Null; or <see cref="ErrorCode.Forbidden"/>, or <see cref="ErrorCode.InvalidRequest"/> by field.</returns>
    public static Error? Check(NewKey key, ProjectAccess project, DateTimeOffset now)
    {
        if (key.Environment == KeyEnvironment.Live && !project.Policies.DevelopersCreateLiveKeys
            && !project.Role.Can(MemberAction.ManageAllKeys))
        {
            return Error.Forbidden("Only admins and owners can create live keys in this organization. Create a test key, or ask an admin.");
        }

        var errors = new Dictionary<string, string>(StringComparer.Ordinal);
        if (key.AppId is null)
        {
            Check(project.Policies, key.Environment, "", key.ExpiresAt, key.AllowedIps, now, errors);
        }

        return errors.Count == 0 ? null : Error.Invalid(errors);
    }

    /// <summary>Checks the expiry and the allow-list of a new key.</summary>
    /// <param name="prefix">What the names of the fields begin with in <paramref name="errors"/>.</param>
    public static void Check(
        OrganizationPolicies policies, KeyEnvironment environment, string prefix, DateTimeOffset? expiresAt,
        IReadOnlyList<string>? allowedIps,
        DateTimeOffset now, Dictionary<string, string> errors)
    {
        if (environment == KeyEnvironment.Live)
        {
            KeyRules.Add(errors, $"{prefix}expires_at", CheckExpiry(policies, expiresAt, now));
            KeyRules.Add(errors, $"{prefix}allowed_ips", CheckAllowList(policies, allowedIps));
        }
    }

    /// <summary>Checks a change of a key. An expiry can always be brought forward, and a key from before a policy stays as it is.</summary>
    public static Error? Check(ApiKey key, KeyPatch patch, OrganizationPolicies policies)
    {
        if (key.Environment != KeyEnvironment.Live || key.OwnerType == PartyType.PublishedApp)
        {
            return null;
        }

        var errors = new Dictionary<string, string>(StringComparer.Ordinal);
        if (patch.ExpiresAt is { } expiry && expiry.At != key.ExpiresAt
            && !(expiry.At is { } sooner && (key.ExpiresAt is null || sooner < key.ExpiresAt)))
        {
            KeyRules.Add(errors, "expires_at", CheckExpiry(policies, expiry.At, key.CreatedAt));
        }

        if (patch.Limits is { SetsAllowedIps: true, AllowedIps: var networks } && key.AllowedIps is not null)
        {
            KeyRules.Add(errors, "allowed_ips", CheckAllowList(policies, networks));
        }

        return errors.Count == 0 ? null : Error.Invalid(errors);
    }

    /// <summary>Returns whether a new key works only once an admin has approved it. What an admin creates is approved by that.</summary>
    public static bool NeedsApproval(ProjectAccess project, KeyEnvironment environment, IEnumerable<string> permissions) =>
        environment == KeyEnvironment.Live && project.Policies.LiveWriteKeysNeedApproval && !project.Role.Can(MemberAction.ManageAllKeys)
        && permissions.Contains(PermissionCatalog.Write, StringComparer.Ordinal);

    static string? CheckExpiry(OrganizationPolicies policies, DateTimeOffset? at, DateTimeOffset createdAt) =>
        policies.LatestExpiry(createdAt) is { } latest && (at is null || at > latest)
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"A live key of this organization lives {policies.MaxLiveKeyDays:N0} days at most. Choose {policies.LastDay(createdAt):d MMM yyyy} or earlier.")
            : null;

    static string? CheckAllowList(OrganizationPolicies policies, IReadOnlyList<string>? networks) =>
        !policies.LiveKeysNeedAllowList ? null
        : networks is null ? "A live key of this organization needs an allow-list. Add at least one network."
        : networks.Any(network => network.Trim().EndsWith("/0", StringComparison.Ordinal))
            ? "A live key of this organization needs an allow-list that does not allow every address."
        : null;
}
