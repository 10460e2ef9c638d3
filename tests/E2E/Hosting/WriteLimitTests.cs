using System.Globalization;
using Dashboard.Tests.E2E.Support;
using Xunit;

namespace Dashboard.Tests.E2E.Hosting;

/// <summary>The REST answer to a person who changes too much.</summary>
public sealed class WriteLimitTests
{
    [Fact]
    public async Task Too_many_changes_in_a_minute_are_429_with_retry_after()
    {
        await using var product = new Product().With("Limits:WritesPerMinute", "3");
        product.Start();
        using var owner = await ApiClient.SignInAsync(product, Product.Email);
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(201, (await owner.PostAsync("/api/keys", new { name = $"key {i}" })).Status);
        }

        var refused = await owner.PostAsync("/api/keys", new { name = "too many" });
        Assert.Equal((429, "rate_limited"), (refused.Status, refused.Code));
        Assert.InRange(int.Parse(refused.Header("Retry-After")!, CultureInfo.InvariantCulture), 1, 120);
        Assert.Equal(200, (await owner.GetAsync("/api/keys")).Status); // reading is not changing
    }
}
