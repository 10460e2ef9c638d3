using Dashboard.Tests.Unit.Support;
using Dashboard.Verification;
using Xunit;

namespace Dashboard.Tests.Unit.Verification;

public sealed class PolicyBookTests
{
    readonly List<string> reported = [];
    readonly PolicyBook book;

    public PolicyBookTests() => book = new(new PermissionCatalog(TestInstallation.Configuration()), reported.Add);

    [Fact]
    public void Wrong_policy_is_reported_once()
    {
        Assert.Null(Fault("/acme/orders/live/read"));
        Assert.NotNull(Fault("/acme/orders/live/fly"));
        Assert.NotNull(Fault("/acme/orders/live/fly"));
        Assert.Single(reported);
    }

    [Fact]
    public void Reports_are_bounded_and_every_policy_is_read_all_the_same()
    {
        for (var i = 0; i < 2000; i++)
        {
            Assert.NotNull(Fault($"/acme/orders/live/fly{i}"));
        }

        Assert.Equal(100, reported.Count);
    }

    string? Fault(string policy) => book.Read($"/forward-auth{policy}", "/forward-auth".Length)!.Fault;
}
