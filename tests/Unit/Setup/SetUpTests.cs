using Dashboard.Core.Organizations;
using Dashboard.Core.Setup;
using Dashboard.Tests.Unit.Accounts;
using Dashboard.Tests.Unit.Support;
using Xunit;

namespace Dashboard.Tests.Unit.Setup;

[EveryDatabase]
public sealed class SetUpTests
{
    static readonly NewInstallation Northwind = new(SignInFixture.Email, SignInFixture.Password, " Northwind Traders ", "Order Platform");

    [Fact]
    public async Task First_person_owns_an_organization_with_a_project()
    {
        await using var world = TestInstallation.Empty();
        Assert.True(await world.Services.Get<SetUpService>().IsOpenAsync(SignInFixture.Cancel));
        var done = (await SetUpAsync(world.Services, Northwind)).Value;
        Assert.Equal("northwind-traders/order-platform", done.Project.ToString());
        var owner = new Actor(PartyType.User, done.UserId, "Priya Raghunathan");
        var access = Assert.Single(await world.Services.Projects.AccessibleAsync(owner, SignInFixture.Cancel));
        Assert.Equal(
            ("Northwind Traders", "Order Platform", OrganizationRole.Owner), (access.OrganizationName, access.ProjectName, access.Role));
        await using var context = world.Open();
        var person = context.Users.Single();
        Assert.Equal((done.UserId, "Priya Raghunathan", SignInFixture.Email, TestInstallation.Start), (
            person.Id, person.Name, person.Email, person.CreatedAt));
        Assert.DoesNotContain(SignInFixture.Password, world.Dump(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Setup_is_logged_in_both_chains()
    {
        await using var world = TestInstallation.Empty();
        var done = (await SetUpAsync(world.Services, Northwind)).Value;
        var organization = world.OrganizationId("northwind-traders");
        Assert.Equal(
            [
                (0, "auth", "user.created", done.UserId),
                (organization, "settings", "organization.created", "northwind-traders"),
                (organization, "members", "member.added", done.UserId),
                (organization, "settings", "project.created", "northwind-traders/order-platform"),
            ],
            SignInFixture.Log(world).Select(entry => (entry.ChainId, entry.Category, entry.Action, entry.TargetId)));
        Assert.Single(SignInFixture.Log(world).Select(entry => entry.ChangeId).Distinct());
    }

    [Fact]
    public async Task Setup_closes_permanently()
    {
        await using var world = TestInstallation.Empty();
        await SetUpAsync(world.Services, Northwind);
        var before = world.Dump();
        var again = await SetUpAsync(world.Services, Northwind with { Email = "late@northwind.example" });
        Assert.Equal(ErrorCode.Conflict, again.Error?.Code);
        Assert.False(await world.Services.Get<SetUpService>().IsOpenAsync(SignInFixture.Cancel));
        Assert.False(await world.Run().Get<SetUpService>().IsOpenAsync(SignInFixture.Cancel));
        Assert.Equal(before, world.Dump());
    }

    [Fact]
    public async Task Setup_is_closed_if_there_is_a_user()
    {
        await using var world = TestInstallation.Empty();
        world.AddPerson("Olga");
        Assert.Equal(ErrorCode.Conflict, (await SetUpAsync(world.Services, Northwind)).Error?.Code);
    }

    [Fact]
    public async Task Many_at_once_make_one_owner()
    {
        await using var world = TestInstallation.Empty();
        var processes = Enumerable.Range(0, 4).Select(_ => world.Run()).ToList();
        var outcomes = await Task.WhenAll(processes.Select((process, i) =>
            Task.Run(() => SetUpAsync(process, Northwind with { Email = $"person-{i}@northwind.example" }))));
        Assert.Single(outcomes, outcome => outcome.Succeeded);
        Assert.All(outcomes.Where(outcome => !outcome.Succeeded), outcome => Assert.Equal(ErrorCode.Conflict, outcome.Error?.Code));
        await using var context = world.Open();
        Assert.Equal(
            (1, 1, 1, 1), (context.Users.Count(), context.Organizations.Count(), context.Members.Count(), context.Projects.Count()));
        Assert.Equal(4, SignInFixture.Log(world).Count);
    }

    [Fact]
    public async Task Invalid_input_is_an_error_by_field_and_creates_nothing()
    {
        await using var world = TestInstallation.Empty();
        var fault = (await SetUpAsync(world.Services, new("priya", "short", " ", null, new('x', 101)))).Error;
        Assert.Equal(ErrorCode.InvalidRequest, fault?.Code);
        Assert.Equal(["name", "email", "password", "organization", "project"], fault?.Errors?.Keys);
        Assert.Equal("Use 12 characters or more. A sentence is easy to remember.", fault?.Errors?["password"]);
        Assert.True(await world.Services.Get<SetUpService>().IsOpenAsync(SignInFixture.Cancel));
    }

    [Theory]
    [InlineData("API", "api-1")]
    [InlineData("Northwind & Sons (EU)", "northwind-sons-eu")]
    [InlineData("北京", "organization")]
    public async Task Slug_is_made_of_the_name(string name, string slug)
    {
        await using var world = TestInstallation.Empty();
        Assert.Equal(slug, (await SetUpAsync(world.Services, Northwind with { Organization = name })).Value.Project.Organization);
    }

    [Theory]
    [InlineData(" Priya ", SignInFixture.Email, "Priya")]
    [InlineData(null, "ops@northwind.example", "Ops")]
    [InlineData(null,
        "an-address-of-which-no-name-can-be-made-since-it-is-so-very-long-that-it-has-over-a-hundred-characters-before-it-ends@x", "Owner")]
    public async Task User_name_is_derived_from_the_address(string? name, string email, string called)
    {
        await using var world = TestInstallation.Empty();
        Assert.True((await SetUpAsync(world.Services, Northwind with { Name = name, Email = email })).Succeeded);
        await using var context = world.Open();
        Assert.Equal(called, context.Users.Single().Name);
    }

    [Fact]
    public void Request_prints_no_password() =>
        Assert.DoesNotContain(SignInFixture.Password, Northwind.ToString(), StringComparison.Ordinal);

    static Task<Result<SetUpDone>> SetUpAsync(Services services, NewInstallation input) =>
        services.Get<SetUpService>().SetUpAsync(Actor.Anonymous("203.0.113.7"), input, SignInFixture.Cancel);
}
