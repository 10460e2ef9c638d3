using Dashboard.Core.Keys;
using Dashboard.Core.Organizations;
using Dashboard.Tests.Unit.Support;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Dashboard.Tests.Unit.Keys;

[EveryDatabase]
public sealed class KeyBatchTests : IAsyncDisposable
{
    readonly TestInstallation world = new();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => world.DisposeAsync();

    [Fact]
    public async Task Every_key_changes_with_its_own_audit_and_feed_row()
    {
        string[] keys = [
            await IssueAsync(world.Developer, "one"), await IssueAsync(world.Developer, "two"), await IssueAsync(world.Developer, "three")];
        var expiry = TestInstallation.Start.AddDays(9);
        Assert.Equal(3, (await world.Services.Keys.ChangeManyAsync(world.Developer, keys, new(State: KeyState.Inactive), Token)).Value);
        Assert.Equal(3, (await world.Services.Keys.ChangeManyAsync(world.Developer, keys, new(ExpiresAt: new(expiry)), Token)).Value);
        var read = (await world.Services.Keys.GetManyAsync(world.Developer, keys, Token)).Value;
        Assert.All(read, key => Assert.Equal((KeyState.Inactive, expiry), (key.State, key.ExpiresAt)));
        Assert.Equal(3, read.Count);
        Assert.Equal(2, (await world.Services.Keys.RevokeManyAsync(world.Developer, keys[..2], Token)).Value);
        Assert.Equal(1, (await world.Services.Keys.RevokeManyAsync(world.Developer, keys, Token)).Value);
        await using var context = world.Open();
        var rows = await context.AuditEntries.OrderBy(x => x.Sequence).Skip(3).Select(x => new { x.Action, x.TargetId }).ToListAsync(Token);
        string[] actions = ["key.switched_off", "key.expiry_changed", "key.revoked"];
        Assert.Equal(actions.SelectMany(action => keys.Select(key => (action, key))), rows.Select(row => (row.Action, row.TargetId)));
        Assert.Equal(12, await context.FeedEntries.CountAsync(row => keys.Contains(row.SubjectId), Token));
    }

