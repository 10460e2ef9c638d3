using Dashboard.Core.Credentials;
using Dashboard.Core.Keys;
using Dashboard.Core.Organizations;
using Dashboard.Core.Verification;
using Dashboard.Tests.Unit.Support;
using Xunit;

namespace Dashboard.Tests.Unit.Verification;

/// <summary>Makes random changes on two nodes, and compares each node's verdict on every key with the database.</summary>
[EveryDatabase]
public sealed class CachePropertyTests
{
    static readonly string[] Projects = [TestInstallation.Orders, "acme/sales", "acme/ledger"];

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Node_is_current_after_own_changes_and_after_a_feed_read(ulong seed)
    {
        await using var world = new TestInstallation(("Keys:MaxActivePerProject", "1000"));
        Services[] nodes = [world.Services, world.Run(("Keys:MaxActivePerProject", "1000"))];
        var (random, keys) = (new Xorshift(seed), new List<IssuedKey>());
        world.AddProject("acme", "ledger");
        for (var step = 0; step < 150; step++)
        {
            var (one, other) = random.Flip() ? (nodes[0], nodes[1]) : (nodes[1], nodes[0]);
            await other.ReadFeedAsync();
            await one.ReadFeedAsync(); // learns of the other node's changes
            await ChangeAsync(world, one, random, keys);
            if (random.Below(4) == 0)
            {
                world.Time.Advance(TimeSpan.FromSeconds(random.Below(20)));
            }

            await CompareAsync(world, one, random, keys);
            await other.ReadFeedAsync();
            await CompareAsync(world, other, random, keys);
        }
    }

    [Fact]
    public async Task Node_under_load_is_current_once_changes_have_ended()
    {
        await using var world = new TestInstallation(("Keys:MaxActivePerProject", "1000"));
        Services[] nodes = [world.Services, world.Run(("Keys:MaxActivePerProject", "1000"))];
        var (random, keys) = (new Xorshift(4), new List<IssuedKey>());
        world.AddProject("acme", "ledger");
        for (var i = 0; i < 30; i++)
        {
            await ChangeAsync(world, nodes[0], random, keys, onlyCreate: true);
        }

        foreach (var node in nodes)
        {
            await node.ReadFeedAsync();
        }

        for (var round = 0; round < 5; round++)
        {
            using var ended = new CancellationTokenSource();
            var asking = nodes.Select((node, i) => Task.Run(
                async () =>
                {
                    var mine = new Xorshift((ulong)(10 + i));
                    while (!ended.IsCancellationRequested)
                    {
                        await AskAsync(node, mine.Pick(keys), AccessRequirement.None);
                        if (mine.Below(20) == 0)
                        {
                            await node.ReadFeedAsync();
                        }
                    }
                },
                Token)).ToList();
            for (var change = 0; change < 20; change++)
            {
                await ChangeAsync(world, random.Pick(nodes), random, keys, onlyChange: true);
            }

            await ended.CancelAsync();
            await Task.WhenAll(asking);
            foreach (var node in nodes)
            {
                await node.ReadFeedAsync();
                await CompareAsync(world, node, random, keys);
            }
        }
    }

    /// <summary>Asserts that the node's verdict on every key equals that of a node with an empty cache.</summary>
    static async Task CompareAsync(TestInstallation world, Services node, Xorshift random, List<IssuedKey> keys)
    {
        await using var context = world.Open();
        var projects = new Dictionary<long, CachedProject>(); // nothing changes them while this compares
        foreach (var key in keys)
        {
            var requirement = new AccessRequirement(
                random.Pick<AcceptedEnvironments>([AcceptedEnvironments.Both, AcceptedEnvironments.Live]), random.Flip()
                    ? random.Pick(Projects) : null,
                random.Flip() ? random.Pick<string>(["workflow:a", "workflow:b"]) : null, random.Flip()
                    ? random.Pick<string>(["read", "write"]) : null);
            var stored = (await CachedKeyQuery.FindAsync(context, key.Secret.Hash, projects.GetValueOrDefault, Token))!;
            projects[stored.Project.Id] = stored.Project;
            var verdict = await node.Get<Verifier>().VerifyAsync(PresentedKeys.Key(key), requirement, null, Token);
            Assert.Equal(VerificationRules.FirstFailure(stored, requirement, null, world.Time.GetUtcNow()), verdict.Refusal);
            if (verdict.Principal is { } principal)
            {
                Assert.Equivalent(stored.Principal, principal);
            }
        }
    }

    static async Task ChangeAsync(
        TestInstallation world, Services node, Xorshift random, List<IssuedKey> keys, bool onlyCreate = false, bool onlyChange = false)
    {
        var what = onlyCreate || (keys.Count == 0) ? 0 : random.Between(onlyChange ? 1 : 0, 7);
        var key = keys.Count == 0 ? null : random.Pick(keys).Key.KeyId;
        switch (what) // refused changes, on revoked keys or deleted projects, are intended cases too
        {
            case 0:
                await node.Resources.CreateAsync(
                    world.Owner, new(TestInstallation.Orders, "workflow", random.Pick<string>(["a", "b"])), Token);
                var made = await node.Keys.CreateAsync(
                    world.Owner,
                    new(random.Pick(Projects), "key", random.Flip() ? KeyEnvironment.Live
                        : KeyEnvironment.Test, random.Flip() ? ["workflow:a"] : null,
                        ExpiresAt: random.Flip() ? world.Time.GetUtcNow().AddSeconds(random.Between(1, 300)) : null),
                    Token);
                if (made.Succeeded)
                {
                    keys.Add(made.Value);
                }

                break;
            case 1:
                await node.Keys.RevokeAsync(world.Owner, key!, Token);
                break;
            case 2:
                await node.Keys.ChangeAsync(world.Owner, key!, new(State: random.Flip() ? KeyState.Active : KeyState.Inactive), Token);
                break;
            case 3:
                await node.Keys.ChangeAsync(world.Owner, key!, new(Permissions: ["read"]), Token);
                break;
            case 4:
                await node.Projects.ChangeAsync(world.Owner, new("acme", "orders"), new(Slug: random.Flip() ? "orders" : "sales"), Token);
                break;
            case 5:
                await node.Resources.DeleteAsync(
                    world.Owner, TestInstallation.Orders, random.Pick<string>(["workflow:a", "workflow:b"]), Token);
                break;
            case 6:
                await node.Get<OrganizationService>()
                    .ChangeAsync(world.Owner, random.Flip() ? "acme" : "apex", new(Slug: random.Flip() ? "acme" : "apex"), Token);
                break;
            default:
                await node.Keys.ChangeAsync(
                    world.Owner, key!, new(ExpiresAt: new(world.Time.GetUtcNow().AddSeconds(random.Between(1, 300)))), Token);
                break;
        }
    }

    static async Task<Verdict> AskAsync(Services node, IssuedKey key, AccessRequirement requirement) =>
        await node.Get<Verifier>().VerifyAsync(PresentedKeys.Key(key), requirement, null, Token);
}
