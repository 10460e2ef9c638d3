using System.Security.Claims;
using Bunit;
using Dashboard.Auth;
using Dashboard.Core.Accounts;
using Dashboard.Core.Changes;
using Dashboard.Core.Keys;
using Dashboard.Keys;
using Dashboard.Shared;
using Dashboard.Tests.Unit.Support;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Dashboard.Tests.Unit.Keys;

/// <summary>Tests of the page with the keys of a project.</summary>
public abstract class KeysPageTest : PageTest
{
    protected KeysPageTest()
    {
        Services.AddSingleton<TimeProvider>(World.Time);
        Services.AddSingleton(World.Services.Keys).AddSingleton(World.Services.KeyLists);
        Services.AddSingleton(World.Services.Get<Core.Usage.UsageService>());
        Services.AddSingleton(World.Services.Projects);
        Services.AddSingleton(World.Services.Resources);
        Services.AddSingleton(World.Services.Get<PermissionCatalog>());
        Services.AddSingleton(World.Services.Get<KeyPresets>());
        Services.AddSingleton(World.Services.Get<SessionService>());
        Services.AddSingleton(World.Services.Get<ChangeFeed>());
        Services.AddSingleton<KeysPageQuery>();
        Services.AddScoped<CurrentUser>();
        Services.AddScoped<ActionRunner>();
        Services.AddScoped<SessionWatch>();
    }

    private protected TestInstallation World { get; } = new();

    private protected NavigationManager Navigation => Services.GetRequiredService<NavigationManager>();

    protected override async ValueTask DisposeAsyncCore()
    {
        await base.DisposeAsyncCore();
        await World.DisposeAsync();
    }

    private protected IRenderedComponent<PageHost> Open(Actor person, string query = "")
    {
        var session = World.SignIn(person).SessionId!;
        AddAuthorization().SetAuthorized(person.Name).SetClaims(
            new Claim(ClaimTypes.NameIdentifier, person.Id), new Claim(CurrentActor.SessionClaim, session), new Claim(
                ClientAddress.Claim, "10.2.3.4"));
        SetRendererInfo(new("Server", isInteractive: true));
        Navigation.NavigateTo($"/acme/orders/keys{query}");
        return RenderPage<KeysPage>(p => p.Add(x => x.Organization, "acme").Add(x => x.ProjectSlug, "orders"));
    }

    private protected async Task<IssuedKey> AddAsync(Actor owner, string name) =>
        (await World.Services.Keys.CreateAsync(
            owner, new(TestInstallation.Orders, name), Xunit.TestContext.Current.CancellationToken)).Value;

    private protected void Type(IRenderedComponent<PageHost> page, string text)
    {
        page.ByRole("search").ByRole("searchbox").Input(text);
        World.Time.Advance(TimeSpan.FromMilliseconds(200));
    }

    private protected void Use(IssuedKey key, TimeSpan ago) => Assert.Equal(1, World.Sql(
        $"UPDATE ApiKeys SET LastUsedAt = {(World.Time.GetUtcNow() - ago).ToUnixTimeMilliseconds()}, LastUsedOrder = {(World.Time.GetUtcNow() - ago).ToUnixTimeMilliseconds()}, LastUsedFrom = '203.0.113.0/24' WHERE KeyId = '{key.Key.KeyId}'"));

    private protected async Task<KeyState> StateAsync(IssuedKey key) =>
        (await World.Services.Keys.GetAsync(World.Owner, key.Key.KeyId, Xunit.TestContext.Current.CancellationToken)).Value.State;

    private protected static List<string> Names(IRenderedComponent<PageHost> page) =>
        [.. page.AllByTestId("row-name").Select(x => x.TextContent)];
}
