using Dashboard.Core.Credentials;
using Dashboard.Core.Keys;

namespace Dashboard.Core.Verification;

/// <summary>What a proxy demands of a credential, as the address that it asks says: up to <c>/{organization}/{project}/{environment}/{permission}/{kind}:{id}</c>,
/// where <c>-</c> stands for any.</summary>
public sealed class ForwardAuthPolicy
{
    /// <summary>No project, resource or permission is called so: what asks for it refuses everybody.</summary>
    const string Nobody = "";

    /// <summary>By the environments that the request's host takes; one for all where the policy itself names the environment.</summary>
    readonly AccessRequirement[] demands;

    ForwardAuthPolicy(AccessRequirement requirement, AcceptedEnvironments? named) =>
        demands = [.. Enumerable.Range(0, (int)AcceptedEnvironments.Both + 1).Select(host => requirement with { Environments = named ?? (AcceptedEnvironments)host })];

    /// <summary>The demand of a request.</summary>
    /// <param name="host">What its host takes.</param>
    public AccessRequirement At(AcceptedEnvironments host) => demands[(int)host];

    /// <summary>Reads what stands behind the address's first segment. Null for what has not the form of a policy. An organization, project, environment, permission
    /// or kind that cannot be is one that no credential has.</summary>
    /// <param name="path">The rest of the path, decoded.</param>
    /// <param name="catalog">The words of the installation.</param>
    public static ForwardAuthPolicy? Read(string path, PermissionCatalog catalog)
    {
        var segments = path.Split('/');
        if (segments is ["", .., ""])
        {
            segments = segments[..^1]; // a slash at the end says nothing
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

    /// <summary>The segment at a place; null for any.</summary>
    static string? At(string[] segments, int place) => place < segments.Length && segments[place] != AccessRequirement.Any ? segments[place] : null;

    static string Path(string? organization, string? project) =>
        (organization is null || Names.HasSlugShape(organization)) && (project is null || Names.HasSlugShape(project))
            ? $"{organization ?? AccessRequirement.Any}/{project ?? AccessRequirement.Any}" : Nobody;

    static bool IsKnown(string permission, PermissionCatalog catalog) => permission == PermissionCatalog.Verify || catalog.Permissions.Any(known => known.Name == permission);
}
