using Dashboard.Core.OAuth;
using Dashboard.Tests.Unit.Support;
using Xunit;

namespace Dashboard.Tests.Unit.OAuth;

/// <summary>How many statements the operations of the token endpoints send to the database, once a node has seen the client.</summary>
[EveryDatabase]
public sealed class StatementCountTests : IAsyncDisposable
{
    readonly TestInstallation world = new();
    readonly SentCommands commands = new();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Client_credentials_need_no_statement()
    {
        var (node, account) = (world.Run(commands), await world.AccountAsync());
        await node.ReadFeedAsync();
        Assert.Equal(0, await CountAsync(async () => Assert.Null((await node.IssueAsync(
            ("grant_type", "client_credentials"), ("client_id", account.ClientId), ("client_secret", account.Secret))).Error)));
    }

    [Fact]
    public async Task Introspection_of_a_held_token_needs_no_statement()
    {
        var (node, account) = (world.Run(commands), await world.AccountAsync(["verify"]));
        await node.ReadFeedAsync();
        var body = OAuthFlow.Body(
            ("token", await world.AccountTokenAsync(account)), ("client_id", account.ClientId), ("client_secret", account.Secret));
        Assert.Equal(0, await CountAsync(async () => Assert.NotNull((await node.Get<Introspection>()
            .AskAsync(body, PresentedClient.Read([], body).Value, default, null, OAuthFlow.Origin, Token)).Facts)));
    }

    [Fact]
    public async Task Refresh_reads_and_writes_each_row_once()
    {
        var (client, tokens) = await world.Services.ConsentAsync(world.Developer);
        var (node, refresh) = (world.Run(commands), tokens.RefreshToken!.Reveal());
        await node.ReadFeedAsync();
        Assert.Equal(7, await CountAsync(async () =>
        {
            world.Time.Advance(TimeSpan.FromSeconds(10));
            var outcome = await node.RefreshAsync(client, refresh);
            Assert.Null(outcome.Error);
            refresh = outcome.Value.RefreshToken!.Reveal();
        }));
    }

    public ValueTask DisposeAsync() => world.DisposeAsync();

    /// <summary>Counts the statements of the second time.</summary>
    async Task<int> CountAsync(Func<Task> operation)
    {
        await operation();
        commands.Forget();
        await operation();
        return commands.Sent.Count;
    }
}
