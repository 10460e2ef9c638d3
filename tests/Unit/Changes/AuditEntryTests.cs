using Dashboard.Core.Audit;
using Dashboard.Core.Changes;
using Dashboard.Tests.Unit.Support;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Dashboard.Tests.Unit.Changes;

public sealed class AuditEntryTests
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Hash_is_what_its_description_says()
    {
        var entry = Entry("Zoë 🦊", "10.2.3.4", """{"a":1}""");
        Assert.Equal("e58f188a8aeb5d68a70b5a04c64091ae3e3e01cc742c5cb4d7baed232acc5afd", Convert.ToHexStringLower(entry.ComputeHash()));
    }

    [Fact]
    public void Hash_of_a_first_entry_without_an_address_is_what_its_description_says()
    {
        var entry = new AuditEntry
        {
            ChainId = 0,
            Sequence = 1,
            ChangeId = Guid.Empty,
            At = DateTimeOffset.UnixEpoch,
            ActorType = "anonymous",
            ActorId = "",
            ActorName = "",
            Address = null,
            Category = "auth",
            Action = "session.refused",
            TargetType = "user",
            TargetId = "unknown",
            TargetName = "Unknown address",
            Succeeded = false,
            Details = "{}",
            PreviousHash = new byte[32],
        };
        Assert.Equal("5ca04efb862b6b5f0050965e5f45037204e3c5eb616026f900aadbaeda1157db", Convert.ToHexStringLower(entry.ComputeHash()));
    }

    [Fact]
    public void Hash_distinguishes_no_address_from_an_empty_one() => Assert.NotEqual(Entry("a", null, "{}").ComputeHash(), Entry("a", "", "{}").ComputeHash());

    [Fact]
    public async Task Texts_of_any_length_and_alphabet_are_logged_and_the_chain_stays_whole()
    {
        await using var world = new TestInstallation();
        var chain = world.OrganizationId("acme");
        var longName = new string('n', 199) + "🦊🦊" + new string('n', 200);
        var outcome = await world.Services.Work.RunAsync<Core.Common.Unit>(
            new(PartyType.System, "latchkey", longName, new string('1', 80) + "é"),
            (change, _) =>
            {
                change.Record(chain, new(AuditCategory.Settings, "thing.done", new("thing", "ａcme/" + new string('x', 300), longName + longName)));
                return Task.FromResult<Result<Core.Common.Unit>>(default(Core.Common.Unit));
            },
            Token);

        Assert.True(outcome.Succeeded);
        await using var context = world.Open();
        var entry = await context.AuditEntries.SingleAsync(x => x.ChainId == chain, Token);
        Assert.Equal(199, entry.ActorName.Length); // no unpaired surrogate
        Assert.Equal(64, entry.Address!.Length);
        Assert.Equal("?cme/" + new string('x', 251), entry.TargetId);
        Assert.Equal(256, entry.TargetName.Length);
        Assert.Equal(entry.TargetId, (await context.FeedEntries.SingleAsync(Token)).SubjectId);
        Assert.Null(await world.Services.Get<AuditVerifier>().FindBreakAsync(chain, Token));
    }

    static AuditEntry Entry(string name, string? address, string details) => new()
    {
        ChainId = 7,
        Sequence = 3,
        ChangeId = Guid.Parse("0199f0a1-b2c3-7d4e-8f50-61728394a5b6"),
        At = DateTimeOffset.FromUnixTimeMilliseconds(1795262400123),
        ActorType = "user",
        ActorId = "person-1",
        ActorName = name,
        Address = address,
        Category = "keys",
        Action = "key.created",
        TargetType = "key",
        TargetId = "Ab12CdEf",
        TargetName = "backend",
        Succeeded = true,
        Details = details,
        PreviousHash = [.. Enumerable.Range(0, 32).Select(i => (byte)i)],
    };
}
