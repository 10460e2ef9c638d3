using System.Globalization;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Dashboard.Tests.E2E.Support;

/// <summary>How a user operates a page. With the keyboard, the focus is moved with Tab and arrow keys until the page reports it at the
/// target.</summary>
public enum InputMode
{
    Mouse,
    Keys,
    Touch,
}

/// <summary>Operates a page, only in its <see cref="InputMode"/>.</summary>
sealed class PageDriver(IPage page, InputMode way)
{
    /// <summary>More than the number of tab stops of any page.</summary>
    const int MaxStops = 90;

    /// <summary>Returns the role and accessible name of the focused element.</summary>
    const string Focus = """
        () => {
          const e = document.activeElement;
          const role = e.getAttribute('role') ?? { BUTTON: 'button', A: 'link', SELECT: 'combobox', SUMMARY: 'button', TEXTAREA: 'textbox' }[e.tagName]
            ?? { search: 'searchbox', checkbox: 'checkbox', radio: 'radio', date: 'date', range: 'slider' }[e.type] ?? (e.tagName === 'INPUT' ? 'textbox' : e.tagName.toLowerCase());
          const label = document.getElementById(e.getAttribute('aria-labelledby')) ?? e.labels?.[0];
          const name = e.getAttribute('aria-label') ?? (label ? ((/checkbox|radio/.test(e.type) && label.querySelector('b')) || label).innerText : e.innerText) ?? '';
          return `${role}: ${name.replace(/\s+/g, ' ').trim()}`;
        }
        """;

    /// <summary>Whether MudBlazor receives the keys of the focused list, which is one message after it is drawn.</summary>
    const string Listens = """
        () => {
          for (let e = document.activeElement; e; e = e.parentElement) if (e.mudKeyInterceptor || e.tagName === 'SELECT') return true;
          return false;
        }
        """;

    /// <summary>The open dialog, or the page if there is none.</summary>
    ILocator Here => page.Locator(".mud-dialog, dialog[open], body:not(:has(dialog[open], .mud-dialog))").Last;

    public async Task PressAsync(AriaRole role, string name)
    {
        if (way == InputMode.Keys)
        {
            await ReachAsync($"{Word(role)}: {name}");
            await KeyAsync(role is AriaRole.Checkbox or AriaRole.Switch ? "Space" : "Enter");
        }
        else
        {
            // the accessible name of a check box includes its code and description
            await DoAsync(Here.GetByRole(role, new() { Name = name, Exact = role != AriaRole.Checkbox }));
        }
    }

    /// <summary>Opens a menu and chooses an item.</summary>
    public async Task TakeAsync(string menu, string item)
    {
        if (way == InputMode.Keys)
        {
            await ReachAsync($"button: {menu}");
            await KeyAsync("ArrowDown");
            // a menu is drawn when it is opened
            await page.WaitForFunctionAsync("() => document.activeElement.matches('[role^=menuitem]')");
            await UntilAsync($"menuitem: {item}", "ArrowDown", 10);
            await KeyAsync("Enter");
        }
        else
        {
            await DoAsync(Here.GetByRole(AriaRole.Button, new() { Name = menu, Exact = true }));
            await DoAsync(Here.GetByRole(AriaRole.Menuitem, new() { Name = item, Exact = true }));
        }
    }

    /// <summary>Opens a menu that stays open, chooses several items, and closes it.</summary>
    public async Task CheckAsync(string menu, params (AriaRole Role, string Name)[] items)
    {
        if (way == InputMode.Keys)
        {
            await ReachAsync($"button: {menu}");
            await KeyAsync("ArrowDown");
            // a menu is drawn when it is opened
            await page.WaitForFunctionAsync("() => document.activeElement.matches('[role^=menuitem]')");
            foreach (var (role, name) in items)
            {
                await UntilAsync($"{Word(role)}: {name}", "ArrowDown", 20);
                await KeyAsync("Enter");
                await Expect(page.GetByRole(role, new() { Name = name, Exact = true })).ToHaveAttributeAsync("aria-checked", "true");
            }

            await KeyAsync("Escape");
        }
        else
        {
            await DoAsync(Here.GetByRole(AriaRole.Button, new() { Name = menu, Exact = true }));
            foreach (var (role, name) in items)
            {
                await DoAsync(page.GetByRole(role, new() { Name = name, Exact = true }));
                await Expect(page.GetByRole(role, new() { Name = name, Exact = true })).ToHaveAttributeAsync("aria-checked", "true");
            }

            await (way == InputMode.Touch ? page.Touchscreen.TapAsync(8, 70) : page.Mouse.ClickAsync(8, 70)); // beside it
        }

        await Expect(page.GetByRole(AriaRole.Menu)).ToHaveCountAsync(0);
    }

