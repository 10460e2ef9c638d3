using Dashboard.Core.Keys;
using Dashboard.Core.Organizations;
using Dashboard.Core.Usage;

namespace Dashboard.Core.Credentials;

/// <summary>Everything that the verification of a key depends on, as read from the database. Immutable: a change results in a new instance.
/// Contains nothing that depends on the time or the request.</summary>
sealed class CachedKey
{
    /// <summary>The number of resources up to which a linear search is used.</summary>
    const int FewResources = 8;

    readonly HashSet<string>? scope;
    KeyMeter? meter;

    /// <summary>Combines what was read from the database.</summary>
    /// <param name="principal">The principal of the key.</param>
    /// <param name="state">The stored state, never <see cref="KeyState.Expired"/>.</param>
    /// <param name="unused">Whether the key has never been accepted.</param>
    public CachedKey(Principal principal, KeyState state, CachedProject project, CachedOwner owner, bool unused)
    {
        (Principal, State, Project, Owner, Unused) = (principal, state, project, owner, unused);
        Accepted = new(principal, null, principal.KeyId);
        scope = principal.Scope is { Count: > FewResources } many ? many.ToHashSet(StringComparer.Ordinal) : null;
    }

    /// <summary>The principal of the key.</summary>
    public Principal Principal { get; }

    /// <summary>The stored state. <see cref="KeyStates.At"/> returns the effective one.</summary>
    public KeyState State { get; }

    /// <summary>The project.</summary>
    public CachedProject Project { get; }

    /// <summary>The owner.</summary>
    public CachedOwner Owner { get; }

    /// <summary>Whether the project and the owner are unchanged since they were read.</summary>
    public bool Holds => !Project.IsGone && !Owner.IsGone;

    /// <summary>Whether the key has never been accepted.</summary>
    public bool Unused { get; }

    /// <summary>The allow-list, or null to allow every address.</summary>
    public AddressList? AllowedIps { get; init; }

    /// <summary>The maximum number of accepted requests per minute on this node, or null for no limit.</summary>
    public int? RequestsPerMinute { get; init; }

    /// <summary>The verdict if no rule refuses the key.</summary>
    public Verdict Accepted { get; }

    /// <summary>Returns the meter of the key. Concurrent callers may create two meters, whose counts are added.</summary>
    public KeyMeter MeterOf(UsageLedger usage) => meter ??= usage.Meter(Principal.KeyId, Project.Id);

    /// <summary>Returns the same key with a project and an owner that it shares with other keys.</summary>
    /// <param name="project">An equal project.</param>
    /// <param name="owner">An equal owner.</param>
    public CachedKey On(CachedProject project, CachedOwner owner) => project == Project && owner == Owner
        ? this
        : new(Principal with { Organization = project.Organization, Project = project.Path, Owner = owner.Party },
            State, project, owner, Unused)
        {
            AllowedIps = AllowedIps,
            RequestsPerMinute = RequestsPerMinute,
        };

    /// <summary>Returns whether the key has access to a resource.</summary>
    /// <param name="resource"><c>kind:id</c>, which need not be registered. No key has access to an empty text.</param>
    public bool Reaches(string resource) => resource.Length > 0 &&
        (Principal.Scope is not { } narrowed
            || (scope is not null ? scope.Contains(resource) : narrowed.Contains(resource, StringComparer.Ordinal)));
}

/// <summary>Something that the verification of several keys depends on. When it changes, those keys are invalid in the cache at
/// once.</summary>
abstract class Ground
{
    volatile bool gone;

    /// <summary>Whether it has changed since it was read.</summary>
    public bool IsGone => gone;

    /// <summary>Marks it as changed.</summary>
    public void Leave() => gone = true;
}

/// <summary>The owner of keys.</summary>
sealed class CachedOwner(Party party) : Ground
{
    /// <summary>The owner as verification results show it.</summary>
    public Party Party { get; } = party;
}

/// <summary>A project with all of its current and past paths. Past paths still resolve.</summary>
/// <param name="id">The database identifier.</param>
/// <param name="organizationId">The database identifier of the organization.</param>
/// <param name="path">The current path.</param>
/// <param name="organizationSlugs">The current and past slugs of the organization, in a fixed order.</param>
/// <param name="slugs">The current and past slugs of the project, in a fixed order.</param>
sealed class CachedProject(
    long id, long organizationId, ProjectPath path, IReadOnlyList<string> organizationSlugs, IReadOnlyList<string> slugs) : Ground
{
    readonly IReadOnlyList<string> organizationSlugs = organizationSlugs;
    readonly IReadOnlyList<string> slugs = slugs;

    /// <summary>The database identifier.</summary>
    public long Id { get; } = id;

    /// <summary>The database identifier of the organization.</summary>
    public long OrganizationId { get; } = organizationId;

    /// <summary>The current slug of the organization.</summary>
    public string Organization { get; } = path.Organization;

    /// <summary>The current path, <c>organization/project</c>.</summary>
    public string Path { get; } = path.ToString();

    /// <summary>The current and past paths, <c>organization/project</c>.</summary>
    public IEnumerable<string> Addresses =>
        from organization in organizationSlugs from slug in slugs select new ProjectPath(organization, slug).ToString();

    /// <summary>Returns whether another instance has the same content.</summary>
    public bool SaysAs(CachedProject other) =>
        Path == other.Path && organizationSlugs.SequenceEqual(other.organizationSlugs, StringComparer.Ordinal)
            && slugs.SequenceEqual(other.slugs, StringComparer.Ordinal);

    /// <summary>Returns whether the project belongs to an organization, given by a current or past slug.</summary>
    public bool IsOf(string organization) => IsAmong(organizationSlugs, organization);

    /// <summary>Returns whether a requirement refers to this project.</summary>
    /// <param name="demanded"><c>organization/project</c>, of which either part may be <see cref="AccessRequirement.Any"/>.</param>
    public bool IsMeantBy(string demanded)
    {
        if (demanded == Path)
        {
            return true;
        }

        var slash = demanded.IndexOf('/', StringComparison.Ordinal);
        return slash > 0 && IsDemanded(organizationSlugs, demanded.AsSpan(0, slash)) && IsDemanded(slugs, demanded.AsSpan(slash + 1));
    }

    static bool IsDemanded(IReadOnlyList<string> slugs, ReadOnlySpan<char> demanded) =>
        demanded is AccessRequirement.Any || IsAmong(slugs, demanded);

    static bool IsAmong(IReadOnlyList<string> slugs, ReadOnlySpan<char> wanted)
    {
        foreach (var slug in slugs)
        {
            if (wanted.SequenceEqual(slug))
            {
                return true;
            }
        }

        return false;
    }
}
