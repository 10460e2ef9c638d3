using Dashboard.Core.Keys;
using Dashboard.Tests.Unit.Support;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Dashboard.Tests.Unit.Keys;

[EveryDatabase]
public sealed class KeyLimitTests : IAsyncDisposable
{
    readonly TestInstallation world = new();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Concurrent_creation_from_two_processes_stops_at_the_limit()
    {
        world.AddProject("acme", "ledger");
        Services[] graphs = [world.Services, world.Run()];
        var outcomes =
            await Task.WhenAll(Enumerable.Range(0, 50).Select(i => Task.Run(() => CreateAsync(graphs[i % 2], $"Key {i}"), Token)));

        Assert.Equal(10, outcomes.Count(outcome => outcome.Succeeded));
        Assert.All(outcomes.Where(outcome => !outcome.Succeeded), outcome => Assert.Equal(ErrorCode.KeyLimitReached, outcome.Error?.Code));
        await using var context = world.Open();
        Assert.Equal(10, await context.Keys.CountAsync(Token));
        Assert.Equal(10, await context.AuditEntries.CountAsync(Token));
        Assert.Equal(
            outcomes.Where(outcome => outcome.Succeeded).Select(outcome => outcome.Value.Key.KeyId).Order(StringComparer.Ordinal),
            (await context.Keys.Select(key => key.KeyId).ToListAsync(Token)).Order(StringComparer.Ordinal));
        Assert.True((await world.Services.Keys.CreateAsync(world.Developer, new("acme/ledger", "Elsewhere"), Token)).Succeeded);
    }

    [Fact]
    public async Task Concurrent_operations_never_exceed_the_limit()
    {
        var ids = new List<string>();
        for (var i = 0; i < 10; i++)
        {
            ids.Add((await CreateAsync(world.Services, $"Key {i}")).Value.Key.KeyId);
        }

        world.Sql($"UPDATE ApiKeys SET ExpiresAt = {TestInstallation.Start.AddMinutes(1).ToUnixTimeMilliseconds()}, ExpiryOrder = {TestInstallation.Start.AddMinutes(1).ToUnixTimeMilliseconds()} WHERE KeyId IN ({string.Join(", ", ids.Take(5).Select(id => $"'{id}'"))})");
        world.Time.Advance(TimeSpan.FromMinutes(2));
        Services[] graphs = [world.Services, world.Run()];
        var seen = new System.Collections.Concurrent.ConcurrentBag<int>();
        await Task.WhenAll(Enumerable.Range(0, 50).Select(i => Task.Run(
            async () =>
            {
                var services = graphs[i % 2];
                var fault = (i % 5) switch
                {
                    0 => (await services.Keys.RevokeAsync(world.Developer, ids[5 + (i % 3)], Token)).Error,
                    1 => (await services.Keys.ChangeAsync(world.Developer, ids[i % 10], new(ExpiresAt: Expiry.Never), Token)).Error,
                    _ => (await CreateAsync(services, $"More {i}")).Error,
                };
                Assert.True(fault?.Code is null or ErrorCode.KeyLimitReached or ErrorCode.Conflict);
                seen.Add((await services.Keys.AllowanceAsync(world.Viewer, TestInstallation.Orders, Token)).Value.Used);
            },
            Token)));

        Assert.All(seen, used => Assert.InRange(used, 0, 10));
        Assert.Equal(new Allowance(10, 10), (await world.Services.Keys.AllowanceAsync(world.Viewer, TestInstallation.Orders, Token)).Value);
    }

    [Fact]
    public async Task Disabled_keys_count_but_revoked_and_expired_ones_do_not()
    {
        await using var small = new TestInstallation(("Keys:MaxActivePerProject", "3"));
        var services = small.Services;
        var soon = await IssueAsync("Soon over", small.Time.GetUtcNow().AddHours(1));
        var off = await IssueAsync("Off");
        var gone = await IssueAsync("Gone");
        await services.Keys.ChangeAsync(small.Developer, off, new(State: KeyState.Inactive), Token);
        Assert.Equal(new Allowance(3, 3), await AllowanceAsync());
        Assert.Equal(ErrorCode.KeyLimitReached,
            (await services.Keys.CreateAsync(small.Developer, new(TestInstallation.Orders, "One more"), Token)).Error?.Code);
        await services.Keys.RevokeAsync(small.Developer, gone, Token);
        Assert.Equal(new Allowance(2, 3), await AllowanceAsync());
        small.Time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(new Allowance(1, 3), await AllowanceAsync());
        Assert.Equal(2, (await AllowanceAsync()).Left);

        // Two keys take the places, so the expired one cannot be renewed until one of them is revoked.
        var last = (await IssueAsync("First"), await IssueAsync("Second")).Item2;
        Assert.Equal(ErrorCode.KeyLimitReached,
            (await services.Keys.ChangeAsync(small.Developer, soon, new(ExpiresAt: Expiry.Never), Token)).Error?.Code);
        Assert.True((await services.Keys.ChangeAsync(small.Developer, soon, new("Renamed", KeyState.Inactive), Token)).Succeeded);
        await services.Keys.RevokeAsync(small.Developer, last, Token);
        var revived = await services.Keys.ChangeAsync(
            small.Developer, soon, new(State: KeyState.Active, ExpiresAt: new(small.Time.GetUtcNow().AddDays(1))), Token);
        Assert.Equal(KeyState.Active, revived.Value.State);
        Assert.Equal(new Allowance(3, 3), await AllowanceAsync());
        Assert.True((await services.Keys.ChangeAsync(small.Developer, soon, new(ExpiresAt: Expiry.Never), Token)).Succeeded);

        async Task<string> IssueAsync(string name, DateTimeOffset? expiresAt = null) =>
            (await services.Keys.CreateAsync(
                small.Developer, new(TestInstallation.Orders, name, ExpiresAt: expiresAt), Token)).Value.Key.KeyId;

        async Task<Allowance> AllowanceAsync() => (await services.Keys.AllowanceAsync(small.Viewer, TestInstallation.Orders, Token)).Value;
    }

    /// <summary>Expiry is checked when the lock is held, not when the change starts to wait for it.</summary>
    [Fact]
    public async Task Key_that_expires_while_its_change_waits_has_lost_its_place()
    {
        await using var small = new TestInstallation(("Keys:MaxActivePerProject", "1"));
        var key = (await small.Services.Keys.CreateAsync(small.Developer,
            new(TestInstallation.Orders, "Soon over", ExpiresAt: TestInstallation.Start.AddSeconds(1)), Token)).Value.Key.KeyId;
        var commands = new SentCommands
        {
            Before = text =>
            {
                if (text.StartsWith("UPDATE \"Projects\"", StringComparison.Ordinal))
                {
                    small.Time.Advance(TimeSpan.FromSeconds(2));
                }
            },
        };
        var waiting = small.Run(commands, ("Keys:MaxActivePerProject", "1"));
        Assert.True((await waiting.Keys.CreateAsync(small.Developer, new(TestInstallation.Orders, "Its successor"), Token)).Succeeded);
        commands.Before = _ => { };
        Assert.Equal(ErrorCode.KeyLimitReached,
            (await waiting.Keys.ChangeAsync(small.Developer, key, new(ExpiresAt: Expiry.Never), Token)).Error?.Code);
    }

    public ValueTask DisposeAsync() => world.DisposeAsync();

    Task<Result<IssuedKey>> CreateAsync(Services services, string name) =>
        services.Keys.CreateAsync(world.Developer, new(TestInstallation.Orders, name), Token);
}
