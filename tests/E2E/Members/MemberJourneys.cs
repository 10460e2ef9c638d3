using Dashboard.Core.Accounts;
using Dashboard.Core.Mail;
using Dashboard.Tests.E2E.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Dashboard.Tests.E2E.Members;

/// <summary>People join, change and leave organizations.</summary>
public sealed class MemberJourneys : IClassFixture<MemberJourneys.OpenProduct>
{
    const string Passphrase = "a lighthouse keeps nine otters";

    readonly Product product;
    readonly Browser browser;

    public MemberJourneys(OpenProduct open, Browser browser)
    {
        (product, this.browser) = (open.Product, browser);
        product.Start();
    }

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_people_invite_accept_create_a_key_lose_a_role_and_the_membership()
    {
        using var own = await OwnOrganization.AddAsync(product);
        await using var owner = await PageVisit.OpenAsync(browser, product.Url);
        await owner.SignInAsync(own.Email);
        await owner.GoAsync($"/{own.Slug}/members");
        var hand = new PageDriver(owner.Page, InputMode.Keys);
        await hand.PressAsync(AriaRole.Button, "Invite a person");
        await hand.AtAsync("textbox: Email");
        await hand.KeyAsync("Escape");
        await hand.AtAsync("button: Invite a person");
        await hand.KeyAsync("Enter");
        var invite = owner.Page.GetByRole(AriaRole.Dialog, new() { Name = "Invite a person" });
        await hand.AtAsync("textbox: Email");
        await hand.WriteAsync(AriaRole.Textbox, "Email", "not an address");
        await hand.KeyAsync("Enter");
        await Expect(invite.GetByLabel("Email"))
            .ToHaveAccessibleDescriptionAsync("Enter a full email address, such as priya@northwind.example.");
        await owner.ExpectAccessibleAsync(PageState.InvitePerson, invite);
        await hand.WriteAsync(AriaRole.Textbox, "Email", "ada.lovelace@analytical.example");
        await hand.KeyAsync("Enter");
        var sent = owner.Page.GetByRole(AriaRole.Dialog, new() { Name = "Invited ada.lovelace@analytical.example" });
        var link = (await sent.Locator(".copybox code").TextContentAsync())!;
        await owner.ExpectAccessibleAsync(PageState.InvitationLink, sent);
        await hand.PressAsync(AriaRole.Button, "Done");
        await owner.UntilNoDialogAsync();
        await hand.AtAsync("button: Invite a person");

        await using var guest = await PageVisit.OpenAsync(browser, product.Url);
        var page = guest.Page;
        await page.GotoAsync(new Uri(link).PathAndQuery);
        Assert.Equal("/account/invitation", new Uri(page.Url).PathAndQuery);
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = $"Join {own.Slug}" })).ToBeVisibleAsync();
        await guest.ExpectAccessibleAsync(PageState.Invitation);
        await page.GetByLabel("Your name").FillAsync("Ada Lovelace");
        await page.GetByLabel("Password", new() { Exact = true }).FillAsync(Passphrase);
        await page.Keyboard.PressAsync("Enter");
        await guest.UntilInteractiveAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Members" })).ToBeVisibleAsync();
        await guest.ExpectAccessibleAsync(PageState.MembersForDeveloper);
        var made = await guest.Requests.PostAsync(
            "/api/keys", new() { DataObject = new { name = "Engine", project = own.Project }, Headers = Origin });
        Assert.Equal(201, made.Status);
        var raw = (await made.JsonAsync())!.Value.GetProperty("raw_key").GetString()!;

        await guest.GoAsync($"/{own.Project}/keys");
        var create = page.GetByRole(AriaRole.Button, new() { Name = "Create key" }).First;
        await Expect(create).ToBeVisibleAsync();
        await owner.GoAsync($"/{own.Slug}/members");
        await hand.TakeAsync("Actions for Ada Lovelace", "Change role…");
        var role = owner.Page.GetByRole(AriaRole.Dialog, new() { Name = "Change the role of Ada Lovelace?" });
        await hand.AtAsync("combobox: Role");
        await hand.ChooseAsync("Role", "Viewer");
        await owner.ExpectAccessibleAsync(PageState.ChangeRole, role);
        await hand.PressAsync(AriaRole.Button, "Change role");
        await owner.UntilNoDialogAsync();
        await hand.AtAsync("button: Actions for Ada Lovelace");
        await Expect(create).ToHaveCountAsync(0); // the open page was loaded again

        await owner.ExpectAccessibleAsync(PageState.Members);
        await hand.TakeAsync("Actions for Ada Lovelace", "Remove…");
        await hand.AtAsync("button: Cancel");
        var remove = owner.Page.GetByRole(AriaRole.Alertdialog, new() { Name = "Remove Ada Lovelace?" });
        await Expect(remove.GetByLabel("What becomes of Engine"))
            .ToHaveValueAsync((await own.Owner.GetAsync("/api/session")).Json.GetProperty("user").GetProperty("id").GetString()!);
        await owner.ExpectAccessibleAsync(PageState.RemoveMember, remove);
        guest.Expect(401, "/api/session");
        await hand.PressAsync(AriaRole.Button, "Remove and hand over");
        await owner.UntilNoDialogAsync();
        await hand.AtAsync("button: Actions for owner"); // the row that is left
        Assert.Equal(401, (await guest.Requests.GetAsync("/api/session")).Status);
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Sign in to Latchkey" })).ToBeVisibleAsync();
        Assert.Equal(200, (await own.Owner.GetAsync("/v1/capabilities", ("X-API-Key", raw))).Status);
        Assert.Equal(
            "Engine", (await own.Owner.GetAsync("/api/keys?owner=me")).Json.GetProperty("items")[0].GetProperty("name").GetString());
        guest.Expect(404, "/account/invitation");
        await page.GotoAsync(new Uri(link).PathAndQuery); // used
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "This invitation no longer works" })).ToBeVisibleAsync();
        await guest.ExpectAccessibleAsync(PageState.InvitationGone);
    }

    [Fact]
    public async Task Person_registers_creates_an_organization_and_accepts_an_invitation_to_another()
    {
        using var own = await OwnOrganization.AddAsync(product);
        await using var visit = await PageVisit.OpenAsync(browser, product.Url);
        var page = visit.Page;
        await page.GotoAsync("/account/register");
        await visit.ExpectAccessibleAsync(PageState.Register);
        await page.GetByLabel("Email").FillAsync("grace@example.com");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Check your mail" })).ToBeVisibleAsync();
        await visit.ExpectAccessibleAsync(PageState.RegisterMailed);
        var mail = (await product.Services.GetRequiredService<MailOutbox>().ReadAsync(Token))
            .Single(x => x.Message!.To == "grace@example.com").Message!.Body;
        await page.GotoAsync(new Uri(mail.Split('\n').Single(line => line.StartsWith("http", StringComparison.Ordinal))).PathAndQuery);
        Assert.Equal(RegistrationService.Path, new Uri(page.Url).PathAndQuery);
        await visit.ExpectAccessibleAsync(PageState.RegisterName);
        await page.GetByLabel("Your name").FillAsync("Grace Hopper");
        await page.GetByLabel("Password", new() { Exact = true }).FillAsync(Passphrase);
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "No organization yet" })).ToBeVisibleAsync();
        await visit.ExpectAccessibleAsync(PageState.NoOrganization);
        await page.GetByLabel("Organization").FillAsync("Compilers");
        await page.GetByLabel("First project").FillAsync("Flow");
        await page.Keyboard.PressAsync("Enter");
        await visit.UntilInteractiveAsync();
        Assert.Equal("/compilers/flow/keys", new Uri(page.Url).PathAndQuery);

        await page.GetByRole(AriaRole.Button, new() { Name = "Organization: Compilers" }).ClickAsync();
        await page.GetByRole(AriaRole.Menuitem, new() { Name = "New organization…" }).ClickAsync();
        var dialog = page.GetByRole(AriaRole.Dialog, new() { Name = "Create organization" });
        await visit.ExpectAccessibleAsync(PageState.CreateOrganization, dialog);
        await dialog.GetByLabel("Organization").FillAsync("Navy");
        await dialog.GetByLabel("First project").FillAsync("Mark I");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Organization: Navy" })).ToBeVisibleAsync();

        var invited = await own.Owner.PostAsync("/api/invitations", new { email = "grace@example.com", role = "viewer" });
        await page.GotoAsync(new Uri(invited.Member("link")).PathAndQuery);
        await page.GetByRole(AriaRole.Button, new() { Name = "Join" }).ClickAsync();
        await visit.UntilInteractiveAsync();
        Assert.Equal($"/{own.Slug}/members", new Uri(page.Url).PathAndQuery);
    }

    [Fact]
    public async Task Registration_page_says_that_people_come_by_invitation_where_it_is_closed()
    {
        using var closed = new Product();
        closed.Start();
        await using var visit = await PageVisit.OpenAsync(browser, closed.Url);
        await visit.Page.GotoAsync("/account/register");
        await Expect(visit.Page.GetByRole(AriaRole.Heading, new() { Name = "Accounts are by invitation" })).ToBeVisibleAsync();
        await visit.ExpectAccessibleAsync(PageState.RegisterClosed);
    }

    static readonly KeyValuePair<string, string>[] Origin = [new("Sec-Fetch-Site", "same-origin")];

    /// <summary>A product where people may register.</summary>
    public sealed class OpenProduct : IDisposable
    {
        public Product Product { get; } = new Product().With("Accounts:Registration", "true");

        public void Dispose() => Product.Dispose();
    }
}
