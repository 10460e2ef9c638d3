using Dashboard.Core.Keys;
using Dashboard.Core.Organizations;
using Dashboard.Core.Projects;
using Dashboard.Core.Usage;
using Dashboard.Tests.E2E.Support;
using Dashboard.Tests.Unit.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Dashboard.Tests.E2E.Keys;

/// <summary><c>./test.sh E2E -trait picture=readme</c> takes the README's screenshots. It runs only on request, because it writes to the
/// repository.</summary>
public sealed class ReadmePicture(Browser browser)
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact(Explicit = true)]
    [Trait("picture", "readme")]
    public async Task Keys_page_and_secret_dialog()
    {
        await using var product = new Product().With("Bootstrap:Organization", "Northwind Traders")
            .With("Bootstrap:Project", "Order Platform");
        product.Start();
        await FurnishAsync(product);
        await using var visit = await PageVisit.OpenAsync(
            browser, product.Url, new() { ViewportSize = new() { Width = 1360, Height = 860 }, ColorScheme = ColorScheme.Light });
        await visit.SignInAsync(Product.Email);
        await visit.GoAsync("/northwind-traders/order-platform/keys");
        await Expect(visit.Page.GetByRole(AriaRole.Row, new() { Name = "production-backend" })).ToBeVisibleAsync();
        await visit.Page.ScreenshotAsync(new() { Path = Path.Combine(Repository.Root, "docs", "keys.png") });

        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Create key" }).ClickAsync();
        await visit.Page.GetByLabel("Name").FillAsync("checkout");
        await visit.Page.GetByLabel("Name").PressAsync("Enter");
        var secret = visit.Page.GetByRole(AriaRole.Dialog, new() { Name = "Save your key" });
        await Expect(secret.GetByRole(AriaRole.Button, new() { Name = "Copy key" })).ToBeFocusedAsync();
        await secret.GetByRole(AriaRole.Tab, new() { Name = "curl" }).ClickAsync();
        await visit.Page.ScreenshotAsync(new() { Path = Path.Combine(Repository.Root, "docs", "secret.png") });
    }

    static async Task FurnishAsync(Product product)
    {
        var priya = await product.OwnerAsync();
        await using (var context = await People.OpenAsync(product))
        {
            await context.Users.Where(x => x.Id == priya.Id)
                .ExecuteUpdateAsync(set => set.SetProperty(x => x.Name, "Priya Raghunathan"), Token);
        }

        var resources = product.Services.GetRequiredService<ResourceService>();
        foreach (var (kind, id, name) in new[]
        {
            ("workflow", "order-intake", "Order intake"), ("workflow", "ledger-export", "Ledger export"),
                ("workflow", "returns", "Returns"), ("gateway", "carriers", "Carrier gateway"),
        })
        {
            Assert.True((await resources.CreateAsync(priya, new(null, kind, id, name), Token)).Succeeded);
        }

        var tomas = await product.AddMemberAsync("tomas@example.com", "northwind-traders", OrganizationRole.Developer, "Tomás Ferreira");
        var anneliese = await product.AddMemberAsync(
            "anneliese@example.com", "northwind-traders", OrganizationRole.Developer, "Anneliese Brandt-Oberhausen");
        var jonas = await product.AddMemberAsync("jonas@example.com", "northwind-traders", OrganizationRole.Developer, "Jonas Lindqvist");
        Seeded[] keys =
        [
            new("ETL import", tomas, Days: 320, Used: TimeSpan.FromDays(51), From: "10.4.0.0/16", Permissions: ["write"], Resources: [
                "workflow:order-intake", "workflow:ledger-export", "workflow:returns"]),
            new("Integration tests", jonas, Days: 260, Used: TimeSpan.FromHours(2), From: "192.0.2.0/24",
                Environment: KeyEnvironment.Test, Off: true),
            new("Zapier bridge", jonas, Days: 240, Used: TimeSpan.FromDays(99), From: "198.51.100.0/24"),
            new("Partner: Contoso Logistics", anneliese, Days: 80, Used: TimeSpan.FromMinutes(18), From: "203.0.113.0/24",
                Ends: 285, Permissions: ["read", "write"], Resources: ["gateway:carriers", "workflow:order-intake", "workflow:returns"]),
            new("Nightly reconciliation", tomas, Days: 62, Used: TimeSpan.FromHours(11), From: "10.2.0.0/16",
                Ends: 205, Permissions: ["read"], Resources: ["workflow:ledger-export"]),
            new("Warehouse handheld scanners, Rotterdam and Antwerp", tomas, Days: 30, Used: TimeSpan.FromMinutes(1),
                From: "10.7.0.0/16", Ends: 6, Permissions: ["read", "execute"], Resources: ["workflow:order-intake", "workflow:returns"]),
            new("production-backend", priya, Days: 1, Used: TimeSpan.FromSeconds(20), From: "10.2.0.0/16"),
        ];
        foreach (var (number, key) in keys.Index())
        {
            await AddAsync(product, key, number);
        }
    }

    /// <summary>Creates a key as a user does, then makes it older.</summary>
    static async Task AddAsync(Product product, Seeded seeded, int number)
    {
        var keys = product.Services.GetRequiredService<KeyService>();
        var now = product.Now;
        var made = await keys.CreateAsync(
            seeded.Owner,
            new("northwind-traders/order-platform", seeded.Name, seeded.Environment, seeded.Resources, seeded.Permissions, seeded.Ends == 0
                ? null : now.AddDays(seeded.Ends)),
            Token);
        var id = made.Value.Key.KeyId;
        if (seeded.Off)
        {
            await keys.ChangeAsync(seeded.Owner, id, new(State: KeyState.Inactive), Token);
        }

        await using var context = await People.OpenAsync(product);
        await context.Keys.Where(key => key.KeyId == id).ExecuteUpdateAsync(
            set => set.SetProperty(key => key.CreatedAt, now.AddDays(-seeded.Days)).SetProperty(key => key.LastUsedFrom, seeded.From)
                .SetProperty(key => key.LastUsedAt, now - seeded.Used).SetProperty(key => key.LastUsedOrder, now - seeded.Used),
            Token);
        var projectId = await context.Keys.Where(key => key.KeyId == id).Select(key => key.ProjectId).SingleAsync(Token);
        for (var day = (int)seeded.Used.TotalDays; day < Math.Min(30, seeded.Days); day++)
        {
            var date = new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero).AddDays(-day);
            var busy = date.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday ? 300 : 900;
            context.Add(Day(KeyHour.Valid, busy + (number * 37 + day * 53) % 211));
            if ((day + number) % 11 == 3)
            {
                context.Add(Day(RefusalCode.InsufficientPermissions.ToWireName(), busy / 3));
            }

            KeyDay Day(string outcome, long count) =>
                new() { KeyId = id, ProjectId = projectId, Day = date, Outcome = outcome, Count = count };
        }

        await context.SaveChangesAsync(Token);
    }

    sealed record Seeded(
        string Name, Actor Owner, int Days, TimeSpan Used, string From, int Ends = 0, KeyEnvironment Environment =
            KeyEnvironment.Live, bool Off = false,
        IReadOnlyList<string>? Permissions = null, IReadOnlyList<string>? Resources = null);
}
