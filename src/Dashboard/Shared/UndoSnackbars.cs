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
    public void Show(FeedSubject subject, string text, Func<Task> undo, string? detail = null) => ShowMany([subject], text, undo, detail);

    /// <summary>Reports a change of several things, with a button to undo all of it until one of them changes again.</summary>
    public void ShowMany(IReadOnlyCollection<FeedSubject> subjects, string text, Func<Task> undo, string? detail = null)
    {
        lock (gate)
        {
            // The feed reports a change before the change is answered, so this does not see the one that is undone.
            subscription ??= feed.Subscribe(entry => End(new(entry.SubjectType, entry.SubjectId)), EndAll);
        }

        foreach (var subject in subjects)
        {
            End(subject);
        }

        if (snackbars.ShowUndo(text, undo, detail) is { } shown)
        {
            foreach (var subject in subjects)
            {
                offered[subject] = shown;
            }
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
