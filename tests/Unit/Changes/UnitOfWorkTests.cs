using Dashboard.Core.Audit;
using Dashboard.Core.Changes;
using Dashboard.Core.Data;
using Dashboard.Core.Organizations;
using Dashboard.Tests.Unit.Support;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Dashboard.Tests.Unit.Changes;

[EveryDatabase]
public sealed class UnitOfWorkTests : IAsyncDisposable
{
    readonly TestInstallation world = new();
    readonly long acme;

    public UnitOfWorkTests() => acme = world.OrganizationId("acme");

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Change_is_written_with_its_audit_row_and_its_feed_row()
    {
        world.Time.Advance(TimeSpan.FromTicks(12_345_678)); // a time that no database stores exactly
        var outcome = await RunAsync(world.SignIn(world.Owner), Rename);

        Assert.True(outcome.Succeeded);
        await using var context = world.Open();
        Assert.Equal("Renamed", (await context.Projects.SingleAsync(x => x.OrganizationId == acme, Token)).Name);
        var entry = await context.AuditEntries.SingleAsync(Token);
        Assert.Equal(
            (acme, 1, TestInstallation.Start.AddMilliseconds(1234), "user", world.Owner.Id, "Olga",
                "10.2.3.4", "settings", "project.renamed", "project", "acme/orders", "Renamed", true, """{"from":"orders"}"""),
            (entry.ChainId, entry.Sequence, entry.At, entry.ActorType, entry.ActorId, entry.ActorName, entry.Address,
                entry.Category, entry.Action, entry.TargetType, entry.TargetId, entry.TargetName, entry.Succeeded, entry.Details));
        var row = await context.FeedEntries.SingleAsync(Token);
        Assert.Equal((1, "project", "acme/orders", TestInstallation.Start.AddMilliseconds(1234)), (
            row.Number, row.SubjectType, row.SubjectId, row.At));
        Assert.Equal(1, (await context.FeedCounters.SingleAsync(Token)).Number);
    }

    [Fact]
    public async Task Events_of_several_chains_and_targets_each_get_their_rows()
    {
        await RunAsync(world.Owner, (change, _) =>
        {
            foreach (var (chain, id) in new[] { (acme, "a"), (AuditChain.Installation, "a"), (acme, "b"), (acme, "a") })
            {
                change.Record(chain, Event("thing.done", id));
            }

            return Success();
        });

        await using var context = world.Open();
        var entries = await context.AuditEntries.OrderBy(x => x.ChainId).ThenBy(x => x.Sequence).ToListAsync(Token);
        Assert.Equal(
            [(0, 1, "a"), (acme, 1, "a"), (acme, 2, "b"), (acme, 3, "a")], entries.Select(x => (x.ChainId, x.Sequence, x.TargetId)));
        Assert.Single(entries.Select(x => x.ChangeId).Distinct());
        Assert.Equal([(1, "a"), (2, "b")], (await context.FeedEntries.OrderBy(x => x.Number).ToListAsync(Token))
            .Select(x => (x.Number, x.SubjectId)));
        Assert.Null(await world.Services.Get<AuditVerifier>().FindBreakAsync(acme, Token));
        Assert.Null(await world.Services.Get<AuditVerifier>().FindBreakAsync(AuditChain.Installation, Token));
    }

    [Fact]
    public async Task Error_rolls_back()
    {
        var before = world.Dump();
        var outcome = await RunAsync(world.Owner, async (change, token) =>
        {
            await Rename(change, token);
            await change.Context.SaveChangesAsync(token);
            await change.LockProjectAsync(world.ProjectId(TestInstallation.Orders), token);
            return new Error(ErrorCode.Conflict, "No.");
        });

        Assert.Equal(ErrorCode.Conflict, outcome.Error?.Code);
        Assert.Equal(before, world.Dump());
    }

    [Fact]
    public async Task Exception_rolls_back()
    {
        var before = world.Dump();
        await Assert.ThrowsAsync<InvalidDataException>(() => RunAsync(world.Owner, async (change, token) =>
        {
            await Rename(change, token);
            await change.Context.SaveChangesAsync(token);
            throw new InvalidDataException();
        }));
        Assert.Equal(before, world.Dump());
    }

