using Dashboard.Core.Changes;
using Dashboard.Core.Data;
using Dashboard.Tests.Unit.Support;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Dashboard.Tests.Unit.Data;

[EveryDatabase]
public sealed class CountersTests : IAsyncDisposable
{
    readonly TestInstallation world = new();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Number_is_raised_and_its_row_returned_in_one_statement()
    {
        var commands = new SentCommands();
        await using var context = world.Run(commands).Open();
        var acme = world.OrganizationId("acme");
        commands.Forget();
        var first = await context.RaiseAsync<AuditChain, Row>(nameof(AuditChain.Sequence), 3, (nameof(AuditChain.Id), acme), Token);
        Assert.Single(commands.Sent);
        var second = await context.RaiseAsync<AuditChain, Row>(nameof(AuditChain.Sequence), 4, (nameof(AuditChain.Id), acme), Token);
        Assert.Equal((3, 7, 32, null), (first!.Sequence, second!.Sequence, second.Hash.Length, second.KeyId));
        Assert.Equal(7, (await context.AuditChains.AsNoTracking().SingleAsync(chain => chain.Id == acme, Token)).Sequence);
        Assert.Equal(
            0, (await context.AuditChains.AsNoTracking().SingleAsync(chain => chain.Id == AuditChain.Installation, Token)).Sequence);
    }

    [Fact]
    public async Task Row_that_is_missing_returns_nothing()
    {
        await using var context = world.Open();
        Assert.Null(await context.RaiseAsync<AuditChain, Row>(nameof(AuditChain.Sequence), 1, (nameof(AuditChain.Id), -1), Token));
    }

    [Fact]
    public async Task Concurrent_additions_return_each_number_once()
    {
        var numbers = await Task.WhenAll(Enumerable.Range(0, 40).Select(async _ =>
        {
            await Task.Yield();
            await using var context = world.Open();
            return (await context.RaiseAsync<AuditChain, Row>(
                nameof(AuditChain.Sequence), 1, (nameof(AuditChain.Id), AuditChain.Installation), Token))!.Sequence;
        }));
        Assert.Equal(Enumerable.Range(1, 40).Select(i => (long)i), numbers.Order());
    }

    public ValueTask DisposeAsync() => world.DisposeAsync();

    sealed record Row(long Sequence, byte[] Hash, string? KeyId);
}
