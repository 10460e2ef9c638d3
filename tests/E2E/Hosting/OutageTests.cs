using System.Net;
using System.Net.Http.Json;
using Dashboard.Core.Usage;
using Dashboard.Tests.E2E.Support;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Dashboard.Tests.E2E.Hosting;

/// <summary>An outage is reported as such, never as an invalid key or an ended session, and the product recovers.</summary>
public sealed class OutageTests(OutageTests.Failing failing, Browser browser) : IClassFixture<OutageTests.Failing>, IDisposable
{
    static CancellationToken None => TestContext.Current.CancellationToken;

    /// <summary>The database is there for the next test.</summary>
    public void Dispose() => failing.Outage.Failure = null;

    public static TheoryData<string> Failures => ["sqlite", "retries", "timeout", "wrapped"];

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task Database_that_is_gone_is_unavailable_until_it_is_back(string failure)
    {
        var outage = failing.Outage;
        using var organization = await OwnOrganization.AddAsync(failing.Product);
        using var anybody = await ApiClient.OpenAsync(failing.Product);
        var owner = organization.Owner;
        var raw = (await owner.PostAsync("/api/keys", new { name = "x" })).Member("raw_key");

        outage.Failure = failure switch
        {
            "sqlite" => Outage.DatabaseUnavailable,
            "retries" => new RetryLimitExceededException("The maximum number of retries was exceeded.", Outage.DatabaseUnavailable),
            "timeout" => new TimeoutException("The operation has timed out."),
            _ => new InvalidOperationException(
                "An exception has been raised that is likely due to a transient failure.", Outage.DatabaseUnavailable),
        };
        foreach (var api in new[] { anybody, owner })
        {
            var verification = await api.GetAsync("/v1/capabilities", ("X-API-Key", raw));
            Assert.Equal((503, "verification_unavailable"), (verification.Status, verification.Code));
            Assert.Equal(200, (await api.GetAsync("/healthz/live")).Status);
            Assert.Equal((503, "unavailable"), await TellAsync(api.GetAsync("/healthz/ready")));
            Assert.Equal((503, "unavailable"), await TellAsync(
                api.PostAsync("/api/session", new { email = Product.Email, password = Product.Password })));
        }

        Assert.Equal((503, "unavailable"), await TellAsync(owner.GetAsync("/api/keys")));
        Assert.Equal((503, "unavailable"), await TellAsync(owner.PostAsync("/api/keys", new { name = "y" })));
        Assert.Equal((401, "session_required"), await TellAsync(anybody.GetAsync("/api/keys")));
        Assert.Equal((401, "missing_credential"), await TellAsync(anybody.GetAsync("/v1/capabilities")));

        outage.Failure = null;
        Assert.Equal(200, (await anybody.GetAsync("/v1/capabilities", ("X-API-Key", raw))).Status);
        Assert.Equal(200, (await anybody.GetAsync("/healthz/ready")).Status);
        Assert.Single((await owner.GetAsync("/api/keys")).Json.GetProperty("items").EnumerateArray());
        Assert.Equal(201, (await owner.PostAsync("/api/keys", new { name = "y" })).Status);
    }

    [Fact]
    public async Task Fault_of_the_products_own_tells_a_trace_and_no_more()
    {
        using var organization = await OwnOrganization.AddAsync(failing.Product);
        var (owner, outage) = (organization.Owner, failing.Outage);
        var raw = (await owner.PostAsync("/api/keys", new { name = "x" })).Member("raw_key");
        outage.Failure = new InvalidOperationException("the inner workings");
        // not an error of the key
        Assert.Equal((503, "verification_unavailable"), await TellAsync(owner.GetAsync("/v1/capabilities", ("X-API-Key", raw))));
        foreach (var answer in new[]
        {
            await owner.GetAsync("/api/keys"), await owner.PostAsync("/api/keys", new { name = "y" }), await owner.GetAsync(
                "/healthz/ready"), await owner.PostAsync("/api/session", new { email = Product.Email, password = Product.Password }),
        })
        {
            Assert.Equal((500, "internal_error"), (answer.Status, answer.Code));
            Assert.NotEmpty(answer.Member("trace_id"));
            Assert.DoesNotContain("inner workings", answer.Text, StringComparison.Ordinal);
            Assert.DoesNotContain("Exception", answer.Text, StringComparison.Ordinal);
            Assert.Null(answer.Header("Set-Cookie"));
        }
    }

