
namespace Dashboard.Core.Changes;

/// <summary>An entry of the change feed: something that a cached result may depend on has changed. Nodes read the entries after the last
/// one they have read.</summary>
public sealed class FeedEntry
{
    /// <summary>1, 2, 3, … in commit order, without gaps.</summary>
    public required long Number { get; init; }

    /// <summary>The type of what changed, as in the audit log: <c>key</c>, <c>project</c>, <c>resource</c>, …</summary>
    public required string SubjectType { get; init; }

    /// <summary>The identifier of what changed, as in the audit log.</summary>
    public required string SubjectId { get; init; }

    /// <summary>When it changed, UTC.</summary>
    public required DateTimeOffset At { get; init; }
}

/// <summary>The subject of a feed entry.</summary>
/// <param name="Type">The type, as in the audit log, or one of the constants below.</param>
public readonly record struct FeedSubject(string Type, string Id)
{
    /// <summary>A key, by its identifier.</summary>
    public const string Key = "key";

    /// <summary>A project, by the path that it had before the change.</summary>
    public const string Project = "project";

    /// <summary>A resource, by the path of its project, a slash, and <c>kind:id</c>.</summary>
    public const string Resource = "resource";

    /// <summary>An organization, by the slug that it had before the change.</summary>
    public const string Organization = "organization";

    /// <summary>A person, by identifier: a session started or ended, or a membership or role changed.</summary>
    public const string User = "user";

    /// <summary>An invitation, by its identifier. No cached result depends on it.</summary>
    public const string Invitation = "invitation";

    /// <summary>A service account, by its identifier.</summary>
    public const string ServiceAccount = "service_account";

    /// <summary>A published app, by its identifier.</summary>
    public const string PublishedApp = "app";

    /// <summary>An OAuth access token, by its <c>jti</c>.</summary>
    public const string Token = "token";

    /// <summary>A member's authorization of an OAuth client, by its identifier.</summary>
    public const string Authorization = "authorization";

    /// <summary>A dynamically registered OAuth client, by its client id. No cached result depends on it.</summary>
    public const string Client = "oauth_client";

    /// <summary>A device authorization request. No cached result depends on it.</summary>
    public const string Device = "device";

    /// <summary>A key that signs access tokens, by its <c>kid</c>.</summary>
    public const string SigningKey = "signing_key";

    /// <summary>The first use of a key, by the identifier of the key. It has no audit entry.</summary>
    public const string KeyUse = "key_use";
}

/// <summary>The row that holds the number of the newest feed entry. A transaction updates it last, so that its lock keeps the numbers in
/// commit order.</summary>
public sealed class FeedCounter
{
    /// <summary>Always <see cref="TheOne"/>.</summary>
    public required int Id { get; init; }

    /// <summary>The number of the newest feed entry; 0 if there is none.</summary>
    public long Number { get; init; }

    /// <summary>When a node last started to delete old feed entries, UTC, or null for never. The node that sets it deletes them.</summary>
    public DateTimeOffset? ClearedAt { get; init; }

    /// <summary>The identifier of the only row.</summary>
    public const int TheOne = 1;
}
