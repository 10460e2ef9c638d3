using Dashboard.Api;
using Dashboard.Core.Keys;
using Dashboard.Core.Keys.Format;
using Dashboard.Core.PublishedApps;

namespace Dashboard.PublishedApps;

/// <summary>The request body to publish an app.</summary>
sealed record PublishAppRequest(
    [Field(
        "The display name, 1 to 100 characters. Its key gets the same name.",
        Example = "\"Returns desk\"", Min = 1, Max = Names.MaxLength)]
    string Name,
    [Field(
        "The only resource that its key has access to, as kind:id. Deleting the resource unpublishes the app.",
        Example = "\"workflow:returns\"")]
    string Resource,
    [Field("The project, as organization/project. Defaults to the caller's only project.", Example = "\"acme/orders\"")]
    string? Project = null,
    [Field("The environment of its key. It cannot be changed later.", Example = "\"test\"")]
    KeyEnvironment Environment = KeyEnvironment.Live,
    [Field("The permissions of its key. Defaults to every permission in the catalog.", Example = "[\"read\", \"execute\"]", Min = 1)]
    IReadOnlyList<string>? Permissions = null)
{
    public NewPublishedApp ToNewPublishedApp() => new(Project, Name, Resource, Environment, Permissions);
}

/// <summary>The query of the app list.</summary>
sealed record AppListRequest(
    [Field("The project, as organization/project. Defaults to the caller's only project.", Example = "\"acme/orders\"")]
    string? Project = null,
    [Field("Whether to include unpublished apps.")] bool IncludeUnpublished = false,
    [Field("Part of the name, or the start of the id.", Example = "\"returns\"")] string? Search = null,
    [Field("The next_cursor of the previous page.", Example = ListExamples.Cursor)] string? Cursor = null,
    [Field("The maximum number of items on a page.", Min = 1, Max = Page.MaxLimit)] int Limit = Page.DefaultLimit)
{
    public PublishedAppQuery ToQuery() => new(Project, IncludeUnpublished, Search, Cursor, Limit);
}

/// <summary>An app, without its key's secret.</summary>
class AppAnswer
{
    readonly PublishedAppSummary app;

    internal AppAnswer(PublishedAppSummary app) => this.app = app;

    [Field("The identifier.", Example = "\"app_Ab12CdEfGh34IjKl\"")]
    public string Id => app.Id;

    [Field("The display name.", Example = "\"Returns desk\"")]
    public string Name => app.Name;

    [Field("The project, as organization/project.", Example = "\"acme/orders\"")]
    public string Project => app.Project;

    [Field("The resource that its key is limited to, as kind:id.", Example = "\"workflow:returns\"")]
    public string Resource => app.Resource;

    [Field("The environment of its key.")]
    public KeyEnvironment Environment => app.Key.Environment;

    [Field("The permissions of its key.", Example = "[\"read\", \"execute\"]")]
    public IReadOnlyList<string> Permissions => app.Key.Permissions;

    [Field("Whether it is published.", Example = "true")]
    public bool Published => app.UnpublishedAt is null;

    [Field("When it was published.", Example = "\"2026-11-21T09:30:00.000Z\"")]
    public DateTimeOffset PublishedAt => app.PublishedAt;

    [Field("Who published it.")]
    public PartyAnswer PublishedBy => new(app.PublishedBy);

    [Field("When it was unpublished, or null.", Example = "\"2026-12-01T08:00:00.000Z\"")]
    public DateTimeOffset? UnpublishedAt => app.UnpublishedAt;

    [Field("The public identifier of its key.", Example = "\"Ab12CdEf\"")]
    public string KeyId => app.Key.KeyId;

    [Field("The start of its key, which identifies the key but grants no access.", Example = "\"nk_live_Ab12CdEf\"")]
    public string Prefix => app.Key.Prefix;

    [Field("The current state of its key.")]
    public KeyState KeyState => app.Key.State;

    [Field("When its key was last accepted, accurate to the minute; null if never.", Example = "\"2026-11-21T12:04:05.678Z\"")]
    public DateTimeOffset? LastUsedAt => app.Key.LastUsedAt;

    [Field("The network that its key was last accepted from, or null.", Example = "\"10.2.7.0/24\"")]
    public string? LastUsedFrom => app.Key.LastUsedFrom;
}

/// <summary>A newly published app. The only response that contains its key.</summary>
sealed class IssuedAppAnswer : AppAnswer
{
    readonly KeySecret secret;

    internal IssuedAppAnswer(IssuedPublishedApp issued)
        : base(issued.PublishedApp) => secret = issued.Secret;

    [Field("The full key. Returned only in this response.", Example = "\"nk_live_Ab12CdEf_ABCDEFGHIJKLMNOPQRSTUVWXYZ2x1xjH\"")]
    public string RawKey => secret.Reveal();
}
