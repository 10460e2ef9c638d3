using System.Security.Claims;
using Bunit;
using Bunit.TestDoubles;
using Dashboard.Auth;
using Dashboard.Core.Accounts;
using Dashboard.Core.Changes;
using Dashboard.Core.Keys;
using Dashboard.Core.Organizations;
using Dashboard.Core.PublishedApps;
using Dashboard.Core.Usage;
using Dashboard.Keys.Details;
using Dashboard.Shared;
using Dashboard.Tests.Unit.Support;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Dashboard.Tests.Unit.Keys.Details;

[SqliteOnly("a page draws its list at once where reads complete at once")]
public sealed class KeyPageTests : PageTest
{
    readonly TestInstallation world = new();
    readonly BunitAuthorizationContext authorization;

    public KeyPageTests()
    {
        Services.AddSingleton<TimeProvider>(world.Time);
        Services.AddSingleton(world.Services.Keys);
        Services.AddSingleton(world.Services.Projects);
        Services.AddSingleton(world.Services.Get<KeyDetailsService>());
        Services.AddSingleton(world.Services.Get<PermissionCatalog>());
        Services.AddSingleton(world.Services.Get<SessionService>());
        Services.AddSingleton(world.Services.Get<ChangeFeed>());
        Services.AddSingleton<KeyPageQuery>();
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
    public async Task Facts_name_everything_that_the_list_only_counts()
    {
        world.AddResource(TestInstallation.Orders, "workflow", "returns");
        world.AddResource(TestInstallation.Orders, "gateway", "carrier");
        var key = await AddAsync(
            "Backend", x =>
                x with
                {
                    Resources = ["workflow:returns", "gateway:carrier"],
                    RequestsPerMinute = 1200,
                    Note = "In the vault",
                    ExpiresAt = new(2027, 3, 1, 0, 0, 0, TimeSpan.Zero)
                });
        var page = Open(world.Owner, key);
        Assert.Equal("Backend", page.ByRole("heading", "Backend").TextContent);
        Assert.Equal("carrier, returns", Fact(page, "Scope"));
        Assert.Equal("Never", Fact(page, "Last used"));
        Assert.Equal("1,200 requests a minute", Fact(page, "Rate limit"));
        Assert.Equal("In the vault", Fact(page, "Note"));
        Assert.Equal("28 Feb 2027in 99 days", Fact(page, "Expires"));
        Assert.Equal("21 Nov 2026by Olga", Fact(page, "Created"));
        Assert.Equal("Created by Olga21 Nov 2026", page.AllByRole("listitem")[^1].TextContent);
    }

    [Fact]
    public async Task Long_list_of_resources_opens()
    {
        for (var number = 10; number < 16; number++)
        {
            world.AddResource(TestInstallation.Orders, "workflow", $"r{number}");
        }

        var page = Open(world.Viewer, await AddAsync(
            "Backend", x => x with { Resources = [.. Enumerable.Range(10, 6).Select(number => $"workflow:r{number}")] }));
        Assert.Equal("r10, r11, r12, r13 and 2 more", Fact(page, "Scope"));
        await PressAsync(page, "and 2 more");
        page.WaitForAssertion(() => Assert.Equal("r10, r11, r12, r13, r14, r15 Show fewer", Fact(page, "Scope")));
        await PressAsync(page, "Show fewer");
        page.WaitForAssertion(() => Assert.Equal("r10, r11, r12, r13 and 2 more", Fact(page, "Scope")));
    }

    [Fact]
    public async Task Last_use_names_its_client_if_only_one_was_there()
    {
        var key = await AddAsync("Backend");
        Use(key, TimeSpan.FromMinutes(5));
        Seen(key, "203.0.113.0/24", "curl", 30, 5);
        Assert.Equal("5 min agofrom 203.0.113.0/24 with curl", Fact(Open(world.Owner, key), "Last used"));
        Seen(key, "203.0.113.0/24", "Go", 30, 5);
        Assert.Equal("5 min agofrom 203.0.113.0/24", Fact(Open(world.Owner, key), "Last used"));
    }

    [Fact]
    public async Task Viewer_sees_all_and_changes_nothing()
    {
        var key = await AddAsync("Backend", x => x with { AllowedIps = ["10.0.0.0/8"] });
        world.Time.Advance(TimeSpan.FromDays(40));
        Asked(key, "read", 1);
        var page = Open(world.Viewer, key);
        Assert.Equal(["Copy the prefix"], page.AllByRole("button").Select(button => button.NameOf()));
        Assert.Equal("None", Fact(page, "Note"));
        Assert.Contains("10.0.0.0/8", page.ByRole("list", "Allowed networks").TextContent, StringComparison.Ordinal);
        Assert.Contains("Granted 3, used 1 in 90 days.", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Developer_sees_why_the_key_of_another_cannot_be_changed()
    {
        var page = Open(world.Developer, await AddAsync("Backend"));
        Assert.Contains("Owned by Olga. Only its owner or an admin can change it.", page.Markup, StringComparison.Ordinal);
        Assert.Equal(["Copy the prefix"], page.AllByRole("button").Select(button => button.NameOf()));
    }

    [Fact]
    public async Task Owner_sees_what_an_admin_restricted()
    {
        var key = (await world.Services.Keys.CreateAsync(world.Developer, new(TestInstallation.Orders, "Backend"), Token)).Value.Key.KeyId;
        var limits = new KeyLimits { AllowedIps = ["10.0.0.0/8"], RequestsPerMinute = 100 };
        await world.Services.Keys.ChangeAsync(world.Admin, key, new(State: KeyState.Inactive, Limits: limits), Token);
        var page = Open(world.Developer, key);
        var enable = page.ByRole("button", "Enable");
        Assert.Equal(("true", "An admin disabled this key. Only an admin can enable it."), (
            enable.GetAttribute("aria-disabled"), enable.DescriptionOf()));
        Assert.Equal("An admin limited this key to 10.0.0.0/8. You can narrow the list but not widen it.",
            page.ByTestId("admin-allow-list").TextContent);
        await AskAsync(page, "Change rate limit");
        Assert.Contains("An admin set at most 100: you can lower the limit but not raise it.",
            page.ByRole("form").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Revoked_key_says_so_and_has_no_actions()
    {
        var key = await AddAsync("Backend");
        await world.Services.Keys.RevokeAsync(world.Owner, key, Token);
        var page = Open(world.Owner, key);
        Assert.Contains("Revoked on 21 Nov 2026. Requests using it are refused, and it can’t be changed any more.",
            page.Markup, StringComparison.Ordinal);
        Assert.Equal(["Copy the prefix"], page.AllByRole("button").Select(button => button.NameOf()));
    }

    [Fact]
    public async Task Expired_key_works_again_after_its_expiry_is_changed()
    {
        var key = await AddAsync("Backend", x => x with { ExpiresAt = world.Time.GetUtcNow().AddDays(1) });
        world.Time.Advance(TimeSpan.FromDays(2));
        var page = Open(world.Owner, key);
        Assert.Contains("Requests using it are refused, until you change its expiry.", page.Markup, StringComparison.Ordinal);
        Assert.Empty(page.AllByRole("button", "Disable"));
        await PressAsync(page, "Change expiry");
        page.WaitForRole("dialog", "Change expiry");
        await page.ByRole("form").SubmitAsync();
        page.WaitForAssertion(() => Assert.Equal("21 Feb 2027in 90 days", Fact(page, "Expires")));
        Assert.Equal("Disable", page.ByRole("button", "Disable").TextContent);
    }

    [Fact]
    public async Task Managed_key_names_its_app()
    {
        world.AddResource(TestInstallation.Orders, "workflow", "intake");
        var app = await world.Services.Get<PublishedAppService>()
            .PublishAsync(world.Owner, new(TestInstallation.Orders, "Chat", "workflow:intake"), Token);
        var page = Open(world.Owner, app.Value.Secret.KeyId);
        Assert.Contains("Used by the published app Chat.", page.Markup, StringComparison.Ordinal);
        Assert.EndsWith("/acme/orders/apps", page.ByRole("link", "Chat").GetAttribute("href"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("acme", "orders", "unknown1")]
    [InlineData("acme", "nothing", null)]
    [InlineData("globex", "billing", null)]
    public async Task Key_that_is_not_at_the_address_is_not_found(string organization, string project, string? id)
    {
        world.AddMember("globex", world.Owner, OrganizationRole.Owner);
        var key = id ?? await AddAsync("Backend");
        var lost = 0;
        Navigation.OnNotFound += (_, _) => lost++;
        Assert.DoesNotContain("Backend", Open(world.Owner, key, organization, project).Markup, StringComparison.Ordinal);
        Assert.Equal(1, lost);
    }

    [Fact]
    public async Task Key_of_another_organization_is_not_found()
    {
        var key = await AddAsync("Backend");
        var lost = 0;
        Navigation.OnNotFound += (_, _) => lost++;
        Assert.DoesNotContain("Backend", Open(world.Stranger, key).Markup, StringComparison.Ordinal);
        Assert.DoesNotContain("Backend", Open(world.Stranger, key, "globex", "billing").Markup, StringComparison.Ordinal);
        Assert.Equal(2, lost);
    }

    [Fact]
    public async Task Address_with_another_project_or_a_former_name_leads_to_the_right_one()
    {
        world.AddProject("acme", "ledger");
        var key = await AddAsync("Backend");
        Open(world.Owner, key, "acme", "ledger");
        Assert.EndsWith($"/acme/orders/keys/{key}", Navigation.Uri, StringComparison.Ordinal);
        await world.Services.Projects.ChangeAsync(world.Owner, new("acme", "orders"), new(null, "sales"), Token);
        Open(world.Owner, key);
        Assert.EndsWith($"/acme/sales/keys/{key}", Navigation.Uri, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unused_permissions_are_trimmed_after_a_question()
    {
        var key = await AddAsync("Backend");
        world.Time.Advance(TimeSpan.FromDays(40));
        Asked(key, "read", 1);
        Asked(key, "verify", 2);
        var page = Open(world.Owner, key);
        Assert.Equal(["Granted", "Granted, never used", "Granted, never used", "Refused"], Badges(page));
        Assert.Contains(page.AllByRole("listitem"), item =>
            item.TextContent.EndsWith("Not granted. Last asked for 29 Dec 2026.", StringComparison.Ordinal));
        _ = PressAsync(page, "Trim to read"); // completes when the question is answered
        page.WaitForRole("alertdialog", "Trim to read?");
        Assert.Contains("Backend loses execute and write, and requests that need them will be refused immediately.",
            page.ByRole("alertdialog").TextContent, StringComparison.Ordinal);
        Assert.Equal(3, (await GetAsync(key)).Permissions.Count);
        await page.ByRole("form").SubmitAsync();
        page.WaitForAssertion(() => Assert.Contains("Granted 1, used 1 in 90 days.", page.Markup, StringComparison.Ordinal));
        Assert.Equal(["read"], (await GetAsync(key)).Permissions);
        Assert.Empty(page.AllByRole("button", "Trim to read"));
        Assert.Contains("Permissions execute and write removed", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_is_trimmed_of_a_young_or_an_unused_key()
    {
        var key = await AddAsync("Backend");
        Asked(key, "read", 0);
        var page = Open(world.Owner, key);
        Assert.True(page.ByRole("button", "Trim to read").HasAttribute("disabled"));
        Assert.Contains("You can trim from 22 Dec 2026, after a month of requests.", page.Markup, StringComparison.Ordinal);
        world.Time.Advance(TimeSpan.FromDays(100));
        page = Open(world.Owner, key);
        Assert.True(page.ByRole("button", "Trim").HasAttribute("disabled"));
        Assert.Contains("Nothing was used in 90 days. Disable or revoke the key instead.", page.Markup, StringComparison.Ordinal);
        Assert.Equal(["Granted, not used", "Granted, not used", "Granted, not used"], Badges(page));
    }

    [Fact]
    public async Task Chart_has_its_summary_its_readout_and_its_table()
    {
        var key = await AddAsync("Backend");
        Counted(key, 0, KeyHour.Valid, 1506);
        Counted(key, 0, "insufficient_permissions", 380);
        Counted(key, 3, "rate_limited", 2);
        var page = Open(world.Owner, key);
        Assert.Single(
            page.AllByRole("img", "Requests of each day from 24 August to 21 November 2026: 1,506 allowed, 380 refused, 2 rate limited."));
        Assert.Equal("Sat 21 Nov 2026: 1,506 allowed, 380 refused", page.ByLabel("Day").GetAttribute("aria-valuetext"));
        var table = page.ByRole("table", "Requests of each day");
        Assert.Equal(91, table.AllByRole("row").Count);
        Assert.Equal(
            ["Sat 21 Nov 2026", "1,506", "380", "0"], table.AllByRole("row")[1].AllByRole("cell").Select(cell => cell.TextContent));
        Assert.Equal(["Wed 18 Nov 2026", "0", "0", "2"], table.AllByRole("row")[4].AllByRole("cell").Select(cell => cell.TextContent));
    }

    [Fact]
    public async Task Unused_key_has_a_sentence_in_place_of_its_chart()
    {
        var page = Open(world.Owner, await AddAsync("Backend"));
        Assert.Contains("No requests in the last 90 days.", page.Markup, StringComparison.Ordinal);
        Assert.Contains("Not used yet.", page.Markup, StringComparison.Ordinal);
        Assert.Empty(page.AllByRole("table"));
    }

    [Fact]
    public async Task Client_is_new_beside_older_ones()
    {
        var key = await AddAsync("Backend");
        Seen(key, "203.0.113.0/24", "curl", 2 * 1440, 5);
        Assert.DoesNotContain("New", Rows(Open(world.Owner, key)).Single(), StringComparison.Ordinal); // it is the only one
        Seen(key, KeyClientUsage.Unknown, ClientFamily.Other, 8 * 1440, 60);
        Assert.Equal(["203.0.113.0/24New curl 19 Nov 2026 5 min ago", "Unknown Other 13 Nov 2026 1 h ago"], Rows(Open(world.Owner, key)));

        static List<string> Rows(IRenderedComponent<PageHost> page) =>
            [.. page.ByRole("table", "Where used").AllByRole("row").Skip(1)
                .Select(row => string.Join(' ', row.AllByRole("cell").Select(cell => cell.TextContent)))];
    }

    [Fact]
    public async Task Many_clients_are_folded()
    {
        var key = await AddAsync("Backend");
        for (var number = 0; number < 12; number++)
        {
            Seen(key, $"203.0.{number}.0/24", "curl", 100, number);
        }

        var page = Open(world.Viewer, key);
        Assert.Equal(9, page.ByRole("table", "Where used").AllByRole("row").Count);
        await PressAsync(page, "Show all 12");
        Assert.Equal(13, page.ByRole("table", "Where used").AllByRole("row").Count);
    }

    [Fact]
    public async Task Rate_limit_and_note_are_changed()
    {
        var key = await AddAsync("Backend");
        var page = Open(world.Owner, key);
        Assert.Equal("Where is this key stored?", Fact(page, "Note"));
        await AskAsync(page, "Change rate limit");
        await page.ByLabel("Requests a minute").ChangeAsync(new() { Value = "none" });
        await page.ByRole("form").SubmitAsync();
        Assert.Equal(
            "Use a whole number from 1 to 1,000,000, or leave it empty.", Assert.Single(page.AllByTestId("field-error")).TextContent);
        await page.ByLabel("Requests a minute").ChangeAsync(new() { Value = "600" });
        await page.ByRole("form").SubmitAsync();
        page.WaitForAssertion(() => Assert.Equal("600 requests a minute", Fact(page, "Rate limit")));

        await AskAsync(page, "Add a note");
        await page.ByLabel("Note").ChangeAsync(new() { Value = "GitHub secret\nDEPLOY_KEY" });
        await page.ByRole("form").SubmitAsync();
        page.WaitForAssertion(() => Assert.Equal("GitHub secret DEPLOY_KEY", Fact(page, "Note")));
        Assert.Equal((600, "GitHub secret DEPLOY_KEY"), ((await GetAsync(key)).RequestsPerMinute, (await GetAsync(key)).Note));

        await AskAsync(page, "Change note");
        await page.ByLabel("Note").ChangeAsync(new() { Value = new string('x', 501) });
        await page.ByRole("form").SubmitAsync();
        Assert.StartsWith(
            "Use 500 characters or fewer.", Assert.Single(page.AllByTestId("field-error")).TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Expiry_begins_with_what_holds_and_can_be_removed()
    {
        var key = await AddAsync("Backend", x => x with { ExpiresAt = new(2027, 1, 1, 0, 0, 0, TimeSpan.Zero) });
        var page = Open(world.Owner, key);
        await AskAsync(page, "Change expiry");
        Assert.Equal("2026-12-31", page.ByLabel("Expiry date").GetAttribute("value"));
        await page.ByLabel("Expiry date").ChangeAsync(new() { Value = "2026-11-20" });
        await page.ByRole("form").SubmitAsync();
        Assert.Equal("This date has passed. Choose today or later.", Assert.Single(page.AllByTestId("field-error")).TextContent);
        await page.SelectAsync("Expires", "Never");
        await page.ByRole("form").SubmitAsync();
        page.WaitForAssertion(() => Assert.Equal("Never", Fact(page, "Expires")));
        Assert.Null((await GetAsync(key)).ExpiresAt);
    }

    [Fact]
    public async Task First_network_is_added_after_a_warning_of_what_it_shuts_out()
    {
        var key = await AddAsync("Backend");
        Seen(key, "203.0.113.0/24", "curl", 100, 5);
        var page = Open(world.Owner, key);
        await AskAsync(page, "Add network…");
        await page.ByRole("form").SubmitAsync();
        Assert.Equal("Enter an address or a network.", Assert.Single(page.AllByTestId("field-error")).TextContent);
        await page.ByLabel("Address or network").ChangeAsync(new() { Value = "10.0.0.1/8" });
        await page.ByRole("form").SubmitAsync();
        Assert.Contains("Use 10.0.0.0/8", Assert.Single(page.AllByTestId("field-error")).TextContent, StringComparison.Ordinal);
        await page.ByLabel("Address or network").ChangeAsync(new() { Value = "10.0.0.0/8" });
        await page.ByRole("form").SubmitAsync();
        Assert.Contains("Requests from 203.0.113.0/24 (last seen 5 min ago) will be refused.",
            page.ByRole("alert").TextContent, StringComparison.Ordinal);
        Assert.Null((await GetAsync(key)).AllowedIps);
        await page.ByRole("form").SubmitAsync();
        page.WaitForAssertion(
            () => Assert.Contains("10.0.0.0/8", page.ByRole("list", "Allowed networks").TextContent, StringComparison.Ordinal));
        Assert.Equal(["10.0.0.0/8"], (await GetAsync(key)).AllowedIps!);

        await AskAsync(page, "Add network…");
        await page.ByLabel("Address or network").ChangeAsync(new() { Value = "11.0.0.0/8" });
        await page.ByRole("form").SubmitAsync();
        page.WaitForAssertion(
            () => Assert.Contains("11.0.0.0/8", page.ByRole("list", "Allowed networks").TextContent, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Networks_are_suggested_from_traffic()
    {
        var key = await AddAsync("Backend");
        Seen(key, "203.0.113.0/24", "curl", 100, 5);
        Seen(key, "198.51.100.0/24", "Go", 100, 60);
        Seen(key, KeyClientUsage.Unknown, "Go", 100, 61);
        var page = Open(world.Owner, key);
        await AskAsync(page, "Suggest from traffic…");
        var boxes = page.ByRole("group", "Networks").AllByRole("checkbox");
        Assert.Equal(2, boxes.Count);
        Assert.All(boxes, box => Assert.True(box.HasAttribute("checked")));
        Assert.Equal("curl. First seen 21 Nov 2026, last seen 5 min ago.", boxes[0].DescriptionOf());
        Assert.Contains("Requests without a client address (last seen 1 h ago) will be refused.",
            page.ByRole("dialog").TextContent, StringComparison.Ordinal);
        await boxes[1].ChangeAsync(new() { Value = false });
        Assert.Contains(
            "Requests from 198.51.100.0/24 (last seen 1 h ago) and without a client address (last seen 1 h ago) will be refused.",
            page.ByRole("dialog").TextContent, StringComparison.Ordinal);
        await page.ByRole("form").SubmitAsync();
        page.WaitForAssertion(() =>
            Assert.Equal(["203.0.113.0/24"], page.ByRole("list", "Allowed networks").AllByRole("code").Select(code => code.TextContent)));
        await AskAsync(page, "Suggest from traffic…");
        Assert.Single(page.ByRole("group", "Networks").AllByRole("checkbox")); // what the list has is not offered again
    }

    [Fact]
    public async Task Removing_a_network_in_use_is_asked_and_another_is_not()
    {
        var key = await AddAsync("Backend", x => x with { AllowedIps = ["203.0.113.0/24", "10.0.0.0/8", "11.0.0.0/8"] });
        Seen(key, "203.0.113.0/24", "curl", 100, 5);
        var page = Open(world.Owner, key);
        await PressAsync(page, "Remove 10.0.0.0/8");
        Assert.Equal(["203.0.113.0/24", "11.0.0.0/8"], (await GetAsync(key)).AllowedIps!);
        _ = PressAsync(page, "Remove 203.0.113.0/24"); // completes when the question is answered
        page.WaitForRole("alertdialog", "Remove 203.0.113.0/24?");
        await page.ByRole("form").SubmitAsync();
        page.WaitForAssertion(() => Assert.Empty(page.AllByRole("button", "Remove 203.0.113.0/24")));
        _ = PressAsync(page, "Remove 11.0.0.0/8");
        page.WaitForRole("dialog", "Remove the last network?");
        await page.ByRole("form").SubmitAsync();
        page.WaitForAssertion(() => Assert.Contains("Any address can use this key.", page.Markup, StringComparison.Ordinal));
        Assert.Null((await GetAsync(key)).AllowedIps);
    }

    [Fact]
    public async Task Key_is_renamed_disabled_enabled_and_revoked()
    {
        var key = await AddAsync("Backend");
        var page = Open(world.Owner, key);
        await page.ChooseAsync("Actions for Backend", "Rename…");
        page.WaitForRole("dialog", "Rename this key");
        await page.ByLabel("Name").ChangeAsync(new() { Value = "Frontend" });
        await page.ByRole("form").SubmitAsync();
        page.WaitForRole("heading", "Frontend");
        await PressAsync(page, "Disable");
        page.WaitForAssertion(() => Assert.Contains("Requests using it are refused.", page.Markup, StringComparison.Ordinal));
        await PressAsync(page, "Enable");
        page.WaitForRole("button", "Disable");
        _ = PressAsync(page, "Revoke…"); // completes when the question is answered
        page.WaitForRole("alertdialog", "Revoke this key?");
        await page.ByRole("form").SubmitAsync();
        page.WaitForAssertion(() => Assert.Empty(page.AllByRole("button", "Revoke…")));
        Assert.Equal(
            ["Revoked", "Enabled", "Disabled", "Renamed from “Backend”", "Created"],
            page.AllByRole("list")[^1].AllByRole("listitem").Select(item => item.TextContent.Split(" by ")[0]));
    }

    [Fact]
    public async Task Change_by_another_person_shows_by_itself()
    {
        var key = await AddAsync("Backend");
        await world.Services.ReadFeedAsync(); // as a node does before its first page
        var page = Open(world.Owner, key);
        await world.Services.Keys.ChangeAsync(world.Admin, key, new(State: KeyState.Inactive), Token);
        page.WaitForRole("button", "Enable");
        Assert.Contains("Disabled by Adam", page.Markup.Replace("<small>", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    async Task<string> AddAsync(string name, Func<NewKey, NewKey>? with = null)
    {
        var issued = await world.Services.Keys.CreateAsync(world.Owner, (with ?? (x => x))(new(TestInstallation.Orders, name)), Token);
        return issued.Value.Key.KeyId;
    }

    async Task<KeySummary> GetAsync(string key) => (await world.Services.Keys.GetAsync(world.Owner, key, Token)).Value;

    IRenderedComponent<PageHost> Open(Actor person, string key, string organization = "acme", string project = "orders")
    {
        authorization.SetAuthorized(person.Name)
            .SetClaims(new Claim(ClaimTypes.NameIdentifier, person.Id), new Claim(
                CurrentActor.SessionClaim, world.SignIn(person).SessionId!));
        Navigation.NavigateTo($"/{organization}/{project}/keys/{key}");
        return RenderPage<KeyPage>(p => p.Add(x => x.Organization, organization).Add(x => x.ProjectSlug, project).Add(x => x.KeyId, key));
    }

    /// <summary>Finds and presses in one go: the page draws itself again when the change feed reports the change before.</summary>
    static Task PressAsync(IRenderedComponent<PageHost> page, string button) =>
        page.InvokeAsync(() => page.ByRole("button", button).ClickAsync(new()));

    static async Task AskAsync(IRenderedComponent<PageHost> page, string button)
    {
        await PressAsync(page, button);
        page.WaitForRole("form");
    }

    void Use(string key, TimeSpan ago) => Assert.Equal(1, world.Sql(
        $"UPDATE ApiKeys SET LastUsedAt = {(world.Time.GetUtcNow() - ago).ToUnixTimeMilliseconds()}, LastUsedOrder = {(world.Time.GetUtcNow() - ago).ToUnixTimeMilliseconds()}, LastUsedFrom = '203.0.113.0/24' WHERE KeyId = '{key}'"));

    void Seen(string key, string network, string client, int firstMinutesAgo, int lastMinutesAgo) => world.Add(new KeyClient
    {
        KeyId = key,
        Network = network,
        Client = client,
        FirstSeenAt = world.Time.GetUtcNow().AddMinutes(-firstMinutesAgo),
        LastSeenAt = world.Time.GetUtcNow().AddMinutes(-lastMinutesAgo),
    });

    void Asked(string key, string permission, int daysAgo)
    {
        var at = world.Time.GetUtcNow().AddDays(-daysAgo);
        world.Add(new KeyPermissionUse { KeyId = key, Permission = permission, FirstAskedAt = at, LastAskedAt = at });
    }

    void Counted(string key, int daysAgo, string outcome, long count) => world.Add(new KeyDay
    {
        KeyId = key,
        Day = new(world.Time.GetUtcNow().Date.AddDays(-daysAgo), TimeSpan.Zero),
        Outcome = outcome,
        ProjectId = world.ProjectId(TestInstallation.Orders),
        Count = count,
    });

    static List<string> Badges(IRenderedComponent<PageHost> page) =>
        [.. page.AllByTestId("verdict").Select(badge => badge.TextContent.Trim())];

    static string Fact(IRenderedComponent<PageHost> page, string name)
    {
        var term = page.ByRole("term", name);
        return string.Join(' ', term.NextElementSibling!.TextContent.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
    }
}
