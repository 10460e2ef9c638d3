using Dashboard.Auth;
using Dashboard.Core.Projects;
using Dashboard.Core.PublishedApps;
using Dashboard.Shared;
using Dashboard.Ui;
using Microsoft.AspNetCore.Components;

namespace Dashboard.PublishedApps;

public sealed partial class PublishedAppsPage : ComponentBase, IDisposable
{
    /// <summary>What is longer may be a whole key that was pasted: it is not said again.</summary>
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

    /// <summary>Handed from the prerendered page to its circuit. No secret is ever in it.</summary>
    [PersistentState] public PublishedAppsPageModel? View { get; set; }

    [Inject] PublishedAppsPageQuery Reader { get; set; } = null!;

    [Inject] PublishedAppService Apps { get; set; } = null!;

    [Inject] ResourceService Resources { get; set; } = null!;

    [Inject] CurrentUser User { get; set; } = null!;

    [Inject] NavigationManager Navigation { get; set; } = null!;

    [Inject] ToastService Toasts { get; set; } = null!;

    [Inject] TimeProvider Time { get; set; } = null!;

    [Inject] ILogger<PublishedAppsPage> Log { get; set; } = null!;

    string NothingFound => View?.Searched != true ? $"No app of {View?.Project.ProjectName} is published any more"
        : search.Length <= MaxQuoted ? $"No app matches “{search}”"
        : "No app matches";

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
            return; // the router leads to the sign-in
        }

        var mine = ++turn;
        loading = true;
        try
        {
            var read = await Reader.ReadAsync(actor, asked, search, life.Token);
            if (mine == turn) // of two at once the later is what is wanted
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
            if (issued is null) // a key that is on the screen outweighs the list behind it
            {
                Navigation.NotFound();
            }
        }
        else if (read.Value.Project.Path != asked.Project)
        {
            // It was called so once.
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
            await PreviousAsync(); // the last row of the last page has gone
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

    void ShowUnpublished(bool shown) => Navigation.NavigateTo(Navigation.GetUriWithQueryParameter("unpublished", shown ? true : (bool?)null), replace: true);

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
            return fault.Code == ErrorCode.SessionRequired ? null : fault; // which is told by a question of its own
        }

        (publishing, issued) = (false, SecretReveal.Of(outcome.Value));
        StateHasChanged(); // the key first; the list can wait
        before.Clear();
        try
        {
            await LoadAsync(View!.State with { Cursor = null });
        }
        catch (Exception failure) when (!life.IsCancellationRequested)
        {
            LogNotRead(Log, failure); // the page would be lost over it, and the key with the page
        }

        StateHasChanged();
        return null;
    }

    /// <summary>From here on the key is nowhere. Whatever became of the list meanwhile shows now.</summary>
    Task CloseSecretAsync()
    {
        issued = null;
        StateHasChanged();
        return ReloadAsync();
    }

    async Task UnpublishAsync(PublishedAppItem item)
    {
        // As it is now: the list may be an hour old, and the question depends on the last use.
        var app = await DoAsync(actor => Apps.GetAsync(actor, item.Id, life.Token));
        if (app.Succeeded && !await confirm!.AskAsync(UnpublishQuestion.About(app.Value, Time.GetUtcNow())))
        {
            return;
        }

        var outcome = app.Succeeded ? await DoAsync(actor => Apps.UnpublishAsync(actor, item.Id, life.Token)) : app;
        if (outcome.Succeeded)
        {
            Toasts.Show($"{item.Name} unpublished", "Requests with its key are refused.");
        }
        else if (outcome.Error!.Code != ErrorCode.SessionRequired)
        {
            Toasts.ShowError($"Could not unpublish {item.Name}", outcome.Error.Detail);
        }

        await ReloadAsync();
    }

    /// <summary>Does it as the signed-in person; where the session has ended meanwhile, says so and leads to the sign-in.</summary>
    Task<Result<T>> DoAsync<T>(Func<Actor, Task<Result<T>>> what) =>
        SessionExpiredPrompt.DoAsync(User, what, () => InvokeAsync(() => SessionExpiredPrompt.LeadAsync(confirm!, Navigation)));

    [LoggerMessage(LogLevel.Error, "The list of apps could not be read after one was published.")]
    static partial void LogNotRead(ILogger log, Exception failure);
}
