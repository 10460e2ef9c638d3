using Dashboard.Tests.E2E.Support;
using Dashboard.Tests.E2E.Verification;
using Xunit;

namespace Dashboard.Tests.E2E.Hosting;

/// <summary>What settings change, on one product that has them all.</summary>
public sealed class SettingsTests(SettingsTests.Unusual settings) : IClassFixture<SettingsTests.Unusual>
{
    [Fact]
    public async Task Bearer_that_may_be_no_key_is_an_invalid_token()
    {
        using var organization = await OwnOrganization.AddAsync(settings.Product);
        var owner = organization.Owner;
        var raw = (await owner.PostAsync("/api/keys", new { name = "x", environment = "test" })).Member("raw_key");
        CapabilitiesTests.Refused(await owner.GetAsync(CapabilitiesTests.Path, ("Authorization", $"Bearer {raw}")), "invalid_token");
        Assert.Equal(200, (await owner.GetAsync(CapabilitiesTests.Path, ("Authorization", $"ApiKey {raw}"))).Status);
        var described = (await settings.Product.Contract).Operations.Single(x =>
            x.Path == CapabilitiesTests.Path).Operation.GetProperty("security").GetRawText();
        Assert.DoesNotContain("bearer", described, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Project_holds_no_more_active_keys_than_its_limit()
    {
        using var organization = await OwnOrganization.AddAsync(settings.Product);
        var owner = organization.Owner;
        var first = (await owner.PostAsync("/api/keys", new { name = "1" })).Member("key_id");
        Assert.Equal(201, (await owner.PostAsync("/api/keys", new { name = "2" })).Status);
        Assert.Equal(200, (await owner.PatchAsync($"/api/keys/{first}", new { state = "inactive" })).Status);
        var full = await owner.PostAsync("/api/keys", new { name = "3" });
        Assert.Equal((409, "key_limit_reached"), (full.Status, full.Code));
        Assert.Equal(200, (await owner.DeleteAsync($"/api/keys/{first}")).Status);
        Assert.Equal(201, (await owner.PostAsync("/api/keys", new { name = "3" })).Status);
    }

    [Fact]
    public async Task Client_that_calls_itself_another_stays_what_it_is()
    {
        using var organization = await OwnOrganization.AddAsync(settings.Product);
        var owner = organization.Owner;
        var created = await owner.SendAsync(
            HttpMethod.Post, "/api/keys", new { name = "x" }, ("Sec-Fetch-Site", "same-origin"), ("X-Forwarded-For", "10.0.0.1"));
        Assert.Equal("127.0.0.1", await TrustedProxiesTests.AddressOfAsync(settings.Product, created));
    }

    [Fact]
    public async Task Forwarded_host_of_a_peer_that_is_not_trusted_opens_no_environment()
    {
        using var organization = await OwnOrganization.AddAsync(settings.Product);
        var owner = organization.Owner;
        var raw = (await owner.PostAsync("/api/keys", new { name = "live" })).Member("raw_key");
        CapabilitiesTests.Refused(
            await owner.GetAsync(CapabilitiesTests.Path, ("X-API-Key", raw), ("X-Forwarded-For", "10.0.0.1"),
                ("X-Forwarded-Host", "api.example.com")), "wrong_environment");
        Assert.Equal(200, (await owner.SendRawAsync("GET", CapabilitiesTests.Path, "Host: api.example.com", $"X-API-Key: {raw}")).Status);
    }

    public sealed class Unusual : IAsyncDisposable
    {
        /// <summary>Trusts a proxy that it does not have, and takes live keys at a host that is not its own.</summary>
        public Product Product { get; } = new Product().With("Keys:AcceptBearer", "false").With("Keys:MaxActivePerProject", "2")
            .With("Proxies:Trusted", "10.0.0.0/8").With("Environments:live:Hosts", "api.example.com")
                .With("Environments:test:Hosts", "127.0.0.1");

        public ValueTask DisposeAsync() => Product.DisposeAsync();
    }
}
