using Dashboard.Core.Keys;
using Dashboard.Core.Organizations;
using Dashboard.Core.Usage;

namespace Dashboard.Core.Credentials;

/// <summary>All that an answer about a key rests on, as the database had it. It does not change: after a change there is another. What depends on the time or on
/// the request is not in it.</summary>
sealed class CachedKey
{
    /// <summary>Up to so many resources are gone through one by one.</summary>
    const int FewResources = 8;

    readonly HashSet<string>? scope;
    KeyMeter? meter;

    /// <summary>Puts together what was read.</summary>
    /// <param name="principal">What the key becomes when it is good.</param>
    /// <param name="state">The stored state: never <see cref="KeyState.Expired"/>.</param>
    /// <param name="project">The project that it lives in.</param>
    /// <param name="owner">Who owns it.</param>
    /// <param name="unused">Whether it was never accepted before.</param>
    public CachedKey(Principal principal, KeyState state, CachedProject project, CachedOwner owner, bool unused)
    {
        (Principal, State, Project, Owner, Unused) = (principal, state, project, owner, unused);
        Accepted = new(principal, null, principal.KeyId);
        scope = principal.Scope is { Count: > FewResources } many ? many.ToHashSet(StringComparer.Ordinal) : null;
    }

    /// <summary>What it becomes when it is good.</summary>
    public Principal Principal { get; }

    /// <summary>The stored state; <see cref="KeyStates.At"/> says what it counts as.</summary>
    public KeyState State { get; }

    /// <summary>The project that it lives in.</summary>
    public CachedProject Project { get; }

    /// <summary>Who owns it.</summary>
    public CachedOwner Owner { get; }

    /// <summary>Whether nothing that it rests on has changed since it was read, but for the key itself.</summary>
    public bool Holds => !Project.IsGone && !Owner.IsGone;

    /// <summary>Whether it was never accepted before.</summary>
    public bool Unused { get; }

    /// <summary>The networks that it may be used from; null for every address.</summary>
    public AddressList? AllowedIps { get; init; }

    /// <summary>The most requests that it is accepted for in a minute, on this node; null for no limit.</summary>
    public int? RequestsPerMinute { get; init; }

    /// <summary>The answer where no rule refuses it.</summary>
    public Verdict Accepted { get; }

    /// <summary>Where its answers are counted. Two that ask at once may make two, which are added up.</summary>
    public KeyMeter MeterOf(UsageLedger usage) => meter ??= usage.Meter(Principal.KeyId, Project.Id);

    /// <summary>The same key, resting on what other keys rest on as well.</summary>
    /// <param name="project">A project that says the same.</param>
    /// <param name="owner">An owner that says the same.</param>
    public CachedKey On(CachedProject project, CachedOwner owner) => project == Project && owner == Owner
        ? this
        : new(Principal with { Organization = project.Organization, Project = project.Path, Owner = owner.Party }, State, project, owner, Unused)
        {
            AllowedIps = AllowedIps,
            RequestsPerMinute = RequestsPerMinute,
        };

    /// <summary>Whether it reaches a resource.</summary>
    /// <param name="resource"><c>kind:id</c>, which need not be registered; an empty text is none that anybody reaches.</param>
    public bool Reaches(string resource) => resource.Length > 0 &&
        (Principal.Scope is not { } narrowed || (scope is not null ? scope.Contains(resource) : narrowed.Contains(resource, StringComparer.Ordinal)));
}

/// <summary>Something that answers about several keys rest on. When it changes, they count for nothing from that moment.</summary>
abstract class Ground
{
    volatile bool gone;

    /// <summary>Whether it has changed since it was read.</summary>
    public bool IsGone => gone;

    /// <summary>It has changed.</summary>
    public void Leave() => gone = true;
}

/// <summary>Who owns keys.</summary>
/// <param name="party">What answers say of the owner.</param>
sealed class CachedOwner(Party party) : Ground
{
    /// <summary>What answers say of the owner.</summary>
    public Party Party { get; } = party;
}

/// <summary>A project with every address that it has and ever had: a renamed one is still meant by its old address.</summary>
/// <param name="id">The database's identifier.</param>
/// <param name="organizationId">The organization's.</param>
/// <param name="path">What it is called now.</param>
/// <param name="organizationSlugs">Every slug of the organization, present and past, in one order.</param>
/// <param name="slugs">Every slug of the project, present and past, in one order.</param>
sealed class CachedProject(long id, long organizationId, ProjectPath path, IReadOnlyList<string> organizationSlugs, IReadOnlyList<string> slugs) : Ground
{
    readonly IReadOnlyList<string> organizationSlugs = organizationSlugs;
    readonly IReadOnlyList<string> slugs = slugs;

    /// <summary>The database's identifier.</summary>
    public long Id { get; } = id;

    /// <summary>The organization's.</summary>
    public long OrganizationId { get; } = organizationId;

    /// <summary>The organization's slug now.</summary>
    public string Organization { get; } = path.Organization;

    /// <summary>What it is called now, as <c>organization/project</c>.</summary>
    public string Path { get; } = path.ToString();

    /// <summary>Every address, present and past, as <c>organization/project</c>.</summary>
    public IEnumerable<string> Addresses => from organization in organizationSlugs from slug in slugs select new ProjectPath(organization, slug).ToString();

    /// <summary>Whether another one says the same.</summary>
    public bool SaysAs(CachedProject other) =>
        Path == other.Path && organizationSlugs.SequenceEqual(other.organizationSlugs, StringComparer.Ordinal) && slugs.SequenceEqual(other.slugs, StringComparer.Ordinal);

    /// <summary>Whether an organization, by a present or past slug, is the project's.</summary>
    public bool IsOf(string organization) => IsAmong(organizationSlugs, organization);

    /// <summary>Whether a demand means this project.</summary>
    /// <param name="demanded"><c>organization/project</c>; either may be <see cref="AccessRequirement.Any"/>.</param>
    public bool IsMeantBy(string demanded)
    {
        if (demanded == Path)
        {
            return true;
        }

        var slash = demanded.IndexOf('/', StringComparison.Ordinal);
        return slash > 0 && IsDemanded(organizationSlugs, demanded.AsSpan(0, slash)) && IsDemanded(slugs, demanded.AsSpan(slash + 1));
    }

    static bool IsDemanded(IReadOnlyList<string> slugs, ReadOnlySpan<char> demanded) => demanded is AccessRequirement.Any || IsAmong(slugs, demanded);

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
