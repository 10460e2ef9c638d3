using Dashboard.Core.Data;
using Dashboard.Tests.Unit.Support;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Dashboard.Tests.Unit.Data;

[EveryDatabase]
public sealed class StorableTextTests : IAsyncDisposable
{
    readonly TestInstallation world = new();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Text_that_no_database_can_look_up_is_refused_before_it_is_sent()
    {
        var commands = new SentCommands();
        var services = world.Run(commands);
        await using var context = services.Open();
        foreach (var text in new[] { "a\0b", "\0", "a\uD800b", "a\uDC00", "\uD83D" })
        {
            await Assert.ThrowsAsync<UnstorableTextException>(() => context.Projects.AnyAsync(project => project.Name == text, Token));
            await Assert.ThrowsAsync<UnstorableTextException>(
                () => context.Projects.ExecuteUpdateAsync(set => set.SetProperty(project => project.Name, text), Token));
        }

        Assert.DoesNotContain(commands.Sent, sql => sql.Contains("Projects", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Character_of_two_code_units_is_stored()
    {
        await using var context = world.Open();
        Assert.Equal(2, await context.Projects.ExecuteUpdateAsync(set => set.SetProperty(project => project.Name, "\U0001F511"), Token));
        Assert.True(await context.Projects.AnyAsync(project => project.Name == "\U0001F511", Token));
    }

    [Fact]
    public async Task Text_that_is_too_long_for_its_column_is_refused_on_every_database()
    {
        var before = world.Dump();
        await using var context = world.Open();
        (await context.Projects.FirstAsync(Token)).Name = new('x', 201);
        var refused = await Assert.ThrowsAsync<UnstorableTextException>(() => context.SaveChangesAsync(Token));
        Assert.Equal("The text for Project.Name is longer than 200 characters.", refused.Message);
        Assert.Equal(before, world.Dump());
    }

    [Fact]
    public async Task Search_with_a_nul_is_refused_with_a_reason()
    {
        Assert.Equal(
            "search", Assert.Single(
                (await world.Services.KeyLists.ListAsync(
                    world.Viewer, new(TestInstallation.Orders, Search: "a\0"), Token)).Error!.Errors!).Key);
        Assert.Equal(
            "search", Assert.Single(
                (await world.Services.Resources.ListAsync(
                    world.Viewer, new(TestInstallation.Orders, Search: "\0"), Token)).Error!.Errors!).Key);
    }

    [Fact]
    public async Task Names_and_notes_with_a_nul_are_refused_with_a_reason()
    {
        var before = world.Dump();
        Assert.Equal("name", Assert.Single(
            (await world.Services.Keys.CreateAsync(world.Developer, new(TestInstallation.Orders, "a\0b"), Token)).Error!.Errors!).Key);
        Assert.Equal(
            "note", Assert.Single(
                (await world.Services.Keys.CreateAsync(
                    world.Developer, new(TestInstallation.Orders, "a", Note: "\0"), Token)).Error!.Errors!).Key);
        Assert.Equal(before, world.Dump());
    }

    public ValueTask DisposeAsync() => world.DisposeAsync();
}
