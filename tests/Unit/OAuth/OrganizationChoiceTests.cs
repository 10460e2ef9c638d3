using Bunit;
using Dashboard.Components;
using Dashboard.Core.Organizations;
using Dashboard.OAuth;
using Dashboard.Tests.Unit.Support;
using Xunit;

namespace Dashboard.Tests.Unit.OAuth;

public sealed class OrganizationChoiceTests : BunitContext
{
    static readonly OrganizationAccess northwind = new(1, "northwind", "Northwind Traders", OrganizationRole.Admin);
    static readonly OrganizationAccess fabrikam = new(2, "fabrikam", "Fabrikam Logistics", OrganizationRole.Viewer);

    public OrganizationChoiceTests()
    {
        Services.AddComponents();
        JSInterop.Mode = JSRuntimeMode.Loose;
    }

    [Fact]
    public void Person_in_one_organization_reads_its_name_and_has_nothing_to_choose()
    {
        var choice = Open(northwind);
        Assert.Contains("Northwind Traders", choice.Markup, StringComparison.Ordinal);
        Assert.Empty(choice.AllByRole("combobox"));
        Assert.Contains("""type="hidden" name="Choice.Organization" value="northwind""", choice.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void Person_in_two_chooses_from_a_list_that_a_form_can_post()
    {
        var list = Open(northwind, fabrikam).ByLabel("Organization");
        Assert.Equal("Choice.Organization", list.GetAttribute("name"));
        Assert.Equal(
            ["Northwind Traders", "Fabrikam Logistics (read only)"],
            list.AllByRole("option").Select(option => option.TextContent));
        Assert.Equal([true, false], list.AllByRole("option").Select(option => option.HasAttribute("selected")));
    }

    [Fact]
    public void Choice_that_was_made_before_stays()
    {
        var list = Open("fabrikam", northwind, fabrikam).ByLabel("Organization");
        Assert.Equal([false, true], list.AllByRole("option").Select(option => option.HasAttribute("selected")));
    }

    [Fact]
    public void Person_in_none_is_told_so()
    {
        var choice = Open();
        Assert.Contains("You don’t belong to an organization", choice.Markup, StringComparison.Ordinal);
        Assert.Empty(choice.AllByRole("combobox"));
    }

    IRenderedComponent<OrganizationChoice> Open(params OrganizationAccess[] organizations) => Open(before: null, organizations);

    IRenderedComponent<OrganizationChoice> Open(string? before, params OrganizationAccess[] organizations) =>
        Render<OrganizationChoice>(parameters => parameters.Add(x => x.Organizations, organizations).Add(x => x.Value, before));
}
