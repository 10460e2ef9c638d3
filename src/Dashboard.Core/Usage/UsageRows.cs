namespace Dashboard.Core.Usage;

/// <summary>The number of results with one outcome that a key had in one hour. Usage rows have no foreign key to their API key, because
/// deferred writes must not fail if a restored backup lacks the key.</summary>
public sealed class KeyHour
{
    /// <summary>The outcome of an accepted request.</summary>
    public const string Valid = "valid";

    /// <summary>The key.</summary>
    public required string KeyId { get; init; }

    /// <summary>The start of the hour, UTC.</summary>
    public required DateTimeOffset Hour { get; init; }

    /// <summary><see cref="Valid"/>, or the <c>code</c> of a refusal.</summary>
    public required string Outcome { get; init; }

    /// <summary>The project.</summary>
    public required long ProjectId { get; init; }

    /// <summary>The number of results.</summary>
    public required long Count { get; init; }
}

/// <summary>The number of results with one outcome that a key had on one day: the sum of its hours, written in the same
/// transaction.</summary>
public sealed class KeyDay
{
    /// <summary>The key.</summary>
    public required string KeyId { get; init; }

    /// <summary>The start of the day, UTC.</summary>
    public required DateTimeOffset Day { get; init; }

    /// <summary><see cref="KeyHour.Valid"/>, or the <c>code</c> of a refusal.</summary>
    public required string Outcome { get; init; }

    /// <summary>The project.</summary>
    public required long ProjectId { get; init; }

    /// <summary>The number of results.</summary>
    public required long Count { get; init; }
}

/// <summary>A client that presented a key.</summary>
public sealed class KeyClient
{
    /// <summary>The key.</summary>
    public required string KeyId { get; init; }

    /// <summary>The client's network (an IPv4 /24 or IPv6 /48), or <c>unknown</c>.</summary>
    public required string Network { get; init; }

    /// <summary>A name from <see cref="ClientFamily"/>, or <c>unknown</c> if there was no <c>User-Agent</c>.</summary>
    public required string Client { get; init; }

    /// <summary>When the client was first seen, UTC.</summary>
    public required DateTimeOffset FirstSeenAt { get; init; }

    /// <summary>When the client was last seen, UTC, accurate to the minute.</summary>
    public required DateTimeOffset LastSeenAt { get; init; }
}

/// <summary>A permission that requests with a key required, whether or not the key has it.</summary>
public sealed class KeyPermissionUse
{
    /// <summary>The key.</summary>
    public required string KeyId { get; init; }

    /// <summary>The permission.</summary>
    public required string Permission { get; init; }

    /// <summary>When the permission was first required, UTC.</summary>
    public required DateTimeOffset FirstAskedAt { get; init; }

    /// <summary>When the permission was last required, UTC, accurate to the hour.</summary>
    public required DateTimeOffset LastAskedAt { get; init; }
}

/// <summary>A node that writes usage. Its batch number is written in the transaction of each batch, so that a batch counts once even if the
/// response is lost and it is sent again.</summary>
public sealed class UsageNode
{
    /// <summary>A random identifier of the process.</summary>
    public required string Id { get; init; }

    /// <summary>The last batch that the node wrote: 1, 2, 3, …</summary>
    public required long LastBatch { get; init; }

    /// <summary>When the node wrote its last batch, UTC.</summary>
    public required DateTimeOffset SeenAt { get; init; }
}
