using Dashboard.Auth;
using Dashboard.Core.Projects;
using Dashboard.Core.PublishedApps;
using Dashboard.Shared;
using Dashboard.Ui;
using Microsoft.AspNetCore.Components;

namespace Dashboard.PublishedApps;

public sealed partial class PublishedAppsPage : ComponentBase, IDisposable
{
    /// <summary>A longer text may be a pasted key, so it is not echoed.</summary>
    const int MaxQuoted = 30;

    readonly CancellationTokenSource life = new();
    readonly Stack<string?> before = new();
    ConfirmDialog? confirm;
    SecretReveal? issued;
    bool publishing;
    bool loading;
    int turn;
    string search = "";

    [Parameter] public string Organization { get; set; } = "";

    [Parameter] public string ProjectSlug { get; set; } = "";

    [SupplyParameterFromQuery(Name = "unpublished")] public bool Unpublished { get; set; }

    /// <summary>Handed from the prerendered page to its circuit. Never contains a secret.</summary>
    [PersistentState] public PublishedAppsPageModel? View { get; set; }

    [Inject] PublishedAppsPageQuery Reader { get; set; } = null!;

    [Inject] PublishedAppService Apps { get; set; } = null!;

    [Inject] ResourceService Resources { get; set; } = null!;

    [Inject] CurrentUser User { get; set; } = null!;

    [Inject] NavigationManager Navigation { get; set; } = null!;

    [Inject] ToastService Toasts { get; set; } = null!;

    [Inject] TimeProvider Time { get; set; } = null!;

    [Inject] ILogger<PublishedAppsPage> Log { get; set; } = null!;

    string NothingFound => View?.Searched != true ? $"No published apps in {View?.Project.ProjectName}"
        : search.Length <= MaxQuoted ? $"No apps match “{search}”"
        : "No apps match";

    public void Dispose()
    {
        life.Cancel();
        life.Dispose();
    }

    protected override async Task OnParametersSetAsync()
    {
        var asked = new PublishedAppsPageState(new(Organization, ProjectSlug), Unpublished);
        if (View is null || View.State with { Cursor = null } != asked || View.Searched != search.Length > 0)
        {
            before.Clear();
            search = View?.State.Project == asked.Project ? search : "";
            await LoadAsync(asked);
        }
    }

    async Task LoadAsync(PublishedAppsPageState asked)
    {
        if (await User.ActorAsync() is not { } actor)
        {
            return; // the router redirects to the sign-in page
        }

        var mine = ++turn;
        loading = true;
        try
        {
            var read = await Reader.ReadAsync(actor, asked, search, life.Token);
            if (mine == turn) // otherwise a later load supersedes this one
            {
                Show(asked, read);
            }
        }
        finally
        {
            loading = mine != turn;
        }
    }

    void Show(PublishedAppsPageState asked, Result<PublishedAppsPageModel> read)
    {
        if (read.Error is not null)
        {
            if (issued is null) // do not navigate away from a key on the screen
            {
                Navigation.NotFound();
            }
        }
        else if (read.Value.Project.Path != asked.Project)
        {
            // It has been renamed: go to its current address.
            Navigation.NavigateTo($"/{read.Value.Project.Path}/apps{new Uri(Navigation.Uri).Query}", replace: true);
        }
        else
        {
            View = read.Value;
        }
    }

    async Task ReloadAsync()
    {
        await LoadAsync(View!.State);
        if (View.Items.Count == 0)
        {
            await PreviousAsync(); // the last row of the last page is gone
        }

        StateHasChanged();
    }

    async Task NextAsync()
    {
        if (View is { NextCursor: { } next } view)
        {
            before.Push(view.State.Cursor);
            await LoadAsync(view.State with { Cursor = next });
        }
    }

    async Task PreviousAsync()
    {
        if (View is { } view && before.TryPop(out var cursor))
        {
            await LoadAsync(view.State with { Cursor = cursor });
        }
    }

    void ShowUnpublished(bool shown) =>
        Navigation.NavigateTo(Navigation.GetUriWithQueryParameter("unpublished", shown ? true : (bool?)null), replace: true);

    async Task SearchAsync(string text)
    {
        search = text.Trim();
        before.Clear();
        await LoadAsync(View!.State with { Cursor = null });
    }

    async Task<PickPage> FindResourcesAsync(string term, CancellationToken cancellationToken) =>
        await Resources.PickAsync(await User.ActorAsync(), View?.Project.Path.ToString(), term, cancellationToken);

    async Task<Error?> PublishAsync(NewPublishedApp asked)
    {
        var outcome = await DoAsync(actor => Apps.PublishAsync(actor, asked with { Project = View?.Project.Path.ToString() }, life.Token));
        if (outcome.Error is { } fault)
        {
            return fault.Code == ErrorCode.SessionRequired ? null : fault; // shown by a prompt of its own
        }

        (publishing, issued) = (false, SecretReveal.Of(outcome.Value));
        StateHasChanged(); // show the key before the list is reloaded
        before.Clear();
        try
        {
            await LoadAsync(View!.State with { Cursor = null });
        }
        catch (Exception failure) when (!life.IsCancellationRequested)
        {
            LogNotRead(Log, failure); // an exception would tear down the page, and the key with it
        }

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
        var app = await DoAsync(actor => Apps.GetAsync(actor, item.Id, life.Token));
        if (app.Succeeded && !await confirm!.AskAsync(UnpublishQuestion.About(app.Value, Time.GetUtcNow())))
        {
            return;
        }

        var outcome = app.Succeeded ? await DoAsync(actor => Apps.UnpublishAsync(actor, item.Id, life.Token)) : app;
        if (outcome.Succeeded)
        {
            Toasts.Show($"Unpublished {item.Name}", "Requests using its key are now refused.");
        }
        else if (outcome.Error!.Code != ErrorCode.SessionRequired)
        {
            Toasts.ShowError($"Could not unpublish {item.Name}", outcome.Error.Detail);
        }

        await ReloadAsync();
    }

    /// <summary>Runs an action as the signed-in user. If the session has ended, asks the user to sign in again.</summary>
    Task<Result<T>> DoAsync<T>(Func<Actor, Task<Result<T>>> what) =>
        SessionExpiredPrompt.DoAsync(User, what, () => InvokeAsync(() => SessionExpiredPrompt.AskAsync(confirm!, Navigation)));

    [LoggerMessage(LogLevel.Error, "Could not read the list of apps after publishing one.")]
    static partial void LogNotRead(ILogger log, Exception failure);
}
