using Dashboard.Accounts;
using Dashboard.Core.Data;
using Dashboard.Tests.Unit.Support;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Dashboard.Tests.Unit.Accounts;

[EveryDatabase]
public sealed class BootstrapTests
{
    [Fact]
    public async Task Settings_create_the_first_owner_with_default_names()
    {
        await using var world = TestInstallation.Empty();
        await BootstrapAsync(world, ("Email", SignInFixture.Email), ("Password", SignInFixture.Password));
        await using var context = world.Open();
        Assert.Equal((SignInFixture.Email, "My organization", "Default"), Names(context));
        Assert.All(SignInFixture.Log(world), entry =>
            Assert.Equal(("system", "latchkey", null), (entry.ActorType, entry.ActorId, entry.Address)));
    }

    [Fact]
    public async Task Settings_name_organization_and_project()
    {
        await using var world = TestInstallation.Empty();
        await BootstrapAsync(world, ("Email", SignInFixture.Email), ("Password", SignInFixture.Password),
            ("Organization", "Northwind Traders"), ("Project", "Orders"));
        await using var context = world.Open();
        Assert.Equal((SignInFixture.Email, "Northwind Traders", "Orders"), Names(context));
    }

    [Fact]
    public async Task No_settings_create_nothing()
    {
        await using var world = TestInstallation.Empty();
        await BootstrapAsync(world, ("Email", ""));
        await using var context = world.Open();
        Assert.Empty(context.Users);
    }

    [Fact]
    public async Task Settings_are_ignored_once_there_is_a_user()
    {
        await using var world = TestInstallation.Empty();
        await BootstrapAsync(world, ("Email", SignInFixture.Email), ("Password", SignInFixture.Password));
        var before = world.Dump();
        await BootstrapAsync(world, ("Email", "other@northwind.example"), ("Password", "another-Password-7"));
        await BootstrapAsync(world, ("Email", "other"));
        Assert.Equal(before, world.Dump());
    }

    [Theory]
    [InlineData("Password", "Bootstrap:Password is not set, and the first owner needs both Bootstrap:Email and Bootstrap:Password.",
        "Email", SignInFixture.Email)]
    [InlineData("Email", "Bootstrap:Email is not set, and the first owner needs both Bootstrap:Email and Bootstrap:Password.",
        "Password", SignInFixture.Password)]
    [InlineData("Email",
        "Bootstrap:Email is not set, and the first owner needs both Bootstrap:Email and Bootstrap:Password.", "Project", "Orders")]
    [InlineData("Email", "Bootstrap:Email cannot be used: enter a full email address, such as priya@northwind.example.",
        "Email", "priya", "Password", SignInFixture.Password)]
    [InlineData("Password", "Bootstrap:Password cannot be used: use 12 characters or more. A sentence is easy to remember.",
        "Email", SignInFixture.Email, "Password", "Sh0rt!")]
    [InlineData("Organization", "Bootstrap:Organization cannot be used: give it a name of 1 to 100 characters.",
        "Email", SignInFixture.Email, "Password", SignInFixture.Password, "Organization", " ")]
    public async Task Missing_or_invalid_settings_fail_startup_and_are_named(string key, string message, params string[] settings)
    {
        await using var world = TestInstallation.Empty();
        var wrong = await Assert.ThrowsAsync<SettingException>(
            () => BootstrapAsync(world, [.. settings.Chunk(2).Select(pair => (pair[0], pair[1]))]));
        Assert.Equal(($"Bootstrap:{key}", message), (wrong.Key, wrong.Message));
        await using var context = world.Open();
        Assert.Empty(context.Users);
    }

    static (string?, string, string) Names(DashboardContext context) =>
        (context.Users.Single().Email, context.Organizations.Single().Name, context.Projects.Single().Name);

    static Task BootstrapAsync(TestInstallation world, params (string Name, string Value)[] settings)
    {
        var configuration =
            TestInstallation.Configuration([.. settings.Select(setting => ($"Bootstrap:{setting.Name}", (string?)setting.Value))]);
        return world.Run(services => services.AddSingleton(configuration)).Provider.BootstrapAsync(SignInFixture.Cancel);
    }
}
