using Dashboard.Core.Credentials;
using Dashboard.Core.Keys;

namespace Dashboard.Core.Verification;

/// <summary>The requirement in the URL that a proxy calls for forward authentication: up to
/// <c>/{organization}/{project}/{environment}/{permission}/{kind}:{id}</c>, in which <c>-</c> stands for any.</summary>
public sealed class ForwardAuthPolicy
{
    /// <summary>A project, resource or permission that no credential has, so that every request is refused.</summary>
    const string Nobody = "";

    /// <summary>The requirements by the environments that the host accepts. They are the same for all hosts if the policy itself names an
    /// environment.</summary>
    readonly AccessRequirement[] requirements;

    ForwardAuthPolicy(AccessRequirement requirement, AcceptedEnvironments? environments) =>
        requirements = [.. Enumerable.Range(0, (int)AcceptedEnvironments.Both + 1).Select(host => requirement with { Environments = environments ?? (AcceptedEnvironments)host })];

    /// <summary>Returns the requirement of a request.</summary>
    /// <param name="host">The environments that the host accepts.</param>
    public AccessRequirement At(AcceptedEnvironments host) => requirements[(int)host];

    /// <summary>Parses the URL after its first segment. Returns null if it does not have the format of a policy. An unknown organization,
    /// project, environment, permission or kind is one that no credential has.</summary>
    /// <param name="path">The rest of the path, decoded.</param>
    public static ForwardAuthPolicy? Read(string path, PermissionCatalog catalog)
    {
        var segments = path.Split('/');
        if (segments is ["", .., ""])
        {
            segments = segments[..^1]; // a trailing slash is ignored
        }

        if (segments.Length is not (1 or (>= 3 and <= 6)) || segments[0].Length > 0 || segments.Skip(1).Any(segment => segment.Length == 0))
        {
            return null;
        }

        var (organization, project) = (At(segments, 1), At(segments, 2));
        var (permission, resource) = (At(segments, 4), At(segments, 5));
        return new(
            new(
                Project: organization is null && project is null ? null : Path(organization, project),
                Permission: permission is null || IsKnown(permission, catalog) ? permission : Nobody,
                Resource: resource is null || KeyRules.TryParseResource(resource, catalog, out _) ? resource : Nobody),
            At(segments, 3) switch
            {
                null => null,
                "live" => AcceptedEnvironments.Live,
                "test" => AcceptedEnvironments.Test,
                _ => AcceptedEnvironments.None,
            });
    }

    /// <summary>Returns the segment at an index, or null for any.</summary>
    static string? At(string[] segments, int place) => place < segments.Length && segments[place] != AccessRequirement.Any ? segments[place] : null;

    static string Path(string? organization, string? project) =>
        (organization is null || Names.HasSlugShape(organization)) && (project is null || Names.HasSlugShape(project))
            ? $"{organization ?? AccessRequirement.Any}/{project ?? AccessRequirement.Any}" : Nobody;

    static bool IsKnown(string permission, PermissionCatalog catalog) => permission == PermissionCatalog.Verify || catalog.Permissions.Any(known => known.Name == permission);
}
