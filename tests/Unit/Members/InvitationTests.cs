using Dashboard.Core.Mail;
using Dashboard.Core.Members;
using Dashboard.Core.Organizations;
using Dashboard.Tests.Unit.Accounts;
using Dashboard.Tests.Unit.Support;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Dashboard.Tests.Unit.Members;

[EveryDatabase]
public sealed class InvitationTests : IAsyncDisposable
{
    const string Email = "Nora@Example.com";
    const string Password = "a lighthouse keeps nine otters";

    readonly TestInstallation world = new();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    InvitationService Invitations => world.Services.Get<InvitationService>();

    public ValueTask DisposeAsync() => world.DisposeAsync();

    [Fact]
    public async Task New_person_joins_with_the_role_and_a_confirmed_address()
    {
        var issued = await InviteAsync(OrganizationRole.Developer);
        var open = (await Invitations.FindAsync(TokenOf(issued), Token)).Value;
        Assert.Equal(new OpenInvitation("acme", "Adam", Email, OrganizationRole.Developer, HasAccount: false), open);
        var joined = (await Invitations.AcceptAsNewPersonAsync(SignInFixture.Office, TokenOf(issued), " Nora ", Password, Token)).Value;
        Assert.Equal((Email, "acme"), (joined.Email, joined.Organization));
        await using var context = world.Open();
        var person = await context.Users.SingleAsync(x => x.Id == joined.UserId, Token);
        Assert.Equal(("Nora", Email, true), (person.Name, person.Email, person.EmailConfirmed));
        Assert.Equal(OrganizationRole.Developer, (await context.Members.SingleAsync(x => x.UserId == joined.UserId, Token)).Role);
        Assert.Equal(ErrorCode.NotFound, (await Invitations.FindAsync(TokenOf(issued), Token)).Error?.Code);
        Assert.Equal(
            ErrorCode.NotFound, (await Invitations.AcceptAsNewPersonAsync(null, TokenOf(issued), "Nora", Password, Token)).Error?.Code);
    }

    [Fact]
    public async Task Person_with_an_account_joins_with_the_invited_address_only()
    {
        var nora = world.AddPerson("Nora"); // nora@example.com
        var token = TokenOf(await InviteAsync(OrganizationRole.Admin));
        Assert.True((await Invitations.FindAsync(token, Token)).Value.HasAccount);
        Assert.Equal(ErrorCode.Conflict, (await Invitations.AcceptAsNewPersonAsync(null, token, "Nora", Password, Token)).Error?.Code);
        Assert.Equal(ErrorCode.Forbidden, (await Invitations.AcceptAsync(world.Stranger, token, Token)).Error?.Code);
        Assert.Equal("acme", (await Invitations.AcceptAsync(nora, token, Token)).Value.Organization);
        Assert.Equal(OrganizationRole.Admin, Assert.Single(await world.Services.Projects.OrganizationsAsync(nora, Token)).Role);
    }

