using Dashboard.Tests.E2E.Support;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Dashboard.Tests.E2E.Hosting;

/// <summary>The origin of a request in the audit log and in the same-origin check.</summary>
[Collection(typeof(ProxiedCollection))]
public sealed class TrustedProxiesTests(ProxiedProduct proxied)
{
    [Fact]
    public async Task Audit_log_names_the_client_and_not_the_proxy()
    {
        using var organization = await OwnOrganization.AddAsync(proxied.Product);
        var owner = organization.Owner;
        foreach (var (forwarded, address) in new[]
        {
            ("203.0.113.9", "203.0.113.9"), ("198.51.100.1, 203.0.113.9, 2001:db8:ffff::1", "203.0.113.9"), (
                "::ffff:203.0.113.9", "203.0.113.9"),
            ("[2001:db8::9]:4711", "2001:db8::9"), ("nonsense", "127.0.0.1"),
        })
        {
            var created = await owner.SendAsync(
                HttpMethod.Post, "/api/keys", new { name = "x" }, ("Sec-Fetch-Site", "same-origin"), ("X-Forwarded-For", forwarded));
            Assert.Equal(address, await AddressOfAsync(proxied.Product, created));
        }
    }

    [Fact]
    public async Task Own_origin_is_the_one_that_the_browser_sees()
    {
        using var organization = await OwnOrganization.AddAsync(proxied.Product);
        var owner = organization.Owner;
        Assert.Equal(201, await FromAsync("https://keys.example"));
        Assert.Equal(403, await FromAsync("http://keys.example"));
        Assert.Equal(403, await FromAsync(proxied.Product.Url.GetLeftPart(UriPartial.Authority)));

        async Task<int> FromAsync(string origin) => (await owner.SendAsync(
            HttpMethod.Post, "/api/keys", new { name = "x" },
            ("Origin", origin), ("X-Forwarded-For", "203.0.113.9"), ("X-Forwarded-Proto", "https"), (
                "X-Forwarded-Host", "keys.example"))).Status;
    }

    /// <summary>What the audit log has as the address from where a key was created.</summary>
    internal static async Task<string?> AddressOfAsync(Product product, Exchange created)
    {
        Assert.Equal(201, created.Status);
        return await AddressOfAsync(product, created.Member("key_id"));
    }

    /// <summary>The same of a key.</summary>
    internal static async Task<string?> AddressOfAsync(Product product, string id)
    {
        await using var context = await People.OpenAsync(product);
        return await context.AuditEntries.Where(x => x.Action == "key.created" && x.TargetId == id).Select(x => x.Address).SingleAsync();
    }
}
