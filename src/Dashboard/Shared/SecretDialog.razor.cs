using Dashboard.Auth;
using Dashboard.Components;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Routing;

namespace Dashboard.Shared;

public sealed partial class SecretDialog : ComponentBase, IDisposable
{
    readonly string id = UiId.Next("secret");
    readonly HashSet<int> copied = [];
    Dialog? dialog;
    SecretReveal? seen;
    IDisposable? hold;
    bool used;
    bool guarded;
    bool focusGuard;
    bool closing;

    /// <summary>What to show; null closes the dialog and removes the secrets from the page.</summary>
    [Parameter, EditorRequired] public SecretReveal? Issued { get; set; }

    /// <summary>Raised when the user is done. The owner of the secrets must discard them.</summary>
    [Parameter, EditorRequired] public EventCallback OnClosed { get; set; }

    [Inject] NavigationManager Navigation { get; set; } = null!;

    [Inject] SessionWatch Watch { get; set; } = null!;

    /// <summary>Null while prerendering: a prerendered page may pass through caches and proxies.</summary>
    SecretReveal? Shown => RendererInfo.IsInteractive ? Issued : null;

    /// <summary>Whether every secret has been copied.</summary>
    bool Saved => Shown is null || Missing(Shown).Count == 0;

    /// <summary>Whether leaving would lose a secret.</summary>
    bool Leaving => Shown is not null && !Saved;

    public void Dispose() => hold?.Dispose();

    protected override void OnParametersSet()
    {
        if (!ReferenceEquals(Issued, seen))
        {
            (seen, used, guarded) = (Issued, false, false);
            copied.Clear();
            // Keep the page on the screen even if the session ends: the secrets cannot be shown again.
            hold?.Dispose();
            (hold, closing) = (Shown is null ? null : Watch.Hold(close => _ = InvokeAsync(() => EndAsync(close))), false);
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

    /// <summary>Says that the session has ended, or closes at last.</summary>
    async Task EndAsync(bool close)
    {
        closing = true;
        StateHasChanged();
        if (close)
        {
            await OnClosed.InvokeAsync();
        }
    }

    string ValueId(int index) => $"{id}-{index}";

    string SnippetId(int index) => $"{id}-text-{index}";

    /// <summary>Returns the secrets that have not been copied: "this key", or "the API key" and "the client secret".</summary>
    List<string> Missing(SecretReveal issued) =>
        [.. issued.Values.Index().Where(value => !copied.Contains(value.Index)).Select(value => value.Item.Secret).OfType<string>()];

    void Note(CopiedEventArgs e, int value)
    {
        if (e.Copied)
        {
            Add([value]);
        }
    }

    void Note(CopiedEventArgs e, Snippet snippet)
    {
        if (e.Copied)
        {
            Note(snippet);
        }
    }

    void Note(Snippet snippet) => Add(snippet.Parts.Select(part => part.Value).OfType<int>());

    void NoteAll(CopiedEventArgs e)
    {
        if (e.Copied)
        {
            Add(Enumerable.Range(0, Shown!.Values.Count));
        }
    }

    void Add(IEnumerable<int> values)
    {
        copied.UnionWith(values);
        guarded &= Leaving; // nothing is left to warn of
    }

    Task LeaveAsync()
    {
        if (Saved)
        {
            return OnClosed.InvokeAsync();
        }

        guarded = focusGuard = true;
        return Task.CompletedTask;
    }

    Task CopyAndCloseAsync(CopiedEventArgs e)
    {
        NoteAll(e);
        return e.Copied ? OnClosed.InvokeAsync() : Task.CompletedTask;
    }

    void Stay(LocationChangingContext context)
    {
        context.PreventNavigation();
        guarded = focusGuard = true;
        StateHasChanged();
    }
}
