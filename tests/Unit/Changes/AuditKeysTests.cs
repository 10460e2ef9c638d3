using Dashboard.Core.Audit;
using Dashboard.Core.Changes;
using Dashboard.Core.Data;
using Dashboard.Tests.Unit.Support;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Dashboard.Tests.Unit.Changes;

[EveryDatabase]
public sealed class AuditKeysTests : IAsyncDisposable
{
    /// <summary>Keys that are easy to tell apart.</summary>
    static readonly (string Text, AuditKey Key) First = Key(1), Second = Key(2), Third = Key(3);

    readonly TestInstallation world = new((AuditKeys.Setting, null));

    static CancellationToken Token => TestContext.Current.CancellationToken;

    string KeyFile => Path.Combine(world.KeyFolder, "audit.key");

    [Fact]
    public async Task Key_is_made_once_and_is_for_its_owner_alone()
    {
        Assert.False(File.Exists(KeyFile));
        var made = await RingAsync(Start());
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(KeyFile));
        Assert.Equal(made.Current.Id, AuditKey.TryParse((await File.ReadAllTextAsync(KeyFile, Token)).Trim())!.Id);
        Assert.Equal(made.Current.Id, (await RingAsync(Start())).Current.Id);
        await using var other = new TestInstallation((AuditKeys.Setting, null));
        Assert.NotEqual(made.Current.Id, (await RingAsync(other.Services)).Current.Id);
    }

    [Fact]
    public async Task Nodes_that_start_at_once_make_one_key()
    {
        var nodes = Enumerable.Range(0, 8).Select(_ => Start()).ToList();
        var rings = await Task.WhenAll(nodes.Select(node => Task.Run(() => RingAsync(node))));
        Assert.Single(rings.Select(ring => ring.Current.Id).Distinct());
    }

    [Fact]
    public async Task Second_node_waits_for_the_one_that_writes_the_file_and_reads_it()
    {
        Directory.CreateDirectory(world.KeyFolder);
        Task<AuditKeyRing> waiting;
        await using (var file = PrivateFiles.OpenExclusively(KeyFile))
        {
            waiting = RingAsync(Start());
            Assert.False(waiting.IsCompleted);
            await file.WriteAsync(System.Text.Encoding.ASCII.GetBytes(First.Text), Token);
        }

        Assert.Equal(First.Key.Id, (await waiting).Current.Id);
    }

    [Fact]
    public async Task File_that_a_killed_node_left_empty_is_written_by_the_next()
    {
        Directory.CreateDirectory(world.KeyFolder);
        await File.WriteAllBytesAsync(KeyFile, [], Token);
        Assert.NotNull((await RingAsync(Start())).Current);
        Assert.NotEqual(0, new FileInfo(KeyFile).Length);
    }

    [Fact]
    public async Task File_that_holds_no_key_stops_the_start_and_is_not_repeated()
    {
        Directory.CreateDirectory(world.KeyFolder);
        await File.WriteAllTextAsync(KeyFile, "half a k", Token);
        Assert.Equal($"Audit:Key is not set, and {KeyFile} does not hold 32 bytes in base64.", (await StopsAsync()).Message);
    }

    [Fact]
    public async Task Folder_that_is_missing_with_entries_in_the_log_stops_the_start_and_makes_no_key()
    {
        await WriteAsync(Start());
        var id = (await RingAsync(Start())).Current.Id;
        Directory.Delete(world.KeyFolder, recursive: true);
        Assert.Equal(
            $"Audit:Key is not set, and {KeyFile} is missing, which holds the key {id} of the audit log; restore the file from your backup, "
            + $"or set Audit:Key to its content; if the key is lost, add lost:{id} to Audit:OldKeys, and its entries can no longer be verified.",
            (await StopsAsync()).Message);
        Assert.False(File.Exists(KeyFile));
    }

    [Fact]
    public async Task Other_key_without_the_old_one_stops_the_start()
    {
        await WriteAsync(Start((AuditKeys.Setting, First.Text)));
        Assert.Equal(
            $"Audit:Key is not the key {First.Key.Id} of the audit log; add that key, or the DataProtection:WrapKey that it was derived from, to Audit:OldKeys; "
            + $"if the key is lost, add lost:{First.Key.Id} to Audit:OldKeys, and its entries can no longer be verified.",
            (await StopsAsync((AuditKeys.Setting, Second.Text))).Message);
    }

    [Fact]
    public async Task New_key_begins_in_every_chain_with_a_row_under_both()
    {
        await WriteAsync(Start((AuditKeys.Setting, First.Text)));
        var changed = Start((AuditKeys.Setting, Second.Text), (AuditKeys.OldSetting, First.Text));
        await changed.Provider.PrepareAuditKeysAsync(Token);
        await changed.Provider.PrepareAuditKeysAsync(Token); // once
        await using (var context = world.Open())
        {
            var rows = await context.AuditEntries.AsNoTracking().Where(entry => entry.KeyId == Second.Key.Id).ToListAsync(Token);
            Assert.Equal([AuditChain.Installation, world.OrganizationId("acme")], rows.Select(row => row.ChainId).Order());
            Assert.All(rows, row =>
            {
                Assert.Equal(("system", "settings", "audit.key_changed", "audit_key", Second.Key.Id), (
                    row.ActorType, row.Category, row.Action, row.TargetType, row.TargetId));
                Assert.Equal($$"""{"from":"{{First.Key.Id}}"}""", row.Details);
                Assert.Equal(row.ComputeHash(Second.Key), row.Hash);
                Assert.Equal(row.ComputeHash(First.Key), row.OldKeyHash);
            });
        }

        await WriteAsync(changed);
        await WholeAsync(changed);
    }

    [Fact]
    public async Task Chain_that_ends_before_the_new_key_or_was_begun_by_another_shows()
    {
        await WriteAsync(Start((AuditKeys.Setting, First.Text)));
        var changed = Start((AuditKeys.Setting, Second.Text), (AuditKeys.OldSetting, First.Text));
        var acme = world.OrganizationId("acme");
        Assert.Equal(3, await changed.Get<AuditVerifier>().FindBreakAsync(acme, Token)); // nothing begins the new key
        await changed.Provider.PrepareAuditKeysAsync(Token);
        Assert.Null(await changed.Get<AuditVerifier>().FindBreakAsync(acme, Token));
        var underOld = await OldHashAsync(acme);
        foreach (var set in new[] { "OldKeyHash = NULL", "OldKeyHash = Hash", "Action = 'audit.key_kept'" })
        {
            Assert.Equal(1, world.Sql($"UPDATE AuditEntries SET {set} WHERE ChainId = {acme} AND Sequence = 3"));
            Assert.Equal(3, await changed.Get<AuditVerifier>().FindBreakAsync(acme, Token));
            world.Sql($"UPDATE AuditEntries SET Action = 'audit.key_changed', OldKeyHash = x'{underOld}' WHERE ChainId = {acme} AND Sequence = 3");
        }

        Assert.Null(await changed.Get<AuditVerifier>().FindBreakAsync(acme, Token));
    }

    [Fact]
    public async Task New_key_begins_before_a_change_where_a_chain_came_to_be_under_the_old_one_since_the_start()
    {
        var changed = Start((AuditKeys.Setting, Second.Text), (AuditKeys.OldSetting, First.Text));
        await changed.Provider.PrepareAuditKeysAsync(Token);
        await WriteAsync(Start((AuditKeys.Setting, First.Text)));
        await WriteAsync(changed);
        await using (var context = world.Open())
        {
            Assert.Equal(
                ["thing.done", "thing.done", "audit.key_changed", "thing.done", "thing.done"],
                await context.AuditEntries.Where(entry => entry.ChainId != AuditChain.Installation)
                    .OrderBy(entry => entry.Sequence).Select(entry => entry.Action).ToListAsync(Token));
        }

        await WholeAsync(changed);
    }

    [Fact]
    public async Task Node_that_does_not_have_the_new_key_writes_nothing_more()
    {
        var behind = Start((AuditKeys.Setting, First.Text));
        await WriteAsync(behind);
        await Start((AuditKeys.Setting, Second.Text), (AuditKeys.OldSetting, First.Text)).Provider.PrepareAuditKeysAsync(Token);
        var before = world.Dump();
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => WriteAsync(behind));
        Assert.Contains(Second.Key.Id, refused.Message, StringComparison.Ordinal);
        Assert.Equal(before, world.Dump());
    }

    [Fact]
    public async Task Key_of_the_file_counts_as_old_once_the_setting_has_another()
    {
        await WriteAsync(Start());
        var changed = Start((AuditKeys.Setting, First.Text));
        await changed.Provider.PrepareAuditKeysAsync(Token);
        await WriteAsync(changed);
        await WholeAsync(changed);
    }

    [Fact]
    public async Task Lost_key_lets_the_start_go_on_and_its_entries_stay_in_order()
    {
        await WriteAsync(Start((AuditKeys.Setting, First.Text)));
        var changed = Start((AuditKeys.OldSetting, $"lost:{First.Key.Id}"));
        await changed.Provider.PrepareAuditKeysAsync(Token);
        await WriteAsync(changed);
        await WholeAsync(changed);
        var acme = world.OrganizationId("acme");
        Assert.Equal(1, world.Sql($"UPDATE AuditEntries SET ActorName = 'Sten' WHERE ChainId = {acme} AND Sequence = 4"));
        Assert.Equal(4, await changed.Get<AuditVerifier>().FindBreakAsync(acme, Token)); // what the new key wrote is verified
        Assert.Equal(1, world.Sql($"UPDATE AuditEntries SET Hash = zeroblob(32) WHERE ChainId = {acme} AND Sequence = 1"));
        Assert.Equal(2, await changed.Get<AuditVerifier>().FindBreakAsync(acme, Token)); // of the rest, only the order
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("not JSON")]
    [InlineData(null)]
    public async Task Entries_cannot_be_passed_off_as_those_of_a_lost_key(string? details)
    {
        await WriteAsync(Start((AuditKeys.Setting, First.Text)));
        var changed = Start((AuditKeys.Setting, Second.Text), (AuditKeys.OldSetting, $"{First.Text},lost:{Third.Key.Id}"));
        await changed.Provider.PrepareAuditKeysAsync(Token);
        await WholeAsync(changed);
        var acme = world.OrganizationId("acme");
        Assert.Equal(
            2, world.Sql($"UPDATE AuditEntries SET KeyId = '{Third.Key.Id}', ActorName = 'Sten' WHERE ChainId = {acme} AND Sequence < 3"));
        if (details is not null)
        {
            world.Sql($"UPDATE AuditEntries SET Details = '{details}' WHERE ChainId = {acme} AND Sequence = 3");
        }

        Assert.Equal(3, await changed.Get<AuditVerifier>().FindBreakAsync(acme, Token));
    }

    [Fact]
    public async Task Key_is_derived_from_the_wrap_key_where_there_is_no_folder()
    {
        var derived = await new AuditKeys(
            TestInstallation.Configuration(
                ("Database:Provider", "SqlServer"), ("DataProtection:WrapKey", TestInstallation.AuditKeyText)), "/").GetAsync(Token);
        Assert.Equal("7c7a0eac508f1a60", derived.Current.Id);
        var next = new AuditKeys(
            TestInstallation.Configuration(("Database:Provider", "SqlServer"), ("DataProtection:WrapKey", First.Text), (
                "Audit:OldKeys", TestInstallation.AuditKeyText)), "/");
        await next.CheckAsync([derived.Current.Id], Token);
        Assert.NotNull((await next.GetAsync(Token)).Find(derived.Current.Id));
        var none = new AuditKeys(TestInstallation.Configuration(("Database:Provider", "SqlServer")), "/");
        Assert.StartsWith("Audit:Key is not set,",
            (await Assert.ThrowsAsync<SettingException>(async () => await none.GetAsync(Token))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keys_may_lie_in_files_of_their_own()
    {
        var (key, old) = (Path.GetTempFileName(), Path.GetTempFileName());
        await File.WriteAllTextAsync(key, $"{First.Text}\n", Token);
        await File.WriteAllTextAsync(old, $"{Second.Text}\n{TestInstallation.AuditKeyText}\n", Token);
        var ring = await RingAsync(Start(("Audit:Key_FILE", key), ("Audit:OldKeys_FILE", old)));
        Assert.Equal(First.Key.Id, ring.Current.Id);
        Assert.NotNull(ring.Find(Second.Key.Id));
        Assert.NotNull(ring.Find(TestInstallation.AuditKey.Id));
        Assert.False(File.Exists(KeyFile));
        File.Delete(key);
        File.Delete(old);
    }

    [Theory]
    [InlineData("Audit:Key", "c2hvcnQ=", "Audit:Key must be 32 random bytes in base64, such as `openssl rand -base64 32` prints.")]
    [InlineData("Audit:OldKeys", "lost:abc,c2hvcnQ=", "Audit:OldKeys has an entry that is neither 32 random bytes in base64 nor lost:ID.")]
    public void Setting_that_is_no_key_stops_the_start_and_is_not_repeated(string key, string value, string message) =>
        Assert.Equal(
            message, Assert.Throws<SettingException>(() => new AuditKeys(TestInstallation.Configuration((key, value)), "/")).Message);

    public ValueTask DisposeAsync() => world.DisposeAsync();

    static (string, AuditKey) Key(byte first)
    {
        var text = Convert.ToBase64String([first, .. new byte[31]]);
        return (text, AuditKey.TryParse(text)!);
    }

    static Task<AuditKeyRing> RingAsync(Services services) => services.Get<AuditKeys>().GetAsync(Token).AsTask();

    Services Start(params (string, string?)[] settings) => world.Run([(AuditKeys.Setting, null), .. settings]);

    Task<SettingException> StopsAsync(params (string, string?)[] settings) =>
        Assert.ThrowsAsync<SettingException>(() => Start(settings).Provider.PrepareAuditKeysAsync(Token));

    async Task<string> OldHashAsync(long chain)
    {
        await using var context = world.Open();
        var row = await context.AuditEntries.AsNoTracking().SingleAsync(entry => entry.ChainId == chain && entry.Sequence == 3, Token);
        return Convert.ToHexString(row.ComputeHash(First.Key));
    }

    /// <summary>Two entries in an organization's chain and one in the installation's.</summary>
    async Task WriteAsync(Services services)
    {
        AuditEvent done = new(AuditCategory.Settings, "thing.done", new("thing", "1", "Thing"));
        var outcome = await services.Work.RunAsync(
            world.Owner,
            (unit, _) =>
            {
                unit.Record(world.OrganizationId("acme"), done);
                unit.Record(AuditChain.Installation, done);
                unit.Record(world.OrganizationId("acme"), done);
                return Task.FromResult<Result<bool>>(true);
            },
            Token);
        Assert.True(outcome.Succeeded);
    }

    async Task WholeAsync(Services services)
    {
        foreach (var chain in new[] { AuditChain.Installation, world.OrganizationId("acme"), world.OrganizationId("globex") })
        {
            Assert.Null(await services.Get<AuditVerifier>().FindBreakAsync(chain, Token));
        }
    }
}
