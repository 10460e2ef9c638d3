using System.Net;
using System.Text.RegularExpressions;
using Dashboard.Tests.E2E.Support;
using Microsoft.Playwright;
using Xunit;

namespace Dashboard.Tests.E2E.Accounts;

public sealed partial class SetUpTests(Browser browser) : IDisposable
{
    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("latchkey-");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task First_person_sets_up_from_this_machine_and_is_at_their_keys()
    {
        using var product = NewProduct();
        product.Start();
        await using (var visit = await PageVisit.OpenAsync(browser, product.Url))
        {
            foreach (var path in new[] { "/", "/account/sign-in", "/northwind-traders/order-platform/keys" })
            {
                await visit.Page.GotoAsync(path);
                Assert.Equal("/setup", new Uri(visit.Page.Url).PathAndQuery);
            }

            await visit.ExpectAccessibleAsync();
            Assert.Equal(0, await visit.Page.GetByLabel("Set-up code").CountAsync());
            await FillAsync(visit, "short");
            await Assertions.Expect(visit.Page.GetByLabel("Password")).ToHaveAccessibleDescriptionAsync("Use 12 characters or more. A sentence is easy to remember.");
            await Assertions.Expect(visit.Page.GetByLabel("Password")).ToBeFocusedAsync();
            await Assertions.Expect(visit.Page.GetByLabel("Password")).ToHaveValueAsync("");
            await Assertions.Expect(visit.Page.GetByLabel("Email")).ToHaveValueAsync("priya.raghunathan@northwind.example");
            await Assertions.Expect(visit.Page.GetByLabel("Organization")).ToHaveValueAsync("Northwind Traders");
            await Assertions.Expect(visit.Page.GetByLabel("First project")).ToHaveValueAsync("Order Platform");
            await visit.ExpectAccessibleAsync();

            await FillAsync(visit, Product.Password);
            await visit.UntilInteractiveAsync();
            Assert.Equal("/northwind-traders/order-platform/keys", new Uri(visit.Page.Url).PathAndQuery);
            await visit.GoAsync("/");
            Assert.Equal("/northwind-traders/order-platform/keys", new Uri(visit.Page.Url).PathAndQuery);
            visit.Expect(404, "/setup");
            await visit.Page.GotoAsync("/setup");
            await Assertions.Expect(visit.Page.GetByRole(AriaRole.Heading, new() { Name = "Page not found" })).ToBeVisibleAsync();
        }
    }

    [Fact]
    public async Task Set_up_that_is_closed_is_not_there_and_takes_nothing()
    {
        using var product = new Product();
        product.Start();
        using var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = product.Url };
        using var form = new FormUrlEncodedContent([new("_handler", "set-up"), new("Input.Email", "late@example.com"), new("Input.Password", Product.Password)]);
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync("/setup", Cancellation)).StatusCode);
        var answer = await client.PostAsync("/setup", form, Cancellation);
        Assert.Equal((HttpStatusCode.SeeOther, "/setup?again=true"), (answer.StatusCode, answer.Headers.Location?.ToString()));
    }

    [Fact]
    public async Task Person_at_another_machine_needs_the_code_that_the_start_printed()
    {
        await using var process = await ProductProcess.StartAsync(folder, ("Bootstrap:Email", ""), ("Bootstrap:Password", ""));
        // In Development, the line is the only startup output.
        var code = OnlyLine().Match(process.Log).Groups["code"].Value;
        Assert.NotEqual("", code);
        Assert.EndsWith($" Set it up at {process.Url}setup — from another machine with the code {code}.{Environment.NewLine}", process.Log, StringComparison.Ordinal);

        await using var visit = await PageVisit.OpenAsync(browser, new UriBuilder(process.Url) { Host = Browser.InsecureHost }.Uri, PageVisit.Phone);
        await visit.Page.GotoAsync("/");
        await visit.ExpectAccessibleAsync();
        await FillAsync(visit, Product.Password);
        await Assertions.Expect(visit.Page.GetByLabel("Set-up code")).ToHaveAccessibleDescriptionAsync("Enter the code from the server's log.");
        await visit.Page.GetByLabel("Set-up code").FillAsync("AAAA-AAAA");
        await FillAsync(visit, Product.Password);
        await Assertions.Expect(visit.Page.GetByLabel("Set-up code")).ToHaveAccessibleDescriptionAsync("Wrong code. Use the latest one in the server's log.");
        await Assertions.Expect(visit.Page.GetByLabel("Set-up code")).ToBeFocusedAsync();
        await visit.Page.GetByLabel("Set-up code").FillAsync(code.ToLowerInvariant());
        await FillAsync(visit, Product.Password);
        await visit.UntilInteractiveAsync();
        Assert.Equal("/northwind-traders/order-platform/keys", new Uri(visit.Page.Url).PathAndQuery);
    }

    [Fact]
    public async Task Start_with_an_owner_says_only_where_to_go()
    {
        await using var process = await ProductProcess.StartAsync(folder);
        await process.StopAsync(); // no output follows
        Assert.Equal($"Latchkey is ready at {process.Url.GetLeftPart(UriPartial.Authority)}.{Environment.NewLine}", process.Log);
    }

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    static Product NewProduct() => new Product().With("Bootstrap:Email", "").With("Bootstrap:Password", "");

    static async Task FillAsync(PageVisit visit, string password)
    {
        await visit.Page.GetByLabel("Email").FillAsync("priya.raghunathan@northwind.example");
        await visit.Page.GetByLabel("Password").FillAsync(password);
        await visit.Page.GetByLabel("Organization").FillAsync("Northwind Traders");
        await visit.Page.GetByLabel("First project").FillAsync("Order Platform");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Create account and sign in" }).ClickAsync();
    }

    [GeneratedRegex(@"\ALatchkey is ready\.[^\n]*\bcode (?<code>[0-9A-Z]{4}-[0-9A-Z]{4})\.\r?\n\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex OnlyLine();
}
