using Bunit;
using Dashboard.Components;
using Dashboard.Core.Keys;
using Dashboard.Keys;
using Dashboard.Tests.Unit.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Dashboard.Tests.Unit.Keys;

public sealed class CreateKeyDialogTests : PageTest
{
    readonly List<NewKey> asked = [];
    readonly FakeTimeProvider time = new(new(2026, 11, 21, 23, 30, 0, TimeSpan.Zero));
    Func<NewKey, Task<Error?>> answer = _ => Task.FromResult<Error?>(null);

    public CreateKeyDialogTests()
    {
        Services.AddSingleton<TimeProvider>(time);
        Services.AddSingleton(new PermissionCatalog(TestInstallation.Configuration()));
        Services.AddSingleton(new KeyPresets(TestInstallation.Configuration(), new(TestInstallation.Configuration())));
    }

    [Fact]
    public async Task Defaults_are_one_permission_and_an_end()
    {
        var dialog = Open();
        Assert.Contains("In Orders. 7 of 10 keys in use, 3 left.", dialog.ByRole("dialog").TextContent, StringComparison.Ordinal);
        Assert.Equal("In 90 days, on 19 Feb 2027", dialog.ByRole("combobox", "Expires").GetAttribute("value"));
        Assert.Contains("Expires at the end of that day (UTC).", dialog.Markup, StringComparison.Ordinal);
        await NameAsync(dialog, "  Checkout service ");
        await dialog.ByRole("form").SubmitAsync();
        var key = Assert.Single(asked);
        Assert.Equal(("Checkout service", KeyEnvironment.Live), (key.Name, key.Environment));
        Assert.Null(key.Resources);
        Assert.Equal(["read"], key.Permissions!);
        Assert.Equal(new DateTimeOffset(2027, 2, 20, 0, 0, 0, TimeSpan.Zero), key.ExpiresAt);
    }

    [Theory]
    [InlineData(ExpiryChoice.In30Days, "2026-12-22")]
    [InlineData(ExpiryChoice.In365Days, "2027-11-22")]
    [InlineData(ExpiryChoice.Never, null)]
    public async Task Choice_of_days_ends_at_the_end_of_its_day(ExpiryChoice choice, string? end)
    {
        var dialog = Open();
        await NameAsync(dialog, "Any");
        await dialog.SelectAsync("Expires", KeyExpiry.InWords(choice, new(2026, 11, 21)));
        time.Advance(TimeSpan.FromHours(1)); // past midnight, the displayed date still applies
        await dialog.ByRole("form").SubmitAsync();
        Assert.Equal(end is null ? (DateTimeOffset?)null
            : DateTimeOffset.Parse($"{end}T00:00:00Z", System.Globalization.CultureInfo.InvariantCulture), Assert.Single(asked).ExpiresAt);
    }

