using Dashboard.Auth;
using Dashboard.Components;
using Dashboard.Core.Keys;
using Dashboard.Core.Organizations;
using Dashboard.Core.Projects;
using Dashboard.Shared;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Keys;

/// <content>The list of keys, its filters and paging.</content>
public sealed partial class KeysPage : ComponentBase, IDisposable
{
    static readonly SelectOption<KeyEnvironment?>[] environments = [new(null, "All environments"), new(KeyEnvironment.Live, "Live"),
        new(KeyEnvironment.Test, "Test")];

    readonly PagedListState<KeysPageState, KeysPageModel> list;
    SearchField? searchField;
    Result<KeySummary>? found;
    (ProjectPath Project, string KeyId)? wanted;

    public KeysPage() => list = new(ReadAsync, () => Navigation) { MustStay = () => issued is not null };

    [Parameter] public string Organization { get; set; } = "";

    [Parameter] public string ProjectSlug { get; set; } = "";

    [SupplyParameterFromQuery(Name = "revoked")] public bool Revoked { get; set; }

    [SupplyParameterFromQuery(Name = "managed")] public bool Managed { get; set; }

    [SupplyParameterFromQuery(Name = "environment")] public string? Environment { get; set; }

    [SupplyParameterFromQuery(Name = "sort")] public string? Sort { get; set; }

    /// <summary>Handed from the prerendered page to its circuit. Never contains a secret.</summary>
    [PersistentState] public KeysPageModel? View { get => list.Page; set => list.Page = value; }

    [Inject] KeysPageQuery Reader { get; set; } = null!;

    [Inject] KeyService Keys { get; set; } = null!;

    [Inject] CurrentUser User { get; set; } = null!;

    [Inject] NavigationManager Navigation { get; set; } = null!;

    public void Dispose() => list.Dispose();

    protected override async Task OnParametersSetAsync()
    {
        var asked = new KeysPageState(
            new(Organization, ProjectSlug), Revoked, KeyEnvironments.TryParse(Environment, out var only) ? only : null,
            KeyOrder.Parse(Sort), Managed: Managed);
        var term = wanted?.Project == asked.Project ? wanted.Value.KeyId : "";
        if (!list.IsAt(asked))
        {
            (found, wanted, creating) = (null, null, false); // they belong to the previous project
        }

        await list.OpenAsync(asked, term);
    }

    async Task<Result<KeysPageModel>> ReadAsync(KeysPageState state, string search, CancellationToken cancellationToken) =>
        await User.ActorAsync() is { } actor ? await Reader.ReadAsync(actor, state, search, cancellationToken) : Error.SessionRequired;

    void ShowRevoked(bool shown)
    {
        list.Choose(list.Chosen! with { Revoked = shown });
        Navigation.NavigateTo(Navigation.GetUriWithQueryParameter("revoked", shown ? true : (bool?)null), replace: true);
    }

    void ShowManaged(bool shown)
    {
        list.Choose(list.Chosen! with { Managed = shown });
        Navigation.NavigateTo(Navigation.GetUriWithQueryParameter("managed", shown ? true : (bool?)null), replace: true);
    }

    void ShowEnvironment(KeyEnvironment? only)
    {
        list.Choose(list.Chosen! with { Environment = only });
        Navigation.NavigateTo(Navigation.GetUriWithQueryParameter("environment", only?.ToWireName()), replace: true);
    }

    void ShowOrder(KeyOrder order) =>
        Navigation.NavigateTo(
            Navigation.GetUriWithQueryParameter("sort", order == KeyOrder.Default ? null : order.ToWireName()), replace: true);

    async Task SearchAsync(string text)
    {
        found = null;
        if (!await Keys.LooksLikeKeyAsync(text, list.Closed))
        {
            await list.SearchAsync(text);
            return;
        }

        await (searchField?.ClearAsync() ?? Task.CompletedTask); // before the key can be shown or sent again
        found = await User.ActorAsync() is { } actor ? await Keys.WhichAsync(actor, text, list.Closed) : Error.SessionRequired;
        await list.SearchAsync("");
    }

    async Task ClearAsync()
    {
        if (View!.State.Environment is null)
        {
            await SearchAsync("");
        }
        else
        {
            list.Search = "";
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
            list.Search = key.KeyId;
            await list.LoadFirstAsync(
                View!.State with { Environment = null, Revoked = Revoked || revoked, Managed = Managed || managed });
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
    Task FocusSearchAsync() => searchField?.FocusAsync().AsTask() ?? Task.CompletedTask;
}
