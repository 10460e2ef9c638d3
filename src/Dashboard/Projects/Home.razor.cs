using Dashboard.Auth;
using Dashboard.Components;
using Dashboard.Core.Organizations;
using Dashboard.Core.Projects;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Projects;

public sealed partial class Home : ComponentBase
{
    IReadOnlyList<OrganizationAccess> managed = [];
    string? error;
    string? refusal;
    bool hasNone;
    IReadOnlyDictionary<string, string>? errors;

    [Inject] ProjectService Projects { get; set; } = null!;

    [Inject] OrganizationCreation Creation { get; set; } = null!;

    [Inject] NavigationManager Navigation { get; set; } = null!;

    [CascadingParameter] HttpContext Http { get; set; } = null!;

    [SupplyParameterFromForm(FormName = "first-project")] Form Input { get; set; } = null!;

    [SupplyParameterFromForm(FormName = "first-organization")] OrganizationForm Own { get; set; } = null!;

    List<SelectOption<string>> Organizations =>
        [.. managed.Select(organization => new SelectOption<string>(organization.Slug, organization.Name))];

    protected override async Task OnInitializedAsync()
    {
        Input ??= new();
        Own ??= new();
        if (Http.User.ToActor(Http.ClientAddress()) is not { } actor)
        {
            return;
        }

        if (await Projects.AccessibleAsync(actor, Http.RequestAborted) is [var home, ..])
        {
            Navigation.NavigateTo($"/{home.Path}/keys");
            return;
        }

        var organizations = await Projects.OrganizationsAsync(actor, Http.RequestAborted);
        hasNone = organizations.Count == 0;
        managed = [.. organizations.Where(organization => organization.Role.Can(MemberAction.ManageProjects))];
        Input.Organization ??= (managed is [var first, ..] ? first.Slug : null);
    }

    async Task CreateAsync()
    {
        if (Http.IsFromAnotherSite())
        {
            (Http.Response.StatusCode, refusal) = (StatusCodes.Status403Forbidden, SameOrigin.CrossSite.Detail);
            return;
        }

        var created = await Projects.CreateAsync(Http.Caller(), new(Input.Organization, Input.Name ?? ""), Http.RequestAborted);
        if (created.Error is { } fault)
        {
            error = fault.Errors?.GetValueOrDefault("name");
            refusal = error is null ? fault.Detail : null;
            return;
        }

        Navigation.NavigateTo($"/{created.Value.Organization}/{created.Value.Slug}/keys");
    }

    async Task CreateOrganizationAsync()
    {
        if (Http.IsFromAnotherSite())
        {
            (Http.Response.StatusCode, refusal) = (StatusCodes.Status403Forbidden, SameOrigin.CrossSite.Detail);
            return;
        }

        var made = await Creation.CreateAsync(Http.Caller(), new(Own.Name, null, Own.Project ?? ""), Http.RequestAborted);
        if (made.Error is { } fault)
        {
            (errors, refusal) = (fault.Errors, fault.Errors is null ? fault.Detail : null);
            return;
        }

        Navigation.NavigateTo($"/{made.Value.Organization.Slug}/{made.Value.Project}/keys");
    }

    sealed class OrganizationForm
    {
        public string? Name { get; set; }

        public string? Project { get; set; }
    }

    sealed class Form
    {
        public string? Organization { get; set; }

        public string? Name { get; set; }
    }
}
