using Dashboard.Core.Credentials;
using Dashboard.Core.Keys;

namespace Dashboard.Core.Verification;

/// <summary>The requirement in the URL that a proxy calls for forward authentication: up to
/// <c>/{organization}/{project}/{environment}/{permission}/{kind}:{id}</c>, in which <c>-</c> stands for any.</summary>
public sealed class ForwardAuthPolicy
{
    /// <summary>A project, resource or permission that no credential has, so that every request is refused.</summary>
    const string Nobody = "";

    const int MaxShown = 32;

    /// <summary>A policy that refuses everybody.</summary>
    public static ForwardAuthPolicy RefusesAll { get; } = new(new(Project: Nobody), null);

    /// <summary>The requirements by the environments that the host accepts. They are the same for all hosts if the policy itself names an
    /// environment.</summary>
    readonly AccessRequirement[] requirements;

    ForwardAuthPolicy(AccessRequirement requirement, AcceptedEnvironments? environments) =>
        requirements = [.. Enumerable.Range(0, (int)AcceptedEnvironments.Both + 1)
            .Select(host => requirement with { Environments = environments ?? (AcceptedEnvironments)host })];

    /// <summary>Why the policy refuses everybody whatever there is in the database, or null if it does not: a part that has not its
    /// grammar, or an unknown environment, permission or kind.</summary>
    public string? Fault { get; private init; }

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
            })
        {
            Fault = Path(organization, project) == Nobody ? "has an organization or project that is no slug"
                : At(segments, 3) is not (null or "live" or "test") ? $"has the unknown environment {Shown(segments[3])}"
                : permission is not null && !IsKnown(permission, catalog) ? $"has the unknown permission {Shown(permission)}"
                : resource is not null && !KeyRules.TryParseResource(resource, catalog, out _)
                    ? $"has the resource {Shown(resource)}, which is not the kind and id of one"
                : null,
        };
    }

    /// <summary>Returns a part as a log may have it: a name, and nothing that could be a key.</summary>
    static string Shown(string part) =>
        part.Length <= MaxShown && part.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_' or '.' or ':')
            ? $"\"{part}\"" : "(not shown)";

    /// <summary>Returns the segment at an index, or null for any.</summary>
    static string? At(string[] segments, int place) =>
        place < segments.Length && segments[place] != AccessRequirement.Any ? segments[place] : null;

    static string Path(string? organization, string? project) =>
        (organization is null || Names.HasSlugShape(organization)) && (project is null || Names.HasSlugShape(project))
            ? $"{organization ?? AccessRequirement.Any}/{project ?? AccessRequirement.Any}" : Nobody;

    static bool IsKnown(string permission, PermissionCatalog catalog) =>
        permission == PermissionCatalog.Verify || catalog.Permissions.Any(known => known.Name == permission);
}
