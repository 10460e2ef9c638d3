using System.Globalization;
using Dashboard.Auth;
using Dashboard.Core.Keys;
using Dashboard.Core.Organizations;
using Dashboard.Core.Projects;
using Dashboard.Shared;
using Dashboard.Ui;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Projects;

public sealed partial class ResourcesPage : ComponentBase, IDisposable
{
    /// <summary>Rows on a page. Even with the longest names they fit into the circuit's first message.</summary>
    const int Rows = 25;

    /// <summary>A longer text may be a pasted key, so it is not echoed.</summary>
    const int MaxQuoted = 30;

    readonly CancellationTokenSource life = new();
    readonly Stack<string?> before = new();
    RenameResourceDialog? rename;
    ConfirmDialog? confirm;
    bool adding;
    bool loading;
    int turn;
    string search = "";

    [Parameter] public string Organization { get; set; } = "";

    [Parameter] public string ProjectSlug { get; set; } = "";

    [SupplyParameterFromQuery(Name = "kind")] public string? Kind { get; set; }

    /// <summary>The column to sort by, with a leading hyphen for descending order.</summary>
    [SupplyParameterFromQuery(Name = "sort")] public string? Sort { get; set; }

    /// <summary>Handed from the prerendered page to its circuit.</summary>
    [PersistentState] public ResourcesPageModel? View { get; set; }

    [Inject] ResourceService Resources { get; set; } = null!;

    [Inject] ProjectService Projects { get; set; } = null!;

    [Inject] PermissionCatalog PermissionCatalog { get; set; } = null!;

    [Inject] CurrentUser User { get; set; } = null!;

    [Inject] NavigationManager Navigation { get; set; } = null!;

    [Inject] ToastService Toasts { get; set; } = null!;

    List<SelectOption<string>> KindOptions =>
        [new("", "All kinds"),
            .. PermissionCatalog.ResourceKinds.Select(kind => new SelectOption<string>(kind, ResourceKindNames.Kind(kind)))];

    string Kinds => ResourceKindNames.AllOf(PermissionCatalog.ResourceKinds);

    string? Summary
    {
        get
        {
            if (View is not { } view)
            {
                return null;
            }

            var first = (before.Count * Rows) + 1;
            return before.Count == 0 && view.NextCursor is null
                ? string.Create(CultureInfo.InvariantCulture, $"{view.Items.Count:N0} {(view.Items.Count == 1 ? "resource" : "resources")}")
                : string.Create(CultureInfo.InvariantCulture, $"{first:N0} to {first + view.Items.Count - 1:N0} of {view.Total:N0}");
        }
    }

    string NothingFound
    {
        get
        {
            var resources = View?.State.Kind is { } kind ? ResourceKindNames.AllOf([kind]) : "resources";
            return View?.Searched != true ? $"No {resources} in {View?.Project.ProjectName}"
                : search.Length <= MaxQuoted ? $"No {resources} match “{search}”"
                : $"No {resources} match";
        }
    }

    public void Dispose()
    {
        life.Cancel();
        life.Dispose();
    }

    protected override async Task OnParametersSetAsync()
    {
        var kind = PermissionCatalog.ResourceKinds.Contains(Kind, StringComparer.Ordinal) ? Kind : null;
        var byTime = Sort?.TrimStart('-') == ResourceSort.CreatedAt.ToWireName();
        var asked = new ResourcesPageState(
            new(Organization, ProjectSlug), kind, byTime ? ResourceSort.CreatedAt : ResourceSort.Name, Sort?.StartsWith('-') == true);
        if (View is null || View.State with { Cursor = null } != asked || View.Searched != search.Length > 0)
        {
            before.Clear();
            search = View?.State.Project == asked.Project ? search : "";
            await LoadAsync(asked);
        }
    }

    async Task LoadAsync(ResourcesPageState asked)
    {
        if (await User.ActorAsync() is not { } actor)
        {
            return; // the router redirects to the sign-in page
        }

        var mine = ++turn;
        loading = true;
        try
        {
            var view = await ReadAsync(actor, asked, search);
            View = mine == turn ? view ?? View : View; // otherwise a later load supersedes this one
        }
        finally
        {
            loading = mine != turn;
        }
    }

