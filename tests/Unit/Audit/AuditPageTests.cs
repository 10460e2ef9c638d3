using System.Security.Claims;
using Bunit;
using Bunit.TestDoubles;
using Dashboard.Audit;
using Dashboard.Auth;
using Dashboard.Core.Accounts;
using Dashboard.Core.Audit;
using Dashboard.Core.Changes;
using Dashboard.Shared;
using Dashboard.Tests.Unit.Support;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Dashboard.Tests.Unit.Audit;

[SqliteOnly("a page draws its list at once where reads complete at once")]
public sealed class AuditPageTests : PageTest
{
    readonly TestInstallation world = new();
    readonly BunitAuthorizationContext authorization;

    public AuditPageTests()
    {
        Services.AddSingleton<TimeProvider>(world.Time);
        Services.AddSingleton(world.Services.Keys);
        Services.AddSingleton(world.Services.Projects);
        Services.AddSingleton(world.Services.Get<AuditLogService>());
        Services.AddSingleton(world.Services.Get<SessionService>());
        Services.AddSingleton(world.Services.Get<ChangeFeed>());
        Services.AddSingleton<AuditPageQuery>();
        Services.AddScoped<CurrentUser>();
        Services.AddScoped<ActionRunner>();
        Services.AddScoped<SessionWatch>();
        authorization = AddAuthorization();
        SetRendererInfo(new("Server", isInteractive: true));
    }

    static CancellationToken Token => Xunit.TestContext.Current.CancellationToken;

    NavigationManager Navigation => Services.GetRequiredService<NavigationManager>();

    protected override async ValueTask DisposeAsyncCore()
    {
        await base.DisposeAsyncCore();
        await world.DisposeAsync();
    }

