using Dashboard.Core.Credentials;

namespace Dashboard.Core.Tokens;

/// <summary>The rules for a known access token. The first one that fails determines the refusal.</summary>
static class TokenRules
{
    /// <summary>Returns the first refusal, or null if the token meets the requirement.</summary>
    /// <param name="facts">The original request. A token for a resource is valid only at URLs below it.</param>
    /// <param name="now">The current time, UTC.</param>
    public static RefusalCode? FirstFailure(CachedToken token, AccessRequirement requirement, CallerContext? facts, DateTimeOffset now) =>
        requirement.Environments == AcceptedEnvironments.None
        ? RefusalCode.WrongEnvironment
        : State(token, now) ?? Audience(token, facts) ?? Project(token, requirement.Project)
            ?? Resource(token, requirement.Resource) ?? Permission(token, requirement);

    /// <summary>Returns the refusal of a token that has expired or is not valid, or null.</summary>
    public static RefusalCode? State(CachedToken token, DateTimeOffset now) =>
        token.ExpiresAt <= now ? RefusalCode.TokenExpired : token.Counts ? null : RefusalCode.InvalidToken;

    static RefusalCode? Audience(CachedToken token, CallerContext? facts) =>
        token.Resource is { } resource
            && !ResourceIndicator.Covers(resource, facts?.Scheme, facts?.Host, facts?.Path) ? RefusalCode.InvalidToken : null;

    static RefusalCode? Project(CachedToken token, string? demanded)
    {
        if (demanded is null)
        {
            return null;
        }

        if (demanded.Split('/') is not [var organization, var project] || !token.Organization.IsMeantBy(organization))
        {
            return RefusalCode.WrongProject;
        }

        return project == AccessRequirement.Any || (token.Organization.Find(demanded) is { } found
            && token.Projects?.Contains(found.Id) != false) ? null : RefusalCode.WrongProject;
    }

    static RefusalCode? Resource(CachedToken token, string? resource) =>
        resource is null || (KindOf(resource) is { } kind && TokenPermissions.Reach(token.Permissions, kind))
            ? null : RefusalCode.ResourceOutOfScope;

    static RefusalCode? Permission(CachedToken token, AccessRequirement requirement) =>
        requirement.Permission is { } permission && !token.May(permission, requirement.Resource is { } resource ? KindOf(resource) : null)
            ? RefusalCode.InsufficientPermissions : null;

    static string? KindOf(string resource) =>
        resource.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon ? resource[..colon] : null;
}
