using Dashboard.Core.Changes;
using Dashboard.Core.Credentials;
using Dashboard.Core.Keys;

namespace Dashboard.Core.Tokens;

/// <summary>Everything that the verification of an access token depends on, as read from the database. Contains nothing that depends on the
/// time or the request.</summary>
sealed class CachedToken
{
    /// <summary>The token's identifier.</summary>
    public required string Jti { get; init; }

    /// <summary>The issuer in the token.</summary>
    public required string Issuer { get; init; }

    /// <summary>The client that the token was issued to.</summary>
    public required string ClientId { get; init; }

    /// <summary>The client id that the client knows.</summary>
    public required string PublicClientId { get; init; }

    /// <summary>The authorization, or null.</summary>
    public required string? AuthorizationId { get; init; }

    /// <summary>The key that signed the token.</summary>
    public required PublishedKey Key { get; init; }

    /// <summary>The organization that the token is valid in.</summary>
    public required CachedOrganization Organization { get; init; }

    /// <summary>The owner.</summary>
    public required Party Owner { get; init; }

    /// <summary>Whether the token is valid apart from its expiry: neither it nor its authorization has been revoked, and its owner is a
    /// member or an enabled service account.</summary>
    public required bool Counts { get; init; }

    /// <summary>The scopes of the token that its owner still has the permissions for.</summary>
    public required IReadOnlyList<string> Scopes { get; init; }

    /// <summary>The permissions that the scopes amount to: by name if for every kind, otherwise as
    /// <c>permission:kind-in-plural</c>.</summary>
    public required IReadOnlyList<string> Permissions { get; init; }

    /// <summary>The resource that the token is valid for, or null for the whole organization.</summary>
    public required string? Resource { get; init; }

    /// <summary>The projects that the owner has access to, or null for all of the organization.</summary>
    public required IReadOnlySet<long>? Projects { get; init; }

    /// <summary>When the token was issued, UTC.</summary>
    public required DateTimeOffset IssuedAt { get; init; }

    /// <summary>When the token expires, UTC.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>Whether its organization and the signing keys are unchanged since the token was read.</summary>
    public bool Holds => !Organization.IsGone && !Key.IsGone;

    /// <summary>Returns whether the token has a permission on a kind of resource or, if the kind is null, on every kind.</summary>
    public bool May(string permission, string? kind) => TokenPermissions.May(Permissions, permission, kind);

    /// <summary>Returns whether a change affects the token.</summary>
    public bool IsConcernedBy(FeedEntry entry) => entry.SubjectType switch
    {
        FeedSubject.Token => entry.SubjectId == Jti,
        FeedSubject.Authorization => entry.SubjectId == AuthorizationId,
        FeedSubject.User => Owner.Type == PartyType.User && entry.SubjectId == Owner.Id,
        FeedSubject.ServiceAccount => Owner.Type == PartyType.ServiceAccount && entry.SubjectId == Owner.Id,
        FeedSubject.Organization => Organization.IsCalled(entry.SubjectId),
        FeedSubject.Project => Organization.IsCalled(entry.SubjectId.Split('/')[0]),
        _ => false,
    };

    /// <summary>Creates the principal for a requirement that the token meets.</summary>
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

/// <summary>An organization that tokens are valid in, with all paths of its projects.</summary>
/// <param name="id">The database identifier.</param>
/// <param name="slug">The current slug.</param>
/// <param name="slugs">The current and past slugs.</param>
/// <param name="projects">The projects by their current and past slugs.</param>
sealed class CachedOrganization(
    long id, string slug, IReadOnlySet<string> slugs, IReadOnlyDictionary<string, CachedTokenProject> projects) : Ground
{
    /// <summary>The database identifier.</summary>
    public long Id { get; } = id;

    /// <summary>The current slug.</summary>
    public string Slug { get; } = slug;

    /// <summary>The current and past slugs.</summary>
    public IReadOnlySet<string> Slugs => slugs;

    /// <summary>Returns whether the organization has or had a slug.</summary>
    public bool IsCalled(string name) => slugs.Contains(name);

    /// <summary>Returns the project that a requirement names, or null if it names none or none of this organization.</summary>
    public CachedTokenProject? Find(string? demanded) =>
        demanded?.Split('/') is [var organization, var project] && IsMeantBy(organization) ? projects.GetValueOrDefault(project) : null;

    /// <summary>Returns whether a requirement refers to the organization.</summary>
    public bool IsMeantBy(string demanded) => demanded == AccessRequirement.Any || IsCalled(demanded);
}

/// <summary>A project of an organization that tokens are valid in.</summary>
/// <param name="Id">The database identifier.</param>
/// <param name="Path">The current path, <c>organization/project</c>.</param>
sealed record CachedTokenProject(long Id, string Path);

/// <summary>Evaluates the permissions of access tokens: <c>read</c> on every kind of resource, or <c>read:workflows</c> on one.</summary>
static class TokenPermissions
{
    /// <summary>Returns whether a permission is included.</summary>
    /// <param name="kind">The kind of resource; null if the permission is required for every kind.</param>
    public static bool May(IReadOnlyList<string> permissions, string permission, string? kind) =>
        permissions.Contains(permission, StringComparer.Ordinal)
            || (kind is not null && permissions.Contains(OAuthScopes.Word(permission, kind), StringComparer.Ordinal));

    /// <summary>Returns whether the permissions allow anything on a kind of resource.</summary>
    public static bool Reach(IReadOnlyList<string> permissions, string kind) =>
        permissions.Any(permission => permission != PermissionCatalog.Verify
            && OAuthScopes.KindsOf(permission) is var kinds && (kinds is null || kinds == $"{kind}s"));
}
