using Dashboard.Core.Keys;
using Dashboard.Core.Organizations;
using Dashboard.Tests.Unit.Support;
using Xunit;

namespace Dashboard.Tests.Unit.Keys;

[EveryDatabase]
public sealed class KeyAccessTests : IAsyncDisposable
{
    readonly TestInstallation world = new();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Owner", null)]
    [InlineData("Admin", null)]
    [InlineData("Developer", null)]
    [InlineData("Viewer", ErrorCode.Forbidden)]
    [InlineData("Stranger", ErrorCode.NotFound)]
    public async Task Role_decides_who_creates(string who, ErrorCode? expected)
    {
        var before = world.Dump();
        var outcome = await world.Services.Keys.CreateAsync(Actor(who), new(TestInstallation.Orders, "Backend"), Token);
        Assert.Equal(expected, outcome.Error?.Code);
        Assert.Equal(expected is null, before != world.Dump());
    }

    [Theory]
    [InlineData("Owner", "Developer", null)]
    [InlineData("Admin", "Developer", null)]
    [InlineData("Admin", "Owner", null)]
    [InlineData("Developer", "Developer", null)]
    [InlineData("Developer", "Admin", ErrorCode.Forbidden)]
    [InlineData("Viewer", "Developer", ErrorCode.Forbidden)]
    [InlineData("Stranger", "Developer", ErrorCode.NotFound)]
    public async Task Role_and_ownership_decide_who_changes_and_revokes(string who, string owner, ErrorCode? expected)
    {
        var key = (await world.Services.Keys.CreateAsync(Actor(owner), new(TestInstallation.Orders, "Backend"), Token)).Value.Key.KeyId;
        var before = world.Dump();
        Assert.Equal(expected, (await world.Services.Keys.ChangeAsync(Actor(who), key, new("Renamed"), Token)).Error?.Code);
        Assert.Equal(expected, (await world.Services.Keys.RevokeAsync(Actor(who), key, Token)).Error?.Code);
        Assert.Equal(expected is null, before != world.Dump());
    }

    [Theory]
    [InlineData("Owner", null)]
    [InlineData("Admin", null)]
    [InlineData("Developer", null)]
    [InlineData("Viewer", null)]
    [InlineData("Stranger", ErrorCode.NotFound)]
    public async Task Only_members_see_keys(string who, ErrorCode? expected)
    {
        var key = (await world.Services.Keys.CreateAsync(world.Developer, new(TestInstallation.Orders, "Backend"), Token)).Value.Key.KeyId;
        Assert.Equal(expected, (await world.Services.Keys.GetAsync(Actor(who), key, Token)).Error?.Code);
        Assert.Equal(expected, (await world.Services.KeyLists.ListAsync(Actor(who), new(TestInstallation.Orders), Token)).Error?.Code);
        Assert.Equal(expected, (await world.Services.Keys.AllowanceAsync(Actor(who), TestInstallation.Orders, Token)).Error?.Code);
    }

    [Fact]
    public async Task Anonymous_actor_has_no_project()
    {
        foreach (var actor in new[] { Core.Common.Actor.Anonymous("10.0.0.1"), Core.Common.Actor.System, new(
            PartyType.ServiceAccount, world.Developer.Id + "-sa", "Robot") })
        {
            Assert.Equal(ErrorCode.NotFound,
                (await world.Services.Keys.CreateAsync(actor, new(TestInstallation.Orders, "Backend"), Token)).Error?.Code);
            Assert.Equal(ErrorCode.InvalidRequest, (await world.Services.Keys.CreateAsync(actor, new(null, "Backend"), Token)).Error?.Code);
        }
    }

    [Fact]
    public async Task Developer_who_became_a_viewer_cannot_change_their_keys()
    {
        var key = (await world.Services.Keys.CreateAsync(world.Developer, new(TestInstallation.Orders, "Backend"), Token)).Value.Key.KeyId;
        world.SetRole("acme", world.Developer, OrganizationRole.Viewer);
        Assert.Equal(ErrorCode.Forbidden, (await world.Services.Keys.RevokeAsync(world.Developer, key, Token)).Error?.Code);
        world.SetRole("acme", world.Developer, null);
        Assert.Equal(ErrorCode.NotFound, (await world.Services.Keys.RevokeAsync(world.Developer, key, Token)).Error?.Code);
        Assert.Equal(KeyState.Active, (await world.Services.Keys.GetAsync(world.Owner, key, Token)).Value.State);
    }

