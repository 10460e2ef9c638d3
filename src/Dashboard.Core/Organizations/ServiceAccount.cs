using System.Text.Json.Serialization;

namespace Dashboard.Core.Organizations;

/// <summary>Whether a service account works.</summary>
public enum ServiceAccountState
{
    /// <summary>Its credentials are good for what it may do.</summary>
    [JsonStringEnumMemberName("active")]
    Active,

    /// <summary>Switched off, and its credentials with it; it can be switched on again.</summary>
    [JsonStringEnumMemberName("inactive")]
    Inactive,
}

/// <summary>A non-human member of an organization. What its keys may do is judged anew with each verification: what the key was made for, as far as the account may
/// do it and reaches the key's project now.</summary>
public sealed class ServiceAccount
{
    /// <summary>What every identifier begins with.</summary>
    public const string IdPrefix = "sa_";

    /// <summary>What every OAuth client id begins with.</summary>
    public const string ClientIdPrefix = "latchkey-sa-";

    /// <summary>The most characters that a description may have.</summary>
    public const int MaxDescriptionLength = 500;

    /// <summary>The identifier: <see cref="IdPrefix"/> and 16 base62 characters.</summary>
    public required string Id { get; init; }

    /// <summary>The OAuth client id, one for its whole life: <see cref="ClientIdPrefix"/> and the characters of <see cref="Id"/>.</summary>
    public string ClientId => ClientIdPrefix + Id[IdPrefix.Length..];

    /// <summary>The organization that it belongs to.</summary>
    public required long OrganizationId { get; init; }

    /// <summary>What people call it, 1 to 100 characters.</summary>
    public required string Name { get; set; }

    /// <summary>What it is for, up to <see cref="MaxDescriptionLength"/> characters; empty for nothing said.</summary>
    public required string Description { get; set; }

    /// <summary>What it may do, separated by spaces: of the catalog, and <see cref="PermissionCatalog.Verify"/>.</summary>
    public required string Permissions { get; set; }

    /// <summary>True when it reaches every project of its organization, those to come too; false when only those in <see cref="Projects"/>.</summary>
    public required bool AllProjects { get; set; }

    /// <summary>The projects that it reaches.</summary>
    public ICollection<ServiceAccountProject> Projects { get; init; } = [];

    /// <summary>The environment that it was created for: that of its first key, and what pages offer for the next.</summary>
    public required KeyEnvironment Environment { get; init; }

    /// <summary>Whether it works.</summary>
    public required ServiceAccountState State { get; set; }

    /// <summary>When it was created, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The person who created it, and owns it.</summary>
    public required string CreatedBy { get; init; }

    /// <summary>When it was deleted, UTC, or null. The row stays: its keys answer that they are revoked, and name their owner.</summary>
    public DateTimeOffset? DeletedAt { get; set; }
}

/// <summary>A project that a service account reaches.</summary>
public sealed class ServiceAccountProject
{
    /// <summary>The service account.</summary>
    public required string ServiceAccountId { get; init; }

    /// <summary>The project.</summary>
    public required long ProjectId { get; init; }

    /// <summary>The project itself.</summary>
    public Project? Project { get; init; }
}

/// <summary>One of the secrets by which a service account shows who it is where OAuth 2.0 asks for client credentials (RFC 6749 section 2.3). All that are not
/// revoked are good, with the account's one client id: so one can be replaced without an outage.</summary>
public sealed class ServiceAccountCredential
{
    /// <summary>What every identifier begins with.</summary>
    public const string IdPrefix = "cs_";

    /// <summary>The most secrets of an account that are good at a time.</summary>
    public const int MostAtATime = 2;

    /// <summary>The characters of a <see cref="Hint"/>.</summary>
    internal const int HintLength = 11;

    /// <summary>The identifier: <see cref="IdPrefix"/> and 16 base62 characters.</summary>
    public required string Id { get; init; }

    /// <summary>The client id: <see cref="ServiceAccount.ClientIdPrefix"/> and 16 base62 characters.</summary>
    public required string ClientId { get; init; }

    /// <summary>Whose it is.</summary>
    public required string ServiceAccountId { get; init; }

    /// <summary>SHA-256 of the client secret in UTF-8, 32 bytes. The secret carries 256 random bits, so no slower hash would add anything.</summary>
    public required byte[] SecretHash { get; init; }

    /// <summary>What lists show of the secret; null for one that was made before that was kept.</summary>
    public required string? Hint { get; init; }

    /// <summary>When it was made, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When a token was last issued for it, UTC, or null.</summary>
    public DateTimeOffset? LastUsedAt { get; set; }

    /// <summary>When it was revoked, UTC, or null.</summary>
    public DateTimeOffset? RevokedAt { get; set; }
}
