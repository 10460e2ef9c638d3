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
    [InlineData("Network = NULL")]
    [InlineData("Network = '10.9.9.0/24'")]
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
            foreach (var entry in await context.AuditEntries.AsNoTracking().Where(x => x.ChainId == chain)
                .OrderBy(x => x.Sequence).ToListAsync(Token))
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
    public async Task Swapped_entries_are_detected()
    {
        await WriteAsync(5);
        world.Sql("UPDATE AuditEntries SET Sequence = -Sequence WHERE Sequence = 2 OR Sequence = 3");
        world.Sql("UPDATE AuditEntries SET Sequence = 3 WHERE Sequence = -2");
        world.Sql("UPDATE AuditEntries SET Sequence = 2 WHERE Sequence = -3");
        Assert.Equal(2, await BreakAsync());
    }

    [Fact]
    public async Task End_that_was_cut_and_head_set_back_show_against_a_recorded_head()
    {
        await WriteAsync(5);
        var head = await HeadAsync();
        SetBack(3);
        Assert.Null(await BreakAsync()); // all that is left is genuine
        var found = await VerifyAsync(head);
        Assert.Equal((4, AuditFault.RecordedHead, HeadState.Missing), (found.Break, found.Fault, found.HeadChecks.Single().State));

        await WriteAsync(4); // the chain grows past the recorded head
        found = await VerifyAsync(head);
        Assert.Equal((5, AuditFault.RecordedHead), (found.Break, found.Fault));
    }

    [Fact]
    public async Task Chain_that_grew_has_its_recorded_heads()
    {
        await WriteAsync(3);
        var first = await HeadAsync();
        await WriteAsync(2);
        var found = await VerifyAsync(first, await HeadAsync());
        Assert.True(found.IsIntact);
        Assert.Equal((5, 1, 5), (found.Entries, found.First, found.Head!.Sequence));
        Assert.Equal([HeadState.Found, HeadState.Found], found.HeadChecks.Select(check => check.State));
    }

    [Fact]
    public async Task First_break_is_named_whichever_comes_first()
    {
        await WriteAsync(5);
        var head = await HeadAsync() with { Sequence = 2 };
        Assert.NotEqual(0, world.Sql("UPDATE AuditEntries SET Details = '[]' WHERE Sequence = 4"));
        var found = await VerifyAsync(head);
        Assert.Equal((2, AuditFault.RecordedHead), (found.Break, found.Fault));
        found = await VerifyAsync(head with { Sequence = 5 });
        Assert.Equal((4, AuditFault.Entry, 0), (found.Break, found.Fault, found.HeadChecks.Count));
    }

    [Fact]
    public void Heads_are_found_in_any_text()
    {
        var head = new AuditHead(3, 812, new string('a', 64));
        var other = new AuditHead(0, 9, new string('0', 64));
        var text = $"info: Audit log: the head is {head}.\n{{\"head\":\"{other}\"}}\n4:0:{other.Hash} 7:1:{other.Hash}0";
        Assert.Equal([head, other], AuditHead.FindAll(text));
        Assert.Equal(head, AuditHead.TryParse(head.ToString()));
        Assert.All(["", "3:812", $" {head}", $"{head} {other}", $"03:812:{head.Hash}", $"3:99999999999999999999:{head.Hash}"], malformed =>
            Assert.Null(AuditHead.TryParse(malformed)));
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

    /// <summary>Cuts the end off and sets the head back, as somebody can who can write the database.</summary>
    void SetBack(long to)
    {
        Assert.NotEqual(0, world.Sql($"DELETE FROM AuditEntries WHERE Sequence > {to}"));
        Assert.Equal(1, world.Sql(
            $"UPDATE AuditChains SET Sequence = {to}, Hash = (SELECT Hash FROM AuditEntries WHERE Sequence = {to}) WHERE Id = {chain}"));
    }

    async Task<AuditHead> HeadAsync() => (await world.Services.Get<AuditLogService>().HeadAsync(world.Admin, "acme", Token)).Value.Head!;

    Task<AuditVerification> VerifyAsync(params AuditHead[] recorded) =>
        world.Services.Get<AuditVerifier>().VerifyAsync(chain, recorded, Token);

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
        Network = entry.Network,
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

    static AuditEvent Event(string id) =>
        new(AuditCategory.Settings, "thing.done", new("thing", id, $"Thing {id}"), Details: """{"a":"b"}""");

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
