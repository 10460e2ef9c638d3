using System.Globalization;
using Dashboard.Auth;
using Dashboard.Components;
using Dashboard.Core.Keys;
using Dashboard.Core.Organizations;
using Dashboard.Core.Projects;
using Dashboard.Shared;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace Dashboard.Projects;

public sealed partial class ResourcesPage : IDisposable
{
    /// <summary>A longer text may be a pasted key, so it is not echoed.</summary>
    const int MaxQuoted = 30;

    readonly PagedListState<ResourcesPageState, ResourcesPageModel> list;
    RenameResourceDialog? rename;
    bool adding;

    public ResourcesPage() => list = new(ReadAsync, () => Navigation);

    [Parameter] public string Organization { get; set; } = "";

    [Parameter] public string ProjectSlug { get; set; } = "";

    [SupplyParameterFromQuery(Name = "kind")] public string? Kind { get; set; }

    /// <summary>The column to sort by, with a leading hyphen for descending order.</summary>
    [SupplyParameterFromQuery(Name = "sort")] public string? Sort { get; set; }

    /// <summary>Handed from the prerendered page to its circuit.</summary>
    [PersistentState] public ResourcesPageModel? Kept { get => list.Kept; set => list.Kept = value; }

    public ResourcesPageModel? View => list.Page;

    [Inject] ResourceService Resources { get; set; } = null!;

    [Inject] ProjectService Projects { get; set; } = null!;

    [Inject] PermissionCatalog PermissionCatalog { get; set; } = null!;

    [Inject] CurrentUser User { get; set; } = null!;

    [Inject] ActionRunner Runner { get; set; } = null!;

    [Inject] NavigationManager Navigation { get; set; } = null!;

    [Inject] IDialogService Dialogs { get; set; } = null!;

    [Inject] Snackbars Snackbars { get; set; } = null!;

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

            var first = view.State.Before + 1;
            return !list.HasPrevious && view.NextCursor is null
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
                : list.Search.Length <= MaxQuoted ? $"No {resources} match “{list.Search}”"
                : $"No {resources} match";
        }
    }

    public void Dispose() => list.Dispose();

    protected override async Task OnParametersSetAsync()
    {
        var kind = PermissionCatalog.ResourceKinds.Contains(Kind, StringComparer.Ordinal) ? Kind : null;
        var byTime = Sort?.TrimStart('-') == ResourceSort.CreatedAt.ToWireName();
        var asked = new ResourcesPageState(
            new(Organization, ProjectSlug), kind, byTime ? ResourceSort.CreatedAt : ResourceSort.Name, Sort?.StartsWith('-') == true);
        await list.OpenAsync(asked, Address);
    }

    async Task<Result<ResourcesPageModel>> ReadAsync(ResourcesPageState state, string search, CancellationToken cancellationToken)
    {
        if (await User.ActorAsync() is not { } actor)
        {
            return Error.SessionRequired;
        }

        var project = await Projects.FindAsync(actor, state.Project, cancellationToken);
        if (project.Error is { } missing)
        {
            return missing;
        }

        var query = new ResourceQuery(
            project.Value.Path.ToString(), state.Kind, search, state.Cursor, state.Size, state.Sort, state.Descending);
        var page = await Resources.ListAsync(actor, query, cancellationToken);
        var total = await Resources.CountAsync(actor, query, cancellationToken);
        var codes = page.Succeeded ? page.Value.Items.Select(row => $"{row.Kind}:{row.Id}").ToList() : [];
        var keys = await Resources.CountKeysAsync(actor, query.Project, codes, cancellationToken);
        if ((page.Error ?? total.Error ?? keys.Error) is { } error)
        {
            return error; // access was lost between two queries
        }

        return new ResourcesPageModel(
            state,
            project.Value,
            search.Length > 0,
            [
                .. page.Value.Items.Select(row => new ResourceItem(
                    row.Kind, row.Id, row.Name, keys.Value.GetValueOrDefault($"{row.Kind}:{row.Id}"), row.CreatedAt)),
            ],
            page.Value.NextCursor,
            total.Value);
    }

    async Task ReloadAsync()
    {
        await list.ReloadAsync();
        StateHasChanged();
    }

    Task ShowKindAsync(string kind) => list.ChooseAsync(list.Chosen! with { Kind = kind.Length == 0 ? null : kind }, nameof(Kind));

    Task ShowSortedAsync(SortState sort) => list.ShowAsync(
        list.Chosen! with
        {
            Sort = sort.By == ResourceSort.CreatedAt.ToWireName() ? ResourceSort.CreatedAt
            : ResourceSort.Name,
            Descending = sort.Descending
        });

    Task ShowSizeAsync(int size) => list.ShowAsync(list.Chosen! with { Size = size });

    Task ClearAsync() => list.ClearAsync(list.Chosen! with { Kind = null });

    async Task<Error?> AddAsync(NewResource asked)
    {
        var outcome = await Runner.RunAsync(
            actor => Resources.CreateAsync(actor, asked with { Project = View?.Project.Path.ToString() }, list.Closed));
        if (outcome.Error is { } fault)
        {
            return ExceptSession(fault);
        }

        adding = false;
        Snackbars.Show($"Added {outcome.Value.Name}");
        await ReloadAsync();
        return null;
    }

    async Task<Error?> RenameAsync(ResourceItem item, string name)
    {
        var outcome =
            await Runner.RunAsync(actor => Resources.ChangeAsync(actor, View!.Project.Path.ToString(), item.Code, new(name), list.Closed));
        await ReloadAsync();
        return ExceptSession(outcome.Error);
    }

    /// <summary>Drops an ended session, which is shown by a prompt of its own.</summary>
    static Error? ExceptSession(Error? fault) => fault?.Code == ErrorCode.SessionRequired ? null : fault;

    async Task DeleteAsync(ResourceItem item)
    {
        // Read the current state: the list may be stale, and the question depends on how the keys are used.
        var project = View!.Project.Path.ToString();
        var preview = await Runner.RunAsync(actor => Resources.PreviewDeletionAsync(actor, project, item.Code, list.Closed));
        if (preview.Succeeded && !await Dialogs.ConfirmAsync(DeletionQuestion.About(item, preview.Value)))
        {
            return;
        }

        var outcome = preview.Succeeded
            ? await Runner.RunAsync(actor => Resources.DeleteAsync(actor, project, item.Code, list.Closed))
            : preview.Error!;
        if (outcome.Succeeded)
        {
            Snackbars.Show($"Deleted {item.Name}", DeletionQuestion.Revoked(outcome.Value.KeysRevoked.Count));
        }
        else if (outcome.Error!.Code != ErrorCode.SessionRequired)
        {
            Snackbars.ShowError($"Could not delete {item.Name}", outcome.Error.Detail);
        }

        await ReloadAsync();
    }
}
