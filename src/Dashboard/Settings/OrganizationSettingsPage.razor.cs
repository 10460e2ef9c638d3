using Dashboard.Auth;
using Dashboard.Components;
using Dashboard.Core.Deletion;
using Dashboard.Core.Organizations;
using Dashboard.Core.Projects;
using Dashboard.Shared;
using Dashboard.Shell;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace Dashboard.Settings;

/// <summary>Renames and moves an organization, sets its policies, and deletes it.</summary>
public sealed partial class OrganizationSettingsPage : ComponentBase, IDisposable
{
    readonly CancellationTokenSource life = new();

    [Parameter] public string Organization { get; set; } = "";

    /// <summary>Handed from the prerendered page to its circuit. Not what is shown: it is handed over again when the shell has
    /// changed.</summary>
    [PersistentState] public OrganizationAccess? Kept { get; set; }

    OrganizationAccess? View { get; set; }

    [CascadingParameter] ShellActions? Actions { get; set; }

    [Inject] OrganizationService Organizations { get; set; } = null!;

    [Inject] OrganizationDeletionService Deletion { get; set; } = null!;

    [Inject] ProjectService Projects { get; set; } = null!;

    [Inject] CurrentUser User { get; set; } = null!;

    [Inject] ActionRunner Runner { get; set; } = null!;

    [Inject] NavigationManager Navigation { get; set; } = null!;

    [Inject] IDialogService Dialogs { get; set; } = null!;

    [Inject] Snackbars Snackbars { get; set; } = null!;

    /// <summary>Why the user can only look; null if they can change the organization.</summary>
    Error? Refusal => View?.Role.Check(MemberAction.ChangeOrganization);

    public void Dispose()
    {
        life.Cancel();
        life.Dispose();
    }

    protected override async Task OnParametersSetAsync()
    {
        View ??= Kept;
        if (View?.Slug != Organization)
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

        var found = await Projects.FindOrganizationAsync(actor, Organization, life.Token);
        if (found.Error is not null)
        {
            Navigation.NotFound();
        }
        else if (found.Value.Slug != Organization)
        {
            Navigation.NavigateTo($"/{found.Value.Slug}/settings", replace: true); // a former address
        }
        else
        {
            View = Kept = found.Value;
        }
    }

    async Task<Error?> SaveAsync(string name, string slug)
    {
        var former = View!.Slug;
        var outcome =
            await Runner.RunAsync(actor => Organizations.ChangeAsync(actor, former, new(name, slug == former ? null : slug), life.Token));
        if (outcome.Error is { } fault)
        {
            return fault.Code == ErrorCode.SessionRequired ? null : fault; // shown by a prompt of its own
        }

        Snackbars.Show("Saved settings");
        if (outcome.Value.Slug == former)
        {
            await LoadAsync();
            StateHasChanged();
            await (Actions?.Refresh.InvokeAsync() ?? Task.CompletedTask); // the name stands in the head bar too
        }
        else
        {
            Navigation.NavigateTo($"/{outcome.Value.Slug}/settings", replace: true);
        }

        return null;
    }

    async Task<Error?> SavePoliciesAsync(OrganizationPolicies policies)
    {
        var outcome =
            await Runner.RunAsync(actor => Organizations.ChangeAsync(actor, View!.Slug, new(Policies: _ => policies), life.Token));
        if (outcome.Error is { } fault)
        {
            return fault.Code is ErrorCode.SessionRequired or ErrorCode.FreshSignInRequired ? null : fault; // shown by a prompt of its own
        }

        Snackbars.Show("Saved policies");
        await LoadAsync();
        StateHasChanged();
        return null;
    }

    async Task DeleteAsync()
    {
        var organization = View!;
        var contents = await Runner.RunAsync(actor => Deletion.PreviewAsync(actor, organization.Slug, life.Token));
        if (contents.Succeeded && !await Dialogs.ConfirmAsync(OrganizationDeletionQuestion.About(organization, contents.Value)))
        {
            return;
        }

        var outcome = contents.Succeeded
            ? await Runner.RunAsync(actor => Deletion.DeleteAsync(actor, organization.Slug, life.Token)) : contents.Error!;
        if (outcome.Succeeded)
        {
            Snackbars.Show($"Deleted {organization.Name}");
            Navigation.NavigateTo("/");
        }
        else if (outcome.Error!.Code is not (ErrorCode.SessionRequired or ErrorCode.FreshSignInRequired))
        {
            Snackbars.ShowError($"Could not delete {organization.Name}", outcome.Error.Detail);
        }
    }
}
