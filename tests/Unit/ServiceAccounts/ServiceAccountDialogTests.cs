using Bunit;
using Dashboard.Components;
using Dashboard.ServiceAccounts;
using Dashboard.Tests.Unit.Support;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Dashboard.Tests.Unit.ServiceAccounts;

public sealed class ServiceAccountDialogTests : PageTest
{
    static readonly PickItem orders = new("acme/orders", "Orders", "acme/orders");
    static readonly PickItem olga = new("u1", "Olga", "you");
    static readonly PickItem dora = new("u2", "Dora", "dora@acme.example");
    static readonly PickItem ledger = new("acme/ledger", "Ledger", "acme/ledger");

    readonly List<ServiceAccountDraft> asked = [];
    Error? answer;

    public ServiceAccountDialogTests() => Services.AddSingleton(new PermissionCatalog(TestInstallation.Configuration()));

    [Fact]
    public async Task Dialog_submits_defaults_and_choices()
    {
        var dialog = Open(new("", "", ["read"], false, [orders], KeyEnvironment.Live, [olga]));
        Assert.Contains("Created in Orders.", dialog.Markup, StringComparison.Ordinal);
        Assert.Equal(["verify", "read", "execute", "write"], dialog.ByRole("group", "Permissions")
            .AllByRole("code").Select(code => code.TextContent).Where(code => !code.Contains('/', StringComparison.Ordinal)));
        await dialog.ByLabel("Name").ChangeAsync(new() { Value = " gateway " });
        await dialog.ByLabel("Description (optional)").ChangeAsync(new() { Value = " Verifies. " });
        await dialog.ByRole("group", "Permissions").AllByRole("checkbox")[0].ChangeAsync(new() { Value = true });
        await dialog.PickAsync("Specific projects", "Ledger");
        await dialog.ByRole("radio", "Test").ClickAsync(new());
        await dialog.ByRole("form").SubmitAsync();
        var wanted = Assert.Single(asked);
        Assert.Equal(("gateway", "Verifies.", false, KeyEnvironment.Test), (
            wanted.Name, wanted.Description, wanted.AllProjects, wanted.Environment));
        Assert.Equal(["verify", "read"], wanted.Permissions);
        Assert.Equal(["acme/orders", "acme/ledger"], wanted.Choice.Listed!);
    }

    [Fact]
    public async Task Missing_input_is_shown_at_its_field_and_not_submitted()
    {
        var dialog = Open(new("", "", [], false, [], KeyEnvironment.Live, []));
        await dialog.ByRole("form").SubmitAsync();
        Assert.Equal(
            [
                "Give it a name of 1 to 100 characters.", "Choose at least one permission.",
                "Choose at least one project, or all projects.", "Choose at least one owner.",
            ],
            dialog.AllByTestId("field-error").Select(error => error.TextContent));
        Assert.Empty(asked);
        Assert.Equal("[aria-invalid='true']", Assert.Single(JSInterop.Invocations["ui.focusIn"]).Arguments[1]);
    }

    [Fact]
    public async Task Owners_are_the_creator_and_whom_they_choose()
    {
        var dialog = Open(new("gateway", "", ["read"], true, [], KeyEnvironment.Live, [olga]));
        Assert.Equal(["Olga"], Owners());
        await dialog.PickAsync("Owners", "Dora");
        Assert.Equal(["Olga", "Dora"], Owners());
        answer = Error.Invalid("owner_ids", "Choose members of the organization who can create keys.");
        await dialog.ByRole("form").SubmitAsync();
        Assert.Equal("Choose members of the organization who can create keys.", dialog.ByTestId("field-error").TextContent);
        await dialog.ByRole("button", "Remove Olga").ClickAsync(new());
        Assert.Empty(dialog.AllByTestId("field-error"));
        await dialog.ByRole("form").SubmitAsync();
        Assert.Equal([[olga, dora], [dora]], asked.Select(draft => draft.Owners));

        IEnumerable<string> Owners() => dialog.ByRole("list", "Selected members").AllByRole("listitem")
            .Select(owner => owner.Children[0].TextContent);
    }

    [Fact]
    public async Task All_projects_need_no_selection()
    {
        var dialog = Open(new("gateway", "", ["read"], false, [], KeyEnvironment.Live, [olga]));
        Assert.Single(dialog.AllByRole("combobox", "Specific projects"));
        await dialog.ByRole("radio", "All projects").ClickAsync(new());
        Assert.Empty(dialog.AllByRole("combobox", "Specific projects"));
        await dialog.ByRole("form").SubmitAsync();
        Assert.Null(Assert.Single(asked).Choice.Listed);
    }

    [Fact]
    public async Task Error_is_shown_at_its_field_or_above_the_form()
    {
        var dialog = Open(new("gateway", "", ["read"], false, [orders], KeyEnvironment.Live, [olga]));
        answer = Error.Invalid("description", "Use 500 characters or fewer.");
        await dialog.ByRole("form").SubmitAsync();
        Assert.Equal("Use 500 characters or fewer.", dialog.ByTestId("field-error").TextContent);
        answer = new(ErrorCode.KeyLimitReached, "This project is full.");
        await dialog.ByRole("form").SubmitAsync();
        Assert.Empty(dialog.AllByTestId("field-error"));
        Assert.Equal("This project is full.", dialog.ByRole("alert").TextContent.Trim());
    }

    [Fact]
    public void Existing_account_has_no_first_key_option()
    {
        var dialog = Open(new("gateway", "", ["read"], true, [], KeyEnvironment.Live, []), changing: true);
        Assert.Equal("Change this service account", dialog.ByRole("heading").TextContent);
        Assert.Empty(dialog.AllByRole("combobox", "Owners")); // they have a dialog of their own
        Assert.Equal(["Projects"], dialog.AllByRole("radiogroup").Select(group => group.NameOf()));
        Assert.Equal("Save changes", dialog.ByRole("form").AllByRole("button")
            .Single(button => button.GetAttribute("type") == "submit").TextContent);
    }

    IRenderedComponent<PageHost> Open(ServiceAccountDraft begin, bool changing = false)
    {
        var page = RenderPage<ServiceAccountDialog>(p => p
            .Add(x => x.Visible, true).Add(x => x.Organization, "Acme").Add(x => x.Begin, begin).Add(x => x.Changing, changing)
            .Add(x => x.LoadProjects, (_, _) => Task.FromResult(new PickPage([orders, ledger], 2)))
            .Add(x => x.LoadMembers, (_, _) => Task.FromResult(new PickPage([olga, dora], 2)))
            .Add(x => x.OnSubmit, draft =>
            {
                asked.Add(draft);
                return Task.FromResult(answer);
            })
            .Add(x => x.OnCancel, () => { }));
        page.WaitForRole("dialog");
        return page;
    }
}
