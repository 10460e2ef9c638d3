using System.Net;
using System.Text.RegularExpressions;
using Dashboard.Core.Setup;
using Dashboard.Tests.E2E.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Xunit;

namespace Dashboard.Tests.E2E.Accounts;

public sealed partial class SetUpTests(Browser browser) : IDisposable
{
    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("latchkey-");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task Link_sets_up_and_leads_to_the_keys_and_its_code_leaves_the_address_at_once()
    {
        using var product = NewProduct();
        product.Start();
        var code = await product.Services.GetRequiredService<SetUpCode>().GetAsync(Cancellation);
        await using var visit = await PageVisit.OpenAsync(browser, product.Url);
        var requests = new List<(string Url, string? Referrer)>();
        visit.Page.Request += (_, request) => requests.Add((request.Url, request.Headers.GetValueOrDefault("referer")));
        await visit.Page.GotoAsync("/healthz/live");
        await visit.Page.GotoAsync($"/setup?code={code}");
        Assert.Equal("/setup", new Uri(visit.Page.Url).PathAndQuery);
        await visit.Page.GoBackAsync();
        Assert.Equal("/healthz/live", new Uri(visit.Page.Url).PathAndQuery);
        await visit.Page.GoForwardAsync();
        Assert.Equal("/setup", new Uri(visit.Page.Url).PathAndQuery);
        await Assertions.Expect(visit.Page.GetByLabel("Set-up code")).ToHaveValueAsync(code);
        await Assertions.Expect(visit.Page.GetByLabel("Your name")).ToBeFocusedAsync();
        await visit.ExpectAccessibleAsync(PageState.SetUp);

        await FillAsync(visit, "short");
        await Assertions.Expect(visit.Page.GetByLabel("Password", new() { Exact = true }))
            .ToHaveAccessibleDescriptionAsync("Use 12 characters or more. A sentence is easy to remember.");
        await Assertions.Expect(visit.Page.GetByLabel("Password", new() { Exact = true })).ToBeFocusedAsync();
        await Assertions.Expect(visit.Page.GetByLabel("Password", new() { Exact = true })).ToHaveValueAsync("");
        await Assertions.Expect(visit.Page.GetByLabel("Set-up code")).ToHaveValueAsync(code);
        await Assertions.Expect(visit.Page.GetByLabel("Email")).ToHaveValueAsync("priya.raghunathan@northwind.example");
        await Assertions.Expect(visit.Page.GetByLabel("Organization")).ToHaveValueAsync("Northwind Traders");
        await Assertions.Expect(visit.Page.GetByLabel("First project")).ToHaveValueAsync("Order Platform");
        await visit.ExpectAccessibleAsync(PageState.SetUpErrors);

        await FillAsync(visit, Product.Password);
        await visit.UntilInteractiveAsync();
        Assert.Equal("/northwind-traders/order-platform/keys", new Uri(visit.Page.Url).PathAndQuery);
        Assert.Equal(1, requests.Count(request => request.Url.Contains(code, StringComparison.Ordinal)));
        Assert.DoesNotContain(requests, request => request.Referrer?.Contains(code, StringComparison.Ordinal) == true);

        await visit.GoAsync("/");
        Assert.Equal("/northwind-traders/order-platform/keys", new Uri(visit.Page.Url).PathAndQuery);
        await visit.Page.GotoAsync("/setup"); // somebody who is signed in has nothing to do there
        Assert.Equal("/northwind-traders/order-platform/keys", new Uri(visit.Page.Url).PathAndQuery);
        await visit.UntilInteractiveAsync(); // a page that is still connecting would miss the session
        await visit.Page.Context.ClearCookiesAsync();
        await visit.Page.GotoAsync($"/setup?code={code}");
        Assert.Equal("/account/sign-in?set-up=done", new Uri(visit.Page.Url).PathAndQuery);
        await Assertions.Expect(visit.Page.GetByRole(AriaRole.Status))
            .ToHaveTextAsync("Latchkey is already set up. Sign in with an account that exists.");
        await visit.ExpectAccessibleAsync(PageState.SignInAfterSetUp);
    }

