using Dashboard.Tests.E2E.Support;
using Xunit;

namespace Dashboard.Tests.E2E.Verification;

[Collection(typeof(StoppedCollection))]
public sealed class ExpiryTests(StoppedProduct stopped)
{
    [Fact]
    public async Task Expired_key_is_refused_from_its_very_moment_on()
    {
        using var organization = await OwnOrganization.AddAsync(stopped.Product);
        var (owner, time) = (organization.Owner, stopped.Clock);
        var key = await owner.PostAsync("/api/keys", new { name = "short", expires_at = time.GetUtcNow().AddMinutes(10) });
        using var anybody = await ApiClient.OpenAsync(stopped.Product);
        time.Advance(TimeSpan.FromMinutes(10) - TimeSpan.FromMilliseconds(1));
        Assert.Equal(200, (await anybody.GetAsync(CapabilitiesTests.Path, ("X-API-Key", key.Member("raw_key")))).Status);
        time.Advance(TimeSpan.FromMilliseconds(1));
        CapabilitiesTests.Refused(await anybody.GetAsync(CapabilitiesTests.Path, ("X-API-Key", key.Member("raw_key"))), "expired_key");
        Assert.Equal("expired", (await owner.GetAsync($"/api/keys/{key.Member("key_id")}")).Member("state"));
    }
}
