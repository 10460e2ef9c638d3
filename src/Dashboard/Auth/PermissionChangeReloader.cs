using Microsoft.AspNetCore.Components;

namespace Dashboard.Auth;

/// <summary>Loads the page anew when the person's rights have become less, so that it shows what is theirs to see now. It draws nothing.</summary>
public sealed class PermissionChangeReloader : ComponentBase, IDisposable
{
    [Inject] SessionWatch Watch { get; set; } = null!;

    [Inject] NavigationManager Navigation { get; set; } = null!;

    public void Dispose() => Watch.RightsLost -= Reload;

    protected override void OnInitialized() => Watch.RightsLost += Reload;

    void Reload(object? sender, EventArgs e) => _ = InvokeAsync(() => Navigation.NavigateTo(Navigation.Uri, forceLoad: true));
}
