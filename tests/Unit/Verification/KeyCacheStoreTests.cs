using Dashboard.Core.Credentials;
using Dashboard.Core.Keys;
using Dashboard.Core.Verification;
using Xunit;

namespace Dashboard.Tests.Unit.Verification;

public sealed class KeyCacheStoreTests
{
    [Fact]
    public void Memory_is_bounded_and_recently_used_keys_stay()
    {
        var keys = new KeyCacheStore(10);
        for (var i = 0; i < 1000; i++)
        {
            keys.Put(KeyDigest.Of($"key-{i}"), Key($"key-{i}"));
            Assert.True(keys.Count <= 20);
            Assert.NotNull(keys.Find(KeyDigest.Of("key-0"), out var aging));
            if (aging)
            {
                keys.Promote(KeyDigest.Of("key-0"));
            }
        }

        Assert.Null(keys.Find(KeyDigest.Of("key-1"), out _));
        Assert.NotNull(keys.Find(KeyDigest.Of("key-999"), out _));
    }

    [Fact]
    public void Key_is_dropped_whichever_generation_holds_it()
    {
        var keys = new KeyCacheStore(2);
        foreach (var name in new[] { "a", "b", "c" })
        {
            keys.Put(KeyDigest.Of(name), Key(name));
        }

        Assert.NotNull(keys.Find(KeyDigest.Of("a"), out var aging));
        Assert.True(aging);
        keys.Promote(KeyDigest.Of("a"));
        keys.Drop(new(FeedReach.Key, "a"));
        Assert.Null(keys.Find(KeyDigest.Of("a"), out _));
        keys.Drop(new(FeedReach.Owner, "b", PartyType.User));
        Assert.Null(keys.Find(KeyDigest.Of("b"), out _));
        Assert.NotNull(keys.Find(KeyDigest.Of("c"), out _));
        keys.Drop(new(FeedReach.Project, "acme/orders"));
        Assert.Null(keys.Find(KeyDigest.Of("c"), out _));
    }

    [Fact]
    public void Keys_of_a_project_use_its_latest_read()
    {
        var keys = new KeyCacheStore(10);
        keys.Put(KeyDigest.Of("a"), Key("a"));
        keys.Put(KeyDigest.Of("b"), Key("b", "sales"));
        Assert.Null(keys.Find(KeyDigest.Of("a"), out _));
        Assert.Equal("acme/sales", keys.Find(KeyDigest.Of("b"), out _)!.Principal.Project);
    }

    static CachedKey Key(string id, string project = "orders")
    {
        var owner = new CachedOwner(new(PartyType.User, id, id));
        var known = new CachedProject(1, 1, new("acme", project), ["acme"], ["orders", "sales"]);
        return new(new(id, "acme", known.Path, KeyEnvironment.Live, owner.Party, ["read"], null, null),
            KeyState.Active, known, owner, unused: false);
    }
}
