using Dashboard.Core.Changes;
using Dashboard.Core.Credentials;
using Dashboard.Core.Keys;
using Dashboard.Core.Keys.Format;
using Dashboard.Core.Organizations;
using Dashboard.Core.Verification;
using Dashboard.Tests.Unit.Support;
using Xunit;

namespace Dashboard.Tests.Unit.Verification;

[EveryDatabase]
public sealed class VerificationCacheTests : IAsyncDisposable
{
    static readonly CallerContext Nothing = new();

    readonly TestInstallation world = new(("Keys:MaxActivePerProject", "1000"));
    readonly SentCommands commands = new();
    readonly Services node;

    public VerificationCacheTests() => node = world.Run(commands, ("Keys:MaxActivePerProject", "1000"));

    static CancellationToken None => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => world.DisposeAsync();

    [Fact]
    public async Task Cached_key_is_verified_without_a_query_and_with_few_allocations()
    {
        var key = PresentedKeys.Key(await UsedKeyAsync());
        commands.Forget();
        var verifier = node.Get<Verifier>();
        var requirement = new AccessRequirement(AcceptedEnvironments.Live, TestInstallation.Orders, "workflow:any", "read");
        for (var i = 0; i < 1000; i++)
        {
            Assert.NotNull((await verifier.VerifyAsync(key, requirement, Nothing, None)).Principal);
        }

        world.Time.Advance(TimeSpan.FromSeconds(1)); // so that the last use differs
        var before = GC.GetAllocatedBytesForCurrentThread();
        var verdict = await verifier.VerifyAsync(key, requirement, Nothing, None);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 200);
        Assert.NotNull(verdict.Principal);
        Assert.Empty(commands.Sent);
    }

    [Fact]
    public async Task Revoked_key_is_refused_at_once_here_and_elsewhere_after_a_feed_read()
    {
        var other = world.Run();
        var key = await UsedKeyAsync();
        Assert.Null((await other.Verifier.VerifyAsync(PresentedKeys.Key(key), AccessRequirement.None, null, None)).Refusal);
        Assert.True((await node.Keys.RevokeAsync(world.Owner, key.Key.KeyId, None)).Succeeded);
        Assert.Equal(RefusalCode.RevokedKey, await AskAsync(node, key));
        Assert.Null(await AskAsync(other, key));
        await other.Get<ChangeFeed>().ReadAsync(None);
        Assert.Equal(RefusalCode.RevokedKey, await AskAsync(other, key));
    }

    /// <summary>Revokes the key after its active row has been read but before the read has ended.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Result_read_during_a_change_is_not_cached(bool onThisNode)
    {
        var key = await KeyAsync();
        await ReadAsync(node);
        var revoked = false;
        commands.Before = text =>
        {
            if (!revoked && text.Contains("\"ProjectSlugs\"", StringComparison.Ordinal))
            {
                revoked = true;
                Sync((onThisNode ? node : world.Services).Keys.RevokeAsync(world.Owner, key.Key.KeyId, None));
                if (!onThisNode)
                {
                    Sync(node.Get<ChangeFeed>().ReadAsync(None));
                }
            }
        };
        Assert.Null(await AskAsync(node, key)); // it started before the revocation
        Assert.True(revoked);
        Assert.Equal(RefusalCode.RevokedKey, await AskAsync(node, key));
    }

    [Fact]
    public async Task Concurrent_verifications_share_one_read_but_none_from_before_a_change()
    {
        var key = await KeyAsync();
        await ReadAsync(node);
        commands.Forget();
        using var entered = new ManualResetEventSlim();
        using var release = new ManualResetEventSlim();
        commands.Before = text =>
        {
            if (IsLookUp(text) && !entered.IsSet)
            {
                entered.Set();
                release.Wait(None);
            }
        };
        var first = Task.Run(() => AskAsync(node, key).AsTask(), None);
        entered.Wait(None);
        var others = Enumerable.Range(0, 50).Select(_ => AskAsync(node, key)).ToList();
        Assert.True((await node.Keys.RevokeAsync(world.Owner, key.Key.KeyId, None)).Succeeded);
        var late = await AskAsync(node, key);
        release.Set();
        Assert.Equal(RefusalCode.RevokedKey, late);
        await first;
        foreach (var other in others)
        {
            await other;
        }

        Assert.Equal(2, commands.Sent.Count(IsLookUp));
        Assert.Equal(RefusalCode.RevokedKey, await AskAsync(node, key));
    }

    [Fact]
    public async Task Expiry_is_checked_by_the_clock_without_a_query()
    {
        var key = await UsedKeyAsync(TestInstallation.Start.AddSeconds(20));
        commands.Forget();
        world.Time.Advance(TimeSpan.FromSeconds(20) - TimeSpan.FromMilliseconds(1));
        Assert.Null(await AskAsync(node, key));
        world.Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(RefusalCode.ExpiredKey, await AskAsync(node, key));
        Assert.Empty(commands.Sent);
    }

    [Fact]
    public async Task Disconnected_node_answers_for_30_seconds_and_recovers_by_itself()
    {
        var (known, unread) = (await UsedKeyAsync(), await KeyAsync());
        await ReadAsync(node);
        commands.FailWhen = _ => true;
        world.Time.Advance(ChangeFeed.Trusted - TimeSpan.FromMilliseconds(1));
        await Assert.ThrowsAsync<DatabaseAway>(() => node.Get<ChangeFeed>().ReadAsync(None));
        Assert.Null(await AskAsync(node, known));
        Assert.Equal(RefusalCode.VerificationUnavailable, await AskAsync(node, unread));
        Assert.Equal(RefusalCode.VerificationUnavailable, await AskAsync(node, Unknown()));
        world.Time.Advance(TimeSpan.FromMilliseconds(1));
        foreach (var key in new[] { PresentedKeys.Key(known), PresentedKeys.Key(unread), Unknown() })
        {
            Assert.Equal(RefusalCode.VerificationUnavailable, await AskAsync(node, key));
        }

        commands.FailWhen = _ => false;
        Assert.Equal(RefusalCode.VerificationUnavailable, await AskAsync(node, known)); // not before it has read the feed
        await ReadAsync(node);
        Assert.Null(await AskAsync(node, known));
        Assert.Null(await AskAsync(node, unread));
        Assert.Equal(RefusalCode.InvalidKey, await AskAsync(node, Unknown()));
    }

    [Fact]
    public async Task Read_counts_from_when_it_was_sent()
    {
        var key = await UsedKeyAsync();
        commands.Before = text =>
            world.Time.Advance(text.Contains("\"FeedEntries\"", StringComparison.Ordinal) ? TimeSpan.FromSeconds(20) : TimeSpan.Zero);
        await ReadAsync(node);
        commands.Before = _ => { };
        world.Time.Advance(TimeSpan.FromSeconds(10) - TimeSpan.FromMilliseconds(1));
        Assert.Null(await AskAsync(node, key));
        world.Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(RefusalCode.VerificationUnavailable, await AskAsync(node, key));
    }

    [Fact]
    public async Task Node_started_without_a_database_calls_no_key_invalid()
    {
        var key = await KeyAsync(world.Services);
        commands.FailWhen = _ => true;
        Assert.Equal(RefusalCode.VerificationUnavailable, (
            await node.Verifier.VerifyAsync(PresentedKeys.Key(key), AccessRequirement.None, null, None)).Refusal);
        commands.FailWhen = text => text.Contains("\"ApiKeys\"", StringComparison.Ordinal); // the feed can be read, the hashes cannot
        Assert.Equal(
            RefusalCode.VerificationUnavailable, (await node.Verifier.VerifyAsync(Unknown(), AccessRequirement.None, null, None)).Refusal);
        commands.FailWhen = _ => false;
        Assert.Null((await node.Verifier.VerifyAsync(PresentedKeys.Key(key), AccessRequirement.None, null, None)).Refusal);
    }

    [Fact]
    public async Task Restored_backup_clears_the_cache()
    {
        var (key, minted) = (await UsedKeyAsync(), await KeyAsync());
        await ReadAsync(node);
        world.Sql("DELETE FROM FeedEntries; UPDATE FeedCounter SET Number = 0; UPDATE ApiKeys SET State = 'revoked', Shelf = Shelf + 2, RevokedAt = 1");
        await ReadAsync(node);
        Assert.Equal(RefusalCode.RevokedKey, await AskAsync(node, key));
        Assert.Equal(RefusalCode.RevokedKey, await AskAsync(node, minted));
    }

    [Fact]
    public async Task Keys_after_a_restored_backup_without_the_template_are_known_when_it_changes()
    {
        await ReadAsync(node);
        await KeyAsync();
        await KeyAsync(); // the template is known to be stored
        await ReadAsync(node);
        world.Sql("DELETE FROM FeedEntries; UPDATE FeedCounter SET Number = 0; DELETE FROM UsedTemplates");
        await ReadAsync(node);
        var key = await KeyAsync();
        var changed = world.Run(("Keys:Template", "ak-{uuid}{secret:32}"));
        await ReadAsync(changed);
        Assert.Null(await AskAsync(changed, key));
    }

    [Fact]
    public async Task Key_created_on_another_node_is_valid_at_once()
    {
        await ReadAsync(node);
        var elsewhere = world.Run(("Keys:Template", "ak-{uuid}{secret:32}"));
        var key = (await elsewhere.Keys.CreateAsync(world.Developer, new(TestInstallation.Orders, "new"), None)).Value;
        Assert.Null(await AskAsync(node, key));
    }

    [Fact]
    public async Task Flood_of_unknown_keys_causes_at_most_20_feed_reads_per_second()
    {
        var key = await UsedKeyAsync();
        commands.Forget();
        var began = TimeProvider.System.GetTimestamp();
        var asked = new List<Task<RefusalCode?>>();
        while (TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(1))
        {
            asked.AddRange(Enumerable.Range(0, 20).Select(_ => AskAsync(node, Unknown()).AsTask()));
            Assert.Null(await AskAsync(node, key));
            await Task.Yield();
        }

        Assert.All(await Task.WhenAll(asked), refusal => Assert.Equal(RefusalCode.InvalidKey, refusal));
        var seconds = TimeProvider.System.GetElapsedTime(began).TotalSeconds;
        Assert.All(commands.Sent, text => Assert.Contains("\"FeedEntries\"", text, StringComparison.Ordinal));
        Assert.InRange(commands.Sent.Count, 1, (int)Math.Ceiling(20 * seconds) + 1);
        Assert.True(asked.Count > 100);
    }

    [Fact]
    public async Task Cached_key_is_correct_after_each_change()
    {
        var key = await UsedKeyAsync();
        Assert.True((await node.Projects.ChangeAsync(world.Owner, new("acme", "orders"), new(Slug: "sales"), None)).Succeeded);
        Assert.Equal("acme/sales",
            (await node.Get<Verifier>().VerifyAsync(PresentedKeys.Key(key), AccessRequirement.None, null, None)).Principal!.Project);
        Assert.True((await node.Get<OrganizationService>().ChangeAsync(world.Owner, "acme", new(Slug: "apex"), None)).Succeeded);
        // its former address still matches
        var verdict = await node.Get<Verifier>().VerifyAsync(PresentedKeys.Key(key), new(Project: TestInstallation.Orders), null, None);
        Assert.Equal(("apex", "apex/sales"), (verdict.Principal!.Organization, verdict.Principal.Project));
        world.Sql($"UPDATE AspNetUsers SET Name = 'Olivia' WHERE Id = '{world.Owner.Id}'; "
            + $"INSERT INTO FeedEntries (Number, SubjectType, SubjectId, At) SELECT Number + 1, 'user', '{world.Owner.Id}', 1 FROM FeedCounter; UPDATE FeedCounter SET Number = Number + 1");
        await ReadAsync(node);
        Assert.Equal("Olivia",
            (await node.Get<Verifier>().VerifyAsync(PresentedKeys.Key(key), AccessRequirement.None, null, None)).Principal!.Owner.Name);
        Assert.True((await node.Projects.DeleteAsync(world.Owner, new("apex", "sales"), None)).Succeeded);
        Assert.Equal(RefusalCode.RevokedKey, await AskAsync(node, key));
    }

    [Fact]
    public async Task Key_counts_as_unused_until_its_first_use_is_written()
    {
        var key = await UsedKeyAsync();
        var uses = node.Get<Core.Usage.FirstUses>();
        await uses.FlushAsync(None);
        Assert.Null(await AskAsync(node, key));
        commands.Forget();
        await uses.FlushAsync(None);
        Assert.Null(await AskAsync(node, key));
        Assert.Empty(commands.Sent);
    }

    static bool IsLookUp(string text) =>
        text.Contains("FROM \"ApiKeys\"", StringComparison.Ordinal) && text.Contains("\"Hash\" = ", StringComparison.Ordinal);

    /// <summary>Returns a well-formed key that was never minted.</summary>
    static PresentedCredential Unknown()
    {
        Assert.True(KeyTemplate.TryParse(KeyTemplate.Default, out var template, out _));
        return PresentedKeys.Key(template.Mint(KeyEnvironment.Live).Reveal());
    }

    static Task ReadAsync(Services services) => services.ReadFeedAsync();

    static ValueTask<RefusalCode?> AskAsync(Services services, IssuedKey key) => AskAsync(services, PresentedKeys.Key(key));

    static async ValueTask<RefusalCode?> AskAsync(Services services, PresentedCredential credential) =>
        (await services.Get<Verifier>().VerifyAsync(credential, AccessRequirement.None, null, None)).Refusal;

    static void Sync(Task task) => task.GetAwaiter().GetResult();

    async Task<IssuedKey> KeyAsync(Services? services = null, DateTimeOffset? expiresAt = null) =>
        (await (services ?? node).Keys.CreateAsync(world.Owner, new(TestInstallation.Orders, "key", ExpiresAt: expiresAt), None)).Value;

    /// <summary>Returns a key that the node has cached.</summary>
    async Task<IssuedKey> UsedKeyAsync(DateTimeOffset? expiresAt = null)
    {
        var key = await KeyAsync(node, expiresAt);
        await ReadAsync(node);
        Assert.Null(await AskAsync(node, key));
        return key;
    }
}
