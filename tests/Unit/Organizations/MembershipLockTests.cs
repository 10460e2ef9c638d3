using Dashboard.Core.Projects;
using Dashboard.Tests.Unit.Support;
using Xunit;

namespace Dashboard.Tests.Unit.Organizations;

/// <summary>Changes of one person at the same time. Each holds a row for every organization of that person.</summary>
[EveryDatabase]
public sealed class MembershipLockTests : IAsyncDisposable
{
    readonly TestInstallation world = new();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Changes_of_a_person_with_many_organizations_cause_no_deadlock()
    {
        var commands = new SentCommands();
        var services = world.Run(commands, ("Limits:OrganizationsPerPerson", "0"));
        var projects = new List<string>();
        for (var i = 0; i < 6; i++)
        {
            var made = (await services.Get<OrganizationCreation>()
                .CreateAsync(world.Owner, new($"Company {i}", Project: "Keys"), Token)).Value;
            projects.Add($"{made.Organization.Slug}/{made.Project}");
        }

        await Task.WhenAll(Enumerable.Range(0, 48).Select(i => Task.Run(
            async () => Assert.Null(
                (await services.Keys.CreateAsync(world.Owner, new(projects[i % projects.Count], $"Key {i}"), Token)).Error), Token)));

        Assert.Empty(commands.Failures);
    }

    public ValueTask DisposeAsync() => world.DisposeAsync();
}
