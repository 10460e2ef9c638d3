using Dashboard.Core.Credentials;
using Dashboard.Core.Keys;
using Dashboard.Core.Organizations;
using Dashboard.Tests.Unit.Support;
using Xunit;

namespace Dashboard.Tests.Unit.Keys;

[EveryDatabase]
public sealed class KeyApprovalTests : IAsyncDisposable
{
    readonly TestInstallation world = new();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    KeyService Keys => world.Services.Keys;

    [Fact]
    public async Task Key_works_only_once_an_admin_has_approved_it()
    {
        var issued = await PendingAsync();
        var id = issued.Key.KeyId;
        Assert.Equal((KeyState.Inactive, true), (issued.Key.State, issued.Key.AwaitsApproval));
        Assert.Equal("inactive_key", await VerifyAsync(issued));
        Assert.Equal(1, (await Keys.AllowanceAsync(world.Developer, TestInstallation.Orders, Token)).Value.Used);
        Assert.Equal(ErrorCode.Forbidden, (await Keys.ChangeAsync(world.Developer, id, new(State: KeyState.Active), Token)).Error?.Code);
        Assert.Equal(ErrorCode.Conflict, (await Keys.ChangeAsync(world.Admin, id, new(State: KeyState.Active), Token)).Error?.Code);
        Assert.Equal(
            ErrorCode.Forbidden, (await Keys.ChangeManyAsync(world.Developer, [id], new(State: KeyState.Active), Token)).Error?.Code);
        Assert.Equal("inactive_key", await VerifyAsync(issued));

        var approved = (await Keys.ApproveAsync(world.Admin, id, Token)).Value;
        Assert.Equal((KeyState.Active, false), (approved.State, approved.AwaitsApproval));
        Assert.Equal("valid", await VerifyAsync(issued));
        Assert.Single(await Audit.AuditSamples.ReadAsync(world, "key.approved"));
        Assert.Equal(ErrorCode.Conflict, (await Keys.ApproveAsync(world.Admin, id, Token)).Error?.Code);
        Assert.True((await Keys.ChangeAsync(world.Developer, id, new(State: KeyState.Inactive), Token)).Succeeded);
        // from now on a key like others
        Assert.True((await Keys.ChangeAsync(world.Developer, id, new(State: KeyState.Active), Token)).Succeeded);
    }

    [Fact]
    public async Task Rejected_key_is_revoked_and_says_why()
    {
        var issued = await PendingAsync();
        var rejected = (await Keys.RejectAsync(world.Owner, issued.Key.KeyId, Token)).Value;
        Assert.Equal((KeyState.Revoked, false, "approval_rejected"), (rejected.State, rejected.AwaitsApproval, rejected.RevocationReason));
        Assert.Equal("revoked_key", await VerifyAsync(issued));
        Assert.Equal(0, (await Keys.AllowanceAsync(world.Developer, TestInstallation.Orders, Token)).Value.Used);
        Assert.Equal(ErrorCode.Conflict, (await Keys.ApproveAsync(world.Admin, issued.Key.KeyId, Token)).Error?.Code);
    }

    [Fact]
    public async Task Only_another_admin_or_owner_decides()
    {
        var id = (await PendingAsync()).Key.KeyId;
        foreach (var (person, code) in new[] { (world.Developer, ErrorCode.Forbidden), (world.Viewer, ErrorCode.Forbidden), (
            world.Stranger, ErrorCode.NotFound) })
        {
            Assert.Equal(code, (await Keys.ApproveAsync(person, id, Token)).Error?.Code);
            Assert.Equal(code, (await Keys.RejectAsync(person, id, Token)).Error?.Code);
        }

        world.SetRole("acme", world.Developer, OrganizationRole.Admin);
        Assert.Equal(ErrorCode.Forbidden, (await Keys.ApproveAsync(world.Developer, id, Token)).Error?.Code); // it is their own
        Assert.Equal(KeyState.Inactive, (await Keys.GetAsync(world.Developer, id, Token)).Value.State);
        var admin = world.SignIn(world.Admin);
        world.Time.Advance(TimeSpan.FromMinutes(16));
        Assert.Equal(ErrorCode.FreshSignInRequired, (await Keys.ApproveAsync(admin, id, Token)).Error?.Code);
    }

    [Fact]
    public async Task Approval_overrules_that_an_admin_disabled_the_key_before()
    {
        var issued = await PendingAsync();
        Assert.True((await Keys.ChangeAsync(world.Admin, issued.Key.KeyId, new(State: KeyState.Inactive), Token)).Succeeded);
        Assert.Null((await Keys.ApproveAsync(world.Admin, issued.Key.KeyId, Token)).Value.Restrictions);
        Assert.Equal("valid", await VerifyAsync(issued));
    }

    [Fact]
    public async Task Keys_of_admins_and_keys_that_cannot_harm_need_none()
    {
        await DemandAsync();
        foreach (var (actor, input) in new[]
        {
            (world.Admin, new NewKey(TestInstallation.Orders, "Backend")),
            (world.Developer, new NewKey(TestInstallation.Orders, "Backend", Permissions: ["read", "execute"])),
            (world.Developer, new NewKey(TestInstallation.Orders, "Backend", KeyEnvironment.Test)),
        })
        {
            Assert.False((await Keys.CreateAsync(actor, input, Token)).Value.Key.AwaitsApproval);
        }
    }

    public ValueTask DisposeAsync() => world.DisposeAsync();

    Task<Result<OrganizationAccess>> DemandAsync() =>
        world.Services.Get<OrganizationService>()
            .ChangeAsync(world.Owner, "acme", new(Policies: before => before with { LiveWriteKeysNeedApproval = true }), Token);

    async Task<IssuedKey> PendingAsync()
    {
        await DemandAsync();
        return (await Keys.CreateAsync(world.Developer, new(TestInstallation.Orders, "Backend"), Token)).Value;
    }

    async Task<string> VerifyAsync(IssuedKey issued)
    {
        var verified =
            await world.Services.Verifier.VerifyAsync(PresentedKeys.Key(issued.Secret.Reveal()), AccessRequirement.None, null, Token);
        return verified.Refusal is { } refusal ? refusal.ToWireName() : "valid";
    }
}
