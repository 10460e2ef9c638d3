using Dashboard.Tests.E2E.Support;
using Microsoft.EntityFrameworkCore.Storage;
using Xunit;

namespace Dashboard.Tests.E2E.Http;

/// <summary>An outage is told as one, never as a bad key or an ended session, and ends when it ends.</summary>
public sealed class OutageTests
{
    public static TheoryData<string> Failures => ["sqlite", "retries", "timeout", "wrapped"];

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task Database_that_is_gone_is_unavailable_until_it_is_back(string failure)
    {
        var outage = new Outage();
        await using var product = new Product().With(outage.Register);
        using var owner = await Api.SignInAsync(product);
        using var anybody = await Api.OpenAsync(product);
        var raw = (await owner.PostAsync("/api/keys", new { name = "x" })).Member("raw_key");

        outage.Failure = failure switch
        {
            "sqlite" => Outage.DatabaseGone,
            "retries" => new RetryLimitExceededException("The maximum number of retries was exceeded.", Outage.DatabaseGone),
            "timeout" => new TimeoutException("The operation has timed out."),
            _ => new InvalidOperationException("An exception has been raised that is likely due to a transient failure.", Outage.DatabaseGone),
        };
        foreach (var api in new[] { anybody, owner })
        {
            var verification = await api.GetAsync("/v1/capabilities", ("X-API-Key", raw));
            Assert.Equal((503, "verification_unavailable"), (verification.Status, verification.Code));
            Assert.Equal(200, (await api.GetAsync("/healthz/live")).Status);
            Assert.Equal((503, "unavailable"), await TellAsync(api.GetAsync("/healthz/ready")));
            Assert.Equal((503, "unavailable"), await TellAsync(api.PostAsync("/api/session", new { email = Product.Email, password = Product.Password })));
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
        var outage = new Outage();
        await using var product = new Product().With(outage.Register);
        using var owner = await Api.SignInAsync(product);
        var raw = (await owner.PostAsync("/api/keys", new { name = "x" })).Member("raw_key");
        outage.Failure = new InvalidOperationException("the inner workings");
        Assert.Equal((503, "verification_unavailable"), await TellAsync(owner.GetAsync("/v1/capabilities", ("X-API-Key", raw)))); // whatever it is, it is not the key
        foreach (var answer in new[]
        {
            await owner.GetAsync("/api/keys"), await owner.PostAsync("/api/keys", new { name = "y" }), await owner.GetAsync("/healthz/ready"), await owner.PostAsync("/api/session", new { email = Product.Email, password = Product.Password }),
        })
        {
            Assert.Equal((500, "internal_error"), (answer.Status, answer.Code));
            Assert.NotEmpty(answer.Member("trace_id"));
            Assert.DoesNotContain("inner workings", answer.Text, StringComparison.Ordinal);
            Assert.DoesNotContain("Exception", answer.Text, StringComparison.Ordinal);
            Assert.Null(answer.Header("Set-Cookie"));
        }
    }

    static async Task<(int, string?)> TellAsync(Task<Exchange> answer) => ((await answer).Status, (await answer).Code);
}
