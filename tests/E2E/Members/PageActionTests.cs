using System.Reflection;
using System.Text.RegularExpressions;
using Dashboard.Core.Organizations;
using Dashboard.Tests.E2E.Support;
using Microsoft.AspNetCore.Components;
using Microsoft.Playwright;
using Xunit;

namespace Dashboard.Tests.E2E.Members;

/// <summary>Each page with each role: it offers what the role table allows, and nothing else. A new control fails a test until
/// <see cref="PageActions"/> has it, and so does a new page.</summary>
public sealed partial class PageActionTests(PageActionTests.Furnished furnished, Browser browser) : IClassFixture<PageActionTests.Furnished>
{
    /// <summary>A control as a page shows it.</summary>
    /// <param name="Name">Its role and name.</param>
    /// <param name="Around">The text of its page or menu, where a reason stands if it is disabled.</param>
    sealed record Shown(string Name, bool IsEnabled, string Around = "");

    public static TheoryData<OrganizationRole> Roles => [.. Enum.GetValues<OrganizationRole>()];

    [Theory]
    [MemberData(nameof(Roles))]
    public async Task Page_offers_a_role_what_the_table_allows(OrganizationRole role)
    {
        await using var visit = await PageVisit.OpenAsync(browser, furnished.Team.Product.Url);
        await visit.SignInAsync(RoleMatrixTests.Team.EmailOf(role));
        await visit.GoAsync(furnished.Pages[0].Path);
        var (faults, links) = (new List<string>(), new HashSet<string>(StringComparer.Ordinal));
        foreach (var page in furnished.Pages)
        {
            if (!role.Can(page.Opens))
            {
                Assert.Equal(404, (await visit.Requests.GetAsync(page.Path)).Status);
                continue;
            }

            if (new Uri(visit.Page.Url).AbsolutePath != page.Path)
            {
                await visit.Page.EvaluateAsync("path => Blazor.navigateTo(path)", page.Path); // far quicker than a new circuit
            }

            await visit.Page.WaitForFunctionAsync("heading => document.querySelector('#main h1')?.innerText === heading", page.Heading);
            faults.AddRange(Compare(page, role, await ReadAsync(visit.Page, page, role)));
            links.UnionWith(await AddressesAsync(visit.Page.Locator("a[href^='/']:not([href^='/docs'], [download])")));
        }

        Assert.True(faults.Count == 0, string.Join('\n', faults));
        foreach (var link in links)
        {
            Assert.True((await visit.Requests.GetAsync(link)).Ok, $"{role} is led to {link}, which does not open");
        }
    }

    [Theory]
    [MemberData(nameof(Roles))]
    public async Task Page_of_another_organization_is_not_found(OrganizationRole role)
    {
        await using var visit = await PageVisit.OpenAsync(browser, furnished.Team.Product.Url);
        await visit.SignInAsync(RoleMatrixTests.Team.EmailOf(role));
        foreach (var path in Routes.SelectMany(furnished.Elsewhere))
        {
            var answer = await visit.Requests.GetAsync(path);
            var text = await answer.TextAsync();
            Assert.True(answer.Status == 404
                && text.Contains("Page not found", StringComparison.Ordinal), $"{path} as {role}: {answer.Status}");
            Assert.DoesNotContain("secret of theirs", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Every_page_of_an_organization_is_visited() =>
        Assert.Equal(Routes.Order(StringComparer.Ordinal), furnished.Pages.Select(page => page.Route)
            .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));

    static IEnumerable<string> Routes => typeof(Program).Assembly.GetTypes().SelectMany(type => type.GetCustomAttributes<RouteAttribute>())
        .Select(route => route.Template).Where(route => route.StartsWith("/{Organization}", StringComparison.Ordinal));

    /// <summary>Returns where a page and the table differ. What the table denies is not there, or disabled with a reason.</summary>
    static IEnumerable<string> Compare(ActionPage page, OrganizationRole role, List<Shown> shown)
    {
        foreach (var control in page.Controls.Where(control => !control.Name.StartsWith($"Actions for {role} ›", StringComparison.Ordinal)))
        {
            var found = shown.FindAll(x => x.Name == control.Name);
            if (control.IsFor(role) != found.Exists(x => x.IsEnabled))
            {
                yield return $"{page.Path} as {role}: {control.Name} is {(found.Count == 0 ? "missing" : found[0].IsEnabled ? "there" : "disabled")}";
            }
            else if (control is { Action: not null } && !control.IsFor(role)
                && found.Exists(x => !x.Around.Contains("Only ", StringComparison.Ordinal)))
            {
                yield return $"{page.Path} as {role}: {control.Name} is disabled without a reason";
            }
        }

        // A list that has grown long has a pager too.
        foreach (var unknown in shown.Where(x => x.Name is not ("combobox Rows" or "button Previous page" or "button Next page")
            && Array.TrueForAll(page.Controls, control => control.Name != x.Name)))
        {
            yield return $"{page.Path} as {role}: {unknown.Name} is nowhere in the table of controls";
        }
    }

    /// <summary>Reads the controls of a page, and the items of its menus, in whose button's place they stand.</summary>
    static async Task<List<Shown>> ReadAsync(IPage page, ActionPage asked, OrganizationRole role)
    {
        var part = page.Locator(asked.Part);
        if (asked.Part == PageActions.Rail)
        {
            return [.. (await AddressesAsync(part.GetByRole(AriaRole.Link))).Select(address => new Shown($"link {address}", true))];
        }

        var readOnly = await part.Locator("input[readonly]:not([role])")
            .EvaluateAllAsync<string[]>("all => all.map(input => `textbox ${input.labels[0].innerText}`)");
        var menus = asked.Controls.Select(control => control.Name.Split(" › ")).Where(name => name.Length == 2)
            .Select(name => $"button {name[0]}").ToHashSet(StringComparer.Ordinal);
        var shown = new List<Shown>();
        foreach (var control in await ParseAsync(part))
        {
            var name = Tidy(control.Name, role);
            if (menus.Contains(name))
            {
                var items = await ReadMenuAsync(page, control.Name["button ".Length..]);
                shown.AddRange(
                    items.Select(item => item with { Name = $"{name["button ".Length..]} › {item.Name["menuitem ".Length..]}" }));
            }
            else
            {
                shown.Add(control with { Name = name, IsEnabled = control.IsEnabled && !readOnly.Contains(name, StringComparer.Ordinal) });
            }
        }

        return shown;
    }

    static async Task<List<Shown>> ReadMenuAsync(IPage page, string name)
    {
        await page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true }).EvaluateAsync("button => button.click()");
        // at the next frame, where an assertion asks later
        await page.WaitForFunctionAsync("() => document.activeElement.matches('[role^=menuitem]')");
        var items = await ParseAsync(page.GetByRole(AriaRole.Menu));
        await page.Keyboard.PressAsync("Escape");
        await page.WaitForFunctionAsync("() => !document.querySelector('[role=menu]')");
        return items;
    }

