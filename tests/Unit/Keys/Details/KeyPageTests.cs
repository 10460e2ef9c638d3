using Bunit;
using Dashboard.Core.Keys;
using Dashboard.Core.Organizations;
using Dashboard.Core.PublishedApps;
using Dashboard.Tests.Unit.Support;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Dashboard.Tests.Unit.Keys.Details;

[SqliteOnly("a page draws its list at once where reads complete at once")]
public sealed class KeyPageTests : KeyPageTest
{
    [Fact]
    public async Task Facts_name_everything_that_the_list_only_counts()
    {
        World.AddResource(TestInstallation.Orders, "workflow", "returns");
        World.AddResource(TestInstallation.Orders, "gateway", "carrier");
        var key = await AddAsync(
            "Backend", x =>
                x with
                {
                    Resources = ["workflow:returns", "gateway:carrier"],
                    RequestsPerMinute = 1200,
                    Note = "In the vault",
                    ExpiresAt = new(2027, 3, 1, 0, 0, 0, TimeSpan.Zero)
                });
        var page = Open(World.Owner, key);
        Assert.Equal("Backend", page.ByRole("heading", "Backend").TextContent);
        Assert.Equal("carrier, returns", Fact(page, "Scope"));
        Assert.Equal("Never", Fact(page, "Last used"));
        Assert.Equal("1,200 requests a minute", Fact(page, "Rate limit"));
        Assert.Equal("In the vault", Fact(page, "Note"));
        Assert.Equal("28 Feb 2027in 99 days", Fact(page, "Expires"));
        Assert.Equal("21 Nov 2026by Olga", Fact(page, "Created"));
        Assert.Equal("Created by Olga21 Nov 2026", page.AllByRole("listitem")[^1].TextContent);
    }

    [Fact]
    public async Task Long_list_of_resources_opens()
    {
        for (var number = 10; number < 16; number++)
        {
            World.AddResource(TestInstallation.Orders, "workflow", $"r{number}");
        }

        var page = Open(World.Viewer, await AddAsync(
            "Backend", x => x with { Resources = [.. Enumerable.Range(10, 6).Select(number => $"workflow:r{number}")] }));
        Assert.Equal("r10, r11, r12, r13 and 2 more", Fact(page, "Scope"));
        await PressAsync(page, "and 2 more");
        page.WaitForAssertion(() => Assert.Equal("r10, r11, r12, r13, r14, r15 Show fewer", Fact(page, "Scope")));
        await PressAsync(page, "Show fewer");
        page.WaitForAssertion(() => Assert.Equal("r10, r11, r12, r13 and 2 more", Fact(page, "Scope")));
    }

    [Fact]
    public async Task Viewer_sees_all_and_changes_nothing()
    {
        var key = await AddAsync("Backend", x => x with { AllowedIps = ["10.0.0.0/8"] });
        World.Time.Advance(TimeSpan.FromDays(40));
        Asked(key, "read", 1);
        var page = Open(World.Viewer, key);
        Assert.Equal(["Copy the prefix"], page.AllByRole("button").Select(button => button.NameOf()));
        Assert.Equal("None", Fact(page, "Note"));
        Assert.Contains("10.0.0.0/8", page.ByRole("list", "Allowed networks").TextContent, StringComparison.Ordinal);
        Assert.Contains("Granted 3, used 1 in 90 days.", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Developer_sees_why_the_key_of_another_cannot_be_changed()
    {
        var page = Open(World.Developer, await AddAsync("Backend"));
        Assert.Contains("Owned by Olga. Only its owner or an admin can change it.", page.Markup, StringComparison.Ordinal);
        Assert.Equal(["Copy the prefix"], page.AllByRole("button").Select(button => button.NameOf()));
    }

    [Fact]
    public async Task Owner_sees_what_an_admin_restricted()
    {
        var key = (await World.Services.Keys.CreateAsync(World.Developer, new(TestInstallation.Orders, "Backend"), Token)).Value.Key.KeyId;
        var limits = new KeyLimits { AllowedIps = ["10.0.0.0/8"], RequestsPerMinute = 100 };
        await World.Services.Keys.ChangeAsync(World.Admin, key, new(State: KeyState.Inactive, Limits: limits), Token);
        var page = Open(World.Developer, key);
        var enable = page.ByRole("button", "Enable");
        Assert.Equal(("true", "An admin disabled this key. Only an admin can enable it."), (
            enable.GetAttribute("aria-disabled"), enable.DescriptionOf()));
        Assert.Equal("An admin limited this key to 10.0.0.0/8. You can narrow the list but not widen it.",
            page.ByTestId("admin-allow-list").TextContent);
        await AskAsync(page, "Change rate limit");
        Assert.Contains("An admin set at most 100: you can lower the limit but not raise it.",
            page.ByRole("form").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Revoked_key_says_so_and_has_no_actions()
    {
        var key = await AddAsync("Backend");
        await World.Services.Keys.RevokeAsync(World.Owner, key, Token);
        var page = Open(World.Owner, key);
        Assert.Contains("Revoked on 21 Nov 2026. Requests using it are refused, and it can’t be changed any more.",
            page.Markup, StringComparison.Ordinal);
        Assert.Equal(["Copy the prefix"], page.AllByRole("button").Select(button => button.NameOf()));
    }

    [Fact]
    public async Task Managed_key_names_its_app()
    {
        World.AddResource(TestInstallation.Orders, "workflow", "intake");
        var app = await World.Services.Get<PublishedAppService>()
            .PublishAsync(World.Owner, new(TestInstallation.Orders, "Chat", "workflow:intake"), Token);
        var page = Open(World.Owner, app.Value.Secret.KeyId);
        Assert.Contains("Used by the published app Chat.", page.Markup, StringComparison.Ordinal);
        Assert.EndsWith("/acme/orders/apps", page.ByRole("link", "Chat").GetAttribute("href"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("acme", "orders", "unknown1")]
    [InlineData("acme", "nothing", null)]
    [InlineData("globex", "billing", null)]
    public async Task Key_that_is_not_at_the_address_is_not_found(string organization, string project, string? id)
    {
        World.AddMember("globex", World.Owner, OrganizationRole.Owner);
        var key = id ?? await AddAsync("Backend");
        var lost = 0;
        Navigation.OnNotFound += (_, _) => lost++;
        Assert.DoesNotContain("Backend", Open(World.Owner, key, organization, project).Markup, StringComparison.Ordinal);
        Assert.Equal(1, lost);
    }

    [Fact]
    public async Task Key_of_another_organization_is_not_found()
    {
        var key = await AddAsync("Backend");
        var lost = 0;
        Navigation.OnNotFound += (_, _) => lost++;
        Assert.DoesNotContain("Backend", Open(World.Stranger, key).Markup, StringComparison.Ordinal);
        Assert.DoesNotContain("Backend", Open(World.Stranger, key, "globex", "billing").Markup, StringComparison.Ordinal);
        Assert.Equal(2, lost);
    }

    [Fact]
    public async Task Address_with_another_project_or_a_former_name_leads_to_the_right_one()
    {
        World.AddProject("acme", "ledger");
        var key = await AddAsync("Backend");
        Open(World.Owner, key, "acme", "ledger");
        Assert.EndsWith($"/acme/orders/keys/{key}", Navigation.Uri, StringComparison.Ordinal);
        await World.Services.Projects.ChangeAsync(World.Owner, new("acme", "orders"), new(null, "sales"), Token);
        Open(World.Owner, key);
        Assert.EndsWith($"/acme/sales/keys/{key}", Navigation.Uri, StringComparison.Ordinal);
    }
}