    [Theory]
    [InlineData("2026-11-21", "2026-11-22", null)]
    [InlineData("2999-12-31", "3000-01-01", null)]
    [InlineData("2026-11-20", null, "This date has passed. Choose today or later.")]
    [InlineData("3000-01-01", null, "Choose a date before the year 3000, or Never.")]
    [InlineData("9999-12-31", null, "Choose a date before the year 3000, or Never.")]
    [InlineData("", null, "Choose an expiry date.")]
    [InlineData("31.12.2026", null, "Choose an expiry date.")]
    public async Task Date_is_the_last_day_and_ends_at_24_00_utc(string text, string? end, string? error)
    {
        var dialog = Open();
        await NameAsync(dialog, "Any");
        await dialog.SelectAsync("Expires", "On a date…");
        var date = dialog.ByLabel("Expiry date");
        Assert.Equal("2026-11-21", date.GetAttribute("min"));
        await date.ChangeAsync(new() { Value = text });
        await dialog.ByRole("form").SubmitAsync();
        Assert.Equal(error, dialog.AllByTestId("field-error").SingleOrDefault()?.TextContent);
        Assert.Equal(end, asked.SingleOrDefault()?.ExpiresAt?.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task Missing_input_is_shown_at_its_field_and_not_submitted()
    {
        var dialog = Open();
        await dialog.ByRole("radio", "Specific resources").ClickAsync(new());
        await dialog.ByRole("group", "Permissions").AllByRole("checkbox")[0].ChangeAsync(new() { Value = false }); // read
        await dialog.ByRole("form").SubmitAsync();
        Assert.Empty(asked);
        Assert.Equal(
            ["Give it a name of 1 to 100 characters.", "Choose at least one resource, or all resources.",
                "Choose at least one permission."],
            dialog.AllByTestId("field-error").Select(error => error.TextContent));
        Assert.Equal("[aria-invalid='true']", Assert.Single(JSInterop.Invocations["ui.focusIn"]).Arguments[1]);

        await NameAsync(dialog, "Named");
        Assert.Equal(2, dialog.AllByTestId("field-error").Count);
    }

    [Fact]
    public async Task Error_is_shown_at_its_field()
    {
        answer = _ => Task.FromResult<Error?>(Error.Invalid("name", "This name is taken."));
        var dialog = Open();
        await NameAsync(dialog, "Any");
        await dialog.ByRole("form").SubmitAsync();
        Assert.Equal("This name is taken.", Assert.Single(dialog.AllByTestId("field-error")).TextContent);
        Assert.Empty(dialog.AllByRole("alert"));
        Assert.Single(JSInterop.Invocations["ui.focusIn"]);
    }

    [Theory]
    [InlineData(ErrorCode.KeyLimitReached, null)]
    [InlineData(ErrorCode.InvalidRequest, "resources")]
    [InlineData(ErrorCode.InvalidRequest, "unheard_of")]
    public async Task Error_without_a_visible_field_is_shown_above_the_form(ErrorCode code, string? field)
    {
        answer = _ =>
            Task.FromResult<Error?>(new(code, "It cannot be.", field is null ? null
                : new Dictionary<string, string>(StringComparer.Ordinal) { [field] = "It cannot be." }));
        var dialog = Open();
        await NameAsync(dialog, "Any");
        await dialog.ByRole("form").SubmitAsync();
        Assert.Equal("It cannot be.", dialog.ByRole("alert").TextContent.Trim());
    }

    [Fact]
    public async Task Second_click_during_submission_is_ignored()
    {
        var done = new TaskCompletionSource<Error?>();
        answer = _ => done.Task;
        var dialog = Open();
        await NameAsync(dialog, "Any");
        var first = dialog.ByRole("form").SubmitAsync();
        await dialog.ByRole("form").SubmitAsync();
        done.SetResult(null);
        await first;
        Assert.Single(asked);
    }

    [Fact]
    public async Task Reopened_dialog_starts_fresh()
    {
        var dialog = Open();
        await NameAsync(dialog, "Left over");
        await dialog.ByRole("group", "Permissions").AllByRole("checkbox")[0].ChangeAsync(new() { Value = false });
        await dialog.ByRole("form").SubmitAsync();
        Show(dialog, visible: false);
        Show(dialog, visible: true);
        Assert.Equal("", dialog.ByLabel("Name").GetAttribute("value"));
        Assert.Single(dialog.AllByRole("checkbox"), box => box.HasAttribute("checked"));
        Assert.Empty(dialog.AllByTestId("field-error"));
    }

    [Fact]
    public async Task Preset_sets_permissions_and_expiry_until_they_are_changed()
    {
        var dialog = Open();
        await dialog.SelectAsync("Preset", "Deploy");
        Assert.Equal("Deploy", dialog.ByRole("combobox", "Preset").GetAttribute("value"));
        Assert.Equal("This key will be able to read and execute all resources in Orders, live, until 19 Feb 2027.",
            dialog.ByTestId("outcome").TextContent);
        await dialog.SelectAsync("Preset", "Full access");
        Assert.Equal("This key will be able to read, execute and write all resources in Orders, live, until 21 Dec 2026.",
            dialog.ByTestId("outcome").TextContent);
        await dialog.SelectAsync("Expires", "Never");
        Assert.Equal("None", dialog.ByRole("combobox", "Preset").GetAttribute("value"));
        await NameAsync(dialog, "Any");
        await dialog.ByRole("form").SubmitAsync();
        var key = Assert.Single(asked);
        Assert.Equal(["read", "execute", "write"], key.Permissions!);
        Assert.Null(key.ExpiresAt);
    }

    [Fact]
    public async Task More_options_are_a_note_networks_and_a_rate_limit()
    {
        var dialog = Open();
        await NameAsync(dialog, "Any");
        await dialog.ByLabel("Note (optional)").ChangeAsync(new() { Value = "In the\nvault " });
        await dialog.ByLabel("Allowed addresses and networks (optional)").ChangeAsync(new() { Value = "203.0.113.7\n10.0.0.1/8\n" });
        await dialog.ByLabel("Requests a minute (optional)").ChangeAsync(new() { Value = "1.5" });
        await dialog.ByRole("form").SubmitAsync();
        Assert.Empty(asked);
        Assert.Equal(2, dialog.AllByTestId("field-error").Count);
        Assert.Equal("[aria-invalid='true']", Assert.Single(JSInterop.Invocations["ui.focusIn"]).Arguments[1]);
        await dialog.ByLabel("Allowed addresses and networks (optional)").ChangeAsync(new() { Value = "203.0.113.7\n10.0.0.0/8\n" });
        await dialog.ByLabel("Requests a minute (optional)").ChangeAsync(new() { Value = "1,500" });
        Assert.EndsWith(
            ", from 2 networks, at most 1,500 times a minute.", dialog.ByTestId("outcome").TextContent, StringComparison.Ordinal);
        await dialog.ByRole("form").SubmitAsync();
        var key = Assert.Single(asked);
        Assert.Equal(("In the vault", 1500), (key.Note, key.RequestsPerMinute));
        Assert.Equal(["203.0.113.7/32", "10.0.0.0/8"], key.AllowedIps!);
    }

    [Fact]
    public async Task Error_of_the_note_is_shown_at_its_field()
    {
        answer = _ => Task.FromResult<Error?>(Error.Invalid("note", "The note contains a key."));
        var dialog = Open();
        await NameAsync(dialog, "Any");
        await dialog.ByRole("form").SubmitAsync();
        Assert.Equal("The note contains a key.", Assert.Single(dialog.AllByTestId("field-error")).TextContent);
        Assert.Empty(dialog.AllByRole("alert"));
    }

    static Task NameAsync(IRenderedComponent<PageHost> dialog, string name) => dialog.ByLabel("Name").ChangeAsync(new() { Value = name });

    IRenderedComponent<PageHost> Open()
    {
        SetRendererInfo(new("Server", isInteractive: true));
        var dialog = RenderPage<CreateKeyDialog>(p => Configure(p, visible: true));
        dialog.WaitForRole("dialog");
        return dialog;
    }

    void Show(IRenderedComponent<PageHost> page, bool visible)
    {
        page.Render(host => host.AddChildContent<CreateKeyDialog>(p => Configure(p, visible)));
        page.WaitForState(() => page.AllByRole("dialog").Count == (visible ? 1 : 0));
    }

    void Configure(ComponentParameterCollectionBuilder<CreateKeyDialog> dialog, bool visible) => dialog
        .Add(x => x.Visible, visible)
        .Add(x => x.Project, "Orders")
        .Add(x => x.Allowance, new(7, 10))
        .Add(x => x.LoadResources, (_, _) => Task.FromResult(new PickPage([], 0)))
        .Add(x => x.OnSubmit, key =>
        {
            asked.Add(key);
            return answer(key);
        });
}
