using System.Diagnostics;
using Dashboard.Core.Changes;
using Dashboard.Core.Credentials;
using Dashboard.Core.Tokens;
using Dashboard.Tests.Unit.Support;
using Xunit;

namespace Dashboard.Tests.Unit.Tokens;

/// <summary>What the cache of access tokens keeps, and what a change costs it.</summary>
public sealed class TokenCacheStoreTests
{
    static readonly DateTimeOffset Now = TestInstallation.Start;

    static readonly PublishedKey Key = new("kid", "x", "y", Now, Now);

    [Fact]
    public void Change_removes_what_it_names_and_nothing_else()
    {
        var store = new TokenCacheStore(1000, 100);
        foreach (var (jti, owner, authorization) in new[] { ("1", "ada", "a"), ("2", "ada", "a"),
            ("3", "ada", "b"), ("4", "bob", "c"), ("5", "bob", "c") })
        {
            Put(store, jti, owner, authorization);
        }

        Drop(store, FeedSubject.Token, "1");
        Assert.Equal(["2", "3", "4", "5"], Held(store));
        Drop(store, FeedSubject.Authorization, "a");
        Assert.Equal(["3", "4", "5"], Held(store));
        Drop(store, FeedSubject.ServiceAccount, "ada"); // another kind of owner
        Drop(store, FeedSubject.Device, "3");
        Drop(store, FeedSubject.Token, "unknown");
        Assert.Equal(["3", "4", "5"], Held(store));
        Drop(store, FeedSubject.User, "bob");
        Assert.Equal(["3"], Held(store));
        Assert.Equal(1, store.Count);
    }

    [Theory]
    [InlineData(FeedSubject.Organization, "acme")]
    [InlineData(FeedSubject.Organization, "once-acme")]
    [InlineData(FeedSubject.Project, "acme/orders")]
    public void Change_of_an_organization_invalidates_its_tokens_only(string subject, string id)
    {
        var store = new TokenCacheStore(1000, 100);
        var (acme, globex) = (Organization(1, "acme", "once-acme"), Organization(2, "globex"));
        Put(store, "1", "ada", "a", acme);
        Put(store, "2", "bob", "b", globex);
        Assert.Same(acme, store.FindOrganization(1));
        Drop(store, subject, id);
        Assert.Equal(["2"], Held(store));
        Assert.Null(store.FindOrganization(1));
        Assert.Same(globex, store.FindOrganization(2));
        Put(store, "1", "ada", "a", Organization(1, "acme", "once-acme"));
        Assert.Equal(["1", "2"], Held(store));
        Assert.Equal(2, store.Count);
    }

    [Fact]
    public void Owner_at_the_limit_displaces_own_unused_tokens_only()
    {
        var store = new TokenCacheStore(1000, 3);
        Put(store, "0", "bob", "b");
        foreach (var jti in new[] { "1", "2", "3" })
        {
            Put(store, jti, "ada", "a");
        }

        Assert.NotNull(store.Find(Digest("1"))); // is used
        Put(store, "4", "ada", "a");
        Put(store, "5", "ada", "a");
        Assert.Equal(["0", "1", "4", "5"], Held(store));
        for (var i = 10; i < 100; i++)
        {
            Put(store, $"{i}", "ada", "a");
        }

        Assert.Equal(4, store.Count);
        Assert.NotNull(store.Find(Digest("0")));
    }

    [Fact]
    public void Full_store_makes_room_even_if_every_token_is_used()
    {
        var store = new TokenCacheStore(200, 1000);
        for (var i = 0; i < 300; i++)
        {
            Put(store, $"{i}", $"owner-{i}", "a");
            Held(store);
        }

        Assert.Equal(200, store.Count);
    }

    [Fact]
    public void Expired_tokens_are_not_kept()
    {
        var store = new TokenCacheStore(1000, 100);
        Put(store, "1", "ada", "a", expires: Now.AddSeconds(30));
        Put(store, "2", "bob", "b", expires: Now.AddMinutes(10));
        Put(store, "3", "cleo", "c", expires: Now);
        Assert.Equal(["1", "2"], Held(store));
        store.Purge(Now.AddMinutes(1));
        Assert.Equal(["2"], Held(store));
        Put(store, "4", "dora", "d", expires: Now.AddHours(1), now: Now.AddMinutes(11));
        Assert.Equal(["4"], Held(store));
        Assert.Equal(1, store.Count);
        Assert.NotNull(store.FindOrganization(1));
        store.Purge(Now.AddHours(2));
        Assert.Equal((0, null), (store.Count, store.FindOrganization(1))); // nothing depends on it any more
    }