    [Fact]
    public async Task Member_of_two_organizations_sees_each_by_its_own_name()
    {
        world.AddMember("globex", world.Developer, OrganizationRole.Viewer);
        var key = (await world.Services.Keys.CreateAsync(world.Stranger, new(null, "Billing's"), Token)).Value.Key;
        Assert.Equal("globex/billing", key.Project);
        Assert.Equal(ErrorCode.InvalidRequest, (await world.Services.KeyLists.ListAsync(world.Developer, new(), Token)).Error?.Code);
        Assert.Empty((await world.Services.KeyLists.ListAsync(world.Developer, new(TestInstallation.Orders), Token)).Value.Items);
        Assert.Single((await world.Services.KeyLists.ListAsync(world.Developer, new(TestInstallation.Billing), Token)).Value.Items);
        Assert.Equal(ErrorCode.Forbidden, (await world.Services.Keys.RevokeAsync(world.Developer, key.KeyId, Token)).Error?.Code);
    }

    [Fact]
    public async Task Ended_session_changes_no_key()
    {
        var key = (await world.Services.Keys.CreateAsync(world.Developer, new(TestInstallation.Orders, "Backend"), Token)).Value.Key.KeyId;
        var actor = world.SignIn(world.Developer);
        world.Time.Advance(TimeSpan.FromHours(2));
        var before = world.Dump();
        Assert.Equal(ErrorCode.SessionRequired,
            (await world.Services.Keys.CreateAsync(actor, new(TestInstallation.Orders, "Backend"), Token)).Error?.Code);
        Assert.Equal(ErrorCode.SessionRequired, (await world.Services.Keys.ChangeAsync(actor, key, new("Renamed"), Token)).Error?.Code);
        Assert.Equal(ErrorCode.SessionRequired, (await world.Services.Keys.RevokeAsync(actor, key, Token)).Error?.Code);
        Assert.Equal(before, world.Dump());
    }

    /// <summary>SQL Server ignores trailing spaces in comparisons and replaces characters that a column cannot store. So invalid
    /// identifiers are not looked up.</summary>
    [Theory]
    [InlineData("{0} ")]
    [InlineData(" {0}")]
    [InlineData("{0}\0")]
    [InlineData("{0}%")]
    [InlineData("ａ{0}")]
    [InlineData("")]
    [InlineData("' OR '1' = '1")]
    public async Task Invalid_identifier_is_not_found_without_a_query(string pattern)
    {
        var key = (await world.Services.Keys.CreateAsync(world.Developer, new(TestInstallation.Orders, "Backend"), Token)).Value.Key.KeyId;
        var text = pattern.Replace("{0}", key, StringComparison.Ordinal);
        var commands = new SentCommands();
        var services = world.Run(commands);
        Assert.Equal(ErrorCode.NotFound, (await services.Keys.GetAsync(world.Owner, text, Token)).Error?.Code);
        Assert.Equal(ErrorCode.NotFound, (await services.Keys.RevokeAsync(world.Owner, text, Token)).Error?.Code);
        Assert.Equal(ErrorCode.NotFound, (await services.Keys.ChangeAsync(world.Owner, text, new("Renamed"), Token)).Error?.Code);
        Assert.DoesNotContain(commands.Sent, sql => sql.Contains("ApiKeys", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Identifiers_that_differ_in_case_are_two()
    {
        var key = (await world.Services.Keys.CreateAsync(world.Developer, new(TestInstallation.Orders, "Backend"), Token)).Value.Key.KeyId;
        var other = new string([.. key.Select(c => char.IsUpper(c) ? char.ToLowerInvariant(c) : char.ToUpperInvariant(c))]);
        Assert.NotEqual(key, other);
        Assert.Equal(ErrorCode.NotFound, (await world.Services.Keys.GetAsync(world.Owner, other, Token)).Error?.Code);
        world.Sql($"CREATE TEMP TABLE Copy AS SELECT * FROM ApiKeys; UPDATE Copy SET KeyId = '{other}', Name = 'Other', Hash = zeroblob(32); INSERT INTO ApiKeys SELECT * FROM Copy");
        Assert.Equal("Backend", (await world.Services.Keys.GetAsync(world.Owner, key, Token)).Value.Name);
        Assert.Equal("Other", (await world.Services.Keys.GetAsync(world.Owner, other, Token)).Value.Name);
    }

    public ValueTask DisposeAsync() => world.DisposeAsync();

    Actor Actor(string who) => who switch
    {
        nameof(TestInstallation.Owner) => world.Owner,
        nameof(TestInstallation.Admin) => world.Admin,
        nameof(TestInstallation.Developer) => world.Developer,
        nameof(TestInstallation.Viewer) => world.Viewer,
        _ => world.Stranger,
    };
}
