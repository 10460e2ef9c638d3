using Dashboard.Tests.E2E.Support;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Dashboard.Tests.E2E.Hosting;

/// <summary>The origin of a request in the audit log and in the same-origin check.</summary>
public sealed class TrustedProxiesTests
{
    [Fact]
    public async Task Audit_log_names_the_client_and_not_the_proxy()
    {
        await using var product = new Product().With("Proxies:Trusted:0", "127.0.0.0/8").With("Proxies:Trusted:1", "2001:db8:ffff::/48");
        using var owner = await ApiClient.SignInAsync(product);
        foreach (var (forwarded, address) in new[]
        {
            ("203.0.113.9", "203.0.113.9"), ("198.51.100.1, 203.0.113.9, 2001:db8:ffff::1", "203.0.113.9"), ("::ffff:203.0.113.9", "203.0.113.9"),
            ("[2001:db8::9]:4711", "2001:db8::9"), ("nonsense", "127.0.0.1"),
        })
        {
            Assert.Equal(201, (await owner.SendAsync(HttpMethod.Post, "/api/keys", new { name = "x" }, ("Sec-Fetch-Site", "same-origin"), ("X-Forwarded-For", forwarded))).Status);
            Assert.Equal(address, await LastAddressAsync(product));
        }
    }

    [Fact]
    public async Task Client_that_calls_itself_another_stays_what_it_is()
    {
        await using var product = new Product().With("Proxies:Trusted", "10.0.0.0/8");
        using var owner = await ApiClient.SignInAsync(product);
        Assert.Equal(201, (await owner.SendAsync(HttpMethod.Post, "/api/keys", new { name = "x" }, ("Sec-Fetch-Site", "same-origin"), ("X-Forwarded-For", "10.0.0.1"))).Status);
        Assert.Equal("127.0.0.1", await LastAddressAsync(product));
    }

    [Fact]
    public async Task Own_origin_is_the_one_that_the_browser_sees()
    {
        await using var product = new Product().With("Proxies:Trusted", "127.0.0.1");
        using var owner = await ApiClient.SignInAsync(product);
        Assert.Equal(201, await FromAsync("https://keys.example"));
        Assert.Equal(403, await FromAsync("http://keys.example"));
        Assert.Equal(403, await FromAsync(product.Url.GetLeftPart(UriPartial.Authority)));

        async Task<int> FromAsync(string origin) => (await owner.SendAsync(
            HttpMethod.Post, "/api/keys", new { name = "x" },
            ("Origin", origin), ("X-Forwarded-For", "203.0.113.9"), ("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "keys.example"))).Status;
    }

    static async Task<string?> LastAddressAsync(Product product)
    {
        await using var context = await People.OpenAsync(product);
        return await context.AuditEntries.Where(x => x.Action == "key.created").OrderByDescending(x => x.Sequence).Select(x => x.Address).FirstAsync();
    }
}
