
namespace Dashboard.Core.Changes;

/// <summary>A row of the change feed: something that an answer may rest on is no longer what it was. Nodes read the rows after the last they saw.</summary>
public sealed class FeedEntry
{
    /// <summary>1, 2, 3, … in the order of the commits, without gaps.</summary>
    public required long Number { get; init; }

    /// <summary>The kind of what changed, as in the audit log: <c>key</c>, <c>project</c>, <c>resource</c>, …</summary>
    public required string SubjectType { get; init; }

    /// <summary>Its identifier, as in the audit log.</summary>
    public required string SubjectId { get; init; }

    /// <summary>When it changed, UTC.</summary>
    public required DateTimeOffset At { get; init; }
}

/// <summary>What a feed row is about.</summary>
/// <param name="Type">Its kind, as in the audit log, or one of the words below.</param>
/// <param name="Id">Its identifier.</param>
public readonly record struct FeedSubject(string Type, string Id)
{
    /// <summary>A key, by its identifier.</summary>
    public const string Key = "key";

    /// <summary>A project, by the address that it had before.</summary>
    public const string Project = "project";

    /// <summary>A resource, by its project's address, a slash, and <c>kind:id</c>.</summary>
    public const string Resource = "resource";

    /// <summary>An organization, by the slug that it had before.</summary>
    public const string Organization = "organization";

    /// <summary>A person, by their identifier: a session of theirs began or ended, or they joined or left an organization, or have another role there.</summary>
    public const string User = "user";

    /// <summary>A service account, by its identifier.</summary>
    public const string ServiceAccount = "service_account";

    /// <summary>A published app, by its identifier.</summary>
    public const string PublishedApp = "app";

    /// <summary>An OAuth access token, by its <c>jti</c>.</summary>
    public const string Token = "token";

    /// <summary>A member's authorization of an OAuth client, by its identifier.</summary>
    public const string Authorization = "authorization";

    /// <summary>An OAuth client that registered itself, by its client id. No answer rests on it.</summary>
    public const string Client = "oauth_client";

    /// <summary>A device's request for an authorization. No answer rests on it.</summary>
    public const string Device = "device";

    /// <summary>A key that signs access tokens, by its <c>kid</c>.</summary>
    public const string SigningKey = "signing_key";

    /// <summary>The first use of a key, by the key's identifier. It has no audit row.</summary>
    public const string KeyUse = "key_use";
}

/// <summary>The one row whose number the newest feed row has. A transaction raises it last, so that its lock makes the numbers follow the commits.</summary>
public sealed class FeedCounter
{
    /// <summary>Always <see cref="TheOne"/>.</summary>
    public required int Id { get; init; }

    /// <summary>The newest feed row's number; 0 while there is none.</summary>
    public long Number { get; init; }

    /// <summary>When a node last began to clear old feed rows, UTC; null for never. Whoever sets it does the clearing.</summary>
    public DateTimeOffset? ClearedAt { get; init; }

    /// <summary>The identifier of the one row.</summary>
    public const int TheOne = 1;
}
