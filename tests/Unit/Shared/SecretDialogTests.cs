using System.Net;
using System.Security.Claims;
using Bunit;
using Dashboard.Auth;
using Dashboard.Components;
using Dashboard.Core.Accounts;
using Dashboard.Core.Changes;
using Dashboard.Core.Keys;
using Dashboard.Core.ServiceAccounts;
using Dashboard.Core.Usage;
using Dashboard.ServiceAccounts;
using Dashboard.Shared;
using Dashboard.Tests.Unit.Support;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Dashboard.Tests.Unit.Shared;

[SqliteOnly("a page draws its list at once where reads complete at once")]
public sealed class SecretDialogTests : PageTest, IAsyncLifetime
{
    readonly TestInstallation world = new();
    readonly SentCommands commands = new();
    readonly Services services;
    readonly Actor person;
    IssuedKey issued = null!;
    SecretReveal shown = null!;
    int closed;

    public SecretDialogTests()
    {
        services = world.Run(commands);
        person = world.SignIn(world.Owner);
        Services.AddSingleton<TimeProvider>(world.Time);
        Services.AddSingleton(services.Keys);
        Services.AddSingleton(services.Get<ChangeFeed>());
        Services.AddSingleton(services.Get<SessionService>());
        Services.AddScoped<CurrentUser>();
        Services.AddScoped<ActionRunner>();
        Services.AddScoped<SessionWatch>();
        AddAuthorization().SetAuthorized(person.Name).SetClaims(
            new Claim(ClaimTypes.NameIdentifier, person.Id), new Claim(CurrentActor.SessionClaim, person.SessionId!), new Claim(
                ClientAddress.Claim, "10.2.3.4"));
    }

    public async ValueTask InitializeAsync()
    {
        issued = (await services.Keys.CreateAsync(
            person, new(TestInstallation.Orders, "production-backend"), Xunit.TestContext.Current.CancellationToken)).Value;
        shown = SecretReveal.Of(issued);
    }

    protected override async ValueTask DisposeAsyncCore()
    {
        await base.DisposeAsyncCore();
        await world.DisposeAsync();
    }

    [Fact]
    public async Task First_use_is_shown_by_itself_without_polling()
    {
        var dialog = Open();
        var other = (await services.Keys.CreateAsync(
            person, new(TestInstallation.Orders, "other"), Xunit.TestContext.Current.CancellationToken)).Value;
        commands.Forget();
        Assert.Contains("Waiting for the first request…", dialog.ByTestId("first-use").TextContent, StringComparison.Ordinal);
        world.Time.Advance(TimeSpan.FromMinutes(10));
        Assert.Empty(commands.Sent);
        await UseAsync(other);
        commands.Forget();
        await UseAsync(issued, new(IPAddress.Parse("10.2.3.4"), "GET", "/v1/orders", "curl/8.9.1"));
        dialog.WaitForAssertion(() => Assert.StartsWith("It works.", FirstUse(dialog), StringComparison.Ordinal));
        Assert.StartsWith("It works. First request just now.", FirstUse(dialog), StringComparison.Ordinal);
        Assert.EndsWith("GET /v1/orders, allowed, from 10.2.3.0/24 with curl", FirstUse(dialog), StringComparison.Ordinal);
        Assert.Single(commands.Sent, sql =>
            sql.StartsWith("SELECT", StringComparison.Ordinal) && sql.Contains("\"Method\"", StringComparison.Ordinal));
        Assert.Equal("I have saved the key", Leave(dialog).TextContent);
        await CopyAsync(dialog, "Copy key", "copied");
        Assert.Equal("Done", Leave(dialog).TextContent);

        world.Time.Advance(TimeSpan.FromSeconds(40));
        dialog.WaitForAssertion(
            () => Assert.StartsWith("It works. First request 40 seconds ago.", FirstUse(dialog), StringComparison.Ordinal));
    }

