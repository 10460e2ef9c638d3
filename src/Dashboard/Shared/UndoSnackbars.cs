using System.Collections.Concurrent;
using Dashboard.Components;
using Dashboard.Core.Changes;
using MudBlazor;

namespace Dashboard.Shared;

/// <summary>Offers to undo a change until the same thing changes again, by whomever and on whatever node: undoing would then take back what
/// somebody else decided.</summary>
public sealed class UndoSnackbars(Snackbars snackbars, ChangeFeed feed) : IDisposable
{
    readonly ConcurrentDictionary<FeedSubject, Snackbar> offered = [];
    readonly Lock gate = new();
    IDisposable? subscription;

    /// <summary>Reports a change that has been made, with a button to undo it.</summary>
    /// <param name="subject">What has changed.</param>
    /// <param name="text">What was done: "Disabled checkout".</param>
    /// <param name="undo">Takes it back.</param>
    /// <param name="detail">What follows from it.</param>
    public void Show(FeedSubject subject, string text, Func<Task> undo, string? detail = null)
    {
        lock (gate)
        {
            // The feed reports a change before the change is answered, so this does not see the one that is undone.
            subscription ??= feed.Subscribe(entry => End(new(entry.SubjectType, entry.SubjectId)), EndAll);
        }

        End(subject);
        if (snackbars.ShowUndo(text, undo, detail) is { } shown)
        {
            offered[subject] = shown;
        }
    }

    /// <inheritdoc />
    public void Dispose() => subscription?.Dispose();

    void End(FeedSubject subject)
    {
        if (offered.TryRemove(subject, out var shown))
        {
            snackbars.End(shown);
        }
    }

    /// <summary>The feed has missed changes.</summary>
    void EndAll()
    {
        foreach (var subject in offered.Keys)
        {
            End(subject);
        }
    }
}
