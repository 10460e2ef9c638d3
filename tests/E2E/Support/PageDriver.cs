using System.Globalization;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Dashboard.Tests.E2E.Support;

/// <summary>How somebody uses a page. By keys nothing is touched: the focus is moved by Tab and arrows until it is where it has to be, as the page itself says it.</summary>
public enum InputMode
{
    Mouse,
    Keys,
    Touch,
}

/// <summary>A person's hand on a page. What it does it does in its <see cref="InputMode"/>, and only so.</summary>
sealed class PageDriver(IPage page, InputMode way)
{
    /// <summary>More presses of Tab than any page has stops.</summary>
    const int MaxStops = 90;

    /// <summary>What has the focus: its role and its name, as people who hear a page are told them.</summary>
    const string Focus = """
        () => {
          const e = document.activeElement;
          const role = e.getAttribute('role') ?? { BUTTON: 'button', A: 'link', SELECT: 'combobox', SUMMARY: 'button' }[e.tagName]
            ?? { search: 'searchbox', checkbox: 'checkbox', radio: 'radio', date: 'date' }[e.type] ?? (e.tagName === 'INPUT' ? 'textbox' : e.tagName.toLowerCase());
          const label = e.labels?.[0];
          const name = e.getAttribute('aria-label') ?? (label ? (label.querySelector('b') ?? label).innerText : e.innerText) ?? '';
          return `${role}: ${name.replace(/\s+/g, ' ').trim()}`;
        }
        """;

    /// <summary>The page, or the dialog that is open: what is behind one can neither be seen well nor touched.</summary>
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
            await DoAsync(Here.GetByRole(role, new() { Name = name, Exact = role != AriaRole.Checkbox })); // a box is called by its code and sentence too
        }
    }

    /// <summary>Opens a menu and takes one of its items.</summary>
    public async Task TakeAsync(string menu, string item)
    {
        if (way == InputMode.Keys)
        {
            await ReachAsync($"button: {menu}");
            await KeyAsync("ArrowDown");
            await UntilAsync($"menuitem: {item}", "ArrowDown", 10);
            await KeyAsync("Enter");
        }
        else
        {
            await DoAsync(Here.GetByRole(AriaRole.Button, new() { Name = menu, Exact = true }));
            await DoAsync(Here.GetByRole(AriaRole.Menuitem, new() { Name = item, Exact = true }));
        }
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

    /// <summary>Gives a date. By keys in the order of its parts in American English, which is what the browser is set to.</summary>
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

    /// <summary>Chooses the next of two or more.</summary>
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
            await DoAsync(Here.GetByRole(AriaRole.Radio, new() { Name = next, Exact = true }).Locator("..")); // its label: the radio itself is hidden by it
        }

        await Expect(page.GetByRole(AriaRole.Radio, new() { Name = next })).ToBeCheckedAsync();
    }

    public async Task ChooseAsync(string name, string option)
    {
        if (way == InputMode.Keys)
        {
            await ReachAsync($"combobox: {name}");
            await page.Keyboard.TypeAsync(option);
        }
        else
        {
            await Here.GetByLabel(name, new() { Exact = true }).SelectOptionAsync(option);
        }
    }

    /// <summary>By keys, where the focus has come by itself; else nothing is said of it.</summary>
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
