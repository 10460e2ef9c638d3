using Dashboard.Auth;
using Dashboard.Components;
using Dashboard.Core.Organizations;
using Dashboard.Shared;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Members;

public sealed partial class MembersPage : IDisposable
{
    static readonly SelectOption<OrganizationRole?>[] roles =
        [new(null, "All roles"), .. Enum.GetValues<OrganizationRole>().Reverse()
            .Select(role => new SelectOption<OrganizationRole?>(role, $"{role}"))];

    readonly PagedListState<MembersPageState, MembersPageModel> list;
    MemberActions? actions;

    public MembersPage() => list = new(ReadAsync, () => Navigation) { MustStay = () => actions?.ShowsLink == true };

    [Parameter] public string Organization { get; set; } = "";

    [SupplyParameterFromQuery(Name = "role")] public string? Role { get; set; }

    /// <summary>Handed from the prerendered page to its circuit. Never contains a link.</summary>
    [PersistentState] public MembersPageModel? Kept { get => list.Kept; set => list.Kept = value; }

    public MembersPageModel? View => list.Page;

    [Inject] MembersPageQuery Reader { get; set; } = null!;

    [Inject] CurrentUser User { get; set; } = null!;

    [Inject] NavigationManager Navigation { get; set; } = null!;

    public void Dispose() => list.Dispose();

    protected override Task OnParametersSetAsync()
    {
        var role = Enum.GetValues<OrganizationRole>().Where(role => role.ToWireName() == Role)
            .Select(role => (OrganizationRole?)role).FirstOrDefault();
        return list.OpenAsync(new(Organization, role), Address);
    }

    async Task<Result<MembersPageModel>> ReadAsync(MembersPageState state, string search, CancellationToken cancellationToken) =>
        await User.ActorAsync() is { } actor ? await Reader.ReadAsync(actor, state, search, cancellationToken) : Error.SessionRequired;

    async Task ReloadAsync()
    {
        await list.ReloadAsync();
        StateHasChanged();
    }

    Task ShowRoleAsync(OrganizationRole? role) => list.ChooseAsync(list.Chosen! with { Role = role }, nameof(Role));

    Task ShowSizeAsync(int size) => list.ShowAsync(list.Chosen! with { Size = size });

    Task ClearAsync() => list.ClearAsync(list.Chosen! with { Role = null });
}
