using System.Security.Claims;
using Bunit;
using Dashboard.Auth;
using Dashboard.Components;
using Dashboard.Core.Accounts;
using Dashboard.Shared;
using Dashboard.Tests.Unit.Accounts;
using Dashboard.Tests.Unit.Support;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor;
using Xunit;

namespace Dashboard.Tests.Unit.Shared;

[SqliteOnly("a dialog draws what it reads at once where reads complete at once")]
public sealed class ConfirmPresenceDialogTests : PageTest, IAsyncLifetime
{
    readonly SoftAuthenticator device = new();
    SignInFixture newcomers = null!;
    Actor priya = null!;

    public async ValueTask InitializeAsync()
    {
        newcomers = await SignInFixture.SetUpAsync();
        priya = await newcomers.EnterAsync();
        Services.AddSingleton(newcomers.Services.Get<PresenceService>());
        Services.AddSingleton(newcomers.Services.Get<SecondFactorService>());
        Services.AddSingleton(newcomers.Services.Get<PasskeyService>());
        Services.AddScoped<CurrentUser>();
        AddAuthorization().SetAuthorized(priya.Name).SetClaims(
            new Claim(ClaimTypes.NameIdentifier, priya.Id), new Claim(CurrentActor.SessionClaim, priya.SessionId!), new Claim(
                ClientAddress.Claim, "10.2.3.4"));
        SetRendererInfo(new("Server", isInteractive: true));
    }

    protected override async ValueTask DisposeAsyncCore()
    {
        await base.DisposeAsyncCore();
        device.Dispose();
        await newcomers.DisposeAsync();
    }

    [Theory]
    [InlineData(false, false, "Enter your password to continue.")]
    [InlineData(true, false, "Enter your password to continue, or use a code.")]
    [InlineData(false, true, "Enter your password to continue, or use a passkey.")]
    [InlineData(true, true, "Enter your password to continue, or use a code or a passkey.")]
    public async Task Text_names_each_proof_that_the_person_has(bool app, bool passkey, string text)
    {
        await SetUpAsync(app, passkey);
        var dialog = Open();
        Assert.Contains($"You signed in a while ago. {text}", dialog.WaitForRole("dialog").TextContent, StringComparison.Ordinal);
        Assert.Equal(app ? 1 : 0, dialog.AllByRole("button", "Use a code").Count);
        Assert.Equal(passkey ? 1 : 0, dialog.AllByRole("button", "Use a passkey").Count);
    }

    [Theory]
    [InlineData(false, "Enter a code to continue, or use your password.")]
    [InlineData(true, "Enter a code to continue, or use your password or a passkey.")]
    public async Task Text_follows_the_field(bool passkey, string text)
    {
        await SetUpAsync(app: true, passkey);
        var dialog = Open();
        await dialog.WaitForRole("button", "Use a code").ClickAsync(new());
        dialog.WaitForAssertion(() => Assert.Contains(
            $"You signed in a while ago. {text}", dialog.ByRole("dialog").TextContent, StringComparison.Ordinal));
        Assert.NotNull(dialog.ByLabel("Code"));
    }

    async Task SetUpAsync(bool app, bool passkey)
    {
        if (app)
        {
            await newcomers.SetUpAuthenticatorAsync(priya);
        }

        if (passkey)
        {
            await newcomers.AddPasskeyAsync(priya, device);
        }
    }

    IRenderedComponent<PageHost> Open()
    {
        var page = RenderPage<EmptyState>(p => p.Add(x => x.Icon, Dashboard.Components.Icons.X).Add(x => x.Title, "Page"));
        _ = page.InvokeAsync(() => Services.GetRequiredService<IDialogService>().ConfirmPresenceAsync());
        return page;
    }
}
