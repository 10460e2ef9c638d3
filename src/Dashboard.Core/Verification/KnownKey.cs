using Dashboard.Core.Keys;
using Dashboard.Core.Organizations;
using Dashboard.Core.Usage;

namespace Dashboard.Core.Verification;

/// <summary>All that an answer about a key rests on, as the database had it. It does not change: after a change there is another. What depends on the time or on
/// the request is not in it.</summary>
sealed class KnownKey
{
    /// <summary>Up to so many resources are gone through one by one.</summary>
    const int FewResources = 8;

    readonly HashSet<string>? scope;
    KeyMeter? meter;

    /// <summary>Puts together what was read.</summary>
    /// <param name="principal">What the key becomes when it is good.</param>
    /// <param name="state">The stored state: never <see cref="KeyState.Expired"/>.</param>
    /// <param name="project">The project that it lives in.</param>
    /// <param name="unused">Whether it was never accepted before.</param>
    public KnownKey(Principal principal, KeyState state, KnownProject project, bool unused)
    {
        (Principal, State, Project, Unused) = (principal, state, project, unused);
        Accepted = new(principal, null, principal.KeyId);
        scope = principal.Scope is { Count: > FewResources } many ? many.ToHashSet(StringComparer.Ordinal) : null;
    }

    /// <summary>What it becomes when it is good.</summary>
    public Principal Principal { get; }

    /// <summary>The stored state; <see cref="KeyStates.At"/> says what it counts as.</summary>
    public KeyState State { get; }

    /// <summary>The project that it lives in.</summary>
    public KnownProject Project { get; }

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

    /// <summary>Whether it reaches a resource.</summary>
    /// <param name="resource"><c>kind:id</c>; it need not be registered.</param>
    public bool Reaches(string resource) =>
        Principal.Scope is not { } narrowed || (scope is not null ? scope.Contains(resource) : narrowed.Contains(resource, StringComparer.Ordinal));
}

/// <summary>A project with every address that it has and ever had. A renamed one is still meant by its old address.</summary>
/// <param name="Id">The database's identifier.</param>
/// <param name="OrganizationId">The organization's.</param>
/// <param name="Path">What it is called now.</param>
/// <param name="OrganizationSlugs">Every slug of the organization, present and past.</param>
/// <param name="Slugs">Every slug of the project, present and past.</param>
sealed record KnownProject(long Id, long OrganizationId, string Path, IReadOnlyList<string> OrganizationSlugs, IReadOnlyList<string> Slugs)
{
    /// <summary>Whether a demand means this project.</summary>
    /// <param name="demanded"><c>organization/project</c>; either may be <see cref="Demand.Any"/>.</param>
    public bool IsMeantBy(string demanded)
    {
        if (demanded == Path)
        {
            return true;
        }

        var slash = demanded.IndexOf('/', StringComparison.Ordinal);
        return slash > 0 && IsAmong(OrganizationSlugs, demanded.AsSpan(0, slash)) && IsAmong(Slugs, demanded.AsSpan(slash + 1));
    }

    static bool IsAmong(IReadOnlyList<string> slugs, ReadOnlySpan<char> demanded)
    {
        if (demanded is Demand.Any)
        {
            return true;
        }

        foreach (var slug in slugs)
        {
            if (demanded.SequenceEqual(slug))
            {
                return true;
            }
        }

        return false;
    }
}
