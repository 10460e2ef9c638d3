using Dashboard.Auth;
using Dashboard.Components;
using Dashboard.Core.Organizations;
using Dashboard.Core.Projects;
using Dashboard.Shared;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace Dashboard.Projects;

/// <summary>Creates, renames and deletes projects, and navigates afterwards.</summary>
public sealed partial class ProjectDialogs : ComponentBase, IDisposable
{
    readonly CancellationTokenSource life = new();
    ProjectDialog? dialog;
    bool isNew;

    /// <summary>The current project.</summary>
    [Parameter, EditorRequired] public ProjectPath Path { get; set; }

    [Parameter, EditorRequired] public string ProjectName { get; set; } = "";

    [Parameter, EditorRequired] public string OrganizationName { get; set; } = "";

    /// <summary>Where to go after the project is deleted.</summary>
    [Parameter, EditorRequired] public string After { get; set; } = "/";

    [Inject] ProjectService Projects { get; set; } = null!;

    [Inject] CurrentUser User { get; set; } = null!;

    [Inject] NavigationManager Navigation { get; set; } = null!;

    [Inject] IDialogService Dialogs { get; set; } = null!;

    [Inject] Snackbars Snackbars { get; set; } = null!;

    public void AskForNew()
    {
        isNew = true;
        dialog?.AskForNew(Path.Organization, OrganizationName);
    }

    public void AskForChange()
    {
        isNew = false;
        dialog?.AskForChange(Path, ProjectName);
    }

    public async Task DeleteAsync()
    {
        var (path, name, after) = (Path, ProjectName, After);
        var preview = await DoAsync(actor => Projects.PreviewDeletionAsync(actor, path, life.Token));
        if (preview.Succeeded && !await Dialogs.ConfirmAsync(DeletionQuestion.About(path, name, preview.Value)))
        {
            return;
        }

        var outcome = preview.Succeeded ? await DoAsync(actor => Projects.DeleteAsync(actor, path, life.Token)) : preview.Error!;
        if (outcome.Succeeded)
        {
            Snackbars.Show($"Deleted {name}", DeletionQuestion.Revoked(outcome.Value.KeysRevoked.Count));
            Navigation.NavigateTo(after);
        }
        else if (outcome.Error!.Code != ErrorCode.SessionRequired)
        {
            Snackbars.ShowError($"Could not delete {name}", outcome.Error.Detail);
        }
    }

    public void Dispose()
    {
        life.Cancel();
        life.Dispose();
    }

    async Task<Error?> SubmitAsync(string name, string slug)
    {
        var path = Path;
        var outcome = isNew
            ? await DoAsync(actor => Projects.CreateAsync(actor, new(path.Organization, name, slug), life.Token))
            : await DoAsync(actor => Projects.ChangeAsync(actor, path, new(name, slug), life.Token));
        if (outcome is { Succeeded: true, Value: var project })
        {
            // The open page shows the name too, so it is reloaded after a change.
            var page = isNew ? "keys" : Navigation.ToBaseRelativePath(Navigation.Uri).Split('/', 3) is [_, _, var rest] ? rest : "keys";
            Navigation.NavigateTo($"/{project.Organization}/{project.Slug}/{page}", forceLoad: !isNew, replace: !isNew);
        }

        return outcome.Error is { Code: ErrorCode.SessionRequired } ? null : outcome.Error; // shown by a prompt of its own
    }

    /// <summary>Runs an action as the signed-in user. If the session has ended, asks the user to sign in again.</summary>
    Task<Result<T>> DoAsync<T>(Func<Actor, Task<Result<T>>> what) =>
        SessionExpiredPrompt.DoAsync(User, what, () => InvokeAsync(() => SessionExpiredPrompt.AskAsync(Dialogs, Navigation)));
}
