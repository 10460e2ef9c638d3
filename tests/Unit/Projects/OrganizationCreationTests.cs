using Dashboard.Core.Organizations;
using Dashboard.Core.Projects;
using Dashboard.Tests.Unit.Support;
using Xunit;

namespace Dashboard.Tests.Unit.Projects;

[EveryDatabase]
public sealed class OrganizationCreationTests : IAsyncDisposable
{
    readonly TestInstallation world = new(("Limits:OrganizationsPerPerson", "2"));

    static CancellationToken Token => TestContext.Current.CancellationToken;

    OrganizationCreation Creation => world.Services.Get<OrganizationCreation>();

    public ValueTask DisposeAsync() => world.DisposeAsync();

    [Fact]
    public async Task Creator_owns_the_organization_and_its_first_project()
    {
        var made = (await Creation.CreateAsync(world.Viewer, new(" Initech ", Project: "Reports"), Token)).Value;
        Assert.Equal(("initech", "Initech", OrganizationRole.Owner, "reports"), (
            made.Organization.Slug, made.Organization.Name, made.Organization.Role, made.Project));
        var found = (await world.Services.Projects.FindAsync(world.Viewer, new("initech", "reports"), Token)).Value;
        Assert.Equal(OrganizationRole.Owner, found.Role);
        Assert.Equal(
            ErrorCode.NotFound, (await world.Services.Projects.FindAsync(world.Owner, new("initech", "reports"), Token)).Error?.Code);
    }

    [Fact]
    public async Task Slug_that_another_organization_has_gets_a_number_unless_it_was_asked_for()
    {
        Assert.Equal("acme-2", (await Creation.CreateAsync(world.Stranger, new("Acme"), Token)).Value.Organization.Slug);
        Assert.Equal(ErrorCode.Conflict, (await Creation.CreateAsync(world.Viewer, new("Acme", "acme"), Token)).Error?.Code);
        Assert.Equal(
            ["name", "slug", "project"], (await Creation.CreateAsync(world.Viewer, new("", "Not A Slug", ""), Token)).Error!.Errors!.Keys);
    }

    [Fact]
    public async Task Person_owns_a_bounded_number_of_organizations_also_of_those_made_at_once()
    {
        var node = world.Run(("Limits:OrganizationsPerPerson", "2"));
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 5).Select(i =>
            Task.Run(() => (i % 2 == 0 ? world.Services : node).Get<OrganizationCreation>()
                .CreateAsync(world.Viewer, new($"Shop {i}"), Token), Token)));
        Assert.Equal(2, outcomes.Count(x => x.Succeeded));
        Assert.All(outcomes.Where(x => !x.Succeeded), x => Assert.Equal(ErrorCode.Conflict, x.Error!.Code));
    }
}
