using Dashboard.Core.Keys;
using Dashboard.Tests.Unit.Support;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Dashboard.Tests.Unit.Keys;

[EveryDatabase]
public sealed class KeyChangeTests : IAsyncDisposable
{
    readonly TestInstallation world = new();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_member_changes_alone_and_is_logged()
    {
        var key = await IssueAsync();
        await ChangedAsync(key, new("  Renamed "), "key.renamed", """{"from":"Backend"}""", row => Assert.Equal("Renamed", row.Name));
        await ChangedAsync(key, new(State: KeyState.Inactive), "key.switched_off", "{}", row => Assert.Equal(KeyState.Inactive, row.State));
        await ChangedAsync(key, new(State: KeyState.Active), "key.switched_on", "{}", row => Assert.Equal(KeyState.Active, row.State));
        await ChangedAsync(
            key, new(Permissions: ["write", "read"]), "key.permissions_reduced", """{"from":"read execute write","to":"read write"}""",
            row => Assert.Equal(["read", "write"], row.Permissions));
        await ChangedAsync(
            key, new(ExpiresAt: new(TestInstallation.Start.AddDays(1))), "key.expiry_changed",
            """{"expires_at":"2026-11-22T12:00:00.0000000\u002B00:00"}""",
            row => Assert.Equal(TestInstallation.Start.AddDays(1), row.ExpiresAt));
        await ChangedAsync(
            key, new(ExpiresAt: Expiry.Never), "key.expiry_changed", """{"expires_at":null}""", row => Assert.Null(row.ExpiresAt));
    }

    [Fact]
    public async Task Change_without_effect_writes_nothing()
    {
        var expires = TestInstallation.Start.AddDays(1).AddTicks(1);
        var key = (await world.Services.Keys.CreateAsync(world.Developer,
            new(TestInstallation.Orders, "Backend", Permissions: ["read", "write"], ExpiresAt: expires), Token)).Value.Key.KeyId;
        var before = world.Dump();
        foreach (var patch in new KeyPatch[]
        {
            new(), new(" Backend "), new(State: KeyState.Active), new(Permissions: ["write", "read"]), new(ExpiresAt: new(expires)), new(
                ExpiresAt: new(expires.ToOffset(TimeSpan.FromHours(3)))),
        })
        {
            Assert.Equal(key, (await world.Services.Keys.ChangeAsync(world.Developer, key, patch, Token)).Value.KeyId);
        }

        Assert.Equal(before, world.Dump());
    }

    [Fact]
    public async Task Permissions_are_only_ever_lost()
    {
        var key = (await world.Services.Keys.CreateAsync(
            world.Developer, new(TestInstallation.Orders, "Backend", Permissions: ["read"]), Token)).Value.Key.KeyId;
        foreach (string[] more in new string[][] { ["read", "write"], ["write"], [], ["unknown"], ["read", "read"], ["verify"] })
        {
            var fault = (await world.Services.Keys.ChangeAsync(world.Owner, key, new(Permissions: more), Token)).Error;
            Assert.Equal((ErrorCode.InvalidRequest, "permissions"), (fault?.Code, fault?.Errors?.Keys.Single()));
        }
    }

    [Fact]
    public async Task Unlisted_permission_can_be_removed_but_not_granted()
    {
        var key = await IssueAsync();
        var later = world.Run(("Permissions:0", "write"), ("Permissions:1", "read"));
        Assert.Equal(
            ["read", "execute", "write"], (await later.Keys.ChangeAsync(world.Developer, key, new("Renamed"), Token)).Value.Permissions);
        Assert.Equal(ErrorCode.InvalidRequest,
            (await later.Keys.ChangeAsync(world.Developer, key, new(Permissions: ["execute"]), Token)).Error?.Code);
        Assert.Equal(["write", "read"],
            (await later.Keys.ChangeAsync(world.Developer, key, new(Permissions: ["read", "write"]), Token)).Value.Permissions);
    }

    [Theory]
    [InlineData(KeyState.Revoked)]
    [InlineData(KeyState.Expired)]
    public async Task State_that_cannot_be_requested_is_refused(KeyState state)
    {
        var fault = (await world.Services.Keys.ChangeAsync(world.Developer, await IssueAsync(), new(State: state), Token)).Error;
        Assert.Equal((ErrorCode.InvalidRequest, "state"), (fault?.Code, fault?.Errors?.Keys.Single()));
    }

