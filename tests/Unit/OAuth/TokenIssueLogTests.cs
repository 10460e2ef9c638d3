using System.Net;
using System.Text.Json;
using Dashboard.Core.Changes;
using Dashboard.Core.OAuth;
using Dashboard.Core.ServiceAccounts;
using Dashboard.Tests.Unit.Support;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Dashboard.Tests.Unit.OAuth;

/// <summary>The audit entries of tokens that leave no row: one for each account, network and minute.</summary>
[EveryDatabase]
public sealed class TokenIssueLogTests : IAsyncDisposable
{
    readonly TestInstallation world = new();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Tokens_are_counted_by_account_network_and_minute()
    {
        var (account, other) = (await world.AccountAsync(), await world.AccountAsync());
        await IssueAsync(world.Services, account, "10.2.3.4", "10.2.3.200", "192.0.2.1");
        await IssueAsync(world.Services, other, "10.2.3.4");
        var log = world.Services.Get<TokenIssueLog>();
        await log.WriteEndedAsync(Token);
        Assert.Empty(await CountsAsync()); // the minute is not over
        world.Time.Advance(TimeSpan.FromMinutes(1));
        await IssueAsync(world.Services, account, "10.2.3.4");
        await log.WriteEndedAsync(Token);
        await log.WriteEndedAsync(Token);
        Assert.Equal(
            [(account.Id, "10.2.3.0/24", 2, "2026-11-21T12:00Z"), (account.Id, "192.0.2.0/24", 1, "2026-11-21T12:00Z"), (
                other.Id, "10.2.3.0/24", 1, "2026-11-21T12:00Z")],
            Sorted(await CountsAsync()));
        await using var context = world.Open();
        var entry = await context.AuditEntries.FirstAsync(x => x.Action == "token.issued" && x.ActorId == account.Id, Token);
        Assert.Equal(
            (AuditCategory.Tokens, "service_account", "gateway", account.ClientId, world.OrganizationId("acme")),
            (entry.Category, entry.ActorType, entry.ActorName, entry.TargetId, entry.ChainId));
    }

    [Fact]
    public async Task Graceful_stop_writes_everything()
    {
        var account = await world.AccountAsync();
        await IssueAsync(world.Services, account, "10.2.3.4", "10.2.3.4");
        await world.Services.Get<TokenIssueLog>().StopAsync(Token);
        Assert.Equal([(account.Id, "10.2.3.0/24", 2, "2026-11-21T12:00Z")], await CountsAsync());
        Assert.Equal(TestInstallation.Start,
            (await world.Services.Get<ServiceAccountService>().GetAsync(world.Owner, account.Id, Token)).Value.LastUsedAt);
    }

    [Fact]
    public async Task Networks_beyond_a_hundred_are_one_entry()
    {
        var account = await world.AccountAsync();
        await IssueAsync(world.Services, account, [.. Enumerable.Range(0, 105).Select(i => $"10.{i}.0.1"), "10.0.0.9"]);
        await world.Services.Get<TokenIssueLog>().StopAsync(Token);
        var counts = await CountsAsync();
        Assert.Equal((101, 106), (counts.Count, counts.Sum(x => x.Count)));
        Assert.Equal(5, Assert.Single(counts, x => x.Network == "other networks").Count);
        Assert.Equal(2, Assert.Single(counts, x => x.Network == "10.0.0.0/24").Count);
    }

    [Fact]
    public async Task Entries_that_cannot_be_written_are_written_later_and_once()
    {
        var commands = new SentCommands();
        var (account, node) = (await world.AccountAsync(), world.Run(commands));
        await IssueAsync(node, account, "10.2.3.4", "192.0.2.1");
        world.Time.Advance(TimeSpan.FromMinutes(1));
        var log = node.Get<TokenIssueLog>();
        foreach (var table in new[] { "ServiceAccountCredentials", "AuditEntries" })
        {
            commands.FailWhen = text =>
                text.Contains(table, StringComparison.Ordinal) && !text.StartsWith("SELECT", StringComparison.Ordinal);
            await Assert.ThrowsAnyAsync<Exception>(() => log.WriteEndedAsync(Token));
            Assert.Empty(await CountsAsync());
        }

        commands.FailWhen = _ => false;
        await log.WriteEndedAsync(Token);
        await log.WriteEndedAsync(Token);
        Assert.Equal([(account.Id, "10.2.3.0/24", 1, "2026-11-21T12:00Z"), (account.Id, "192.0.2.0/24", 1, "2026-11-21T12:00Z")],
            Sorted(await CountsAsync()));
        Assert.NotNull((await world.Services.Get<ServiceAccountService>().GetAsync(world.Owner, account.Id, Token)).Value.LastUsedAt);
    }

    [Fact]
    public async Task Entries_leave_what_is_cached_of_the_account_alone()
    {
        var commands = new SentCommands();
        var (account, node) = (await world.AccountAsync(), world.Run(commands));
        await node.ReadFeedAsync();
        await IssueAsync(node, account, "10.2.3.4");
        await node.Get<TokenIssueLog>().StopAsync(Token);
        commands.Forget();
        await IssueAsync(node, account, "10.2.3.4");
        Assert.Empty(commands.Sent);
    }

    public ValueTask DisposeAsync() => world.DisposeAsync();

    static async Task IssueAsync(Services node, (string Id, string ClientId, string Secret) account, params string[] addresses)
    {
        var body = OAuthFlow.Body(("grant_type", "client_credentials"), ("client_id", account.ClientId), ("client_secret", account.Secret));
        foreach (var address in addresses)
        {
            var origin = OAuthFlow.Origin with { Address = IPAddress.Parse(address) };
            Assert.Null((await node.Get<TokenService>().IssueAsync(body, PresentedClient.Read([], body).Value, origin, Token)).Error);
        }
    }

    static IEnumerable<(string Account, string? Network, int Count, string Minute)> Sorted(
        IEnumerable<(string Account, string? Network, int Count, string Minute)> counts) =>
        counts.OrderByDescending(x => counts.Count(y => y.Account == x.Account)).ThenBy(x => x.Network, StringComparer.Ordinal);

    async Task<List<(string Account, string? Network, int Count, string Minute)>> CountsAsync()
    {
        await using var context = world.Open();
        var rows = await context.AuditEntries.Where(x => x.Action == "token.issued").OrderBy(x => x.Sequence).ToListAsync(Token);
        return rows.ConvertAll(row =>
        {
            using var details = JsonDocument.Parse(row.Details);
            return (row.ActorId, row.Address, details.RootElement.GetProperty("count")
                .GetInt32(), details.RootElement.GetProperty("minute").GetString()!);
        });
    }
}