    [Fact]
    public async Task Nothing_to_do_writes_nothing()
    {
        var actor = world.SignIn(world.Owner);
        var before = world.Dump();
        var outcome = await RunAsync(actor, async (change, token) =>
        {
            await change.LockProjectAsync(world.ProjectId(TestInstallation.Orders), token);
            return default(Core.Common.Unit);
        });

        Assert.True(outcome.Succeeded);
        Assert.Equal(before, world.Dump());
    }

    [Fact]
    public async Task Change_without_an_event_is_refused()
    {
        var before = world.Dump();
        await Assert.ThrowsAsync<InvalidOperationException>(() => RunAsync(world.Owner, async (change, token) =>
        {
            (await change.Context.Projects.FirstAsync(token)).Name = "Renamed";
            return default(Core.Common.Unit);
        }));
        Assert.Equal(before, world.Dump());
    }

    [Fact]
    public async Task Saved_change_without_an_event_is_refused()
    {
        var before = world.Dump();
        await Assert.ThrowsAsync<InvalidOperationException>(() => RunAsync(world.Owner, async (change, token) =>
        {
            (await change.Context.Projects.FirstAsync(token)).Name = "Renamed";
            await change.Context.SaveChangesAsync(token);
            return default(Core.Common.Unit);
        }));
        Assert.Equal(before, world.Dump());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Rolled_back_changes_are_not_tracked_any_longer(bool throws)
    {
        await using var context = world.Open();
        var before = world.Dump();
        var run = () => world.Services.Work.RunAsync<Core.Common.Unit>(
            context,
            world.Owner,
            async (change, token) =>
            {
                await Rename(change, token);
                return throws ? throw new InvalidDataException() : new Error(ErrorCode.Conflict, "No.");
            },
            Token);
        if (throws)
        {
            await Assert.ThrowsAsync<InvalidDataException>(run);
        }
        else
        {
            Assert.False((await run()).Succeeded);
        }

        await context.SaveChangesAsync(Token);
        Assert.Equal(before, world.Dump());
    }

    [Fact]
    public async Task Previously_tracked_entities_are_not_written()
    {
        await using var context = world.Open();
        (await context.Organizations.FirstAsync(Token)).Name = "Not asked for";
        Assert.True((await world.Services.Work.RunAsync<Core.Common.Unit>(context, world.Owner, Rename, Token)).Succeeded);
        Assert.DoesNotContain("Not asked for", world.Dump(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Session_that_ended_changes_nothing()
    {
        var actor = world.SignIn(world.Owner);
        Assert.True((await RunAsync(actor, Rename)).Succeeded);
        world.Sql($"UPDATE Sessions SET EndedAt = {TestInstallation.Start.ToUnixTimeMilliseconds()} WHERE Id = '{actor.SessionId}'");
        await RefusedAsync(actor);
    }

    [Fact]
    public async Task Session_that_expired_changes_nothing()
    {
        var actor = world.SignIn(world.Owner);
        world.Time.Advance(TimeSpan.FromHours(1) - TimeSpan.FromMilliseconds(1));
        Assert.True((await RunAsync(actor, Rename)).Succeeded);
        world.Time.Advance(TimeSpan.FromMilliseconds(1));
        await RefusedAsync(actor);
    }

    [Fact]
    public async Task Session_of_another_or_no_user_changes_nothing()
    {
        var actor = world.SignIn(world.Owner);
        await RefusedAsync(world.Admin with { SessionId = actor.SessionId });
        await RefusedAsync(world.Owner with { SessionId = "session-unknown" });
        await RefusedAsync(world.Owner with { SessionId = "" });
    }

    /// <summary>On a database with concurrent writers, a row that was only read may change before the commit, but not one that is
    /// locked.</summary>
    [Fact]
    public async Task Actors_session_and_roles_are_locked_before_anything_is_read()
    {
        var commands = new SentCommands();
        var services = world.Run(commands);
        Assert.True((await services.Work.RunAsync<Core.Common.Unit>(world.SignIn(world.Owner), Rename, Token)).Succeeded);

        var locked = ActorLocks();
        Assert.Equal(locked, commands.Sent.Take(locked.Length).Select(LockedBy));
        Assert.Contains("SELECT", commands.Sent[locked.Length], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Locks_are_taken_in_one_order()
    {
        var commands = new SentCommands();
        var services = world.Run(commands);
        await services.Projects.CreateAsync(world.SignIn(world.Owner), new("acme", "Ledger"), Token);
        Assert.Equal(
            [.. ActorLocks(), "Organizations", "AuditChains", "FeedCounter"],
            commands.Sent.Select(LockedBy).OfType<string>().Distinct());
    }

    /// <summary>The tables in which the actor's rows are locked. On SQLite the transaction locks everything, and only the session is
    /// read.</summary>
    string[] ActorLocks()
    {
        using var context = world.Open();
        return context is SqliteContext ? ["Sessions"] : ["Sessions", "Members"];
    }

    /// <summary>The table in which a command locks rows, or null.</summary>
    static string? LockedBy(string sql)
    {
        var names = sql.Split('"');
        return sql.StartsWith("UPDATE", StringComparison.Ordinal) ? names[1]
            : sql.StartsWith("SELECT \"ConfirmedAt\" FROM \"Sessions\"", StringComparison.Ordinal)
                || sql.EndsWith(" FOR NO KEY UPDATE", StringComparison.Ordinal) ? names[3] : null;
    }

    [Fact]
    public async Task Cancelled_change_writes_nothing()
    {
        using var cancel = new CancellationTokenSource();
        var before = world.Dump();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => world.Services.Work.RunAsync<Core.Common.Unit>(
            world.Owner,
            async (change, token) =>
            {
                var outcome = await Rename(change, token);
                await cancel.CancelAsync();
                return outcome;
            },
            cancel.Token));
        Assert.Equal(before, world.Dump());
    }

    [Fact]
    public async Task Change_inside_a_change_is_refused()
    {
        await using var context = world.Open();
        await Assert.ThrowsAsync<InvalidOperationException>(() => world.Services.Work.RunAsync<Core.Common.Unit>(
            context, world.Owner, (change, token) =>
                world.Services.Work.RunAsync<Core.Common.Unit>(change.Context, world.Owner, Rename, token), Token));
    }

    [Fact]
    public async Task Background_write_is_atomic_and_leaves_no_audit_row()
    {
        await world.Services.Work.RunBehindAsync((context, token) => RenameAsync(context, "Behind", token), Token);
        Assert.Contains("Behind", world.Dump(), StringComparison.Ordinal);
        var before = world.Dump();
        await Assert.ThrowsAsync<InvalidDataException>(() => world.Services.Work.RunBehindAsync(
            async (context, token) =>
            {
                await RenameAsync(context, "Half", token);
                throw new InvalidDataException();
            },
            Token));
        Assert.Equal(before, world.Dump());
        await using var read = world.Open();
        Assert.False(await read.AuditEntries.AnyAsync(Token));

        static Task RenameAsync(DashboardContext context, string name, CancellationToken token) =>
            context.Projects.ExecuteUpdateAsync(set => set.SetProperty(x => x.Name, name), token);
    }

    public ValueTask DisposeAsync() => world.DisposeAsync();

    static async Task<Result<Core.Common.Unit>> Rename(UnitOfWork change, CancellationToken token)
    {
        var project = await change.Context.Projects.SingleAsync(x => x.Slug == "orders", token);
        var before = project.Name;
        project.Name = "Renamed";
        change.Record(project.OrganizationId, new(
            AuditCategory.Settings, "project.renamed", new("project", new ProjectPath("acme", "orders").ToString(), project.Name),
            Details: $$"""{"from":"{{before}}"}"""));
        return default(Core.Common.Unit);
    }

    static AuditEvent Event(string action, string id) => new(AuditCategory.Settings, action, new("thing", id, id));

    static Task<Result<Core.Common.Unit>> Success() => Task.FromResult<Result<Core.Common.Unit>>(default(Core.Common.Unit));

    Task<Result<Core.Common.Unit>> RunAsync(Actor actor, Func<UnitOfWork, CancellationToken, Task<Result<Core.Common.Unit>>> change) =>
        world.Services.Work.RunAsync(actor, change, Token);

    async Task RefusedAsync(Actor actor)
    {
        var before = world.Dump();
        Assert.Equal(ErrorCode.SessionRequired, (await RunAsync(actor, Rename)).Error?.Code);
        Assert.Equal(before, world.Dump());
    }
}