    [Fact]
    public async Task First_use_with_few_details_is_shown()
    {
        var dialog = Open();
        await UseAsync(issued, new(null, null, null, null));
        dialog.WaitForAssertion(() => Assert.EndsWith("Allowed", FirstUse(dialog), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Failed_read_of_the_first_use_is_retried_and_keeps_the_key()
    {
        var dialog = Open();
        var failed = new TaskCompletionSource();
        commands.FailWhen = sql => sql.Contains("\"Method\"", StringComparison.Ordinal)
            && sql.StartsWith("SELECT", StringComparison.Ordinal) && failed.TrySetResult();
        await UseAsync(issued);
        await failed.Task.WaitAsync(TimeSpan.FromSeconds(30), Xunit.TestContext.Current.CancellationToken);
        Assert.Equal(issued.Secret.Reveal(), dialog.ByRole("code").TextContent);
        dialog.WaitForAssertion(() =>
        {
            world.Time.Advance(TimeSpan.FromSeconds(1)); // the delay may start after the failure
            Assert.StartsWith("It works.", FirstUse(dialog), StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task Ended_session_keeps_the_key_until_the_dialog_closes()
    {
        var watch = Services.GetRequiredService<SessionWatch>();
        watch.SetAuthenticationState(
            Task.FromResult(new Microsoft.AspNetCore.Components.Authorization.AuthenticationState(new(new ClaimsIdentity(
            [new(ClaimTypes.NameIdentifier, person.Id), new(CurrentActor.SessionClaim, person.SessionId!)], "test")))));
        await watch.BeginAsync();
        var dialog = Open();
        await services.Get<SessionService>().EndAsync(person, Xunit.TestContext.Current.CancellationToken);
        await watch.Checking;
        dialog.WaitForAssertion(
            () => Assert.Contains("Your session has ended.", dialog.ByRole("dialog").TextContent, StringComparison.Ordinal));
        Assert.Equal(issued.Secret.Reveal(), dialog.ByRole("code").TextContent);
        Assert.False((await watch.GetAuthenticationStateAsync()).User.Identity!.IsAuthenticated); // it reads nothing more
        world.Time.Advance(SessionWatch.HoldLimit);
        await watch.Checking;
        await dialog.InvokeAsync(() => Assert.Equal(1, closed)); // after what the check asked the page for
        Show(dialog, null);
        Assert.False((await watch.GetAuthenticationStateAsync()).User.Identity!.IsAuthenticated);
    }

    [Fact]
    public void Prerendered_page_holds_no_secret()
    {
        var dialog = Open(interactive: false);
        Assert.DoesNotContain(issued.Secret.Reveal(), dialog.Markup, StringComparison.Ordinal);
        Assert.Empty(dialog.AllByRole("dialog"));
    }

    [Fact]
    public void Key_is_shown_whole_and_only_a_button_closes_it()
    {
        var dialog = Open();
        Assert.Equal(issued.Secret.Reveal(), dialog.ByRole("code").TextContent);
        Assert.Empty(dialog.AllByRole("button", "Close"));
        Assert.Contains("production-backend is ready. This is the only time its key is shown.",
            dialog.ByRole("dialog").TextContent, StringComparison.Ordinal);
        Assert.All(dialog.AllByRole("tabpanel"), snippet => Assert.Equal(issued.Secret.Reveal(), snippet.AllByRole("mark")[0].TextContent));
    }

    [Fact]
    public async Task Copied_it_closes_plainly()
    {
        var dialog = Open();
        await CopyAsync(dialog, "Copy key", "copied");
        await dialog.InvokeAsync(() => Leave(dialog).ClickAsync());
        Assert.Equal(1, closed);
    }

    [Fact]
    public async Task Snippet_that_was_copied_counts()
    {
        var dialog = Open();
        await CopyAsync(dialog, "Copy the .env text", "copied");
        await dialog.InvokeAsync(() => Leave(dialog).ClickAsync());
        Assert.Equal(1, closed);
    }

    [Fact]
    public async Task Key_copied_by_hand_counts()
    {
        var dialog = Open();
        await CopyAsync(dialog, "Copy key", "manual");
        await dialog.ByRole("code").TriggerEventAsync("oncopy", new ClipboardEventArgs());
        await dialog.InvokeAsync(() => Leave(dialog).ClickAsync());
        Assert.Equal(1, closed);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("manual")]
    public async Task Not_copied_it_asks_first(string? outcome)
    {
        var dialog = Open();
        if (outcome is not null)
        {
            await CopyAsync(dialog, "Copy key", outcome);
        }

        await dialog.InvokeAsync(() => Leave(dialog).ClickAsync());
        Assert.Equal(0, closed);
        Assert.Contains(
            "You have not copied this key. Once this closes it cannot be shown again. You would have to revoke it and create another.",
            string.Join(' ', Guards(dialog).Single().TextContent.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)),
            StringComparison.Ordinal);
        Assert.Equal(issued.Secret.Reveal(), dialog.ByRole("code").TextContent);
        Assert.Equal(".guard button", Assert.Single(JSInterop.Invocations["ui.focusIn"]).Arguments[1]);

        await dialog.InvokeAsync(() => Leave(dialog).ClickAsync()); // the button is now "Keep this open"
        Assert.Empty(Guards(dialog));
        Assert.Equal(0, closed);
        await dialog.InvokeAsync(() => Leave(dialog).ClickAsync());
        await dialog.InvokeAsync(() => dialog.ByRole("button", "Close without copying").ClickAsync());
        Assert.Equal(1, closed);
    }

    [Fact]
    public async Task Copy_in_the_warning_ends_it()
    {
        var dialog = Open();
        await dialog.InvokeAsync(() => Leave(dialog).ClickAsync());
        await CopyAsync(dialog, "Copy key", "copied");
        Assert.Empty(Guards(dialog)); // it would name nothing
        await dialog.InvokeAsync(() => Leave(dialog).ClickAsync());
        Assert.Equal(1, closed);
    }

    [Fact]
    public async Task Warning_names_what_is_left_to_copy()
    {
        await ShowAccountAsync();
        var dialog = Open();
        await dialog.InvokeAsync(() => Button(dialog, "I have saved them").ClickAsync());
        await CopyAsync(dialog, "Copy api key", "copied");
        Assert.StartsWith("You have not copied the client secret.", Guards(dialog).Single().TextContent.Trim(), StringComparison.Ordinal);
        await CopyAsync(dialog, "Copy client secret", "copied");
        Assert.Empty(Guards(dialog));
    }

    [Theory]
    [InlineData("copied", 1)]
    [InlineData("manual", 0)]
    public async Task Copy_and_close_closes_once_it_is_copied(string outcome, int closes)
    {
        var dialog = Open();
        await dialog.InvokeAsync(() => Leave(dialog).ClickAsync());
        await CopyAsync(dialog, "Copy and close", outcome);
        Assert.Equal(closes, closed);
    }

    [Fact]
    public void Going_elsewhere_is_held_up_and_asks()
    {
        var dialog = Open();
        Services.GetRequiredService<NavigationManager>().NavigateTo("/elsewhere");
        Assert.Single(Guards(dialog));
        Assert.Equal("http://localhost/", Services.GetRequiredService<NavigationManager>().Uri);
    }

    [Fact]
    public async Task Once_copied_nothing_holds_up()
    {
        var dialog = Open();
        await CopyAsync(dialog, "Copy key", "copied");
        Services.GetRequiredService<NavigationManager>().NavigateTo("/elsewhere");
        Assert.Equal("http://localhost/elsewhere", Services.GetRequiredService<NavigationManager>().Uri);
    }

    [Fact]
    public async Task Closed_it_is_gone_and_the_next_key_begins_uncopied()
    {
        var dialog = Open();
        await CopyAsync(dialog, "Copy key", "copied");
        Show(dialog, null);
        Assert.DoesNotContain(issued.Secret.Reveal(), dialog.Markup, StringComparison.Ordinal);
        Show(dialog, shown);
        await dialog.InvokeAsync(() => Leave(dialog).ClickAsync());
        Assert.Single(Guards(dialog));
    }

    [Fact]
    public async Task Several_are_counted_and_leaving_asks_for_the_secret_that_was_not_copied()
    {
        var account = await ShowAccountAsync();
        var dialog = Open();
        Assert.Equal(["API key", "Client id", "Client secret"], dialog.AllByTestId("copy-label").Select(label => label.TextContent));
        Assert.Equal(
            $"LATCHKEY_API_KEY={account.Key.Secret.Reveal()}\nLATCHKEY_CLIENT_ID={account.Account.ClientId}\nLATCHKEY_CLIENT_SECRET={account.Secret.Reveal()}", dialog.AllByRole("tabpanel")[0].TextContent.Trim());
        await CopyAsync(dialog, "Copy api key", "copied");
        Assert.Equal(["Copied", "Not copied yet", "Not copied yet"], dialog.AllByTestId("copy-state").Select(word => word.TextContent));
        Assert.Contains("1 of 3 copied", dialog.AllByRole("status").Select(status => status.TextContent));
        await dialog.InvokeAsync(() => Button(dialog, "I have saved them").ClickAsync());
        Assert.StartsWith("You have not copied the client secret.", Guards(dialog).Single().TextContent.Trim(), StringComparison.Ordinal);
        await dialog.InvokeAsync(() => Button(dialog, "Keep this open").ClickAsync());
        await dialog.AllByRole("code")[2].TriggerEventAsync("oncopy", new ClipboardEventArgs());
        await dialog.InvokeAsync(() => Button(dialog, "I have saved them").ClickAsync()); // the client id is not a secret
        Assert.Equal(1, closed);
    }

    [Fact]
    public async Task Several_that_were_not_copied_are_named_together_and_copied_at_once()
    {
        await ShowAccountAsync();
        var dialog = Open();
        await dialog.InvokeAsync(() => Button(dialog, "I have saved them").ClickAsync());
        Assert.StartsWith(
            "You have not copied the API key and the client secret. Once this closes they cannot be shown again.",
            string.Join(' ', Guards(dialog).Single().TextContent.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)),
            StringComparison.Ordinal);
        Assert.Equal($"#{dialog.AllByRole("tabpanel")[0].FirstElementChild!.Id}", dialog.ByRole("button", "Copy all and close")
            .GetAttribute("data-copy"));
        await CopyAsync(dialog, "Copy all and close", "manual");
        Assert.Equal(0, closed);
        await CopyAsync(dialog, "Copy all and close", "copied");
        Assert.Equal(1, closed);
    }

    [Theory]
    [InlineData(0, "3 of 3 copied", 1)]
    [InlineData(1, "2 of 3 copied", 0)]
    public async Task Snippet_counts_for_what_it_holds(int snippet, string count, int closes)
    {
        await ShowAccountAsync();
        var dialog = Open();
        await dialog.AllByRole("tabpanel")[snippet].ByRole("button")
            .TriggerEventAsync("oncopied", new CopiedEventArgs { Outcome = "copied" });
        Assert.Contains(count, dialog.AllByRole("status").Select(status => status.TextContent));
        await dialog.InvokeAsync(() => Button(dialog, "I have saved them").ClickAsync());
        Assert.Equal(closes, closed);
    }

    [Fact]
    public async Task Copy_all_is_offered_until_all_is_copied()
    {
        await ShowAccountAsync();
        var dialog = Open();
        await Button(dialog, "Copy all").TriggerEventAsync("oncopied", new CopiedEventArgs { Outcome = "copied" });
        Assert.Empty(dialog.AllByRole("button", "Copy all"));
    }

    async Task<IssuedServiceAccount> ShowAccountAsync()
    {
        var account = (await services.Get<ServiceAccountService>()
            .CreateAsync(person, new("gateway"), Xunit.TestContext.Current.CancellationToken)).Value;
        shown = ServiceAccountSecrets.Of(account);
        return account;
    }

    static AngleSharp.Dom.IElement Button(IRenderedComponent<PageHost> dialog, string text) =>
        dialog.AllByRole("button").Single(button => button.TextContent.StartsWith(text, StringComparison.Ordinal));

    /// <summary>Accepts a request with the key and writes its first use.</summary>
    async Task UseAsync(IssuedKey key, CallerContext? facts = null)
    {
        var uses = services.Get<FirstUses>();
        uses.Note(key.Key.KeyId, world.Time.GetUtcNow(), facts, key.Secret.Reveal());
        await uses.FlushAsync(Xunit.TestContext.Current.CancellationToken);
    }

    /// <summary>Found and pressed in one go: what is read behind the page would draw the button again in between.</summary>
    static Task CopyAsync(IRenderedComponent<PageHost> dialog, string button, string outcome) => dialog.InvokeAsync(() =>
        dialog.ByRole("button", button).TriggerEventAsync("oncopied", new CopiedEventArgs { Outcome = outcome }));

    /// <summary>The last button, which closes the dialog or, where that is asked about, keeps it open.</summary>
    static AngleSharp.Dom.IElement Leave(IRenderedComponent<PageHost> dialog) => dialog.AllByRole("button")[^1];

    static string FirstUse(IRenderedComponent<PageHost> dialog) => dialog.ByTestId("first-use").TextContent.Trim();

    /// <summary>The question whether to leave with something that was not copied.</summary>
    static List<AngleSharp.Dom.IElement> Guards(IRenderedComponent<PageHost> dialog) =>
        [.. dialog.AllByRole("alert").Where(alert => alert.TextContent.Contains("You have not copied", StringComparison.Ordinal))];

    IRenderedComponent<PageHost> Open(bool interactive = true)
    {
        SetRendererInfo(new("Server", interactive));
        var dialog = RenderPage<SecretDialog>(p => p.Add(x => x.Issued, shown).Add(x => x.OnClosed, () => closed++));
        if (interactive)
        {
            dialog.WaitForRole("dialog");
        }

        return dialog;
    }

    void Show(IRenderedComponent<PageHost> dialog, SecretReveal? issued)
    {
        dialog.Render(host => host.AddChildContent<SecretDialog>(p => p.Add(x => x.Issued, issued).Add(x => x.OnClosed, () => closed++)));
        dialog.WaitForState(() => dialog.AllByRole("dialog").Count == (issued is null ? 0 : 1));
    }
}