    [Fact]
    public async Task Link_opened_twice_at_once_makes_one_member()
    {
        var nora = world.AddPerson("Nora");
        var token = TokenOf(await InviteAsync(OrganizationRole.Developer));
        var node = world.Run();
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 6).Select(i =>
            Task.Run(() => (i % 2 == 0 ? world.Services : node).Get<InvitationService>().AcceptAsync(nora, token, Token), Token)));
        Assert.Single(outcomes, x => x.Succeeded);
        Assert.All(outcomes.Where(x => !x.Succeeded), x => Assert.Equal(ErrorCode.NotFound, x.Error!.Code));
        await using var context = world.Open();
        Assert.Equal(1, await context.Members.CountAsync(x => x.UserId == nora.Id, Token));
    }

    [Fact]
    public async Task New_person_who_opens_the_link_twice_at_once_gets_one_account()
    {
        var token = TokenOf(await InviteAsync(OrganizationRole.Developer));
        var node = world.Run();
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 4).Select(i =>
            Task.Run(() => (i % 2 == 0 ? world.Services : node).Get<InvitationService>()
                .AcceptAsNewPersonAsync(null, token, "Nora", Password, Token), Token)));
        Assert.Single(outcomes, x => x.Succeeded);
        await using var context = world.Open();
        Assert.Equal(1, await context.Users.CountAsync(x => x.Email == Email, Token));
    }

    [Fact]
    public async Task Only_the_newest_link_works_and_for_seven_days()
    {
        var first = await InviteAsync(OrganizationRole.Viewer);
        var second = (await Invitations.ResendAsync(world.Owner, first.Invitation.Id, "https://keys.example", Token)).Value;
        Assert.Equal(ErrorCode.NotFound, (await Invitations.FindAsync(TokenOf(first), Token)).Error?.Code);
        Assert.Equal("Olga", (await Invitations.FindAsync(TokenOf(second), Token)).Value.Inviter);
        world.Time.Advance(Invitation.Lifetime);
        Assert.Equal(ErrorCode.NotFound, (await Invitations.FindAsync(TokenOf(second), Token)).Error?.Code);
        Assert.Equal(
            ErrorCode.NotFound, (await Invitations.AcceptAsNewPersonAsync(null, TokenOf(second), "Nora", Password, Token)).Error?.Code);
        Assert.True(Assert.Single((await Invitations.ListAsync(world.Admin, new("acme"), Token)).Value.Items).IsExpired);
        var third = (await Invitations.ResendAsync(world.Admin, first.Invitation.Id, "https://keys.example", Token)).Value;
        Assert.Null((await Invitations.FindAsync(TokenOf(third), Token)).Error);
        Assert.Null((await Invitations.WithdrawAsync(world.Admin, first.Invitation.Id, Token)).Error);
        Assert.Equal(ErrorCode.NotFound, (await Invitations.FindAsync(TokenOf(third), Token)).Error?.Code);
    }

    [Fact]
    public async Task Mail_has_the_link_and_the_database_only_its_hash()
    {
        var issued = await InviteAsync(OrganizationRole.Developer);
        Assert.StartsWith("https://keys.example/account/invitation?token=", issued.Link, StringComparison.Ordinal);
        var mail = Assert.Single(await world.Services.Get<MailOutbox>().ReadAsync(Token)).Message!;
        Assert.Equal((Email, "Join acme on Latchkey"), (mail.To, mail.Subject));
        Assert.Contains(issued.Link, mail.Body, StringComparison.Ordinal);
        Assert.DoesNotContain(TokenOf(issued), world.DumpBytes(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Address_is_invited_once_and_never_a_members()
    {
        await InviteAsync(OrganizationRole.Viewer);
        Assert.Equal(ErrorCode.Conflict,
            (await Invitations.InviteAsync(world.Owner, Of("nora@EXAMPLE.com", OrganizationRole.Viewer), Token)).Error?.Code);
        Assert.Contains("email",
            (await Invitations.InviteAsync(world.Owner, Of("Dora@example.com", OrganizationRole.Viewer), Token)).Error!.Errors!.Keys);
        Assert.Contains("email",
            (await Invitations.InviteAsync(world.Owner, Of("not an address", OrganizationRole.Viewer), Token)).Error!.Errors!.Keys);
    }

    [Fact]
    public async Task Nobody_invites_to_a_role_above_their_own_and_developers_invite_nobody()
    {
        Assert.Equal(
            ErrorCode.Forbidden, (await Invitations.InviteAsync(world.Admin, Of(Email, OrganizationRole.Owner), Token)).Error?.Code);
        Assert.Equal(
            ErrorCode.Forbidden, (await Invitations.InviteAsync(world.Developer, Of(Email, OrganizationRole.Viewer), Token)).Error?.Code);
        Assert.Equal(
            ErrorCode.NotFound, (await Invitations.InviteAsync(world.Stranger, Of(Email, OrganizationRole.Viewer), Token)).Error?.Code);
        var owners = (await Invitations.InviteAsync(world.Owner, Of(Email, OrganizationRole.Owner), Token)).Value.Invitation.Id;
        Assert.Equal(ErrorCode.Forbidden, (await Invitations.ResendAsync(world.Admin, owners, "", Token)).Error?.Code);
        Assert.Equal(ErrorCode.Forbidden, (await Invitations.WithdrawAsync(world.Admin, owners, Token)).Error?.Code);
        Assert.Equal(ErrorCode.Forbidden, (await Invitations.ListAsync(world.Developer, new("acme"), Token)).Error?.Code);
        Assert.Equal(ErrorCode.NotFound, (await Invitations.WithdrawAsync(world.Stranger, owners, Token)).Error?.Code);
    }

    [Fact]
    public async Task Organization_has_a_bounded_number_of_members_and_invitations()
    {
        var services = world.Run(("Limits:MembersPerOrganization", "5"));
        var invitations = services.Get<InvitationService>();
        Assert.Null((await invitations.InviteAsync(world.Admin, Of("one@example.com", OrganizationRole.Viewer), Token)).Error);
        Assert.Equal(ErrorCode.Conflict,
            (await invitations.InviteAsync(world.Admin, Of("two@example.com", OrganizationRole.Viewer), Token)).Error?.Code);
    }

    [Fact]
    public async Task Person_sends_a_bounded_number_of_invitations_a_minute()
    {
        var invitations = world.Run(("RateLimits:InvitationsPerMinute", "1")).Get<InvitationService>();
        var issued = (await invitations.InviteAsync(world.Admin, Of(Email, OrganizationRole.Viewer), Token)).Value;
        Assert.Equal(ErrorCode.RateLimited, (await invitations.ResendAsync(world.Admin, issued.Invitation.Id, "", Token)).Error?.Code);
        Assert.Null((await invitations.ResendAsync(world.Owner, issued.Invitation.Id, "", Token)).Error);
    }

    [Theory]
    [InlineData("", Password, "name")]
    [InlineData("Nora", "short", "password")]
    public async Task New_person_needs_a_name_and_a_good_password(string name, string password, string field)
    {
        var token = TokenOf(await InviteAsync(OrganizationRole.Viewer));
        Assert.Equal([field], (await Invitations.AcceptAsNewPersonAsync(null, token, name, password, Token)).Error!.Errors!.Keys);
        Assert.Null((await Invitations.FindAsync(token, Token)).Error);
    }

    static NewInvitation Of(string email, OrganizationRole role) => new("acme", email, role, "https://keys.example");

    static string TokenOf(IssuedInvitation issued) => issued.Link[(issued.Link.IndexOf('=', StringComparison.Ordinal) + 1)..];

    async Task<IssuedInvitation> InviteAsync(OrganizationRole role) =>
        (await Invitations.InviteAsync(world.Admin, Of(Email, role), Token)).Value;
}