    [Fact]
    public async Task Page_that_cannot_be_shown_says_whether_the_database_is_gone_or_the_fault_is_ours()
    {
        var (product, outage) = (failing.Product, failing.Outage);
        product.Start();
        using var owner = new HttpClient { BaseAddress = product.Url };
        owner.DefaultRequestHeaders.Add("Sec-Fetch-Site", "same-origin");
        Assert.True((await owner.PostAsync(
            "/api/session", JsonContent.Create(new { email = Product.Email, password = Product.Password }), None)).IsSuccessStatusCode);
        outage.Failure = Outage.DatabaseUnavailable;
        foreach (var path in new[] { "/", "/my-organization/default/keys", "/account/sign-out" })
        {
            var gone = await owner.GetAsync(path, None);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, gone.StatusCode);
            Assert.Contains("The database cannot be reached", await gone.Content.ReadAsStringAsync(None), StringComparison.Ordinal);
            Assert.Contains(
                "script-src 'self'", Assert.Single(gone.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
        }

        await using (var visit = await PageVisit.OpenAsync(browser, product.Url))
        {
            visit.Expect(503, "/");
            await visit.Page.GotoAsync("/");
            await visit.ExpectAccessibleAsync(PageState.Error);
        }

        outage.Failure = new InvalidOperationException("the inner workings");
        var fault = await owner.GetAsync("/my-organization/default/keys", None);
        Assert.Equal(HttpStatusCode.InternalServerError, fault.StatusCode);
        var text = await fault.Content.ReadAsStringAsync(None);
        Assert.Contains("This page could not be shown", text, StringComparison.Ordinal);
        Assert.Contains("Error id", text, StringComparison.Ordinal);
        Assert.DoesNotContain("inner workings", text, StringComparison.Ordinal);
        outage.Failure = null;
        Assert.Equal(HttpStatusCode.OK, (await owner.GetAsync("/my-organization/default/keys", None)).StatusCode);
    }

    [Fact]
    public async Task Outage_is_told_to_nginx_as_a_refusal_that_says_what_it_is()
    {
        using var organization = await OwnOrganization.AddAsync(failing.Product);
        var (owner, outage) = (organization.Owner, failing.Outage);
        var raw = (await owner.PostAsync("/api/keys", new { name = "x" })).Member("raw_key");
        var known = (await owner.PostAsync("/api/keys", new { name = "y" })).Member("raw_key");
        Assert.Equal(200, (await owner.GetAsync("/forward-auth", ("X-API-Key", known))).Status);
        await failing.Product.Services.GetRequiredService<FirstUses>().FlushAsync(None); // a change to the key: it is read once more
        Assert.Equal(200, (await owner.GetAsync("/forward-auth", ("X-API-Key", known))).Status);
        outage.Failure = Outage.DatabaseUnavailable;
        Assert.Equal(200, (await owner.GetAsync("/forward-auth", ("X-API-Key", known))).Status); // for 30 seconds
        var plain = await owner.GetAsync("/forward-auth", ("X-API-Key", raw));
        Assert.Equal((503, "verification_unavailable"), (plain.Status, plain.Code));
        Assert.NotNull(plain.Header("Retry-After"));
        var nginx = await owner.GetAsync("/forward-auth-nginx", ("X-API-Key", raw));
        Assert.Equal(
            (403, "verification_unavailable", "verification_unavailable", "503", plain.Header("Retry-After")),
            (nginx.Status, nginx.Code, nginx.Header("X-Latchkey-Code"), nginx.Header("X-Latchkey-Status"), nginx.Header(
                "X-Latchkey-Retry-After")));
    }

    static async Task<(int, string?)> TellAsync(Task<Exchange> answer) => ((await answer).Status, (await answer).Code);

    /// <summary>A product whose database fails when a test says so.</summary>
    public sealed class Failing : IAsyncDisposable
    {
        public Failing() => Product = new Product().With(Outage.Register);

        public Outage Outage { get; } = new();

        public Product Product { get; }

        public ValueTask DisposeAsync() => Product.DisposeAsync();
    }
}
