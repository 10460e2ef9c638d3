using Dashboard.Auth;
using Dashboard.Components;
using Dashboard.Core.Organizations;
using Dashboard.Core.Projects;
using Dashboard.Projects;
using Dashboard.Shared;
using Dashboard.Shell;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace Dashboard.Settings;

/// <summary>Renames, moves and deletes a project.</summary>
public sealed partial class ProjectSettingsPage : ComponentBase, IDisposable
{
    readonly CancellationTokenSource life = new();

    [Parameter] public string Organization { get; set; } = "";

    [Parameter] public string ProjectSlug { get; set; } = "";

    /// <summary>Handed from the prerendered page to its circuit. Not what is shown: it is handed over again when the shell has
    /// changed.</summary>
    [PersistentState] public ProjectAccess? Kept { get; set; }

    ProjectAccess? View { get; set; }

    [CascadingParameter] ShellModel? Shell { get; set; }

    [CascadingParameter] ShellActions? Actions { get; set; }

    [Inject] ProjectService Projects { get; set; } = null!;

    [Inject] CurrentUser User { get; set; } = null!;

    [Inject] ActionRunner Runner { get; set; } = null!;

    [Inject] NavigationManager Navigation { get; set; } = null!;

    [Inject] IDialogService Dialogs { get; set; } = null!;

    [Inject] Snackbars Snackbars { get; set; } = null!;

    /// <summary>Why the user can only look; null if they can change the project.</summary>
    Error? Refusal => View?.Role.Check(MemberAction.ManageProjects);

    public void Dispose()
    {
        life.Cancel();
        life.Dispose();
    }

    protected override async Task OnParametersSetAsync()
    {
        View ??= Kept;
        if (View?.Path != new ProjectPath(Organization, ProjectSlug))
        {
            await LoadAsync();
        }
    }

    async Task LoadAsync()
    {
        if (await User.ActorAsync() is not { } actor)
        {
            return; // the router redirects to the sign-in page
        }

        var asked = new ProjectPath(Organization, ProjectSlug);
        var found = await Projects.FindAsync(actor, asked, life.Token);
        if (found.Error is not null)
        {
            Navigation.NotFound();
        }
        else if (found.Value.Path != asked)
        {
            Navigation.NavigateTo($"/{found.Value.Path}/settings", replace: true); // a former address
        }
        else
        {
            View = Kept = found.Value;
        }
    }

    async Task<Error?> SaveAsync(string name, string slug)
    {
        var path = View!.Path;
        var outcome =
            await Runner.RunAsync(actor => Projects.ChangeAsync(actor, path, new(name, slug == path.Project ? null : slug), life.Token));
        if (outcome.Error is { } fault)
        {
            return fault.Code == ErrorCode.SessionRequired ? null : fault; // shown by a prompt of its own
        }

        Snackbars.Show("Saved settings");
        if (outcome.Value.Slug == path.Project)
        {
            await LoadAsync();
            StateHasChanged();
            await (Actions?.Refresh.InvokeAsync() ?? Task.CompletedTask); // the name stands in the head bar too
        }
        else
        {
            Navigation.NavigateTo($"/{outcome.Value.Organization}/{outcome.Value.Slug}/settings", replace: true);
        }

        return null;
    }

    async Task DeleteAsync()
    {
        var (path, name) = (View!.Path, View.ProjectName);
        var after = Shell?.Projects.FirstOrDefault(other => other != Shell.Project)?.Href ?? "/";
        var preview = await Runner.RunAsync(actor => Projects.PreviewDeletionAsync(actor, path, life.Token));
        if (preview.Succeeded && !await Dialogs.ConfirmAsync(DeletionQuestion.About(path, name, preview.Value)))
        {
            return;
        }

        var outcome = preview.Succeeded ? await Runner.RunAsync(actor => Projects.DeleteAsync(actor, path, life.Token)) : preview.Error!;
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
}
