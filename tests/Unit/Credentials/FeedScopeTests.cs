using System.Reflection;
using Dashboard.Core.Changes;
using Dashboard.Core.Credentials;
using Dashboard.Core.Keys;
using Dashboard.Core.Verification;
using Xunit;

namespace Dashboard.Tests.Unit.Credentials;

/// <summary>Every subject of a feed row, and the cached keys that it drops.</summary>
public sealed class FeedScopeTests
{
    static readonly CachedKey[] Keys =
    [
        Key("one", new(1, 1, new("acme", "orders"), ["acme", "apex"], ["orders", "sales"]), PartyType.User, "olga"),
        Key("two", new(2, 1, new("acme", "ledger"), ["acme", "apex"], ["ledger"]), PartyType.User, "dora"),
        Key("three", new(3, 2, new("globex", "orders"), ["globex"], ["orders"]), PartyType.ServiceAccount, "olga"),
        Key("four", new(4, 3, new("umbra", "apps"), ["umbra"], ["apps"]), PartyType.PublishedApp, "olga"),
    ];

    static readonly Dictionary<string, (string Id, string[] Dropped)[]> Table = new(StringComparer.Ordinal)
    {
        [FeedSubject.Key] = [("two", ["two"]), ("five", [])],
        [FeedSubject.KeyUse] = [("two", ["two"])],
        [FeedSubject.Project] = [("acme/orders", ["one"]), ("apex/sales", ["one"]), ("acme/nothing", [])],
        [FeedSubject.Resource] = [("acme/orders/workflow:intake", ["one"]), ("globex/orders/agent:a", ["three"]), ("acme/orders", ["one"])],
        [FeedSubject.Organization] = [("acme", ["one", "two"]), ("apex", ["one", "two"]), ("orders", [])],
        [FeedSubject.User] = [("olga", ["one"]), ("dora", ["two"]), ("unknown", [])],
        [FeedSubject.ServiceAccount] = [("olga", ["three"])],
        [FeedSubject.PublishedApp] = [("olga", ["four"])],
        [FeedSubject.Token] = [("one", [])],
        [FeedSubject.Authorization] = [("one", [])],
        [FeedSubject.Client] = [("one", [])],
        [FeedSubject.Device] = [("one", [])],
        [FeedSubject.SigningKey] = [("one", [])],
        [FeedSubject.Invitation] = [("one", [])],
        ["something new"] = [("olga", ["one", "two", "three", "four"])],
    };

    public static TheoryData<string> Subjects => [.. Table.Keys];

    [Fact]
    public void Every_subject_is_in_the_table() => Assert.Equal(
        Table.Keys.Where(x => x != "something new").Order(StringComparer.Ordinal),
        typeof(FeedSubject).GetFields(BindingFlags.Public | BindingFlags.Static).Where(x => x.IsLiteral)
            .Select(x => (string)x.GetRawConstantValue()!).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Subjects))]
    public void Row_drops_the_keys_that_rest_on_its_subject(string subject)
    {
        foreach (var (id, dropped) in Table[subject])
        {
            var scope = FeedScope.Of(new() { Number = 1, SubjectType = subject, SubjectId = id, At = DateTimeOffset.UnixEpoch });
            Assert.Equal(dropped, Keys.Where(scope.Includes).Select(key => key.Principal.KeyId));

            var held = new KeyCacheStore(100);
            var digests = Keys.ToDictionary(key => key.Principal.KeyId, key => KeyDigest.Of(key.Principal.KeyId));
            foreach (var key in Keys)
            {
                held.Put(digests[key.Principal.KeyId], Key(
                    key.Principal.KeyId, Copy(key.Project), key.Owner.Party.Type, key.Owner.Party.Id));
            }

            held.Drop(scope);
            Assert.Equal(dropped, Keys.Select(key => key.Principal.KeyId).Where(name => held.Find(digests[name], out _) is null));
        }
    }

    static CachedProject Copy(CachedProject project)
    {
        var addresses = project.Addresses.Select(address => address.Split('/')).ToList();
        return new(project.Id, project.OrganizationId, new(project.Organization, project.Path.Split('/')[1]),
            [.. addresses.Select(x => x[0]).Distinct()], [.. addresses.Select(x => x[1]).Distinct()]);
    }

    static CachedKey Key(string id, CachedProject project, PartyType type, string owner)
    {
        var known = new CachedOwner(new(type, owner, owner));
        return new(new(id, project.Organization, project.Path, KeyEnvironment.Live, known.Party, ["read"], null, null),
            KeyState.Active, project, known, unused: false);
    }
}
