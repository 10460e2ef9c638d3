using Dashboard.Auth;
using Dashboard.Core.Keys;
using Dashboard.Core.Organizations;
using Dashboard.Core.Projects;
using Dashboard.Ui;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Keys;

/// <content>The list of keys, its filters and paging.</content>
public sealed partial class KeysPage : ComponentBase, IDisposable
{
    static readonly SelectOption<KeyEnvironment?>[] environments = [new(null, "All environments"), new(KeyEnvironment.Live, "Live"),
        new(KeyEnvironment.Test, "Test")];

    readonly CancellationTokenSource life = new();
    readonly Stack<string?> before = new();
    SearchField? searchField;
    Result<KeySummary>? found;
    (ProjectPath Project, string KeyId)? wanted;
    KeysPageState? chosen;
    bool loading;
    int turn;
    string search = "";

    [Parameter] public string Organization { get; set; } = "";

    [Parameter] public string ProjectSlug { get; set; } = "";

    [SupplyParameterFromQuery(Name = "revoked")] public bool Revoked { get; set; }

    [SupplyParameterFromQuery(Name = "managed")] public bool Managed { get; set; }

    [SupplyParameterFromQuery(Name = "environment")] public string? Environment { get; set; }

    [SupplyParameterFromQuery(Name = "sort")] public string? Sort { get; set; }

    /// <summary>Handed from the prerendered page to its circuit. Never contains a secret.</summary>
    [PersistentState] public KeysPageModel? View { get; set; }

    [Inject] KeysPageQuery Reader { get; set; } = null!;

    [Inject] KeyService Keys { get; set; } = null!;

    [Inject] CurrentUser User { get; set; } = null!;

    [Inject] NavigationManager Navigation { get; set; } = null!;

    /// <summary>The state that the filters show: the latest selection, even while its list is loading.</summary>
    KeysPageState Chosen => chosen ?? View!.State;

    public void Dispose()
    {
        life.Cancel();
        life.Dispose();
    }

    protected override async Task OnParametersSetAsync()
    {
        var asked = new KeysPageState(
            new(Organization, ProjectSlug), Revoked, KeyEnvironments.TryParse(Environment, out var only) ? only : null,
            KeyOrder.Parse(Sort), Managed: Managed);
        if (View?.State.Project != asked.Project)
        {
            search = wanted?.Project == asked.Project ? wanted.Value.KeyId : "";
            (found, wanted, creating) = (null, null, false); // they belong to the previous project
        }

        if (View is null || View.State with { Cursor = null } != asked || View.Searched != search.Length > 0)
        {
            before.Clear();
            await LoadAsync(asked);
        }
        else
        {
            chosen = null;
        }
    }

    async Task LoadAsync(KeysPageState asked)
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
            chosen = loading ? chosen : null;
        }
    }

    void Show(KeysPageState asked, Result<KeysPageModel> read)
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
            Navigation.NavigateTo($"/{read.Value.Project.Path}/keys{new Uri(Navigation.Uri).Query}", replace: true);
        }
        else
        {
            View = read.Value;
        }
    }

    async Task ReloadAsync()
    {
        await LoadAsync(View!.State);
        if (View.Keys.Count == 0)
        {
            await PreviousAsync(); // the last row of the last page is gone
        }
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

    void ShowRevoked(bool shown)
    {
        chosen = Chosen with { Revoked = shown };
        Navigation.NavigateTo(Navigation.GetUriWithQueryParameter("revoked", shown ? true : (bool?)null), replace: true);
    }

    void ShowManaged(bool shown)
    {
        chosen = Chosen with { Managed = shown };
        Navigation.NavigateTo(Navigation.GetUriWithQueryParameter("managed", shown ? true : (bool?)null), replace: true);
    }

    void ShowEnvironment(KeyEnvironment? only)
    {
        chosen = Chosen with { Environment = only };
        Navigation.NavigateTo(Navigation.GetUriWithQueryParameter("environment", only?.ToWireName()), replace: true);
    }

    void ShowOrder(KeyOrder order) =>
        Navigation.NavigateTo(
            Navigation.GetUriWithQueryParameter("sort", order == KeyOrder.Default ? null : order.ToWireName()), replace: true);

    async Task SearchAsync(string text)
    {
        found = null;
        var whole = await Keys.LooksWholeAsync(text, life.Token);
        if (whole)
        {
            searchField?.Clear(); // before the key can be shown or sent again
            found = await User.ActorAsync() is { } actor ? await Keys.WhichAsync(actor, text, life.Token) : Error.SessionRequired;
        }

        search = whole ? "" : text.Trim();
        before.Clear();
        await LoadAsync(View!.State with { Cursor = null });
    }

    async Task ClearAsync()
    {
        if (View!.State.Environment is null)
        {
            await SearchAsync("");
        }
        else
        {
            search = "";
            ShowEnvironment(null);
        }
    }

    /// <summary>Shows the row of a key that was found, in whatever project it is.</summary>
    async Task ShowFoundAsync(KeySummary key)
    {
        found = null;
        var (revoked, managed) = (key.State == KeyState.Revoked, key.Owner.Type == PartyType.PublishedApp);
        if (ProjectPath.TryParse(key.Project, out var project) && project != View!.Project.Path)
        {
            wanted = (project, key.KeyId);
            var query = string.Join(
                '&', new[] { revoked ? "revoked=true" : "", managed ? "managed=true" : "" }.Where(part => part.Length > 0));
            Navigation.NavigateTo($"/{project}/keys{(query.Length > 0 ? $"?{query}" : "")}");
        }
        else
        {
            search = key.KeyId;
            before.Clear();
            await LoadAsync(
                View!.State with { Cursor = null, Environment = null, Revoked = Revoked || revoked, Managed = Managed || managed });
            Navigation.NavigateTo(
                Navigation.GetUriWithQueryParameters(new Dictionary<string, object?>
                {
                    ["environment"] = null,
                    ["revoked"] = Revoked || revoked ? true : null,
                    ["managed"] = Managed || managed ? true : null,
                }),
                replace: true);
        }

        await FocusSearchAsync();
    }

    Task CloseFoundAsync()
    {
        found = null;
        return FocusSearchAsync();
    }

    /// <summary>Moves the focus to the search field, because the focused element has been removed.</summary>
    Task FocusSearchAsync() => searchField?.FocusAsync() ?? Task.CompletedTask;
}
