using Dashboard.Bench.Soak;
using Dashboard.Core.Accounts;
using Dashboard.Tests.E2E.Support;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Dashboard.Tests.E2E.Accounts;

/// <summary>A small run of what <c>bench -- sign-in</c> measures.</summary>
public sealed class SignInFloodTests(Product product) : IClassFixture<Product>
{
    [Fact]
    public async Task Flood_of_wrong_passwords_lets_right_ones_through()
    {
        product.With("RateLimits:FailedSignInsPerMinute", "5").Start();
        var result = await SignInFlood.RunAsync(
            product.Services.GetRequiredService<SignInService>(), Product.Email, Product.Password,
            networks: 20, each: 5, TestContext.Current.CancellationToken);
        Assert.True(result.Failed >= 20);
        Assert.InRange(result.Known, TimeSpan.Zero, TimeSpan.FromSeconds(2));
        Assert.InRange(result.Unknown, TimeSpan.Zero, TimeSpan.FromSeconds(15));
    }
}
