using System.Reflection;
using Dashboard.Core.Audit;
using Dashboard.Core.Changes;
using Dashboard.Core.Credentials;
using Dashboard.Tests.Unit.Support;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Dashboard.Tests.Unit.Changes;

/// <summary>Finds every public method of the domain that changes something in its IL. Each writes its audit rows and feed rows, and changes
/// nothing if they cannot be written. A method that changes something but is missing in <see cref="Methods"/> fails a test.</summary>
[EveryDatabase]
public sealed partial class ChangingMethodsTests
{
    static readonly Dictionary<string, Method> Methods =
        new(KeyMethods.Concat(TokenMethods).Concat(PeopleMethods), StringComparer.Ordinal);

    public static TheoryData<string> Names => [.. Methods.Keys];

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Every_method_that_changes_something_is_tried_here()
    {
        var calls = new Calls(typeof(UnitOfWorkRunner).Assembly);
        var changing = calls.Methods.OfType<MethodInfo>()
            .Where(method => method.IsPublic && method.DeclaringType is { IsVisible: true } type && type != typeof(UnitOfWorkRunner)
                && type != typeof(AuditKeyStart) // changes no data: AuditKeysTests covers its rows
                                                 // nothing but the log itself: AuditPruningTests and AuditRefusalTests
                && type != typeof(AuditPruning) && type != typeof(AuditRefusalService)
                && calls.Reaches(
                    method, called => called.DeclaringType == typeof(UnitOfWorkRunner) && called.Name == nameof(UnitOfWorkRunner.RunAsync)))
            .Select(method => $"{method.DeclaringType!.Name}.{method.Name}");
        Assert.Equal(
            Methods.Keys.Select(name => name.Split(',')[0]).Distinct()
                .Order(StringComparer.Ordinal), changing.Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Change_leaves_its_audit_rows_and_its_feed_rows(string name)
    {
        await using var world = Methods[name].Install();
        var run = await Methods[name].PrepareAsync(world);
        var (audit, feed) = await CountAsync(world);
        Assert.Null(await run(world.Services));
        Assert.Equal((audit + Methods[name].AuditRows, feed + Methods[name].FeedRows), await CountAsync(world));
        await using var context = world.Open();
        // otherwise, every cached key would be dropped
        Assert.All(await context.FeedEntries.ToListAsync(Token), entry => Assert.NotEqual(FeedReach.Everything, FeedScope.Of(entry).Reach));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Change_whose_audit_row_cannot_be_written_is_not_made(string name) =>
        await NothingIsWrittenAsync(name, "INSERT INTO \"AuditEntries\"");

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Change_whose_feed_row_cannot_be_written_is_not_made(string name) =>
        await NothingIsWrittenAsync(name, "INSERT INTO \"FeedEntries\"");

    static async Task NothingIsWrittenAsync(string name, string command)
    {
        await using var world = Methods[name].Install();
        var reached = false;
        var services =
            world.Run(new SentCommands { FailWhen = text => text.Contains(command, StringComparison.Ordinal) && (reached = true) });
        var run = await Methods[name].PrepareAsync(world);
        var before = world.Dump();
        await Assert.ThrowsAnyAsync<DbUpdateException>(() => run(services));
        Assert.True(reached);
        Assert.Equal(before, world.Dump());
    }

    static async Task<(int Audit, int Feed)> CountAsync(TestInstallation world)
    {
        await using var context = world.Open();
        return (await context.AuditEntries.CountAsync(Token), await context.FeedEntries.CountAsync(Token));
    }

    static Task<Func<Services, Task<Error?>>> Run<T>(Func<Services, Task<Result<T>>> run) =>
        Task.FromResult<Func<Services, Task<Error?>>>(async services => (await run(services)).Error);

    /// <summary>A successful call of a method.</summary>
    /// <param name="AuditRows">The number of audit rows it writes.</param>
    /// <param name="FeedRows">The number of feed rows it writes.</param>
    /// <param name="Prepare">Prepares the installation and returns the call, made by a signed-in owner.</param>
    /// <param name="Empty">Whether the call needs an installation without setup.</param>
    sealed record Method(
        int AuditRows, int FeedRows, Func<TestInstallation, Actor, Task<Func<Services, Task<Error?>>>> Prepare, bool Empty = false)
    {
        public TestInstallation Install() => Empty ? Support.TestInstallation.Empty() : new();

        public Task<Func<Services, Task<Error?>>> PrepareAsync(TestInstallation world) =>
            Prepare(world, Empty ? Actor.System : world.SignIn(world.Owner));
    }
}
