using Dashboard.Core.Audit;
using Dashboard.Core.Credentials;
using Dashboard.Core.Deletion;
using Dashboard.Core.Keys;
using Dashboard.Core.Members;
using Dashboard.Core.Organizations;
using Dashboard.Core.ServiceAccounts;
using Dashboard.Tests.Unit.Audit;
using Dashboard.Tests.Unit.Support;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Dashboard.Tests.Unit.Deletion;

[EveryDatabase]
public sealed class OrganizationDeletionTests : IAsyncDisposable
{
    readonly TestInstallation world = new();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    OrganizationDeletionService Deletion => world.Services.Get<OrganizationDeletionService>();

    [Fact]
    public async Task Only_a_present_owner_deletes()
    {
        foreach (var (person, code) in new[]
        {
            (world.Admin, ErrorCode.Forbidden), (world.Developer, ErrorCode.Forbidden), (world.Viewer, ErrorCode.Forbidden), (
                world.Stranger, ErrorCode.NotFound),
        })
        {
            Assert.Equal(code, (await Deletion.PreviewAsync(person, "acme", Token)).Error?.Code);
            Assert.Equal(code, (await Deletion.DeleteAsync(person, "acme", Token)).Error?.Code);
        }

        var owner = world.SignIn(world.Owner);
        world.Time.Advance(TimeSpan.FromMinutes(16));
        Assert.Equal(ErrorCode.FreshSignInRequired, (await Deletion.DeleteAsync(owner, "acme", Token)).Error?.Code);
        Assert.True((await world.Services.Projects.FindOrganizationAsync(world.Owner, "acme", Token)).Succeeded);
    }

    [Fact]
    public async Task Everything_is_revoked_and_nobody_sees_it_but_others_stay()
    {
        world.AddProject("acme", "returns");
        var first = (await world.Services.Keys.CreateAsync(world.Developer, new(TestInstallation.Orders, "a"), Token)).Value;
        var second = (await world.Services.Keys.CreateAsync(world.Developer, new("acme/returns", "b"), Token)).Value;
        var account = (await world.Services.Get<ServiceAccountService>()
            .CreateAsync(world.Admin, new("gateway", Projects: ProjectChoice.All, Organization: "acme"), Token)).Value;
        var other = (await world.Services.Keys.CreateAsync(world.Stranger, new(TestInstallation.Billing, "c"), Token)).Value;
        Assert.Equal("valid", await VerifyAsync(first));
        Assert.Equal(new OrganizationContents(2, 3, 0, 1, 4), (await Deletion.PreviewAsync(world.Owner, "acme", Token)).Value);

        Assert.Equal(new OrganizationContents(2, 3, 0, 1, 4), (await Deletion.DeleteAsync(world.Owner, "acme", Token)).Value);
        Assert.Equal("revoked_key", await VerifyAsync(first));
        Assert.Equal("revoked_key", await VerifyAsync(second));
        Assert.Equal("revoked_key", await VerifyAsync(account.Key));
        Assert.Equal("valid", await VerifyAsync(other));
        foreach (var person in new[] { world.Owner, world.Admin, world.Developer, world.Viewer })
        {
            Assert.Empty(await world.Services.Projects.OrganizationsAsync(person, Token));
            Assert.Empty(await world.Services.Projects.AccessibleAsync(person, Token));
            Assert.Equal(
                ErrorCode.NotFound, (await world.Services.Get<AuditLogService>().ListAsync(person, new("acme"), Token)).Error?.Code);
        }

        Assert.Equal(ErrorCode.NotFound, (await Deletion.DeleteAsync(world.Owner, "acme", Token)).Error?.Code);
        await using var context = world.Open();
        Assert.Equal(0, await context.ServiceAccountCredentials.CountAsync(x => x.RevokedAt == null, Token));
        Assert.All(await context.Keys.Where(key => key.KeyId != other.Key.KeyId).ToListAsync(Token), key =>
            Assert.Equal("organization_deleted", key.RevocationReason));
    }

    [Fact]
    public async Task Disabled_members_and_invitations_go_with_it()
    {
        Assert.Null((
            await world.Services.Get<MemberService>().SetDisabledAsync(world.Owner, "acme", world.Developer.Id, true, Token)).Error);
        var issued = (await world.Services.Get<InvitationService>()
            .InviteAsync(world.Owner, new("acme", "new@example.com", OrganizationRole.Viewer, ""), Token)).Value;
        Assert.True((await Deletion.DeleteAsync(world.Owner, "acme", Token)).Succeeded);
        var late = await world.Services.Get<InvitationService>()
            .AcceptAsNewPersonAsync(null, issued.Link[^LinkToken.Length..], "Nora", "Another-9-lighthouse", Token);
        Assert.Equal(ErrorCode.NotFound, late.Error?.Code);
        await using var context = world.Open();
        Assert.Empty(await context.Members.IgnoreQueryFilters().Where(x => x.UserId == world.Developer.Id).ToListAsync(Token));
        Assert.Equal("invitation.withdrawn", Assert.Single(await AuditSamples.ReadAsync(world, "invitation.withdrawn")).Action);
    }

    [Fact]
    public async Task Audit_log_is_kept_whole_as_one_change_and_the_address_never_goes_to_another()
    {
        await world.Services.Keys.CreateAsync(world.Developer, new(TestInstallation.Orders, "a"), Token);
        var chain = world.OrganizationId("acme");
        await Deletion.DeleteAsync(world.Owner, "acme", Token);
        Assert.Null(await world.Services.Get<AuditVerifier>().FindBreakAsync(chain, Token));
        var rows = (await Audit.AuditSamples.ReadAsync(world)).Where(row => row.ChainId == chain).ToList();
        Assert.Equal(
            ["key.created", "organization.deleted", "project.deleted", "key.revoked", "member.removed",
                "member.removed", "member.removed", "member.removed"],
            rows.Select(row => row.Action));
        Assert.Single(rows.Skip(1).Select(row => row.ChangeId).Distinct());
        Assert.Equal("""{"projects":1,"keys_revoked":1,"service_accounts":0,"members":4}""", rows[1].Details);
        Assert.Equal(ErrorCode.Conflict,
            (await world.Services.Get<OrganizationService>().ChangeAsync(world.Stranger, "globex", new(Slug: "acme"), Token)).Error?.Code);
    }

    public ValueTask DisposeAsync() => world.DisposeAsync();

    async Task<string> VerifyAsync(IssuedKey issued)
    {
        var verified =
            await world.Services.Verifier.VerifyAsync(PresentedKeys.Key(issued.Secret.Reveal()), AccessRequirement.None, null, Token);
        return verified.Refusal is { } refusal ? refusal.ToWireName() : "valid";
    }
}
