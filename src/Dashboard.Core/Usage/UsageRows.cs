namespace Dashboard.Core.Usage;

/// <summary>How often a key was answered in one way in one hour. No usage row refers to its key by a foreign key: what is written behind must never be held up by a
/// row that a restored backup no longer has.</summary>
public sealed class KeyHour
{
    /// <summary>The outcome of a request that was let through.</summary>
    public const string Valid = "valid";

    /// <summary>The key.</summary>
    public required string KeyId { get; init; }

    /// <summary>When the hour began, UTC.</summary>
    public required DateTimeOffset Hour { get; init; }

    /// <summary><see cref="Valid"/>, or a refusal's <c>code</c>.</summary>
    public required string Outcome { get; init; }

    /// <summary>The project that the key lives in.</summary>
    public required long ProjectId { get; init; }

    /// <summary>How often.</summary>
    public required long Count { get; init; }
}

/// <summary>A client that a key was presented by.</summary>
public sealed class KeyClient
{
    /// <summary>The key.</summary>
    public required string KeyId { get; init; }

    /// <summary>The client's network (an IPv4 /24 or IPv6 /48), or <c>unknown</c>.</summary>
    public required string Network { get; init; }

    /// <summary>One of <see cref="ClientFamily"/>'s words, or <c>unknown</c> where the client said nothing.</summary>
    public required string Client { get; init; }

    /// <summary>When it was first seen, UTC.</summary>
    public required DateTimeOffset FirstSeenAt { get; init; }

    /// <summary>When it was last seen, UTC, right to the minute.</summary>
    public required DateTimeOffset LastSeenAt { get; init; }
}

/// <summary>A permission that a key was asked for, whether it has it or not.</summary>
public sealed class KeyPermissionUse
{
    /// <summary>The key.</summary>
    public required string KeyId { get; init; }

    /// <summary>The permission.</summary>
    public required string Permission { get; init; }

    /// <summary>When it was first asked for, UTC.</summary>
    public required DateTimeOffset FirstAskedAt { get; init; }

    /// <summary>When it was last asked for, UTC, right to the hour.</summary>
    public required DateTimeOffset LastAskedAt { get; init; }
}

/// <summary>A process that writes usage. Its number is written with each batch, in the same transaction, so that a batch whose answer was lost and that is sent again
/// counts once.</summary>
public sealed class UsageNode
{
    /// <summary>The process, by a random identifier of its own start.</summary>
    public required string Id { get; init; }

    /// <summary>The last batch that it wrote: 1, 2, 3, …</summary>
    public required long LastBatch { get; init; }

    /// <summary>When that was, UTC.</summary>
    public required DateTimeOffset SeenAt { get; init; }
}
