using Dashboard.Core.Audit;
using Dashboard.Core.Changes;
using Dashboard.Tests.Unit.Support;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Dashboard.Tests.Unit.Audit;

[EveryDatabase]
public sealed class AuditVerifierTests : IAsyncDisposable
{
    readonly TestInstallation world = new();
    readonly long chain;

    public AuditVerifierTests() => chain = world.OrganizationId("acme");

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Chain_as_written_is_intact()
    {
        await WriteAsync(7);
        Assert.Null(await BreakAsync());
    }

    [Fact]
    public async Task Empty_chain_is_intact()
    {
        Assert.Null(await BreakAsync());
        Assert.Null(await world.Services.Get<AuditVerifier>().FindBreakAsync(AuditChain.Installation, Token));
        Assert.Null(await world.Services.Get<AuditVerifier>().FindBreakAsync(987654, Token));
    }

    [Fact]
    public async Task Chain_of_several_pages_is_verified()
    {
        await world.Services.Work.RunAsync<Core.Common.Unit>(
            world.Owner,
            (change, _) =>
            {
                for (var i = 0; i < 1201; i++)
                {
                    change.Record(chain, Event($"{i}"));
                }

                return Task.FromResult<Result<Core.Common.Unit>>(default(Core.Common.Unit));
            },
            Token);
        Assert.Null(await BreakAsync());
        Assert.NotEqual(0, world.Sql("UPDATE AuditEntries SET TargetName = 'another' WHERE Sequence = 1101"));
        Assert.Equal(1101, await BreakAsync());
    }

    [Theory]
    [InlineData("At = At + 1")]
    [InlineData("ChangeId = '00000000-0000-0000-0000-000000000000'")]
    [InlineData("ActorType = 'system'")]
    [InlineData("ActorId = 'person-9'")]
    [InlineData("ActorName = ActorName || ' '")]
    [InlineData("Address = NULL")]
    [InlineData("Address = ''")]
    [InlineData("Category = 'keys'")]
    [InlineData("Action = 'thing.undone'")]
    [InlineData("TargetType = 'key'")]
    [InlineData("TargetId = TargetId || TargetName, TargetName = ''")]
    [InlineData("TargetName = lower(TargetName)")]
    [InlineData("Succeeded = FALSE")]
    [InlineData("Details = '{ }'")]
    [InlineData("KeyId = '39f6c93f15c057bb'")]
    [InlineData("OldKeyHash = Hash")]
    [InlineData("PreviousHash = zeroblob(32)")]
    [InlineData("Hash = zeroblob(32)")]
    public async Task Altered_entry_is_detected(string set)
    {
        await WriteAsync(5);
        Assert.NotEqual(0, world.Sql($"UPDATE AuditEntries SET {set} WHERE Sequence = 3"));
        Assert.Equal(3, await BreakAsync());
    }

    [Theory]
    [InlineData("DELETE FROM AuditEntries WHERE Sequence = 3", 3)]
    [InlineData("DELETE FROM AuditEntries WHERE Sequence = 1", 1)]
    [InlineData("DELETE FROM AuditEntries WHERE Sequence = 5", 5)]
    [InlineData("DELETE FROM AuditEntries WHERE Sequence > 2", 3)]
    [InlineData("DELETE FROM AuditEntries", 1)]
    public async Task Removed_entry_is_detected(string sql, long place)
    {
        await WriteAsync(5);
        Assert.NotEqual(0, world.Sql(sql));
        Assert.Equal(place, await BreakAsync());
    }

    [Theory]
    [InlineData("UPDATE AuditEntries SET Sequence = 0 WHERE Sequence = 5", 1)]
    [InlineData("UPDATE AuditEntries SET Sequence = 9 WHERE Sequence = 5", 5)]
    [InlineData("UPDATE AuditChains SET Sequence = 4 WHERE Sequence = 5", 5)]
    [InlineData("UPDATE AuditChains SET Sequence = 6 WHERE Sequence = 5", 6)]
    [InlineData("UPDATE AuditChains SET Hash = zeroblob(32) WHERE Sequence = 5", 5)]
    [InlineData("UPDATE AuditChains SET KeyId = NULL WHERE Sequence = 5", 5)]
    [InlineData("DELETE FROM AuditChains WHERE Sequence = 5", 1)]
    public async Task Moved_entry_or_end_is_detected(string sql, long place)
    {
        await WriteAsync(5);
        Assert.NotEqual(0, world.Sql(sql));
        Assert.Equal(place, await BreakAsync());
    }

    /// <summary>What somebody can do who can write the database and read the program.</summary>
    [Fact]
    public async Task Chain_rewritten_with_another_key_is_detected()
    {
        await WriteAsync(5);
        var forger = AuditKey.Create(out _);
        await using (var context = world.Open())
        {
            var hash = new byte[32];
            foreach (var entry in await context.AuditEntries.AsNoTracking().Where(x => x.ChainId == chain).OrderBy(x => x.Sequence).ToListAsync(Token))
            {
                var forged = Copy(entry, hash, entry.Sequence == 3 ? "person-9" : entry.ActorId);
                hash = forged.Hash = forged.ComputeHash(forger);
                context.Update(forged);
            }

            await context.SaveChangesAsync(Token);
            await context.AuditChains.Where(x => x.Id == chain).ExecuteUpdateAsync(set => set.SetProperty(x => x.Hash, hash), Token);
        }

        Assert.Equal(1, await BreakAsync());
    }

    [Fact]
    public async Task Entries_of_another_chain_are_not_looked_at()
    {
        await WriteAsync(2);
        await WriteAsync(1, AuditChain.Installation);
        Assert.NotEqual(0, world.Sql($"UPDATE AuditEntries SET Details = '[]' WHERE ChainId = {AuditChain.Installation}"));
        Assert.Null(await BreakAsync());
        Assert.Equal(1, await world.Services.Get<AuditVerifier>().FindBreakAsync(AuditChain.Installation, Token));
    }

    public ValueTask DisposeAsync() => world.DisposeAsync();

    static AuditEntry Copy(AuditEntry entry, byte[] previous, string actor) => new()
    {
        ChainId = entry.ChainId,
        Sequence = entry.Sequence,
        ChangeId = entry.ChangeId,
        At = entry.At,
        ActorType = entry.ActorType,
        ActorId = actor,
        ActorName = entry.ActorName,
        Address = entry.Address,
        Category = entry.Category,
        Action = entry.Action,
        TargetType = entry.TargetType,
        TargetId = entry.TargetId,
        TargetName = entry.TargetName,
        Succeeded = entry.Succeeded,
        Details = entry.Details,
        KeyId = entry.KeyId,
        PreviousHash = previous,
    };

    static AuditEvent Event(string id) => new(AuditCategory.Settings, "thing.done", new("thing", id, $"Thing {id}"), Details: """{"a":"b"}""");

    async Task WriteAsync(int entries, long? to = null)
    {
        for (var i = 1; i <= entries; i++)
        {
            var id = $"{i}";
            await world.Services.Work.RunAsync<Core.Common.Unit>(
                world.Owner,
                (change, _) =>
                {
                    change.Record(to ?? chain, Event(id));
                    return Task.FromResult<Result<Core.Common.Unit>>(default(Core.Common.Unit));
                },
                Token);
        }
    }

    Task<long?> BreakAsync() => world.Services.Get<AuditVerifier>().FindBreakAsync(chain, Token);
}
