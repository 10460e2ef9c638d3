namespace Dashboard.Core.Keys;

/// <summary>A published app. While it is published it owns one managed key, which refers to it by <see cref="Keys.ApiKey.OwnerId"/>. It is
/// unpublished exactly when that key is revoked.</summary>
public sealed class PublishedApp
{
    /// <summary>The prefix of every identifier.</summary>
    public const string IdPrefix = "app_";

    /// <summary>The identifier: <see cref="IdPrefix"/> and 16 base62 characters.</summary>
    public required string Id { get; init; }

    /// <summary>The project.</summary>
    public required long ProjectId { get; init; }

    /// <summary>The display name, 1 to 100 characters.</summary>
    public required string Name
    {
        get;
        init => (field, SearchText) = (value, ComparableText.Fold(value));
    }

    /// <summary><see cref="Name"/> as searches compare it.</summary>
    public string SearchText { get; private set; } = "";

    /// <summary>The kind of the resource that its key is limited to.</summary>
    public required string ResourceKind { get; init; }

    /// <summary>The API identifier of that resource, which may have been deleted.</summary>
    public required string ResourceId { get; init; }

    /// <summary>The person who published it.</summary>
    public required string PublishedBy { get; init; }

    /// <summary>When the app was published, UTC.</summary>
    public required DateTimeOffset PublishedAt { get; init; }

    /// <summary>When the app was unpublished, UTC, or null. The row stays, so that its key is reported as revoked and shows its
    /// owner.</summary>
    public DateTimeOffset? UnpublishedAt { get; set; }
}