    [Theory]
    [InlineData("Owner", null)]
    [InlineData("Admin", null)]
    [InlineData("Developer", ErrorCode.Forbidden)]
    [InlineData("Viewer", ErrorCode.Forbidden)]
    [InlineData("Stranger", ErrorCode.NotFound)]
    public async Task One_key_of_another_is_enough_for_none_to_change(string who, ErrorCode? expected)
    {
        var actor = who switch
        {
            "Owner" => world.Owner,
            "Admin" => world.Admin,
            "Developer" =>
            world.Developer,
            "Viewer" => world.Viewer,
            _ => world.Stranger
        };
        string[] keys = [await IssueAsync(world.Developer, "Dora's"), await IssueAsync(world.Owner, "Olga's")];
        var before = world.Dump();
        var changed = await world.Services.Keys.ChangeManyAsync(actor, keys, new(State: KeyState.Inactive), Token);
        var revoked = await world.Services.Keys.RevokeManyAsync(actor, keys, Token);
        Assert.Equal((expected, expected), (changed.Error?.Code, revoked.Error?.Code));
        Assert.Equal(expected is null, before != world.Dump());
        if (who == "Developer")
        {
            Assert.StartsWith("Olga's: ", revoked.Error!.Detail, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Revoked_and_unknown_keys_leave_the_others_as_they_are()
    {
        string[] keys = [await IssueAsync(world.Developer, "lives"), await IssueAsync(world.Developer, "is gone")];
        await world.Services.Keys.RevokeAsync(world.Developer, keys[1], Token);
        var before = world.Dump();
        var refused = (await world.Services.Keys.ChangeManyAsync(world.Developer, keys, new(State: KeyState.Inactive), Token)).Error!;
        Assert.Equal(
            (ErrorCode.Conflict, "is gone has been revoked and cannot be changed. No key was changed."), (refused.Code, refused.Detail));
        Assert.Equal(
            ErrorCode.NotFound, (await world.Services.Keys.RevokeManyAsync(world.Developer, [keys[0], "nothing"], Token)).Error?.Code);
        Assert.Equal(
            ErrorCode.NotFound, (await world.Services.Keys.ChangeManyAsync(
                world.Developer, [keys[0], $"{keys[0]} "], new(State: KeyState.Inactive), Token)).Error?.Code);
        Assert.Equal(before, world.Dump());
    }

    [Fact]
    public async Task Keys_that_count_again_fit_the_limit_or_none_is_changed()
    {
        var roomy = world.Run(("Keys:MaxActivePerProject", "3")).Keys;
        var soon = TestInstallation.Start.AddDays(1);
        var keys = new List<string>();
        foreach (var name in new[] { "one", "two" })
        {
            keys.Add((await roomy.CreateAsync(
                world.Developer, new(TestInstallation.Orders, name, ExpiresAt: soon), Token)).Value.Key.KeyId);
        }

        world.Time.Advance(TimeSpan.FromDays(2));
        for (var i = 0; i < 2; i++)
        {
            Assert.True((await roomy.CreateAsync(world.Developer, new(TestInstallation.Orders, $"other {i}"), Token)).Succeeded);
        }

        var before = world.Dump();
        Assert.Equal(ErrorCode.KeyLimitReached,
            (await roomy.ChangeManyAsync(world.Developer, keys, new(ExpiresAt: Expiry.Never), Token)).Error?.Code);
        Assert.Equal(before, world.Dump());
        Assert.True((await roomy.ChangeManyAsync(world.Developer, keys[..1], new(ExpiresAt: Expiry.Never), Token)).Succeeded);
    }

    [Fact]
    public async Task Invalid_batch_is_refused_without_a_query()
    {
        var key = await IssueAsync(world.Developer, "one");
        var commands = new SentCommands();
        var keys = world.Run(commands).Keys;
        foreach (var ids in new string[][] { [], [key, key], [.. Enumerable.Range(0, 101).Select(i => $"K{i}")] })
        {
            Assert.Equal("keys",
                (await keys.ChangeManyAsync(world.Developer, ids, new(State: KeyState.Inactive), Token)).Error?.Errors?.Keys.Single());
            Assert.Equal("keys", (await keys.RevokeManyAsync(world.Developer, ids, Token)).Error?.Errors?.Keys.Single());
            Assert.Equal("keys", (await keys.GetManyAsync(world.Developer, ids, Token)).Error?.Errors?.Keys.Single());
        }

        Assert.Equal("keys", (await keys.ChangeManyAsync(world.Developer, [key], new("Renamed"), Token)).Error?.Errors?.Keys.Single());
        Assert.Equal(
            "keys", (await keys.ChangeManyAsync(world.Developer, [key], new(Permissions: ["read"]), Token)).Error?.Errors?.Keys.Single());
        Assert.Equal(
            "expires_at", (await keys.ChangeManyAsync(
                world.Developer, [key], new(ExpiresAt: new(TestInstallation.Start)), Token)).Error?.Errors?.Keys.Single());
        Assert.DoesNotContain(commands.Sent, sql => sql.Contains("ApiKeys", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Hundred_keys_are_revoked_in_one_transaction()
    {
        var roomy = world.Run(("Keys:MaxActivePerProject", "100")).Keys;
        var keys = new List<string>();
        for (var i = 0; i < 100; i++)
        {
            keys.Add((await roomy.CreateAsync(world.Developer, new(TestInstallation.Orders, $"Key {i}"), Token)).Value.Key.KeyId);
        }

        Assert.Equal(100, (await roomy.RevokeManyAsync(world.Admin, keys, Token)).Value);
        await using var context = world.Open();
        Assert.Single(
            await context.AuditEntries.Where(x => x.Action == "key.revoked").Select(x => x.ChangeId).Distinct().ToListAsync(Token));
    }

    [Fact]
    public async Task Ended_session_changes_none()
    {
        var key = await IssueAsync(world.Developer, "one");
        var actor = world.SignIn(world.Developer);
        world.Time.Advance(TimeSpan.FromHours(2));
        Assert.Equal(ErrorCode.SessionRequired,
            (await world.Services.Keys.ChangeManyAsync(actor, [key], new(State: KeyState.Inactive), Token)).Error?.Code);
        Assert.Equal(ErrorCode.SessionRequired, (await world.Services.Keys.RevokeManyAsync(actor, [key], Token)).Error?.Code);
    }

    [Fact]
    public async Task Members_read_several_keys_and_strangers_none()
    {
        string[] keys = [await IssueAsync(world.Developer, "one"), await IssueAsync(world.Owner, "two")];
        world.SetRole("acme", world.Admin, OrganizationRole.Viewer);
        Assert.Equal(2, (await world.Services.Keys.GetManyAsync(world.Admin, keys, Token)).Value.Count);
        Assert.Empty((await world.Services.Keys.GetManyAsync(world.Stranger, keys, Token)).Value);
    }

    async Task<string> IssueAsync(Actor owner, string name) =>
        (await world.Services.Keys.CreateAsync(owner, new(TestInstallation.Orders, name), Token)).Value.Key.KeyId;
}