    [Fact]
    public void Token_in_another_spelling_replaces_the_first()
    {
        var store = new TokenCacheStore(1000, 100);
        var token = Token("1", "ada", "a", Organization(1, "acme"), Now.AddHours(1));
        store.Put(Digest("1"), token, Now);
        store.Put(Digest("another spelling"), token, Now);
        Assert.Equal(1, store.Count);
        Assert.Null(store.Find(Digest("1")));
        Drop(store, FeedSubject.Token, "1");
        Assert.Null(store.Find(Digest("another spelling")));
    }

    [Fact]
    public void Replaced_signing_key_invalidates_its_tokens()
    {
        var store = new TokenCacheStore(1000, 100);
        var key = new PublishedKey("other", "x", "y", Now, Now);
        store.Put(Digest("1"), Token("1", "ada", "a", Organization(1, "acme"), Now.AddHours(1), key), Now);
        Put(store, "2", "ada", "a");
        key.Leave();
        Assert.Equal(["2"], Held(store));
    }

    /// <summary>A walk through all held tokens would take a hundred times as long with a hundred times as many.</summary>
    [Fact]
    public void Change_costs_the_same_however_many_tokens_are_held()
    {
        var (few, many) = (Filled(200), Filled(20_000));
        var (fast, slow) = (double.MaxValue, double.MaxValue);
        for (var round = 0; round < 20; round++) // the quietest of each
        {
            fast = Math.Min(fast, Take(few));
            slow = Math.Min(slow, Take(many));
        }

        Assert.InRange(slow / fast, 0, 20);

        static TokenCacheStore Filled(int count)
        {
            var store = new TokenCacheStore(100_000, 1000);
            var organization = Organization(1, "acme");
            for (var i = 0; i < count; i++)
            {
                store.Put(Digest($"{i}"), Token($"{i}", $"owner-{i}", $"a-{i}", organization, Now.AddHours(1)), Now);
            }

            return store;
        }

        static double Take(TokenCacheStore store)
        {
            var start = Stopwatch.GetTimestamp();
            for (var i = 0; i < 200; i++)
            {
                foreach (var subject in new[] { FeedSubject.Token, FeedSubject.Authorization,
                    FeedSubject.User, FeedSubject.Device, FeedSubject.Project })
                {
                    Drop(store, subject, "unknown");
                }
            }

            return Stopwatch.GetElapsedTime(start).TotalMicroseconds;
        }
    }

    static void Put(
        TokenCacheStore store, string jti, string owner, string authorization, CachedOrganization? organization =
            null, DateTimeOffset? expires = null, DateTimeOffset? now = null) =>
        store.Put(
            Digest(jti), Token(jti, owner, authorization, organization ?? store.FindOrganization(1)
                ?? Organization(1, "acme"), expires ?? Now.AddHours(1)), now ?? Now);

    static void Drop(TokenCacheStore store, string subject, string id) =>
        store.Drop(new() { Number = 1, SubjectType = subject, SubjectId = id, At = Now });

    static IEnumerable<string> Held(TokenCacheStore store) =>
        Enumerable.Range(0, 10).Select(i => $"{i}").Where(jti => store.Find(Digest(jti)) is not null);

    static KeyDigest Digest(string text) => KeyDigest.Of(text);

    static CachedOrganization Organization(long id, string slug, params string[] past) =>
        new(id, slug, new HashSet<string>([slug, .. past], StringComparer.Ordinal), new Dictionary<string, CachedTokenProject>());

    static CachedToken Token(string jti, string owner, string authorization, CachedOrganization organization,
        DateTimeOffset expires, PublishedKey? key = null) => new()
        {
            Jti = jti,
            Issuer = "http://localhost",
            ClientId = OAuthClient.CommandLineId,
            PublicClientId = OAuthClient.CommandLineId,
            AuthorizationId = authorization,
            Key = key ?? Key,
            Organization = organization,
            Owner = new(Core.Common.PartyType.User, owner, owner),
            Counts = true,
            Scopes = [],
            Permissions = [],
            Resource = null,
            Projects = null,
            IssuedAt = Now,
            ExpiresAt = expires,
        };
}