    [Fact]
    public async Task Person_on_this_machine_without_the_link_is_asked_for_the_code()
    {
        using var product = NewProduct();
        product.Start();
        var code = await product.Services.GetRequiredService<SetUpCode>().GetAsync(Cancellation);
        await using var visit = await PageVisit.OpenAsync(browser, product.Url, PageVisit.Phone);
        foreach (var path in new[] { "/", "/account/sign-in", "/northwind-traders/order-platform/keys" })
        {
            await visit.Page.GotoAsync(path);
            Assert.Equal("/setup", new Uri(visit.Page.Url).PathAndQuery);
        }

        await visit.ExpectAccessibleAsync(PageState.SetUpCode);
        await Assertions.Expect(visit.Page.GetByLabel("Set-up code")).ToBeFocusedAsync();
        await FillAsync(visit, Product.Password);
        await Assertions.Expect(visit.Page.GetByLabel("Set-up code")).ToHaveAccessibleDescriptionAsync(
            "Enter the set-up code. It is part of the link that the server printed when it started.");
        await visit.Page.GetByLabel("Set-up code").FillAsync("AAAA-AAAA");
        await FillAsync(visit, Product.Password);
        await Assertions.Expect(visit.Page.GetByLabel("Set-up code")).ToHaveAccessibleDescriptionAsync(
            "This code is wrong or has been replaced. The server's log has the current one.");
        await Assertions.Expect(visit.Page.GetByLabel("Set-up code")).ToBeFocusedAsync();
        await visit.Page.GetByLabel("Set-up code").FillAsync(code.ToLowerInvariant());
        await FillAsync(visit, Product.Password);
        await visit.UntilInteractiveAsync();
        Assert.Equal("/northwind-traders/order-platform/keys", new Uri(visit.Page.Url).PathAndQuery);
    }

