namespace Dashboard.Core.Keys;

/// <summary>An app that was published. While it is, it owns one managed key, which points at it by <see cref="Keys.ApiKey.OwnerId"/>; it is unpublished when, and
/// only when, that key is revoked.</summary>
public sealed class PublishedApp
{
    /// <summary>What every identifier begins with.</summary>
    public const string IdPrefix = "app_";

    /// <summary>The identifier: <see cref="IdPrefix"/> and 16 base62 characters.</summary>
    public required string Id { get; init; }

    /// <summary>The project that it belongs to.</summary>
    public required long ProjectId { get; init; }

    /// <summary>What people call it, 1 to 100 characters.</summary>
    public required string Name { get; init; }

    /// <summary>The kind of the resource that its key is narrowed to.</summary>
    public required string ResourceKind { get; init; }

    /// <summary>What the API calls that resource, which may be gone by now.</summary>
    public required string ResourceId { get; init; }

    /// <summary>The person who published it.</summary>
    public required string PublishedBy { get; init; }

    /// <summary>When it was published, UTC.</summary>
    public required DateTimeOffset PublishedAt { get; init; }

    /// <summary>When it was unpublished, UTC, or null. The row stays: its key answers that it is revoked, and names its owner.</summary>
    public DateTimeOffset? UnpublishedAt { get; set; }
}