    static Task<string[]> AddressesAsync(ILocator links) => links.EvaluateAllAsync<string[]>("all => all.map(a => a.getAttribute('href'))");

    static async Task<List<Shown>> ParseAsync(ILocator part)
    {
        var text = await part.InnerTextAsync();
        return
        [
            .. from Match control in Control().Matches(await part.AriaSnapshotAsync())
               let state = control.Groups["state"].Value
               select new Shown($"{control.Groups["role"].Value} {control.Groups["name"].Value}", !state.Contains(
                   "[disabled]", StringComparison.Ordinal), text),
        ];
    }

    /// <summary>Names what is of the user, and what has no name that is known beforehand, as the table of controls does.</summary>
    static string Tidy(string name, OrganizationRole role) =>
        name == $"button Actions for {role}" ? "button Actions for you"
        : name == $"button Your account, {role}" ? "button Your account, you"
        : name.StartsWith("button Actions for secret_", StringComparison.Ordinal) ? "button Actions for secret_…"
        : name.StartsWith("button Details of ", StringComparison.Ordinal) ? "button Details of …"
        : name;

    [GeneratedRegex(
        """^\s*- '?(?<role>button|menuitem|switch|checkbox|combobox|textbox|searchbox|radio)(?: "(?<name>[^"]*)")?(?<state>(?: \[[^\]]*\])*)""",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Control();

    /// <summary>An organization with a member in each role and what the pages list, and another.</summary>
    public sealed class Furnished : IAsyncLifetime
    {
        string theirs = "";
        string theirAccount = "";

        public RoleMatrixTests.Team Team { get; } = new();

        internal IReadOnlyList<ActionPage> Pages { get; private set; } = [];

        public async ValueTask InitializeAsync()
        {
            await Team.InitializeAsync();
            var (owner, developer) = (Team.Members[OrganizationRole.Owner], Team.Members[OrganizationRole.Developer]);
            const string project = RoleMatrixTests.Team.Project;
            await owner.PostAsync("/api/resources", new { project, kind = "workflow", id = "intake" });
            await owner.PostAsync("/api/apps", new { name = "their app", project, resource = "workflow:intake" });
            await developer.PostAsync("/api/apps", new { name = "my app", project, resource = "workflow:intake" });
            var key = await owner.CreateKeyAsync(new { name = "theirs", project, allowed_ips = new[] { "192.0.2.0/24" } });
            var own = await developer.CreateKeyAsync(new { name = "mine", project, allowed_ips = new[] { "192.0.2.0/24" } });
            var account =
                (await owner.PostAsync("/api/service-accounts", new { name = "robot", projects = new[] { project } })).Member("id");
            await owner.PatchAsync("/api/organizations/" + RoleMatrixTests.Team.Slug, new { live_write_keys_need_approval = true });
            await developer.CreateKeyAsync(new { name = "pending", project, permissions = new[] { "read", "write" } });
            foreach (var role in new[] { "viewer", "owner" })
            {
                await owner.PostAsync(
                    "/api/invitations", new { email = $"{role}-to-be@example.com", role, organization = RoleMatrixTests.Team.Slug });
            }

            var user = (await developer.GetAsync("/api/session")).Json.GetProperty("user").GetProperty("id").GetString()!;
            await Team.Product.CommandLineTokenAsync(Team.Stranger, new(PartyType.User, user, "Developer"), RoleMatrixTests.Team.Slug);
            theirs = (await Team.Stranger.CreateKeyAsync(new { name = "secret of theirs" })).Id;
            theirAccount = (await Team.Stranger.PostAsync("/api/service-accounts", new { name = "secret of theirs" })).Member("id");
            Pages = PageActions.Of(key.Id, own.Id, account);
        }

        public ValueTask DisposeAsync() => Team.DisposeAsync();

        /// <summary>Returns addresses of a page in another organization, and of what that one has under an address of the member's
        /// own.</summary>
        public IEnumerable<string> Elsewhere(string route) =>
            from project in route.EndsWith('}') ? new[] { People.Project, RoleMatrixTests.Team.Project } : [People.Project]
            select route.Replace("{Organization}", project.Split('/')[0], StringComparison.Ordinal)
                .Replace("{ProjectSlug}", project.Split('/')[1], StringComparison.Ordinal)
                .Replace("{KeyId}", theirs, StringComparison.Ordinal).Replace("{Id}", theirAccount, StringComparison.Ordinal);
    }
}
