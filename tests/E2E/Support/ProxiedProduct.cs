using Xunit;

namespace Dashboard.Tests.E2E.Support;

/// <summary>A product behind a proxy, with hosts for both environments.</summary>
public sealed class ProxiedProduct : IAsyncLifetime
{
    public Product Product { get; } = new Product().With("Keys:MaxActivePerProject", "1000")
        .With("Proxies:Trusted:0", "127.0.0.0/8").With("Proxies:Trusted:1", "2001:db8:ffff::/48")
        .With("Environments:live:Hosts:0", "api.example").With("Environments:live:Hosts:1", "127.0.0.1")
            .With("Environments:test:Hosts", "sandbox.example, localhost:8443").With("OAuth:QueryTokenPaths:0", "/events");

    public ApiClient Owner { get; private set; } = null!;

    public ApiClient Nobody { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Owner = await ApiClient.SignInAsync(Product);
        Nobody = await ApiClient.OpenAsync(Product);
        Assert.Equal(201, (await Owner.PostAsync("/api/resources", new { kind = "workflow", id = "order-intake" })).Status);
        Assert.Equal(201, (await Owner.PostAsync("/api/resources", new { kind = "agent", id = "second" })).Status);
    }

    public Task<Exchange> AskAsync(HttpMethod method, string path, params (string Name, string Value)[] headers)
    {
        var test = !headers.Any(x => x.Name == "X-Forwarded-Host")
            && headers.FirstOrDefault().Value?.StartsWith("nk_test", StringComparison.Ordinal) == true;
        return Nobody.SendAsync(method, path, null, test ? [.. headers, ("X-Forwarded-Host", "sandbox.example")]
            : headers.Length == 0 ? [("Accept", "*/*")] : headers);
    }

    public async Task<(int, string?)> TellAsync(string path, string? key, HttpMethod? method = null)
    {
        var answer = await AskAsync(method ?? HttpMethod.Get, path, key is null ? [] : [("X-API-Key", key)]);
        return (answer.Status, answer.Code);
    }

    public async ValueTask DisposeAsync()
    {
        Owner.Dispose();
        Nobody.Dispose();
        await Product.DisposeAsync();
    }
}

/// <summary>Tests on one <see cref="ProxiedProduct"/>, one after the other.</summary>
[CollectionDefinition]
public sealed class ProxiedCollection : ICollectionFixture<ProxiedProduct>;