    [Fact]
    public async Task Rows_say_who_did_what_on_what_with_which_outcome()
    {
        await RenameAsync("backend", "frontend");
        var page = Open(world.Admin);
        Assert.Equal(["Key renamed", "Key created"], page.AllByTestId("what").Select(text => text.TextContent));
        Assert.Equal(["frontend", "backend"], page.AllByTestId("on").Select(text => text.TextContent));
        Assert.All(page.CellsOf("Outcome"), cell => Assert.Equal("Done", cell.NameOf()));
        Assert.Contains("Dora", page.CellsOf("Who")[0].TextContent, StringComparison.Ordinal);
        Assert.Contains("2 rows", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void Roles_that_may_not_read_the_log_and_strangers_find_no_page()
    {
        var lost = 0;
        Navigation.OnNotFound += (_, _) => lost++;
        foreach (var person in new[] { world.Developer, world.Viewer, world.Stranger })
        {
            Open(person);
        }

        Assert.Equal(3, lost);
    }

    [Fact]
    public async Task Each_choice_goes_to_the_address_and_the_address_filters()
    {
        await RenameAsync("backend", "frontend");
        var page = Open(world.Admin);
        await page.SelectAsync("Category", "Settings");
        Assert.EndsWith("/acme/audit?category=settings", Navigation.Uri, StringComparison.Ordinal);
        page = Open(world.Admin, category: "settings");
        Assert.Equal("No rows of acme match", page.ByTestId("empty-state").ByRole("heading").TextContent);
        await page.ByRole("button", "Clear filters").ClickAsync();
        Assert.EndsWith("/acme/audit", Navigation.Uri, StringComparison.Ordinal);

        page = Open(world.Admin, actor: world.Admin.Id);
        Assert.Equal("Adam", page.ByRole("combobox", "Actor").GetAttribute("value"));
        page = Open(world.Admin, actor: "somebody-who-left");
        Assert.Equal("somebody-who-left", page.ByRole("combobox", "Actor").GetAttribute("value"));
    }

    [Fact]
    public async Task Whole_key_in_the_search_finds_its_rows_and_stays_out_of_the_address()
    {
        var issued = (await world.Services.Keys.CreateAsync(world.Developer, new(TestInstallation.Orders, "backend"), Token)).Value;
        await world.Services.Keys.CreateAsync(world.Developer, new(TestInstallation.Orders, "other"), Token);
        var page = Open(world.Admin);
        Assert.Equal(2, page.CellsOf("What").Count);
        await SearchAsync(page, issued.Secret.Reveal());
        page.WaitForAssertion(() => Assert.EndsWith($"/acme/audit?target={issued.Key.KeyId}", Navigation.Uri, StringComparison.Ordinal));
        Assert.Single(Open(world.Admin, target: issued.Key.KeyId).CellsOf("What"));

        page = Open(world.Admin);
        await SearchAsync(page, "nk_live_Ab12CdEf_ABCDEFGHIJKLMNOPQRSTUVWXYZ2x1xjH");
        page.WaitForAssertion(() => Assert.Contains("No key that you can see matches.", page.Markup, StringComparison.Ordinal));
        Assert.DoesNotContain("Ab12CdEf_", Navigation.Uri + page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Details_show_what_changed_and_lead_to_the_rows_beside()
    {
        var key = await RenameAsync("backend", "frontend");
        var page = Open(world.Admin);
        await page.AllByRole("button")
            .First(button => button.NameOf().StartsWith("Details of Key renamed", StringComparison.Ordinal)).ClickAsync();
        page.WaitForRole("dialog");
        var drawer = page.ByRole("dialog", "Key renamed");
        Assert.Equal(["was backend", "is frontend"], drawer.AllByTestId("change")
            .Select(line => string.Join(' ', line.Children.Select(part => part.TextContent))));
        Assert.Contains(key, drawer.TextContent, StringComparison.Ordinal);
        Assert.True(drawer.ByRole("button", "Newer row").HasAttribute("disabled"));
        await drawer.ByRole("button", "Older row").ClickAsync();
        drawer = page.ByRole("dialog", "Key created");
        Assert.True(drawer.ByRole("button", "Older row").HasAttribute("disabled"));
        Assert.Contains(new string('0', 64), drawer.TextContent, StringComparison.Ordinal); // the first row of the chain
        await page.ChooseAsync("Show all…", $"On {"backend"}");
        Assert.EndsWith($"/acme/audit?target={key}", Navigation.Uri, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dates_and_network_are_checked_and_shown_as_chips()
    {
        await RenameAsync("backend", "frontend");
        var page = Open(world.Admin);
        await page.ByRole("button", "Dates and network…").ClickAsync();
        page.WaitForRole("dialog");
        var dialog = page.ByRole("dialog");
        await dialog.ByLabel("From").ChangeAsync("2026-11-22");
        await page.ByRole("dialog").ByLabel("To").ChangeAsync("2026-11-21");
        await page.ByRole("dialog").ByLabel("Network").ChangeAsync("10.2.3.0/25");
        await page.ByRole("dialog").ByRole("form").SubmitAsync();
        Assert.Equal(
            ["Choose a day that is not before the first.", "Use an address, or a network such as 10.2.3.0/24 or 2001:db8:7::/48."],
            page.AllByTestId("field-error").Select(error => error.TextContent));
        await page.ByRole("dialog").ByLabel("From").ChangeAsync("2026-11-20");
        await page.ByRole("dialog").ByLabel("Network").ChangeAsync("10.2.3.9");
        await page.ByRole("dialog").ByRole("form").SubmitAsync();
        Assert.EndsWith("/acme/audit?network=10.2.3.9&from=2026-11-20&to=2026-11-21", Navigation.Uri, StringComparison.Ordinal);

        page = Open(world.Admin, network: "10.2.3.9", from: "2026-11-20", to: "2026-11-21");
        Assert.Equal(
            ["Remove filter: From 10.2.3.9", "Remove filter: Since 20 Nov 2026", "Remove filter: Until 21 Nov 2026"],
            page.ByRole("list", "Filters in force").AllByRole("button").Select(chip => chip.NameOf()));
        Assert.Equal("Chosen dates", page.ByRole("combobox", "Time").GetAttribute("value"));
    }

    [Fact]
    public async Task Verification_names_the_first_broken_row_and_shows_it()
    {
        await RenameAsync("backend", "frontend");
        var page = Open(world.Admin);
        await VerifyAsync(page, null);
        page.WaitForAssertion(
            () => Assert.Contains("The chain holds. 2 rows, none altered, none missing.", Result(page), StringComparison.Ordinal));

        world.Sql($"UPDATE AuditEntries SET TargetName = 'forged' WHERE Sequence = 2 AND ChainId = {world.OrganizationId("acme")}");
        await VerifyAsync(page, null);
        page.WaitForAssertion(() => Assert.Contains(
            "The chain breaks at row 2. What is stored there is not what was written. The 1 row before it is intact.",
            Result(page), StringComparison.Ordinal));
        await page.ByRole("button", "Show row 2").ClickAsync();
        page.WaitForRole("dialog");
        Assert.Contains("forged", page.ByRole("dialog").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Recorded_head_is_compared_and_one_that_is_none_is_refused()
    {
        await RenameAsync("backend", "frontend");
        var audit = world.Services.Get<AuditLogService>();
        var head = (await audit.HeadAsync(world.Admin, "acme", Token)).Value.Head!.ToString();
        var page = Open(world.Admin);
        await VerifyAsync(page, "not a head");
        Assert.Equal(
            "Use a recorded head as it was shown: three parts with colons between them.", page.ByTestId("field-error").TextContent);
        await page.ByRole("dialog").ByRole("button", "Cancel").ClickAsync();
        await VerifyAsync(page, head);
        page.WaitForAssertion(() => Assert.Contains("The recorded head is in it.", Result(page), StringComparison.Ordinal));
        await VerifyAsync(page, head.Replace(":2:", ":9:", StringComparison.Ordinal));
        page.WaitForAssertion(() =>
            Assert.Contains("The chain breaks at row 3. The recorded head is not in the chain", Result(page), StringComparison.Ordinal));
    }

    static string Result(IRenderedComponent<PageHost> page) =>
        string.Join(' ', page.ByTestId("verification").TextContent.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    static async Task VerifyAsync(IRenderedComponent<PageHost> page, string? head)
    {
        await page.ByRole("button", "Verify chain…").ClickAsync();
        page.WaitForRole("dialog");
        if (head is not null)
        {
            await page.ByRole("dialog").ByRole("textbox").ChangeAsync(head);
        }

        await page.ByRole("dialog").ByRole("form").SubmitAsync();
    }

    async Task SearchAsync(IRenderedComponent<PageHost> page, string text)
    {
        await page.ByRole("searchbox", "Search target").InputAsync(text);
        world.Time.Advance(TimeSpan.FromSeconds(1));
    }

    async Task<string> RenameAsync(string from, string to)
    {
        var key = (await world.Services.Keys.CreateAsync(world.Developer, new(TestInstallation.Orders, from), Token)).Value.Key.KeyId;
        world.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.True((await world.Services.Keys.ChangeAsync(world.Developer, key, new(Name: to), Token)).Succeeded);
        return key;
    }

    IRenderedComponent<PageHost> Open(
        Actor person, string? category = null, string? actor = null, string? target = null, string? network =
            null, string? from = null, string? to = null)
    {
        var session = world.SignIn(person).SessionId!;
        authorization.SetAuthorized(person.Name)
            .SetClaims(new Claim(ClaimTypes.NameIdentifier, person.Id), new Claim(CurrentActor.SessionClaim, session));
        var filter = AuditFilter.Read(category, actor, target, null, network, null, from, to);
        Navigation.NavigateTo(new AuditPageState("acme", filter).ToAddress());
        return RenderPage<AuditPage>(page => page.Add(x => x.Organization, "acme"));
    }
}
