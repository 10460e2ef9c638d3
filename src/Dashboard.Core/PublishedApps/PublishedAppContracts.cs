using Dashboard.Core.Keys;
using Dashboard.Core.Keys.Format;

namespace Dashboard.Core.PublishedApps;

/// <summary>What is asked for when an app is published.</summary>
/// <param name="Project"><c>organization/project</c>; null for the caller's only one.</param>
/// <param name="Name">1 to 100 characters. Its key is called the same.</param>
/// <param name="Resource">The one resource that its key reaches, as <c>kind:id</c>.</param>
/// <param name="Environment">The environment that its key is bound to.</param>
/// <param name="Permissions">What its key may do; null for all of the catalog.</param>
/// <param name="IdempotencyKey">As <see cref="NewKey.IdempotencyKey"/>.</param>
public sealed record NewPublishedApp(
    string? Project,
    string Name,
    string Resource,
    KeyEnvironment Environment = KeyEnvironment.Live,
    IReadOnlyList<string>? Permissions = null,
    string? IdempotencyKey = null);

/// <summary>An app as lists and pages show it. No secret is in it.</summary>
/// <param name="Id">The identifier.</param>
/// <param name="Name">What people call it.</param>
/// <param name="Project"><c>organization/project</c>.</param>
/// <param name="Resource">The resource that its key is narrowed to, as <c>kind:id</c>. Once the app is unpublished it may be gone.</param>
/// <param name="ResourceName">What people call the resource; its id where it is gone.</param>
/// <param name="PublishedAt">When it was published, UTC.</param>
/// <param name="PublishedBy">Who published it.</param>
/// <param name="UnpublishedAt">When it was unpublished, UTC, or null.</param>
/// <param name="Key">Its managed key.</param>
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

/// <summary>An app that was just published, with its key. The only time that both are together.</summary>
/// <param name="app">The app as lists show it.</param>
/// <param name="secret">Its raw key.</param>
public sealed class IssuedPublishedApp(PublishedAppSummary app, KeySecret secret)
{
    /// <summary>The app as lists show it.</summary>
    public PublishedAppSummary PublishedApp { get; } = app;

    /// <summary>Its raw key; in memory only.</summary>
    public KeySecret Secret { get; } = secret;
}

/// <summary>Which apps a list shows.</summary>
/// <param name="Project"><c>organization/project</c>; null for the caller's only one.</param>
/// <param name="IncludeUnpublished">Whether unpublished apps are among them.</param>
/// <param name="Search">A part of the name, or the beginning of the identifier; null or empty for all.</param>
/// <param name="Cursor">Where the page before it ended; null for the first.</param>
/// <param name="Limit">The most rows, 1 to 200.</param>
public sealed record PublishedAppQuery(
    string? Project = null, bool IncludeUnpublished = false, string? Search = null, string? Cursor = null, int Limit = Page.DefaultLimit);
