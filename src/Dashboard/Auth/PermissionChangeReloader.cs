using Microsoft.AspNetCore.Components;

namespace Dashboard.Auth;

/// <summary>Reloads the page when the user loses permissions, so that it shows only what they may still see. Renders nothing.</summary>
public sealed class PermissionChangeReloader : ComponentBase, IDisposable
{
    [Inject] SessionWatch Watch { get; set; } = null!;

    [Inject] NavigationManager Navigation { get; set; } = null!;

    public void Dispose() => Watch.RightsLost -= Reload;

    protected override void OnInitialized() => Watch.RightsLost += Reload;

    void Reload(object? sender, EventArgs e) => _ = InvokeAsync(() => Navigation.NavigateTo(Navigation.Uri, forceLoad: true));
}
