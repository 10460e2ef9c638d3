using System.Runtime.CompilerServices;
using MudBlazor;

namespace Dashboard.Components;

/// <summary>What the pages say after an action, over <see cref="ISnackbar"/>: what was done leaves by itself, later where it can be undone,
/// and what failed stays until it is dismissed. ISnackbar alone knows neither a second line nor an action that it returns to its
/// renderer.</summary>
public sealed class Snackbars(ISnackbar bar)
{
    const int Plain = 6_000;
    const int WithAction = 12_000;

    readonly ConditionalWeakTable<Snackbar, SnackbarMore> more = [];

    /// <summary>A message has its second line and its action: ISnackbar reports it before.</summary>
    internal event EventHandler? Completed;

    /// <summary>Something was done.</summary>
    public void Show(string text, string? detail = null) => Add(text, Severity.Success, Plain, new(detail, null));

    /// <summary>Something was done that <paramref name="undo"/> takes back.</summary>
    /// <returns>What is shown, for <see cref="End"/>.</returns>
    public Snackbar? ShowUndo(string text, Func<Task> undo, string? detail = null) =>
        Add(text, Severity.Success, WithAction, new(detail, undo));

    /// <summary>Takes a message away before its time, or does nothing where it has left.</summary>
    public void End(Snackbar shown) => bar.Remove(shown);

    /// <summary>Something could not be done: <paramref name="detail"/> says why, and what to do.</summary>
    public void ShowError(string text, string? detail = null) => Add(text, Severity.Error, stay: 0, new(detail, null));

    internal SnackbarMore? MoreOf(Snackbar shown) => more.TryGetValue(shown, out var found) ? found : null;

    /// <param name="stay">Milliseconds; 0 until it is dismissed.</param>
    Snackbar? Add(string text, Severity severity, int stay, SnackbarMore extra)
    {
        var shown = bar.Add(text, severity, options =>
        {
            options.VisibleStateDuration = stay;
            options.RequireInteraction = stay == 0;
            options.DuplicatesBehavior = SnackbarDuplicatesBehavior.Allow;
        });
        if (shown is not null)
        {
            more.Add(shown, extra);
            Completed?.Invoke(this, EventArgs.Empty);
        }

        return shown;
    }
}

/// <summary>What a message of ours has beside its text.</summary>
sealed record SnackbarMore(string? Detail, Func<Task>? Undo);
