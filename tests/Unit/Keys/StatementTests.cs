using Dashboard.Core.Accounts;
using Dashboard.Core.Data;
using Dashboard.Core.Keys;
using Dashboard.Tests.Unit.Support;
using Xunit;

namespace Dashboard.Tests.Unit.Keys;

/// <summary>The number of statements that a change takes on SQLite, through a browser session, with the check of the session before it. A
/// server takes one more, the lock of the actor's memberships.</summary>
[EveryDatabase]
public sealed class StatementTests : IAsyncDisposable
{
    readonly TestInstallation world = new();
    readonly SentCommands commands = new();
    readonly Services services;
    readonly Actor actor;

    public StatementTests()
    {
        services = world.Run(commands);
        actor = world.SignIn(world.Developer);
    }

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Creating_a_key_takes_six()
    {
        world.AddResource(TestInstallation.Orders, "workflow", "intake");
        await CreateAsync("First"); // stores the template
        await CreateAsync("Second"); // finds it stored
        await AssertAsync(6, () => CreateAsync("Third"));
        await AssertAsync(
            7, () => services.Keys.CreateAsync(actor, new(TestInstallation.Orders, "Narrow", Resources: ["workflow:intake"]), Token));
        await AssertAsync(9, () => services.Keys.CreateAsync(actor, new(TestInstallation.Orders, "Once", IdempotencyKey: "once"), Token));
    }

    [Fact]
    public async Task Changing_a_key_takes_six_and_revoking_it_one_more()
    {
        var key = (await CreateAsync("Backend")).Value.Key.KeyId;
        await AssertAsync(6, () => services.Keys.ChangeAsync(actor, key, new("Renamed", KeyState.Inactive, ["read"]), Token));
        await AssertAsync(6, () => services.Keys.ChangeAsync(actor, key, new(State: KeyState.Active, Note: "in the vault"), Token));
        await AssertAsync(7, () => services.Keys.RevokeAsync(actor, key, Token));
    }

    [Fact]
    public async Task Changing_many_keys_takes_no_statement_for_each()
    {
        var keys = new List<string>();
        for (var i = 0; i < 9; i++)
        {
            keys.Add((await CreateAsync($"Key {i}")).Value.Key.KeyId);
        }

        await AssertAsync(7, () => services.Keys.ChangeManyAsync(actor, keys, new(State: KeyState.Inactive), Token));
        await AssertAsync(8, () => services.Keys.RevokeManyAsync(actor, keys, Token));
    }

    public ValueTask DisposeAsync() => world.DisposeAsync();

    Task<Result<IssuedKey>> CreateAsync(string name) => services.Keys.CreateAsync(actor, new(TestInstallation.Orders, name), Token);

    async Task CheckSessionAsync() => Assert.NotNull(
        await services.Get<SessionService>().FindLiveAsync(TestInstallation.SecretOf(actor.SessionId!), actor.Id, Token));

    async Task AssertAsync<T>(int count, Func<Task<Result<T>>> change)
    {
        await services.ReadFeedAsync();
        await CheckSessionAsync();
        await using var context = services.Open();
        var expected = context is SqliteContext ? count : count + 1;
        commands.Forget();
        await CheckSessionAsync(); // what the cookie costs: nothing, once it is known
        Assert.Null((await change()).Error);
        Assert.True(
            commands.Sent.Count == expected, $"{commands.Sent.Count} statements, not {expected}:\n{string.Join("\n\n", commands.Sent)}");
    }
}
