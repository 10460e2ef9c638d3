using Dashboard.Auth;
using Dashboard.Components;
using Dashboard.Core.Keys;
using Dashboard.Core.Keys.Listing;
using Dashboard.Core.Organizations;
using Dashboard.Shared;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Keys;

/// <content>The list of keys, its filters and paging.</content>
public sealed partial class KeysPage : IDisposable
{
    static readonly SelectOption<KeyEnvironment?>[] environments = [new(null, "All environments"), new(KeyEnvironment.Live, "Live"),
        new(KeyEnvironment.Test, "Test")];

    readonly PagedListState<KeysPageState, KeysPageModel> list;
    SearchField? searchField;
    Result<KeySummary>? found;

    public KeysPage() => list = new(ReadAsync, () => Navigation) { MustStay = () => issued is not null };

    [Parameter] public string Organization { get; set; } = "";

    [Parameter] public string ProjectSlug { get; set; } = "";

    [SupplyParameterFromQuery(Name = "revoked")] public string? Revoked { get; set; }

    [SupplyParameterFromQuery(Name = "managed")] public string? Managed { get; set; }

    [SupplyParameterFromQuery(Name = "environment")] public string? Environment { get; set; }

    [SupplyParameterFromQuery(Name = "state")] public string? State { get; set; }

    [SupplyParameterFromQuery(Name = "owner")] public string? Owner { get; set; }

    [SupplyParameterFromQuery(Name = "permission")] public string? Permission { get; set; }

    [SupplyParameterFromQuery(Name = "expiring_within")] public string? ExpiringWithin { get; set; }

    [SupplyParameterFromQuery(Name = "unused_for")] public string? UnusedFor { get; set; }

    [SupplyParameterFromQuery(Name = "never_used")] public string? NeverUsed { get; set; }

    [SupplyParameterFromQuery(Name = "sort")] public string? Sort { get; set; }

    /// <summary>Handed from the prerendered page to its circuit. Never contains a secret.</summary>
    [PersistentState] public KeysPageModel? Kept { get => list.Kept; set => list.Kept = value; }

    public KeysPageModel? View => list.Page;

    [Inject] KeysPageQuery Reader { get; set; } = null!;

    [Inject] KeyService Keys { get; set; } = null!;

    [Inject] CurrentUser User { get; set; } = null!;

    [Inject] ActionRunner Runner { get; set; } = null!;

    [Inject] NavigationManager Navigation { get; set; } = null!;

    KeyFilter FilterInAddress => new(
        KeyFilters.State(State), Owner == KeyFilters.Me, KeyFilter.ParseDays(ExpiringWithin),
        KeyFilter.ParseDays(UnusedFor), IsOn(NeverUsed),
        PermissionCatalog.Permissions.Any(known => known.Name == Permission) ? Permission : null);

    public void Dispose() => list.Dispose();

    protected override async Task OnParametersSetAsync()
    {
        var asked = new KeysPageState(
            new(Organization, ProjectSlug), IsOn(Revoked), KeyEnvironments.TryParse(Environment, out var only) ? only : null,
            KeyOrder.Parse(Sort), IsOn(Managed), FilterInAddress);
        if (!list.IsAt(asked))
        {
            (found, creating) = (null, false); // they belong to the previous project
        }

        await list.OpenAsync(asked, Address);
        KeepSelected();
    }

    async Task<Result<KeysPageModel>> ReadAsync(KeysPageState state, string search, CancellationToken cancellationToken) =>
        await User.ActorAsync() is { } actor ? await Reader.ReadAsync(actor, state, search, cancellationToken) : Error.SessionRequired;

    Task ShowRevokedAsync(bool shown) => list.ShowAsync(list.Chosen! with { Revoked = shown });

    Task ShowManagedAsync(bool shown) => list.ShowAsync(list.Chosen! with { Managed = shown });

    Task ShowEnvironmentAsync(KeyEnvironment? only) => list.ChooseAsync(list.Chosen! with { Environment = only }, nameof(Environment));

    Task ShowFilterAsync(KeyFilter filter) => list.ShowAsync(list.Chosen! with { Filter = filter });

    Task ShowOrderAsync(KeyOrder order) => list.ShowAsync(list.Chosen! with { Order = order });

    Task ShowSizeAsync(int size) => list.ShowAsync(list.Chosen! with { Size = size });

    async Task SearchAsync(string text)
    {
        found = null;
        if (!await Keys.LooksLikeKeyAsync(text, list.Closed))
        {
            await list.SearchAsync(text);
            return;
        }

        searchField?.Clear(); // before the key can be shown or sent again
        found = await User.ActorAsync() is { } actor ? await Keys.WhichAsync(actor, text, list.Closed) : Error.SessionRequired;
        await list.SearchAsync("");
    }

    Task ClearAsync() => list.ClearAsync(list.Chosen! with { Environment = null, Filter = KeyFilter.None });

    /// <summary>Shows the row of a key that was found, in whatever project it is.</summary>
    async Task ShowFoundAsync(KeySummary key)
    {
        found = null;
        var (revoked, managed) = (key.State == KeyState.Revoked, key.Owner.Type == PartyType.PublishedApp);
        if (ProjectPath.TryParse(key.Project, out var project) && project != View!.Project.Path)
        {
            list.Leave(new(project, revoked, null, KeyOrder.Default, managed, KeyFilter.None), key.KeyId);
        }
        else
        {
            var shown = list.Chosen!;
            await list.ShowAsync(
                shown with
                {
                    Environment = null,
                    Filter = KeyFilter.None,
                    Revoked = shown.Revoked
                    || revoked,
                    Managed = shown.Managed || managed
                },
                key.KeyId);
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
