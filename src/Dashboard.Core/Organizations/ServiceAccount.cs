namespace Dashboard.Core.Organizations;

/// <summary>Whether a service account is enabled.</summary>
public enum ServiceAccountState
{
    /// <summary>Enabled.</summary>
    Active,

    /// <summary>Disabled, together with its credentials. It can be enabled again.</summary>
    Inactive,
}

/// <summary>The names of <see cref="ServiceAccountState"/> values.</summary>
public static class ServiceAccountStates
{
    /// <summary>Returns the name of <paramref name="state"/>: <c>active</c> or <c>inactive</c>.</summary>
    public static string ToWireName(this ServiceAccountState state) => state == ServiceAccountState.Active ? "active" : "inactive";

    /// <summary>Returns the state whose name is <paramref name="word"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">No state has that name.</exception>
    public static ServiceAccountState FromWireName(string word) => word switch
    {
        "active" => ServiceAccountState.Active,
        "inactive" => ServiceAccountState.Inactive,
        _ => throw new ArgumentOutOfRangeException(nameof(word), word, "Unknown state."),
    };
}

/// <summary>A non-human member of an organization. Each verification of one of its keys evaluates what the key may do: the permissions of
/// the key that the account still has, in a project that the account still has access to.</summary>
public sealed class ServiceAccount
{
    /// <summary>The prefix of every identifier.</summary>
    public const string IdPrefix = "sa_";

    /// <summary>The prefix of every OAuth client id.</summary>
    public const string ClientIdPrefix = "latchkey-sa-";

    /// <summary>The maximum length of a description.</summary>
    public const int MaxDescriptionLength = 500;

    /// <summary>The identifier: <see cref="IdPrefix"/> and 16 base62 characters.</summary>
    public required string Id { get; init; }

    /// <summary>Whether a service account can have this identifier. No other is looked up: SQL Server ignores trailing spaces when it
    /// compares.</summary>
    internal static bool IsId(string? id) => Names.IsResourceId(id) && id!.StartsWith(IdPrefix, StringComparison.Ordinal);

    /// <summary>The OAuth client id, one for its whole life: <see cref="ClientIdPrefix"/> and the characters of <see cref="Id"/>.</summary>
    public string ClientId => ClientIdOf(Id);

    /// <summary>Returns the OAuth client id of the account with an identifier.</summary>
    internal static string ClientIdOf(string id) => ClientIdPrefix + id[IdPrefix.Length..];

    /// <summary>The organization.</summary>
    public required long OrganizationId { get; init; }

    /// <summary>The display name, 1 to 100 characters.</summary>
    public required string Name
    {
        get;
        set => (field, SearchText) = (value, ComparableText.Fold(value));
    }

    /// <summary><see cref="Name"/> as searches compare it.</summary>
    public string SearchText { get; private set; } = "";

    /// <summary>The purpose, up to <see cref="MaxDescriptionLength"/> characters; empty if there is none.</summary>
    public required string Description { get; set; }

    /// <summary>The permissions, separated by spaces: those of the catalog and <see cref="PermissionCatalog.Verify"/>.</summary>
    public required string Permissions { get; set; }

    /// <summary>True for access to every project of the organization, including future ones; false for access to those in
    /// <see cref="Projects"/> only.</summary>
    public required bool AllProjects { get; set; }

    /// <summary>The projects that the account has access to.</summary>
    public ICollection<ServiceAccountProject> Projects { get; init; } = [];

    /// <summary>The environment that the account was created for: that of its first key, and the default for further keys.</summary>
    public required KeyEnvironment Environment { get; init; }

    /// <summary>Whether the account is enabled.</summary>
    public required ServiceAccountState State { get; set; }

    /// <summary>The generation of its access tokens. A token carries the generation that it was issued in and is valid only in that one, so
    /// raising it ends all tokens.</summary>
    public long TokenGeneration { get; set; }

    /// <summary>When it was created, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The person who created the account.</summary>
    public required string CreatedBy { get; init; }

    /// <summary>The people who own the account, at least one.</summary>
    public ICollection<ServiceAccountOwner> Owners { get; init; } = [];

    /// <summary>When the account was deleted, UTC, or null. The row stays, so that its keys are reported as revoked and show their
    /// owner.</summary>
    public DateTimeOffset? DeletedAt { get; set; }
}

/// <summary>A person who owns a service account: its creator, or a member who was chosen later. The row of a person who is no longer a
/// member, or is disabled, stays: the account then reports that its owner is gone.</summary>
public sealed class ServiceAccountOwner
{
    /// <summary>The maximum number of owners of an account.</summary>
    public const int MaxPerAccount = 10;

    /// <summary>The service account.</summary>
    public required string ServiceAccountId { get; init; }

    /// <summary>The organization of the account, which never changes. With it one index finds what a person owns in an
    /// organization.</summary>
    public required long OrganizationId { get; init; }

    /// <summary>The person.</summary>
    public required string UserId { get; init; }

    /// <summary>The place among the owners, in the order in which they became owners.</summary>
    public required int Position { get; init; }
}

/// <summary>A project that a service account has access to.</summary>
public sealed class ServiceAccountProject
{
    /// <summary>The service account.</summary>
    public required string ServiceAccountId { get; init; }

    /// <summary>The project.</summary>
    public required long ProjectId { get; init; }

    /// <summary>The project, if loaded.</summary>
    public Project? Project { get; init; }
}

/// <summary>A client secret with which a service account authenticates in OAuth 2.0 (RFC 6749 section 2.3). Every secret that has not been
/// revoked is valid for the account's client id, so that a secret can be replaced without an outage.</summary>
public sealed class ServiceAccountCredential
{
    /// <summary>The prefix of every identifier.</summary>
    public const string IdPrefix = "cs_";

    /// <summary>The maximum number of active secrets of an account.</summary>
    public const int MaxActive = 2;

    /// <summary>The characters of a <see cref="Hint"/>.</summary>
    internal const int HintLength = 11;

    /// <summary>The identifier: <see cref="IdPrefix"/> and 16 base62 characters.</summary>
    public required string Id { get; init; }

    /// <summary>Whether a client secret can have this identifier.</summary>
    internal static bool IsId(string? id) => Names.IsResourceId(id) && id!.StartsWith(IdPrefix, StringComparison.Ordinal);

    /// <summary>The client id: <see cref="ServiceAccount.ClientIdPrefix"/> and 16 base62 characters.</summary>
    public required string ClientId { get; init; }

    /// <summary>The service account.</summary>
    public required string ServiceAccountId { get; init; }

    /// <summary>SHA-256 of the client secret in UTF-8, 32 bytes. The secret has 256 random bits, so a slower hash would add
    /// nothing.</summary>
    public required byte[] SecretHash { get; init; }

    /// <summary>The part of the secret that lists show, or null for a secret from before it was stored.</summary>
    public required string? Hint { get; init; }

    /// <summary>When the secret was created, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the last token was issued with the secret, UTC, or null.</summary>
    public DateTimeOffset? LastUsedAt { get; set; }

    /// <summary>When it was revoked, UTC, or null.</summary>
    public DateTimeOffset? RevokedAt { get; set; }
}