    [Fact]
    public async Task One_invalid_member_prevents_all_changes()
    {
        var key = (await world.Services.Keys.CreateAsync(
            world.Developer, new(TestInstallation.Orders, "Backend", Permissions: ["read"]), Token)).Value.Key.KeyId;
        var before = world.Dump();
        Assert.False(
            (await world.Services.Keys.ChangeAsync(
                world.Developer, key, new("Renamed", KeyState.Inactive, ["write"], Expiry.Never), Token)).Succeeded);
        Assert.Equal(before, world.Dump());
    }

    [Fact]
    public async Task Revoked_key_is_final()
    {
        var key = await IssueAsync();
        var revoked = (await world.Services.Keys.RevokeAsync(world.Developer, key, Token)).Value;
        Assert.Equal((KeyState.Revoked, TestInstallation.Start), (revoked.State, revoked.RevokedAt));
        var before = world.Dump();
        foreach (var patch in new KeyPatch[] { new(), new("Renamed"), new(State: KeyState.Active), new(ExpiresAt: Expiry.Never) })
        {
            Assert.Equal(ErrorCode.Conflict, (await world.Services.Keys.ChangeAsync(world.Owner, key, patch, Token)).Error?.Code);
        }

        world.Time.Advance(TimeSpan.FromMinutes(1));
        var again = (await world.Services.Keys.RevokeAsync(world.Owner, key, Token)).Value;
        Assert.Equal((KeyState.Revoked, TestInstallation.Start), (again.State, again.RevokedAt));
        Assert.Equal(before, world.Dump());
        await using var context = world.Open();
        Assert.Equal(
            ["key.created", "key.revoked"], await context.AuditEntries.OrderBy(x => x.Sequence).Select(x => x.Action).ToListAsync(Token));
    }

    [Fact]
    public async Task Twenty_revokes_at_once_are_one()
    {
        var key = await IssueAsync();
        Services[] graphs = [world.Services, world.Run()];
        var outcomes = await Task.WhenAll(
            Enumerable.Range(0, 20).Select(i => Task.Run(() => graphs[i % 2].Keys.RevokeAsync(world.Owner, key, Token), Token)));
        Assert.All(outcomes, outcome => Assert.Equal(KeyState.Revoked, outcome.Value.State));
        await using var context = world.Open();
        Assert.Equal(1, await context.AuditEntries.CountAsync(x => x.Action == "key.revoked", Token));
    }

    [Fact]
    public async Task Expired_and_revoked_take_precedence_over_other_states()
    {
        var key = (await world.Services.Keys.CreateAsync(world.Developer,
            new(TestInstallation.Orders, "Backend", ExpiresAt: TestInstallation.Start.AddMinutes(1)), Token)).Value.Key.KeyId;
        await world.Services.Keys.ChangeAsync(world.Developer, key, new(State: KeyState.Inactive), Token);
        world.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(KeyState.Expired, (await world.Services.Keys.GetAsync(world.Viewer, key, Token)).Value.State);
        Assert.Equal(KeyState.Inactive,
            (await world.Services.Keys.ChangeAsync(world.Developer, key, new(ExpiresAt: Expiry.Never), Token)).Value.State);
        Assert.Equal(KeyState.Revoked, (await world.Services.Keys.RevokeAsync(world.Developer, key, Token)).Value.State);
    }

    [Fact]
    public async Task Two_changes_at_once_both_last()
    {
        var key = await IssueAsync();
        Services[] graphs = [world.Services, world.Run()];
        await Task.WhenAll(
            Task.Run(() => graphs[0].Keys.ChangeAsync(world.Developer, key, new("Renamed"), Token), Token),
            Task.Run(() => graphs[1].Keys.ChangeAsync(world.Developer, key, new(State: KeyState.Inactive), Token), Token));
        var row = (await world.Services.Keys.GetAsync(world.Viewer, key, Token)).Value;
        Assert.Equal(("Renamed", KeyState.Inactive), (row.Name, row.State));
    }

    public ValueTask DisposeAsync() => world.DisposeAsync();

    async Task<string> IssueAsync() =>
        (await world.Services.Keys.CreateAsync(world.Developer, new(TestInstallation.Orders, "Backend"), Token)).Value.Key.KeyId;

    async Task ChangedAsync(string key, KeyPatch patch, string action, string details, Action<KeySummary> check)
    {
        check((await world.Services.Keys.ChangeAsync(world.Developer, key, patch, Token)).Value);
        check((await world.Services.Keys.GetAsync(world.Viewer, key, Token)).Value);
        await using var context = world.Open();
        var entry = await context.AuditEntries.OrderByDescending(x => x.Sequence).FirstAsync(Token);
        Assert.Equal((action, details, key), (entry.Action, entry.Details, entry.TargetId));
    }
}
