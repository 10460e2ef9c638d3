namespace Dashboard.Ui;

/// <summary>A short word on something that has been done, or could not be.</summary>
public sealed record Toast(string Text, string? Detail, Severity Severity, string? ActionText, Func<Task>? Action);

/// <summary>The toasts of one open page. What failed stays until it is dismissed; the rest leaves by itself, later if it can be undone.</summary>
public sealed class ToastService(TimeProvider time) : IDisposable
{
    static readonly TimeSpan Plain = TimeSpan.FromSeconds(6);
    static readonly TimeSpan WithAction = TimeSpan.FromSeconds(12);

    const int Max = 3;

    readonly Lock gate = new();
    readonly List<(Toast Toast, ITimer? Timer)> shown = [];

    public event EventHandler? Changed;

    public IReadOnlyList<Toast> Items
    {
        get
        {
            lock (gate)
            {
                return [.. shown.Select(entry => entry.Toast)];
            }
        }
    }

    /// <summary>Something was done.</summary>
    public void Show(string text, string? detail = null) => Add(new(text, detail, Severity.Success, null, null), Plain);

    /// <summary>Something was done that <paramref name="undo"/> takes back.</summary>
    public void ShowUndo(string text, Func<Task> undo, string? detail = null) => Add(new(text, detail, Severity.Success, "Undo", undo), WithAction);

    /// <summary>Something could not be done: <paramref name="detail"/> says why, and what to do.</summary>
    public void ShowError(string text, string? detail = null) => Add(new(text, detail, Severity.Error, null, null), Timeout.InfiniteTimeSpan);

    public void Dismiss(Toast toast)
    {
        lock (gate)
        {
            var at = shown.FindIndex(entry => ReferenceEquals(entry.Toast, toast));
            if (at < 0)
            {
                return;
            }

            shown[at].Timer?.Dispose();
            shown.RemoveAt(at);
        }

        Changed?.Invoke(this, EventArgs.Empty);
    }

    /// <summary>Stops the clock while somebody reads, and starts it afresh afterwards.</summary>
    public void Hold(bool held)
    {
        lock (gate)
        {
            foreach (var (toast, timer) in shown)
            {
                timer?.Change(held ? Timeout.InfiniteTimeSpan : toast.Action is null ? Plain : WithAction, Timeout.InfiniteTimeSpan);
            }
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            shown.ForEach(entry => entry.Timer?.Dispose());
            shown.Clear();
        }
    }

    void Add(Toast toast, TimeSpan stay)
    {
        lock (gate)
        {
            if (shown.Count == Max)
            {
                shown[0].Timer?.Dispose();
                shown.RemoveAt(0);
            }

            shown.Add((toast, stay == Timeout.InfiniteTimeSpan ? null : time.CreateTimer(_ => Dismiss(toast), null, stay, Timeout.InfiniteTimeSpan)));
        }

        Changed?.Invoke(this, EventArgs.Empty);
    }
}
