using Dashboard.Account;
using Dashboard.Core.Keys;
using Dashboard.Ui;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Routing;

namespace Dashboard.Keys;

public sealed partial class SecretDialog : ComponentBase, IDisposable
{
    readonly string keyId = UiId.Next("key");
    Dialog? dialog;
    IssuedKey? seen;
    IDisposable? hold;
    bool copied;
    bool used;
    bool guarded;
    bool focusGuard;

    /// <summary>The key to show; null closes the dialog and takes it out of the page.</summary>
    [Parameter, EditorRequired] public IssuedKey? Issued { get; set; }

    /// <summary>The person is done with it. Whoever holds the key lets go of it now.</summary>
    [Parameter, EditorRequired] public EventCallback OnClosed { get; set; }

    [Inject] NavigationManager Navigation { get; set; } = null!;

    [Inject] SessionWatch Watch { get; set; } = null!;

    /// <summary>Never in a prerendered page: that is text on its way through caches and proxies.</summary>
    IssuedKey? Shown => RendererInfo.IsInteractive ? Issued : null;

    string? Lead => Shown is null ? null : $"{Shown.Key.Name} is ready. This is the only time its key is shown.";

    /// <summary>Leaving would lose the key.</summary>
    bool Leaving => Shown is not null && !copied;

    public void Dispose() => hold?.Dispose();

    protected override void OnParametersSet()
    {
        if (!ReferenceEquals(Issued, seen))
        {
            (seen, copied, used, guarded) = (Issued, false, false, false);
            // A session that ends meanwhile must not take the key along: nothing brings it back.
            hold?.Dispose();
            hold = Shown is null ? null : Watch.Hold();
        }
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (focusGuard && dialog is not null)
        {
            focusGuard = false;
            await dialog.FocusAsync(".guard button");
        }
    }

    void Note(CopiedEventArgs e) => copied |= e.Copied;

    Task LeaveAsync()
    {
        if (copied)
        {
            return OnClosed.InvokeAsync();
        }

        guarded = focusGuard = true;
        return Task.CompletedTask;
    }

    Task CopyAndCloseAsync(CopiedEventArgs e)
    {
        Note(e);
        return e.Copied ? OnClosed.InvokeAsync() : Task.CompletedTask;
    }

    void Stay(LocationChangingContext context)
    {
        context.PreventNavigation();
        guarded = focusGuard = true;
        StateHasChanged();
    }
}
