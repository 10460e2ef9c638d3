using System.Net;
using Dashboard.Core.Credentials;
using Dashboard.Core.Keys;

namespace Dashboard.Core.Verification;

/// <summary>A rule for known keys.</summary>
/// <param name="Name">The name of the rule in explanations, in snake case.</param>
/// <param name="Judge">Returns why the key is refused at a given time for a given client, or null if it passes. Has no side
/// effects.</param>
sealed record VerificationRule(string Name, Func<CachedKey, AccessRequirement, IPAddress?, DateTimeOffset, RefusalCode?> Judge);

/// <summary>The rules for known keys. The first one that fails determines the refusal.</summary>
static class VerificationRules
{
    /// <summary>All rules, in the order in which they are checked.</summary>
    public static readonly IReadOnlyList<VerificationRule> InOrder =
    [
        new("state", State),
        new("environment", Environment),
        new("address", Address),
        new("project", Project),
        new("resource", Resource),
        new("permission", Permission),
    ];

    /// <summary>The rules as an array, for speed.</summary>
    static readonly VerificationRule[] Rules = [.. InOrder];

    /// <summary>Returns the first refusal, or null if the key meets the requirement.</summary>
    /// <param name="client">The client address, or null if it is not known.</param>
    /// <param name="now">The current time, UTC.</param>
    public static RefusalCode? FirstFailure(CachedKey key, AccessRequirement requirement, IPAddress? client, DateTimeOffset now)
    {
        foreach (var rule in Rules)
        {
            if (rule.Judge(key, requirement, client, now) is { } refusal)
            {
                return refusal;
            }
        }

        return null;
    }

    static RefusalCode? State(CachedKey key, AccessRequirement requirement, IPAddress? client, DateTimeOffset now) =>
        key.State.At(key.Principal.ExpiresAt, now) switch
        {
            KeyState.Active => null,
            KeyState.Revoked => RefusalCode.RevokedKey,
            KeyState.Expired => RefusalCode.ExpiredKey,
            _ => RefusalCode.InactiveKey,
        };

    static RefusalCode? Environment(CachedKey key, AccessRequirement requirement, IPAddress? client, DateTimeOffset now)
    {
        var own = key.Principal.Environment == KeyEnvironment.Live ? AcceptedEnvironments.Live : AcceptedEnvironments.Test;
        return requirement.Environments.HasFlag(own) ? null : RefusalCode.WrongEnvironment;
    }

    static RefusalCode? Address(CachedKey key, AccessRequirement requirement, IPAddress? client, DateTimeOffset now) =>
        key.AllowedIps is { } allowed && !allowed.Contains(client) ? RefusalCode.IpNotAllowed : null;

    static RefusalCode? Project(CachedKey key, AccessRequirement requirement, IPAddress? client, DateTimeOffset now) =>
        requirement.Project is { } project && !key.Project.IsMeantBy(project) ? RefusalCode.WrongProject : null;

    static RefusalCode? Resource(CachedKey key, AccessRequirement requirement, IPAddress? client, DateTimeOffset now) =>
        requirement.Resource is { } resource && !key.Reaches(resource) ? RefusalCode.ResourceOutOfScope : null;

    static RefusalCode? Permission(CachedKey key, AccessRequirement requirement, IPAddress? client, DateTimeOffset now) =>
        requirement.Permission is { } permission
            && !key.Principal.Permissions.Contains(permission, StringComparer.Ordinal) ? RefusalCode.InsufficientPermissions : null;
}
