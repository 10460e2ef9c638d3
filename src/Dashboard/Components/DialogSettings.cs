using MudBlazor;

namespace Dashboard.Components;

/// <summary>The options that all dialogs share. The header and Escape are ours: see <see cref="DialogFrame"/>.</summary>
static class DialogSettings
{
    static readonly DialogOptions Closable = new() { NoHeader = true, CloseOnEscapeKey = false, BackdropClick = true };

    static readonly DialogOptions Kept = new() { NoHeader = true, CloseOnEscapeKey = false, BackdropClick = false };

    public static DialogOptions Of(ClosedBy closedBy) => closedBy == ClosedBy.Any ? Closable : Kept;
}
