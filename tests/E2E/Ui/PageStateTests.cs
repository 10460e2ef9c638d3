using Dashboard.Tests.E2E.Support;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Dashboard.Tests.E2E.Ui;

/// <summary>Each state of each page has no accessibility violations in either theme, and does not scroll sideways at 360 px.</summary>
public sealed class PageStateTests(Product product, Browser browser) : IClassFixture<Product>
{
    [Fact]
    public async Task Every_page_is_accessible_and_fits_the_narrowest_window()
    {
        product.Start();
        var full = await product.AddProjectAsync("A project with rather a long name, as people have them");
        var empty = await product.AddProjectAsync("Empty");
        await product.AddKeyAsync(full, "Warehouse handheld scanners, Rotterdam and Antwerp, building 4, second floor");
        await product.AddResourcesAsync(full, 30);
        await using var visit = await PageVisit.OpenAsync(browser, product.Url);
        var page = visit.Page;
        await visit.ResizeAsync(360);
        await page.GotoAsync("/account/sign-in");
        await LookAsync();
        await visit.SignInAsync(Product.Email);
        visit.Expect(404, "/nothing-here");
        await page.GotoAsync("/nothing-here");
        await LookAsync();
        foreach (var path in new[] { $"{empty}/keys", $"{empty}/resources", $"{empty}/apps", $"{full}/keys", $"{full}/keys?environment=test", $"{full}/resources?kind=agent", $"{full}/resources" })
        {
            await visit.GoAsync($"/{path}");
            await LookAsync();
        }

        await OpenAsync("Add resource", AriaRole.Dialog, "Add resource");
        await page.GetByRole(AriaRole.Button, new() { Name = "Actions for Resource 1", Exact = true }).ClickAsync();
        await LookAsync(page.GetByRole(AriaRole.Menu, new() { Name = "Actions for Resource 1", Exact = true }));
        await ItemAsync("Rename…", AriaRole.Dialog, "Rename this resource");
        await page.GetByRole(AriaRole.Button, new() { Name = "Actions for Resource 1", Exact = true }).ClickAsync();
        await ItemAsync("Delete…", AriaRole.Alertdialog, "Delete this resource?");
        foreach (var (item, role, title) in new[]
        {
            ("New project…", AriaRole.Dialog, "Create project"), ("Rename this project…", AriaRole.Dialog, "Rename this project"),
            ("Delete this project…", AriaRole.Alertdialog, "Delete this project?"),
        })
        {
            await page.GetByRole(AriaRole.Button, new() { Name = "Project: " }).ClickAsync();
            if (role == AriaRole.Alertdialog)
            {
                await LookAsync(page.GetByRole(AriaRole.Menu, new() { Name = "Projects" }));
            }

            await ItemAsync(item, role, title);
        }

        await visit.ResizeAsync(1360);
        await LookAsync();

        async Task OpenAsync(string button, AriaRole role, string title)
        {
            await page.GetByRole(AriaRole.Button, new() { Name = button, Exact = true }).ClickAsync();
            await LookInDialogAsync(role, title);
        }

        async Task ItemAsync(string item, AriaRole role, string title)
        {
            await page.GetByRole(AriaRole.Menuitem, new() { Name = item, Exact = true }).ClickAsync();
            await LookInDialogAsync(role, title);
        }

        async Task LookInDialogAsync(AriaRole role, string title)
        {
            var dialog = page.GetByRole(role, new() { Name = title });
            await Expect(dialog).ToBeVisibleAsync();
            if (role == AriaRole.Dialog)
            {
                await dialog.GetByRole(AriaRole.Textbox, new() { Name = "Name", Exact = true }).FillAsync("");
                await dialog.Locator("button[type=submit]").ClickAsync();
                await Expect(dialog.GetByText("Give it a name")).ToBeVisibleAsync();
            }

            await LookAsync(dialog);
            await page.Keyboard.PressAsync("Escape");
            await Expect(dialog).ToBeHiddenAsync();
        }

        async Task LookAsync(ILocator? part = null)
        {
            // Dialogs and menus are of the kit, where both themes are looked at.
            await visit.ExpectAccessibleAsync(part, part is null ? [] : [ColorScheme.Dark]);
            await visit.ExpectFitAsync();
        }
    }
}