    public async Task WriteAsync(AriaRole role, string name, string text)
    {
        if (way == InputMode.Keys)
        {
            await ReachAsync($"{Word(role)}: {name}");
            await KeyAsync("Control+A");
            await page.Keyboard.TypeAsync(text);
        }
        else
        {
            var field = Here.GetByRole(role, new() { Name = name, Exact = true });
            await DoAsync(field);
            await field.FillAsync(text);
        }
    }

    /// <summary>Enters a date. By keyboard, in the order of American English, the browser's language.</summary>
    public async Task DateAsync(string name, DateOnly date)
    {
        if (way == InputMode.Keys)
        {
            await ReachAsync($"date: {name}");
            await page.Keyboard.TypeAsync(date.ToString("MMddyyyy", CultureInfo.InvariantCulture));
        }
        else
        {
            await Here.GetByLabel(name, new() { Exact = true }).FillAsync(date.ToString("O", CultureInfo.InvariantCulture));
        }
    }

    /// <summary>Chooses another radio button.</summary>
    public async Task PickAsync(string chosen, string next)
    {
        if (way == InputMode.Keys)
        {
            await ReachAsync($"radio: {chosen}");
            await KeyAsync("ArrowRight");
            await AtAsync($"radio: {next}");
        }
        else
        {
            // the label, because it covers the radio button
            await DoAsync(Here.GetByRole(AriaRole.Radio, new() { Name = next, Exact = true }).Locator(".."));
        }

        await Expect(page.GetByRole(AriaRole.Radio, new() { Name = next })).ToBeCheckedAsync();
    }

    public async Task ChooseAsync(string name, string option)
    {
        if (way == InputMode.Keys)
        {
            await ReachAsync($"combobox: {name}");
            await page.WaitForFunctionAsync(Listens);
            await KeyAsync("Enter");
            var options = page.GetByRole(AriaRole.Option);
            await Expect(options.First).ToBeVisibleAsync();
            var texts = await options.AllInnerTextsAsync();
            await KeyAsync("Home");
            for (var place = 0; place < texts.ToList().FindIndex(text => text.Trim() == option); place++)
            {
                await KeyAsync("ArrowDown");
            }

            await KeyAsync("Enter");
            await Expect(options).ToHaveCountAsync(0);
        }
        else if (await Here.Locator("select").GetByText(option, new() { Exact = true }).CountAsync() > 0)
        {
            await Here.GetByLabel(name, new() { Exact = true }).SelectOptionAsync(option);
        }
        else
        {
            await DoAsync(Here.GetByRole(AriaRole.Combobox, new() { Name = name, Exact = true }));
            await DoAsync(page.GetByRole(AriaRole.Option, new() { Name = option, Exact = true }));
        }
    }

    /// <summary>Searches a picker for an item, and takes the first that is found.</summary>
    public async Task FindAsync(string name, string text)
    {
        await WriteAsync(AriaRole.Combobox, name, text);
        // not what was found before
        await Expect(page.GetByRole(AriaRole.Combobox, new() { Name = name, Exact = true })).ToHaveAttributeAsync("data-found", text);
        var first = page.GetByRole(AriaRole.Option, new() { Name = text }).First;
        await Expect(first).ToBeVisibleAsync();
        await (way == InputMode.Keys ? KeyAsync("Enter") : DoAsync(first));
    }

    /// <summary>By keyboard, asserts that the focus has moved by itself.</summary>
    public async Task AtAsync(string what)
    {
        if (way != InputMode.Keys)
        {
            return;
        }

        try
        {
            await page.WaitForFunctionAsync($"what => ({Focus})() === what", what);
        }
        catch (TimeoutException)
        {
            Assert.Fail($"The focus did not get to {what}, but to {await page.EvaluateAsync<string>(Focus)}");
        }
    }

    /// <summary>By keyboard, moves the focus to an element.</summary>
    public Task ReachAsync(AriaRole role, string name) => ReachAsync($"{Word(role)}: {name}");

    public Task KeyAsync(string key) => page.Keyboard.PressAsync(key);

    Task ReachAsync(string what) => UntilAsync(what, "Tab", MaxStops);

    Task DoAsync(ILocator thing) => way == InputMode.Touch ? thing.TapAsync() : thing.ClickAsync();

    async Task UntilAsync(string what, string key, int most)
    {
        var met = new List<string>();
        while (met.Count < most)
        {
            var at = await page.EvaluateAsync<string>(Focus);
            if (at == what)
            {
                return;
            }

            met.Add(at);
            await KeyAsync(key);
        }

        Assert.Fail($"The focus did not get to {what}, but to {string.Join(", ", met.Distinct(StringComparer.Ordinal))}");
    }

    static string Word(AriaRole role) => role.ToString().ToLowerInvariant();
}
