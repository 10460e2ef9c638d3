using Dashboard.Api;
using Dashboard.Core.Keys;
using Dashboard.Core.Keys.Format;
using Dashboard.Core.PublishedApps;

namespace Dashboard.PublishedApps;

/// <summary>The body that publishes an app.</summary>
sealed record PublishAppRequest(
    [Field("What people call it, 1 to 100 characters. Its key is called the same.", Example = "\"Returns desk\"")] string Name,
    [Field("The one resource that its key reaches, as kind:id. Once that is deleted the app is unpublished.", Example = "\"workflow:returns\"")] string Resource,
    [Field("The project, as organization/project. Left out: the caller's only one.", Example = "\"acme/orders\"")] string? Project = null,
    [Field("The environment that its key is bound to, for ever.", Example = "\"test\"")] KeyEnvironment Environment = KeyEnvironment.Live,
    [Field("What its key may do. Left out: all that the installation's catalog has.", Example = "[\"read\", \"execute\"]", Min = 1)] IReadOnlyList<string>? Permissions = null)
{
    public NewPublishedApp ToNewPublishedApp() => new(Project, Name, Resource, Environment, Permissions);
}

/// <summary>Which apps a list shows.</summary>
sealed record AppListRequest(
    [Field("The project, as organization/project. Left out: the caller's only one.", Example = "\"acme/orders\"")] string? Project = null,
    [Field("Whether unpublished apps are listed too.")] bool IncludeUnpublished = false,
    [Field("A part of the name, or the beginning of the id.", Example = "\"returns\"")] string? Search = null,
    [Field("The next_cursor of the page before.", Example = ListExamples.Cursor)] string? Cursor = null,
    [Field("The most rows on a page.", Min = 1, Max = Page.MaxLimit)] int Limit = Page.DefaultLimit)
{
    public PublishedAppQuery ToQuery() => new(Project, IncludeUnpublished, Search, Cursor, Limit);
}

/// <summary>An app. No secret is in it.</summary>
class AppAnswer
{
    readonly PublishedAppSummary app;

    internal AppAnswer(PublishedAppSummary app) => this.app = app;

    [Field("The identifier.", Example = "\"app_Ab12CdEfGh34IjKl\"")]
    public string Id => app.Id;

    [Field("What people call it.", Example = "\"Returns desk\"")]
    public string Name => app.Name;

    [Field("Its project, as organization/project.", Example = "\"acme/orders\"")]
    public string Project => app.Project;

    [Field("The resource that its key is narrowed to, as kind:id.", Example = "\"workflow:returns\"")]
    public string Resource => app.Resource;

    [Field("The environment that its key is bound to.")]
    public KeyEnvironment Environment => app.Key.Environment;

    [Field("What its key may do.", Example = "[\"read\", \"execute\"]")]
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

    [Field("The beginning of its key's text, which identifies it and opens nothing.", Example = "\"nk_live_Ab12CdEf\"")]
    public string Prefix => app.Key.Prefix;

    [Field("What its key counts as now.")]
    public KeyState KeyState => app.Key.State;

    [Field("When its key was last accepted, right to the minute; null for never.", Example = "\"2026-11-21T12:04:05.678Z\"")]
    public DateTimeOffset? LastUsedAt => app.Key.LastUsedAt;

    [Field("The network its key was last accepted from, or null.", Example = "\"10.2.7.0/24\"")]
    public string? LastUsedFrom => app.Key.LastUsedFrom;
}

/// <summary>An app that was just published. The only answer with its key in it.</summary>
sealed class IssuedAppAnswer : AppAnswer
{
    readonly KeySecret secret;

    internal IssuedAppAnswer(IssuedPublishedApp issued)
        : base(issued.PublishedApp) => secret = issued.Secret;

    [Field("Its key. It is in this answer and never again anywhere.", Example = "\"nk_live_Ab12CdEf_ABCDEFGHIJKLMNOPQRSTUVWXYZ2x1xjH\"")]
    public string RawKey => secret.Reveal();
}
