using Dashboard.Tests.E2E.Support;
using Xunit;

namespace Dashboard.Tests.E2E.Verification;

[Collection(typeof(ProxiedCollection))]
public sealed class EnvironmentHostTests(ProxiedProduct proxied)
{
    [Fact]
    public async Task Environments_are_bound_to_the_original_requests_host()
    {
        using var organization = await OwnOrganization.AddAsync(proxied.Product);
        var owner = organization.Owner;
        var live = (await owner.PostAsync("/api/keys", new { name = "live" })).Member("raw_key");
        var test = (await owner.PostAsync("/api/keys", new { name = "test", environment = "test" })).Member("raw_key");
        foreach (var (host, accepted) in new[]
        {
            ("api.example", "live"), ("API.example:8443", "live"), ("sandbox.example", "test"),
                ("localhost:8443", "test"), ("localhost", ""), ("evil.example", ""),
        })
        {
            foreach (var (environment, key) in new[] { ("live", live), ("test", test) })
            {
                var behind = await owner.GetAsync(
                    CapabilitiesTests.Path, ("X-API-Key", key), ("X-Forwarded-For", "203.0.113.9"), ("X-Forwarded-Host", host));
                var direct = await owner.SendRawAsync("GET", CapabilitiesTests.Path, $"Host: {host}", $"X-API-Key: {key}");
                Assert.Equal((environment == accepted ? "valid" : "wrong_environment", behind.Code), (behind.Code, direct.Code));
            }
        }
    }
}
