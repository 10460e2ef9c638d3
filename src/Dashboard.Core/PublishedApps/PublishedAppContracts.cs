using Dashboard.Core.Keys;
using Dashboard.Core.Keys.Format;

namespace Dashboard.Core.PublishedApps;

/// <summary>The input for publishing an app.</summary>
/// <param name="Project"><c>organization/project</c>; null if the caller has only one.</param>
/// <param name="Name">1 to 100 characters. The key has the same name.</param>
/// <param name="Resource">The resource that the key is limited to, as <c>kind:id</c>.</param>
/// <param name="Environment">The environment of the key.</param>
/// <param name="Permissions">The permissions of the key; null for all of the catalog.</param>
/// <param name="IdempotencyKey">See <see cref="NewKey.IdempotencyKey"/>.</param>
public sealed record NewPublishedApp(
    string? Project,
    string Name,
    string Resource,
    KeyEnvironment Environment = KeyEnvironment.Live,
    IReadOnlyList<string>? Permissions = null,
    string? IdempotencyKey = null);

/// <summary>An app as lists and pages show it. Contains no secret.</summary>
/// <param name="Project"><c>organization/project</c>.</param>
/// <param name="Resource">The resource that the key is limited to, as <c>kind:id</c>. If the app is unpublished, it may have been
/// deleted.</param>
/// <param name="ResourceName">The name of the resource, or its id if it has been deleted.</param>
/// <param name="PublishedAt">When the app was published, UTC.</param>
/// <param name="UnpublishedAt">When the app was unpublished, UTC, or null.</param>
/// <param name="Key">The managed key.</param>
public sealed record PublishedAppSummary(
    string Id,
    string Name,
    string Project,
    string Resource,
    string ResourceName,
    DateTimeOffset PublishedAt,
    Party PublishedBy,
    DateTimeOffset? UnpublishedAt,
    KeySummary Key);

/// <summary>A newly published app with its key. This is the only place where both are together.</summary>
/// <param name="app">The app.</param>
/// <param name="secret">The raw key.</param>
public sealed class IssuedPublishedApp(PublishedAppSummary app, KeySecret secret)
{
    /// <summary>The app.</summary>
    public PublishedAppSummary PublishedApp { get; } = app;

    /// <summary>The raw key, in memory only.</summary>
    public KeySecret Secret { get; } = secret;
}

/// <summary>The filter and page of a list of apps.</summary>
/// <param name="Project"><c>organization/project</c>; null if the caller has only one.</param>
/// <param name="IncludeUnpublished">Whether to include unpublished apps.</param>
/// <param name="Search">Part of the name, or the beginning of the identifier; null or empty for all.</param>
/// <param name="Cursor">The cursor of the previous page; null for the first page.</param>
/// <param name="Limit">The page size, 1 to 200.</param>
public sealed record PublishedAppQuery(
    string? Project = null, bool IncludeUnpublished = false, string? Search = null, string? Cursor = null, int Limit = Page.DefaultLimit);
