using System.Security.Claims;
using Bunit;
using Bunit.TestDoubles;
using Dashboard.Auth;
using Dashboard.Core.Accounts;
using Dashboard.Core.Changes;
using Dashboard.Core.Keys;
using Dashboard.Core.Usage;
using Dashboard.Keys.Details;
using Dashboard.Shared;
using Dashboard.Tests.Unit.Support;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Dashboard.Tests.Unit.Keys.Details;

/// <summary>Tests of the page of a key.</summary>
public abstract class KeyPageTest : PageTest
{
    readonly BunitAuthorizationContext authorization;

    protected KeyPageTest()
    {
        Services.AddSingleton<TimeProvider>(World.Time);
        Services.AddSingleton(World.Services.Keys);
        Services.AddSingleton(World.Services.Projects);
        Services.AddSingleton(World.Services.Get<KeyDetailsService>());
        Services.AddSingleton(World.Services.Get<PermissionCatalog>());
        Services.AddSingleton(World.Services.Get<SessionService>());
        Services.AddSingleton(World.Services.Get<ChangeFeed>());
        Services.AddSingleton<KeyPageQuery>();
        Services.AddScoped<CurrentUser>();
        Services.AddScoped<ActionRunner>();
        Services.AddScoped<SessionWatch>();
        authorization = AddAuthorization();
        SetRendererInfo(new("Server", isInteractive: true));
    }

    private protected TestInstallation World { get; } = new();

    private protected static CancellationToken Token => Xunit.TestContext.Current.CancellationToken;

    private protected NavigationManager Navigation => Services.GetRequiredService<NavigationManager>();

    protected override async ValueTask DisposeAsyncCore()
    {
        await base.DisposeAsyncCore();
        await World.DisposeAsync();
    }

    private protected async Task<string> AddAsync(string name, Func<NewKey, NewKey>? with = null)
    {
        var issued = await World.Services.Keys.CreateAsync(World.Owner, (with ?? (x => x))(new(TestInstallation.Orders, name)), Token);
        return issued.Value.Key.KeyId;
    }

    private protected async Task<KeySummary> GetAsync(string key) => (await World.Services.Keys.GetAsync(World.Owner, key, Token)).Value;

    private protected IRenderedComponent<PageHost> Open(Actor person, string key, string organization = "acme", string project = "orders")
    {
        authorization.SetAuthorized(person.Name)
            .SetClaims(new Claim(ClaimTypes.NameIdentifier, person.Id), new Claim(
                CurrentActor.SessionClaim, World.SignIn(person).SessionId!));
        Navigation.NavigateTo($"/{organization}/{project}/keys/{key}");
        return RenderPage<KeyPage>(p => p.Add(x => x.Organization, organization).Add(x => x.ProjectSlug, project).Add(x => x.KeyId, key));
    }

    /// <summary>Finds and presses in one go: the page draws itself again when the change feed reports the change before.</summary>
    private protected static Task PressAsync(IRenderedComponent<PageHost> page, string button) =>
        page.InvokeAsync(() => page.ByRole("button", button).ClickAsync(new()));

    private protected static async Task AskAsync(IRenderedComponent<PageHost> page, string button)
    {
        await PressAsync(page, button);
        page.WaitForRole("form");
    }

    private protected void Use(string key, TimeSpan ago) => Assert.Equal(1, World.Sql(
        $"UPDATE ApiKeys SET LastUsedAt = {(World.Time.GetUtcNow() - ago).ToUnixTimeMilliseconds()}, LastUsedOrder = {(World.Time.GetUtcNow() - ago).ToUnixTimeMilliseconds()}, LastUsedFrom = '203.0.113.0/24' WHERE KeyId = '{key}'"));

    private protected void Seen(string key, string network, string client, int firstMinutesAgo, int lastMinutesAgo) =>
        World.Add(new KeyClient
        {
            KeyId = key,
            Network = network,
            Client = client,
            FirstSeenAt = World.Time.GetUtcNow().AddMinutes(-firstMinutesAgo),
            LastSeenAt = World.Time.GetUtcNow().AddMinutes(-lastMinutesAgo),
        });

    private protected void Asked(string key, string permission, int daysAgo)
    {
        var at = World.Time.GetUtcNow().AddDays(-daysAgo);
        World.Add(new KeyPermissionUse { KeyId = key, Permission = permission, FirstAskedAt = at, LastAskedAt = at });
    }

    private protected static string Fact(IRenderedComponent<PageHost> page, string name)
    {
        var term = page.ByRole("term", name);
        return string.Join(' ', term.NextElementSibling!.TextContent.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
    }
}
