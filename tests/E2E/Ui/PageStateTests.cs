using System.Reflection;
using System.Text.RegularExpressions;
using Dashboard.Tests.E2E.Support;
using Dashboard.Tests.Unit.Support;
using Microsoft.AspNetCore.Components;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Dashboard.Tests.E2E.Ui;

/// <summary>Page states that no journey passes, and whether each page state is looked at.</summary>
public sealed class PageStateTests(Product product, Browser browser) : IClassFixture<Product>
{
    [Fact]
    public void Every_page_has_states_and_every_state_is_looked_at_in_one_place()
    {
        var pages = typeof(Program).Assembly.GetTypes().SelectMany(type => type.GetCustomAttributes<RouteAttribute>())
            .Select(x => x.Template);
        var states = typeof(PageState).GetFields(BindingFlags.Public | BindingFlags.Static).ToList();
        Assert.Equal(
            pages.Order(StringComparer.Ordinal),
            states.Select(state => state.GetCustomAttribute<PageAttribute>()!.Route)
                .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));

        var tests = Path.Combine(Repository.Root, "tests", "E2E");
        var text = string.Concat(Directory.EnumerateFiles(tests, "*.cs", SearchOption.AllDirectories).Select(File.ReadAllText));
        var looks = Regex.Matches(text, @"\bPageState\.(?<name>\w+)", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5))
            .Select(x => x.Groups["name"].Value);
        Assert.Equal(states.Select(state => state.Name).Order(StringComparer.Ordinal), looks.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Pages_dialogs_and_menus_are_accessible_and_fit_their_window()
    {
        product.Start();
        var full = await product.AddProjectAsync("A project with rather a long name, as people have them");
        await product.AddKeyAsync(full, "Warehouse handheld scanners, Rotterdam and Antwerp, building 4, second floor");
        await product.AddResourcesAsync(full, 30);
        await using var visit = await PageVisit.OpenAsync(browser, product.Url);
        var page = visit.Page;
        await visit.SignInAsync(Product.Email);
        visit.Expect(404, "/nothing-here");
        await page.GotoAsync("/nothing-here");
        await visit.ExpectAccessibleAsync(PageState.NotFound);
        foreach (var (path, state) in new[]
        {
            ("keys", PageState.Keys), ("keys?environment=test", PageState.KeysNoneInEnvironment),
                ("resources?kind=agent", PageState.ResourcesNoMatch), ("resources", PageState.Resources),
        })
        {
            await visit.GoAsync($"/{full}/{path}");
            await visit.ExpectAccessibleAsync(state);
        }

        var add = page.GetByRole(AriaRole.Button, new() { Name = "Add resource", Exact = true });
        await add.ClickAsync();
        await LookInDialogAsync(PageState.AddResource, AriaRole.Dialog, "Add resource");
        await Expect(add).ToBeFocusedAsync();
        await MenuAsync("Actions for Resource 1", "Actions for Resource 1", PageState.ResourceMenu);
        await ItemAsync("Rename…", PageState.RenameResource, AriaRole.Dialog, "Rename this resource");
        await MenuAsync("Actions for Resource 1");
        await ItemAsync("Delete…", PageState.DeleteResource, AriaRole.Alertdialog, "Delete this resource?");
        await MenuAsync("Project: ", "Projects", PageState.ProjectMenu);
        await ItemAsync("New project…", PageState.CreateProject, AriaRole.Dialog, "Create project");

        async Task MenuAsync(string button, string menu = "", PageState? state = null)
        {
            await page.GetByRole(AriaRole.Button, new() { Name = button, Exact = menu == button }).First.ClickAsync();
            if (state is { } looked)
            {
                await visit.ExpectAccessibleAsync(looked, page.GetByRole(AriaRole.Menu, new() { Name = menu, Exact = true }));
            }
        }

        async Task ItemAsync(string item, PageState state, AriaRole role, string title)
        {
            await page.GetByRole(AriaRole.Menuitem, new() { Name = item, Exact = true }).ClickAsync();
            await LookInDialogAsync(state, role, title);
        }

        async Task LookInDialogAsync(PageState state, AriaRole role, string title)
        {
            var dialog = page.GetByRole(role, new() { Name = title });
            await Expect(dialog).ToBeVisibleAsync();
            if (role == AriaRole.Dialog)
            {
                await dialog.GetByRole(AriaRole.Textbox, new() { Name = "Name", Exact = true }).FillAsync("");
                await dialog.Locator("button[type=submit]").ClickAsync();
                await Expect(dialog.GetByText("Give it a name")).ToBeVisibleAsync();
            }

            await visit.ExpectAccessibleAsync(state, dialog);
            await page.Keyboard.PressAsync("Escape");
            await Expect(dialog).ToBeHiddenAsync();
        }
    }
}