    async Task<ResourcesPageModel?> ReadAsync(Actor actor, ResourcesPageState asked, string term)
    {
        var project = await Projects.FindAsync(actor, asked.Project, life.Token);
        if (project.Error is not null)
        {
            Navigation.NotFound();
            return null;
        }

        if (project.Value.Path != asked.Project)
        {
            // It has been renamed: go to its current address.
            Navigation.NavigateTo($"/{project.Value.Path}/resources{new Uri(Navigation.Uri).Query}", replace: true);
            return null;
        }

        var query = new ResourceQuery(asked.Project.ToString(), asked.Kind, term, asked.Cursor, Rows, asked.Sort, asked.Descending);
        var page = await Resources.ListAsync(actor, query, life.Token);
        var total = await Resources.CountAsync(actor, query, life.Token);
        var codes = page.Succeeded ? page.Value.Items.Select(row => $"{row.Kind}:{row.Id}").ToList() : [];
        var keys = await Resources.CountKeysAsync(actor, query.Project, codes, life.Token);
        if ((page.Error ?? total.Error ?? keys.Error) is not null)
        {
            Navigation.NotFound(); // access was lost between two queries
            return null;
        }

        return new(
            asked,
            project.Value,
            term.Length > 0,
            [
                .. page.Value.Items.Select(row => new ResourceItem(
                    row.Kind, row.Id, row.Name, keys.Value.GetValueOrDefault($"{row.Kind}:{row.Id}"), row.CreatedAt)),
            ],
            page.Value.NextCursor,
            total.Value);
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

    void ShowKind(string kind) =>
        Navigation.NavigateTo(Navigation.GetUriWithQueryParameter("kind", kind.Length == 0 ? null : kind), replace: true);

    void ShowSorted(SortState sort) => Navigation.NavigateTo(
        Navigation.GetUriWithQueryParameter(
            "sort",
            sort == new SortState(ResourceSort.Name.ToWireName()) ? null : $"{(sort.Descending ? "-" : "")}{sort.By}"), replace: true);

    async Task SearchAsync(string text)
    {
        search = text.Trim();
        before.Clear();
        await LoadAsync(View!.State with { Cursor = null });
    }

    async Task ClearAsync()
    {
        if (View!.State.Kind is null)
        {
            await SearchAsync("");
        }
        else
        {
            search = "";
            ShowKind("");
        }
    }

    async Task<Error?> AddAsync(NewResource asked)
    {
        var outcome = await DoAsync(
            actor => Resources.CreateAsync(actor, asked with { Project = View?.Project.Path.ToString() }, life.Token));
        if (outcome.Error is { } fault)
        {
            return ExceptSession(fault);
        }

        adding = false;
        Toasts.Show($"Added {outcome.Value.Name}");
        await ReloadAsync();
        return null;
    }

    async Task<Error?> RenameAsync(ResourceItem item, string name)
    {
        var outcome = await DoAsync(actor => Resources.ChangeAsync(actor, View!.Project.Path.ToString(), item.Code, new(name), life.Token));
        await ReloadAsync();
        return ExceptSession(outcome.Error);
    }

    /// <summary>Drops an ended session, which is shown by a prompt of its own.</summary>
    static Error? ExceptSession(Error? fault) => fault?.Code == ErrorCode.SessionRequired ? null : fault;

    async Task DeleteAsync(ResourceItem item)
    {
        // Read the current state: the list may be stale, and the question depends on how the keys are used.
        var project = View!.Project.Path.ToString();
        var preview = await DoAsync(actor => Resources.PreviewDeletionAsync(actor, project, item.Code, life.Token));
        if (preview.Succeeded && !await confirm!.AskAsync(DeletionQuestion.About(item, preview.Value)))
        {
            return;
        }

        var outcome = preview.Succeeded
            ? await DoAsync(actor => Resources.DeleteAsync(actor, project, item.Code, life.Token))
            : preview.Error!;
        if (outcome.Succeeded)
        {
            Toasts.Show($"Deleted {item.Name}", DeletionQuestion.Revoked(outcome.Value.KeysRevoked.Count));
        }
        else if (outcome.Error!.Code != ErrorCode.SessionRequired)
        {
            Toasts.ShowError($"Could not delete {item.Name}", outcome.Error.Detail);
        }

        await ReloadAsync();
    }

    /// <summary>Runs an action as the signed-in user. If the session has ended, asks the user to sign in again.</summary>
    Task<Result<T>> DoAsync<T>(Func<Actor, Task<Result<T>>> what) =>
        SessionExpiredPrompt.DoAsync(User, what, () => InvokeAsync(() => SessionExpiredPrompt.AskAsync(confirm!, Navigation)));
}
