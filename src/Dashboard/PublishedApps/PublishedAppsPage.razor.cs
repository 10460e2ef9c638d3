using Dashboard.Auth;
using Dashboard.Components;
using Dashboard.Core.Projects;
using Dashboard.Core.PublishedApps;
using Dashboard.Shared;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace Dashboard.PublishedApps;

public sealed partial class PublishedAppsPage : IDisposable
{
    /// <summary>A longer text may be a pasted key, so it is not echoed.</summary>
    const int MaxQuoted = 30;

    readonly PagedListState<PublishedAppsPageState, PublishedAppsPageModel> list;
    SecretReveal? issued;
    bool publishing;

    public PublishedAppsPage() => list = new(ReadAsync, () => Navigation) { MustStay = () => issued is not null };

    [Parameter] public string Organization { get; set; } = "";

    [Parameter] public string ProjectSlug { get; set; } = "";

    [SupplyParameterFromQuery(Name = "unpublished")] public string? Unpublished { get; set; }

    /// <summary>Handed from the prerendered page to its circuit. Never contains a secret.</summary>
    [PersistentState] public PublishedAppsPageModel? Kept { get => list.Kept; set => list.Kept = value; }

    public PublishedAppsPageModel? View => list.Page;

    [Inject] PublishedAppsPageQuery Reader { get; set; } = null!;

    [Inject] PublishedAppService Apps { get; set; } = null!;

    [Inject] ResourceService Resources { get; set; } = null!;

    [Inject] CurrentUser User { get; set; } = null!;

    [Inject] ActionRunner Runner { get; set; } = null!;

    [Inject] NavigationManager Navigation { get; set; } = null!;

    [Inject] IDialogService Dialogs { get; set; } = null!;

    [Inject] Snackbars Snackbars { get; set; } = null!;

    [Inject] TimeProvider Time { get; set; } = null!;

    [Inject] ILogger<PublishedAppsPage> Log { get; set; } = null!;

    string NothingFound => View?.Searched != true ? $"No published apps in {View?.Project.ProjectName}"
        : list.Search.Length <= MaxQuoted ? $"No apps match “{list.Search}”"
        : "No apps match";

    public void Dispose() => list.Dispose();

    protected override async Task OnParametersSetAsync()
    {
        var asked = new PublishedAppsPageState(new(Organization, ProjectSlug), IsOn(Unpublished));
        await list.OpenAsync(asked, Address);
    }

    async Task<Result<PublishedAppsPageModel>> ReadAsync(
        PublishedAppsPageState state, string search, CancellationToken cancellationToken) =>
        await User.ActorAsync() is { } actor ? await Reader.ReadAsync(actor, state, search, cancellationToken) : Error.SessionRequired;

    async Task ReloadAsync()
    {
        await list.ReloadAsync();
        StateHasChanged();
    }

    Task ShowUnpublishedAsync(bool shown) => list.ShowAsync(list.Chosen! with { Unpublished = shown });

    Task ShowSizeAsync(int size) => list.ShowAsync(list.Chosen! with { Size = size });

    async Task<PickPage> FindResourcesAsync(string term, CancellationToken cancellationToken) =>
        await Resources.PickAsync(await User.ActorAsync(), View?.Project.Path.ToString(), term, cancellationToken);

    async Task<Error?> PublishAsync(NewPublishedApp asked)
    {
        var outcome =
            await Runner.RunAsync(actor => Apps.PublishAsync(actor, asked with { Project = View?.Project.Path.ToString() }, list.Closed));
        if (outcome.Error is { } fault)
        {
            return fault.Code == ErrorCode.SessionRequired ? null : fault; // shown by a prompt of its own
        }

        (publishing, issued) = (false, SecretReveal.Of(outcome.Value));
        StateHasChanged(); // show the key before the list is reloaded
        await list.TryLoadFirstAsync(failure => LogNotRead(Log, failure));
        StateHasChanged();
        return null;
    }

    /// <summary>Discards the key, and reloads the list, which may have changed.</summary>
    Task CloseSecretAsync()
    {
        issued = null;
        StateHasChanged();
        return ReloadAsync();
    }

    async Task UnpublishAsync(PublishedAppItem item)
    {
        // Read the current state: the list may be stale, and the question depends on the last use.
        var app = await Runner.RunAsync(actor => Apps.GetAsync(actor, item.Id, list.Closed));
        if (app.Succeeded && !await Dialogs.ConfirmAsync(UnpublishQuestion.About(app.Value, Time.GetUtcNow())))
        {
            return;
        }

        var outcome = app.Succeeded ? await Runner.RunAsync(actor => Apps.UnpublishAsync(actor, item.Id, list.Closed)) : app;
        if (outcome.Succeeded)
        {
            Snackbars.Show($"Unpublished {item.Name}", "Requests using its key are now refused.");
        }
        else if (outcome.Error!.Code != ErrorCode.SessionRequired)
        {
            Snackbars.ShowError($"Could not unpublish {item.Name}", outcome.Error.Detail);
        }

        await ReloadAsync();
    }

    [LoggerMessage(LogLevel.Error, "Could not read the list of apps after publishing one.")]
    static partial void LogNotRead(ILogger log, Exception failure);
}
