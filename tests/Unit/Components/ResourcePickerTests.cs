using AngleSharp.Dom;
using Bunit;
using Dashboard.Components;
using Dashboard.Tests.Unit.Support;
using Microsoft.AspNetCore.Components.Web;
using Xunit;

namespace Dashboard.Tests.Unit.Components;

public sealed class ResourcePickerTests : PageTest
{
    static readonly PickItem[] Everything =
        [.. Enumerable.Range(1, 5000).Select(n => new PickItem($"w-{n}", $"Workflow {n}", $"workflow:w-{n}"))];

    readonly List<string> asked = [];
    IReadOnlyList<PickItem>? told;

    [Fact]
    public async Task Of_five_thousand_one_page_is_offered_and_the_rest_counted()
    {
        var page = Open([]);
        await OpenListAsync(page);
        Assert.Equal(20, page.AllByRole("option").Count);
        Assert.Equal("4,980 more. Search to narrow them down.", page.ByTestId("pick-rest").TextContent);
    }

    [Fact]
    public async Task What_is_picked_is_added_and_no_longer_offered()
    {
        var page = Open([Everything[4210], Everything[0]]);
        await page.PickAsync("Resources", "Workflow 3");
        Assert.Equal([Everything[4210], Everything[0], Everything[2]], told);
        await OpenListAsync(page);
        Assert.StartsWith("Workflow 2", page.AllByRole("option")[0].TextContent.Trim(), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_picked_is_listed_and_removed_one_by_one()
    {
        var page = Open([Everything[0], Everything[1]]);
        Assert.Equal(2, page.ByRole("list", "Selected resources").AllByRole("listitem").Count);
        page.ByRole("button", "Remove Workflow 1").Click();
        Assert.Equal([Everything[1]], told);
    }

    [Fact]
    public async Task All_of_a_kind_are_added_at_once_up_to_what_is_allowed()
    {
        var page = Open([Everything[2], new("a-1", "Agent 1", "agent:a-1")], load: WithKindsAsync);
        Assert.Equal(["Add the first 998 of 5,000 workflows", "Add all 2 agents"], page.ByRole("group", "Add all resources of a kind")
            .AllByRole("button").Select(button => button.TextContent));
        await page.ByRole("button", "Add all 2 agents").ClickAsync(new());
        Assert.Equal(["w-3", "a-1", "a-2"], told!.Select(item => item.Value)); // what was picked is not there twice
        await page.ByRole("button", "Add the first 998 of 5,000 workflows").ClickAsync(new());
        Assert.Equal(1000, told!.Count);
        Assert.Equal(1000, told!.DistinctBy(item => item.Value).Count());
    }

    [Fact]
    public async Task Of_hundreds_picked_the_last_are_listed_and_all_can_be_removed()
    {
        var page = Open([.. Everything.Take(300)], name: "resources");
        var list = page.ByRole("list", "Selected resources");
        Assert.Equal(21, list.AllByRole("listitem").Count);
        Assert.StartsWith("300 resources, the last 20 of them below", list.TextContent.Trim(), StringComparison.Ordinal);
        Assert.DoesNotContain("type=\"hidden\"", page.Markup, StringComparison.Ordinal); // a draft holds all of them or none
        await page.ByRole("button", "Remove all").ClickAsync(new());
        Assert.Empty(told!);
    }

    [Fact]
    public async Task Of_a_picker_for_one_another_takes_its_place()
    {
        var page = Open([Everything[0]], several: false);
        Assert.Empty(page.AllByRole("list"));
        await page.PickAsync("Resources", "Workflow 5");
        Assert.Equal([Everything[4]], told);
    }

    [Fact]
    public void Search_asks_once_for_what_was_typed()
    {
        var page = Open([]);
        var before = asked.Count;
        Type(page, "4211");
        page.WaitForAssertion(() => Assert.Equal(["Workflow 4211"], page.AllByRole("option").Select(NameOf)));
        Assert.Equal(["4211"], asked.Skip(before));
    }

    [Fact]
    public void Search_that_finds_nothing_says_so()
    {
        var page = Open([]);
        Type(page, "zzz");
        page.WaitForAssertion(() => Assert.Equal("No resources match “zzz”.", page.ByTestId("pick-rest").TextContent));
    }

    /// <summary>By it <c>ui.js</c> keeps Enter from taking what was found for another text.</summary>
    [Fact]
    public async Task Field_tells_the_text_that_its_options_were_found_for_once_they_are_there()
    {
        var answer = new TaskCompletionSource<PickPage>();
        var page = Open([], load: (text, _) => text.Length == 0 ? Task.FromResult(new PickPage([Everything[0]], 1)) : answer.Task);
        Type(page, "42");
        page.WaitForAssertion(() => Assert.Contains("42", asked));
        Assert.Equal("", Found(page));
        await page.InvokeAsync(() => answer.SetResult(new([Everything[41]], 1)));
        page.WaitForAssertion(() => Assert.Equal("42", Found(page)));
    }

    [Fact]
    public void Search_that_fails_says_so_and_leaves_what_is_picked()
    {
        var fails = true;
        var page = Open(
            [Everything[6]],
            load: (_, _) => fails ? throw new TimeoutException() : Task.FromResult(new PickPage([Everything[41]], 1)));
        Type(page, "42");
        page.WaitForAssertion(() => Assert.Equal("Could not load the resources. Search again.", page.ByTestId("field-error").TextContent));
        Assert.Single(page.ByRole("list", "Selected resources").AllByRole("listitem"));
        fails = false;
        Type(page, "421");
        page.WaitForAssertion(() => Assert.Equal(["Workflow 42"], page.AllByRole("option").Select(NameOf)));
        Assert.Empty(page.AllByTestId("field-error"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("w-1")]
    [InlineData("\tName\t")]
    [InlineData("w-1\tName")]
    public void Field_that_is_no_item_is_none(string text) => Assert.Null(PickItem.OfField(text));

    [Fact]
    public void Item_comes_back_from_its_field()
    {
        Assert.Equal(Everything[0], PickItem.OfField(Everything[0].ToField()));
        Assert.Equal(new("w-1", "Name"), PickItem.OfField(new PickItem("w-1", "Name").ToField()));
    }

    static string NameOf(IElement option) => option.TextContent.Trim().Split("workflow:")[0];

    static string? Found(IRenderedComponent<PageHost> page) => page.ByRole("combobox", "Resources").GetAttribute("data-found");

    static async Task OpenListAsync(IRenderedComponent<PageHost> page)
    {
        await page.ByRole("combobox", "Resources").KeyDownAsync(new KeyboardEventArgs { Key = "ArrowDown" });
        page.WaitForRole("listbox");
    }

    void Type(IRenderedComponent<PageHost> page, string text)
    {
        page.ByRole("combobox", "Resources").Input(text);
        Clock.Advance(TimeSpan.FromMilliseconds(200));
    }

    static async Task<PickPage> WithKindsAsync(string text, CancellationToken cancellationToken) =>
        await FindAsync(text, cancellationToken) with
        {
            Groups =
        [
            new("workflows", Everything.Length, (most, _) => Task.FromResult<IReadOnlyList<PickItem>>([.. Everything.Take(most)])),
            new("agents", 2, (_, _) =>
                Task.FromResult<IReadOnlyList<PickItem>>([new("a-1", "Agent 1", "agent:a-1"), new("a-2", "Agent 2", "agent:a-2")])),
        ],
        };

    IRenderedComponent<PageHost> Open(
        PickItem[] values, bool several = true, Func<string, CancellationToken, Task<PickPage>>? load = null, string? name = null) =>
        RenderPage<ResourcePicker>(p => p
            .Add(x => x.Label, "Resources").Add(x => x.Noun, "resources").Add(x => x.MultiSelection, several).Add(x => x.Name, name)
            .Add(x => x.Values, values).Add(x => x.ValuesChanged, to => told = to)
            .Add(x => x.Load, (text, cancellationToken) =>
            {
                asked.Add(text);
                return (load ?? FindAsync)(text, cancellationToken);
            }));

    static Task<PickPage> FindAsync(string text, CancellationToken cancellationToken)
    {
        PickItem[] found = [.. Everything.Where(item => item.Name.Contains(text, StringComparison.OrdinalIgnoreCase))];
        return Task.FromResult(new PickPage([.. found.Take(20)], found.Length));
    }
}
