using Dashboard.Core.Audit;
using Dashboard.Core.Changes;
using Dashboard.Tests.Unit.Support;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Dashboard.Tests.Unit.Changes;

[EveryDatabase]
public sealed class AuditEntryTests
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Hash_is_what_its_description_says()
    {
        var entry = Entry("Zoë 🦊", "10.2.3.4", """{"a":1}""");
        Assert.Equal("db48739f37f2d43ad9f01786edfca2a10d87f2a53e05b95cc8eeba8e497974d1", Convert.ToHexStringLower(
            entry.ComputeHash(TestInstallation.AuditKey)));
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
            KeyId = TestInstallation.AuditKey.Id,
            PreviousHash = new byte[32],
        };
        Assert.Equal("47820663af3bc664f0a7e64327facf9f6a93acfec9a0b484d508de39bdf75550", Convert.ToHexStringLower(
            entry.ComputeHash(TestInstallation.AuditKey)));
    }

    [Fact]
    public void Hash_distinguishes_no_address_from_an_empty_one() => Assert.NotEqual(
        Entry("a", null, "{}").ComputeHash(TestInstallation.AuditKey), Entry("a", "", "{}").ComputeHash(TestInstallation.AuditKey));

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
                change.Record(
                    chain, new(AuditCategory.Settings, "thing.done", new("thing", "ａcme/" + new string('x', 300), longName + longName)));
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
        KeyId = TestInstallation.AuditKey.Id,
        PreviousHash = [.. Enumerable.Range(0, 32).Select(i => (byte)i)],
    };
}
