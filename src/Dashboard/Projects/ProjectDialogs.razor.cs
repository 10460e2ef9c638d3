using Dashboard.Core.Projects;
using Dashboard.Shared;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Projects;

/// <summary>Creates projects, and opens them.</summary>
public sealed partial class ProjectDialogs : ComponentBase, IDisposable
{
    readonly CancellationTokenSource life = new();
    ProjectDialog? dialog;

    /// <summary>The organization's slug.</summary>
    [Parameter, EditorRequired] public string Organization { get; set; } = "";

    [Parameter, EditorRequired] public string OrganizationName { get; set; } = "";

    [Inject] ProjectService Projects { get; set; } = null!;

    [Inject] ActionRunner Runner { get; set; } = null!;

    [Inject] NavigationManager Navigation { get; set; } = null!;

    public void AskForNew() => dialog?.Ask(Organization, OrganizationName);

    public void Dispose()
    {
        life.Cancel();
        life.Dispose();
    }

    async Task<Error?> SubmitAsync(string name, string slug)
    {
        var organization = Organization;
        var outcome = await Runner.RunAsync(actor => Projects.CreateAsync(actor, new(organization, name, slug), life.Token));
        if (outcome is { Succeeded: true, Value: var project })
        {
            Navigation.NavigateTo($"/{project.Organization}/{project.Slug}/keys");
        }

        return outcome.Error is { Code: ErrorCode.SessionRequired } ? null : outcome.Error; // shown by a prompt of its own
    }
}