    [Fact]
    public async Task Set_up_that_is_closed_leads_to_the_sign_in_and_takes_nothing()
    {
        using var product = new Product();
        product.Start();
        using var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = product.Url };
        using var form = new FormUrlEncodedContent(
            [new("_handler", "set-up"), new("Input.Email", "late@example.com"), new("Input.Password", Product.Password)]);
        using var closed = await client.GetAsync("/setup?code=AAAA-AAAA", Cancellation);
        Assert.Equal((HttpStatusCode.Found, "/account/sign-in?set-up=done"), (closed.StatusCode, closed.Headers.Location?.PathAndQuery));
        var answer = await client.PostAsync("/setup", form, Cancellation);
        Assert.Equal((HttpStatusCode.SeeOther, "/setup?again=true"), (answer.StatusCode, answer.Headers.Location?.ToString()));
    }

    [Fact]
    public async Task Start_prints_the_link_and_nothing_else_and_another_node_prints_the_same()
    {
        await using var first = await ProductProcess.StartAsync(folder, [.. NoOwner, Patient]);
        await using var second =
            await ProductProcess.StartAsync(folder, [.. NoOwner, Patient, ("PublicUrl", "https://keys.northwind.example/")]);
        Assert.Equal($"Latchkey is ready. Set it up at {first.Url.GetLeftPart(UriPartial.Authority)}/setup?code={first.SetUpCode}{Environment.NewLine}", first.Log);
        Assert.Matches("^[0-9A-Z]{4}-[0-9A-Z]{4}$", first.SetUpCode);
        Assert.Equal(
            $"Latchkey is ready. Set it up at https://keys.northwind.example/setup?code={first.SetUpCode}{Environment.NewLine}",
            second.Log);
    }

    [Fact]
    public async Task Start_with_an_owner_prints_only_where_to_go()
    {
        await using var process = await ProductProcess.StartAsync(folder, Patient);
        await process.StopAsync(); // no output follows
        Assert.Equal($"Latchkey is ready at {process.Url.GetLeftPart(UriPartial.Authority)}.{Environment.NewLine}", process.Log);
    }

    [Fact]
    public async Task Code_is_in_no_line_of_the_log_but_the_first()
    {
        await using var product =
            await ProductProcess.StartAsync(
                folder, [.. NoOwner, ("Logging:LogLevel:Default", "Trace"), ("Logging:LogLevel:Microsoft", "Trace"), (
                    "Logging:LogLevel:Microsoft.AspNetCore", "Trace")]);
        using var visitor = new Visitor(product.Url);
        Assert.Equal("/setup", await visitor.FollowAsync($"/setup?code={product.SetUpCode}"));
        Assert.Equal("/northwind-traders/order-platform/keys", await visitor.PostAsync(code: null)); // the form has it
        await product.StopAsync();
        Assert.Contains("dbug:", product.Log, StringComparison.Ordinal);
        Assert.Single(Regex.Matches(product.Log, product.SetUpCode, RegexOptions.None, TimeSpan.FromSeconds(10)));
        Assert.DoesNotContain(product.SetUpCode.Replace("-", "", StringComparison.Ordinal), product.Log, StringComparison.Ordinal);
    }

    /// <summary>To Latchkey, every client of a proxy on its own machine comes from loopback.</summary>
    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task Stranger_behind_nginx_on_the_same_machine_becomes_no_owner_without_the_code(bool trusted, bool forwards)
    {
        var nginx = ExternalProcess.Find("nginx");
        Assert.SkipWhen(nginx is null, "no nginx: it is a Debian package");
        using var product = NewProduct();
        if (trusted)
        {
            product.With("Proxies:Trusted", "127.0.0.1");
        }

        product.Start();
        var port = ExternalProcess.FreePort();
        await using var proxy = await ServeAsync(nginx!, port, product.Url.Port, forwards);
        using var stranger = new Visitor(new($"http://127.0.0.1:{port}"));
        Assert.Equal("/setup", await stranger.FollowAsync("/"));
        Assert.Contains("Set-up code", stranger.Page, StringComparison.Ordinal);
        foreach (var guess in new[] { null, "", "AAAA-AAAA" })
        {
            Assert.Null(await stranger.PostAsync(guess));
        }

        await using (var context = await People.OpenAsync(product))
        {
            Assert.Empty(context.Users);
        }

        var code = await product.Services.GetRequiredService<SetUpCode>().GetAsync(Cancellation);
        Assert.Equal("/northwind-traders/order-platform/keys", await stranger.PostAsync(code));
    }

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    static (string, string)[] NoOwner => [("Bootstrap:Email", ""), ("Bootstrap:Password", "")];

    /// <summary>On a machine that is busy with other tests the change feed may report that it was slow.</summary>
    static (string, string) Patient => ("Logging:LogLevel:Dashboard.Core.Changes", "None");

    static Product NewProduct() => new Product().With("Bootstrap:Email", "").With("Bootstrap:Password", "");

    static async Task FillAsync(PageVisit visit, string password)
    {
        await visit.Page.GetByLabel("Your name").FillAsync("Priya Raghunathan");
        await visit.Page.GetByLabel("Email").FillAsync("priya.raghunathan@northwind.example");
        await visit.Page.GetByLabel("Password", new() { Exact = true }).FillAsync(password);
        await visit.Page.GetByLabel("Organization").FillAsync("Northwind Traders");
        await visit.Page.GetByLabel("First project").FillAsync("Order Platform");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Create account and sign in" }).ClickAsync();
    }

    async Task<ExternalProcess> ServeAsync(string nginx, int port, int latchkey, bool forwards)
    {
        var headers = forwards ? "proxy_set_header Host $http_host; proxy_set_header X-Forwarded-For $remote_addr; proxy_set_header X-Forwarded-Proto $scheme; proxy_set_header X-Forwarded-Host $http_host;" : "";
        var temporary = string.Concat(
            new[] { "client_body", "proxy", "fastcgi", "uwsgi", "scgi" }.Select(name => $"{name}_temp_path {folder}/{name};\n"));
        await File.WriteAllTextAsync(
            Path.Combine(folder.FullName, "nginx.conf"),
            $$"""
            daemon off; master_process off; pid {{folder}}/nginx.pid; error_log stderr;
            events {}
            http {
              access_log off;
              {{temporary}}
              server { listen 127.0.0.1:{{port}}; location / { proxy_pass http://127.0.0.1:{{latchkey}}; {{headers}} } }
            }
            """,
            Cancellation);
        return await ExternalProcess.ServeAsync(
            nginx, folder.FullName, port, Cancellation, "-p", folder.FullName, "-c", "nginx.conf", "-e", "stderr");
    }

    /// <summary>Somebody without a browser, who keeps cookies and sends the set-up form as it came.</summary>
    sealed partial class Visitor(Uri url) : IDisposable
    {
        readonly HttpClient client = new() { BaseAddress = url };

        /// <summary>The last page.</summary>
        public string Page { get; private set; } = "";

        public async Task<string> FollowAsync(string path) => await ReadAsync(await client.GetAsync(path, Cancellation));

        /// <summary>Sends the form, with another code unless null, and returns where it led; null when it led nowhere.</summary>
        public async Task<string?> PostAsync(string? code)
        {
            var fields = Inputs().Matches(Page).Select(input => input.Value).Where(input => Name().IsMatch(input))
                .ToDictionary(input => Name().Match(input).Groups["text"].Value, input =>
                    WebUtility.HtmlDecode(Value().Match(input).Groups["text"].Value), StringComparer.Ordinal);
            foreach (var (name, value) in new[] { ("Name", "Priya Raghunathan"), ("Email", Product.Email),
                ("Password", Product.Password), ("Organization", "Northwind Traders"), ("Project", "Order Platform") })
            {
                fields[$"Input.{name}"] = value;
            }

            fields["Input.Code"] = code ?? fields["Input.Code"];
            using var form = new FormUrlEncodedContent(fields);
            return await ReadAsync(await client.PostAsync("/setup", form, Cancellation)) is var led && led == "/setup" ? null : led;
        }

        public void Dispose() => client.Dispose();

        async Task<string> ReadAsync(HttpResponseMessage answer)
        {
            Page = await answer.Content.ReadAsStringAsync(Cancellation);
            return answer.RequestMessage!.RequestUri!.PathAndQuery;
        }

        [GeneratedRegex("<input[^>]*>", RegexOptions.None, 1000)]
        private static partial Regex Inputs();

        [GeneratedRegex("""\bname="(?<text>[^"]*)"[^>]*>""", RegexOptions.ExplicitCapture, 1000)]
        private static partial Regex Name();

        [GeneratedRegex("""\bvalue="(?<text>[^"]*)"[^>]*>""", RegexOptions.ExplicitCapture, 1000)]
        private static partial Regex Value();
    }
}
