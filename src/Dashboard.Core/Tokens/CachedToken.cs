using Dashboard.Core.Changes;
using Dashboard.Core.Credentials;
using Dashboard.Core.Keys;

namespace Dashboard.Core.Tokens;

/// <summary>All that an answer about an access token rests on, as the database had it. What depends on the time or on the request is not in it.</summary>
sealed class CachedToken
{
    /// <summary>The token's identifier.</summary>
    public required string Jti { get; init; }

    /// <summary>What Latchkey was called when it was issued.</summary>
    public required string Issuer { get; init; }

    /// <summary>The client that it was issued to.</summary>
    public required string ClientId { get; init; }

    /// <summary>The approval that it is of, or null.</summary>
    public required string? AuthorizationId { get; init; }

    /// <summary>The organization that it is good in.</summary>
    public required CachedOrganization Organization { get; init; }

    /// <summary>Who is behind it.</summary>
    public required Party Owner { get; init; }

    /// <summary>Whether it counts: neither it nor its approval is revoked, and its owner is a member, or a service account that works.</summary>
    public required bool Counts { get; init; }

    /// <summary>Its scopes, as far as its owner may do them now.</summary>
    public required IReadOnlyList<string> Scopes { get; init; }

    /// <summary>What they come to: permissions for every kind by name, others as <c>permission:kind-in-plural</c>.</summary>
    public required IReadOnlyList<string> Permissions { get; init; }

    /// <summary>What it is good at, or null for the whole organization.</summary>
    public required string? Resource { get; init; }

    /// <summary>The projects that its owner reaches; null for every one of the organization.</summary>
    public required IReadOnlySet<long>? Projects { get; init; }

    /// <summary>When it was issued, UTC.</summary>
    public required DateTimeOffset IssuedAt { get; init; }

    /// <summary>From when on it is refused, UTC.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>Whether nothing of its organization has changed since it was read.</summary>
    public bool Holds => !Organization.IsGone;

    /// <summary>Whether it may use a permission: on a kind of resource, or where none is named on every kind.</summary>
    public bool May(string permission, string? kind) => TokenPermissions.May(Permissions, permission, kind);

    /// <summary>Whether a change concerns it.</summary>
    public bool IsConcernedBy(FeedEntry entry) => entry.SubjectType switch
    {
        FeedSubject.Token => entry.SubjectId == Jti,
        FeedSubject.Authorization => entry.SubjectId == AuthorizationId,
        FeedSubject.User => Owner.Type == PartyType.User && entry.SubjectId == Owner.Id,
        FeedSubject.ServiceAccount => Owner.Type == PartyType.ServiceAccount && entry.SubjectId == Owner.Id,
        _ => false,
    };

    /// <summary>What it becomes where it is good for a demand.</summary>
    public Principal ToPrincipal(AccessRequirement requirement) => new(
        Jti, Organization.Slug, Organization.Find(requirement.Project)?.Path,
        requirement.Environments switch
        {
            AcceptedEnvironments.Live => KeyEnvironment.Live,
            AcceptedEnvironments.Test => KeyEnvironment.Test,
            _ => null,
        },
        Owner, Permissions, null, ExpiresAt);
}

/// <summary>An organization that tokens are good in, with every address of its projects.</summary>
/// <param name="id">The database's identifier.</param>
/// <param name="slug">What it is called now.</param>
/// <param name="slugs">Every slug, present and past.</param>
/// <param name="projects">Its projects, by every slug, present and past.</param>
sealed class CachedOrganization(long id, string slug, IReadOnlySet<string> slugs, IReadOnlyDictionary<string, CachedTokenProject> projects) : Ground
{
    /// <summary>The database's identifier.</summary>
    public long Id { get; } = id;

    /// <summary>What it is called now.</summary>
    public string Slug { get; } = slug;

    /// <summary>Whether a slug, present or past, is its own.</summary>
    public bool IsCalled(string name) => slugs.Contains(name);

    /// <summary>The project that a demand names; null where it names none, or none of these.</summary>
    public CachedTokenProject? Find(string? demanded) => demanded?.Split('/') is [var organization, var project] && IsMeantBy(organization) ? projects.GetValueOrDefault(project) : null;

    /// <summary>Whether a demand means the organization.</summary>
    public bool IsMeantBy(string demanded) => demanded == AccessRequirement.Any || IsCalled(demanded);
}

/// <summary>A project of an organization that tokens are good in.</summary>
/// <param name="Id">The database's identifier.</param>
/// <param name="Path">What it is called now, as <c>organization/project</c>.</param>
sealed record CachedTokenProject(long Id, string Path);

/// <summary>Permissions as answers about access tokens have them: <c>read</c> on every kind of resource, <c>read:workflows</c> on one.</summary>
static class TokenPermissions
{
    /// <summary>Whether a permission is among them.</summary>
    /// <param name="permissions">The permissions.</param>
    /// <param name="permission">The permission.</param>
    /// <param name="kind">The kind of resource; null where it is needed for every one.</param>
    public static bool May(IReadOnlyList<string> permissions, string permission, string? kind) =>
        permissions.Contains(permission, StringComparer.Ordinal) || (kind is not null && permissions.Contains(OAuthScopes.Word(permission, kind), StringComparer.Ordinal));

    /// <summary>Whether anything may be done to a kind of resource.</summary>
    public static bool Reach(IReadOnlyList<string> permissions, string kind) =>
        permissions.Any(permission => permission != PermissionCatalog.Verify && OAuthScopes.KindsOf(permission) is var kinds && (kinds is null || kinds == $"{kind}s"));
}
