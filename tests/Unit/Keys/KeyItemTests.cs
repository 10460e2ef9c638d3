using Dashboard.Core.Keys;
using Dashboard.Core.Organizations;
using Dashboard.Keys;
using Dashboard.Tests.Unit.Support;
using Xunit;

namespace Dashboard.Tests.Unit.Keys;

public sealed class KeyItemTests
{
    static readonly DateTimeOffset Now = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);
    static readonly PermissionCatalog PermissionCatalog = new(TestInstallation.Configuration());
    static readonly Actor Dora = new(PartyType.User, "person-3", "Dora");

    static readonly KeySummary Row = new(
        "Ab12CdEf", "Any", "nk_live_Ab12CdEf", TestInstallation.Orders, KeyEnvironment.Live, null,
        ["read"], new(PartyType.User, "person-3", "Dora"), KeyState.Active, Now,
        new(PartyType.User, "person-3", "Dora"), null, null, null, null);

    [Theory]
    [InlineData("All resources", null)]
    [InlineData("No resources left", "")]
    [InlineData("ledger-export", "workflow:ledger-export")]
    [InlineData("2 workflows", "workflow:a workflow:b")]
    [InlineData("2 workflows, 1 gateway", "gateway:c workflow:a workflow:b")]
    [InlineData("1 workflow, 1 agent", "agent:a workflow:a")]
    public void Scope_is_summarized(string words, string? scope) =>
        Assert.Equal(words, Item(Row with { Scope = scope?.Split(' ', StringSplitOptions.RemoveEmptyEntries) }).Scope);

    [Theory]
    [InlineData("read", "read")]
    [InlineData("read execute write", "read execute write")]
    [InlineData("a b +2", "a b c d")]
    public void Permissions_are_named_while_they_are_few(string words, string permissions) =>
        Assert.Equal(words, Item(Row with { Permissions = permissions.Split(' ') }).Permissions);

    [Fact]
    public void Hint_shows_the_relevant_date()
    {
        Assert.Equal("No expiry", Item(Row).Hint);
        Assert.Equal("Until 19 Feb 2027", Item(Row with { ExpiresAt = new(2027, 2, 20, 0, 0, 0, TimeSpan.Zero) }).Hint);
        Assert.Equal("Until 20 Feb 2027", Item(Row with { ExpiresAt = new(2027, 2, 20, 0, 0, 1, TimeSpan.Zero) }).Hint);
        Assert.Equal(
            "Since 1 Oct 2026", Item(Row with { State = KeyState.Expired, ExpiresAt = new(2026, 10, 1, 0, 0, 0, TimeSpan.Zero) }).Hint);
        Assert.Equal("Since 2 Oct 2026", Item(
            Row with { State = KeyState.Revoked, RevokedAt = new(2026, 10, 2, 0, 0, 0, TimeSpan.Zero), ExpiresAt = Now }).Hint);
    }

    [Theory]
    [InlineData(KeyState.Active, 13, "Expires in 13 days")]
    [InlineData(KeyState.Inactive, 13, "Expires in 13 days")]
    [InlineData(KeyState.Active, 14, null)]
    [InlineData(KeyState.Expired, -1, null)]
    [InlineData(KeyState.Revoked, 1, null)]
    public void Expiry_within_two_weeks_has_a_notice(KeyState state, int days, string? notice) =>
        Assert.Equal(notice, Item(Row with { State = state, ExpiresAt = Now.AddDays(days), RevokedAt = Now }).Notice(Now));

    [Theory]
    [InlineData(KeyState.Active, 400, 90, "Unused for 90 days")]
    [InlineData(KeyState.Active, 400, 89, null)]
    [InlineData(KeyState.Active, 90, null, "Unused for 90 days")]
    [InlineData(KeyState.Active, 89, null, null)]
    [InlineData(KeyState.Inactive, 400, 90, null)]
    [InlineData(KeyState.Expired, 400, 90, null)]
    [InlineData(KeyState.Revoked, 400, 90, null)]
    public void Unused_key_has_a_notice(KeyState state, int created, int? used, string? notice) => Assert.Equal(notice, Item(Row with
    {
        State = state,
        CreatedAt = Now.AddDays(-created),
        LastUsedAt = used is { } days ? Now.AddDays(-days) : null,
        RevokedAt = Now,
    }).Notice(Now));

    [Fact]
    public void Expiry_notice_takes_precedence() =>
        Assert.Equal(
            "Expires in 6 days", Item(Row with { CreatedAt = Now.AddDays(-100), ExpiresAt = Now.AddDays(6).AddMinutes(1) }).Notice(Now));

    [Theory]
    [InlineData(OrganizationRole.Viewer, "person-3", false)]
    [InlineData(OrganizationRole.Developer, "person-3", true)]
    [InlineData(OrganizationRole.Developer, "person-4", false)]
    [InlineData(OrganizationRole.Admin, "person-4", true)]
    [InlineData(OrganizationRole.Owner, "person-4", true)]
    public void Role_and_ownership_decide_who_changes_it(OrganizationRole role, string owner, bool changeable) =>
        Assert.Equal(
            changeable, KeyItem.Of(Row with { Owner = new(PartyType.User, owner, "Somebody") }, Dora, role, PermissionCatalog).Changeable);

    static KeyItem Item(KeySummary row) => KeyItem.Of(row, Dora, OrganizationRole.Owner, PermissionCatalog);
}
