using Dashboard.Tests.E2E.Support;
using Xunit;

namespace Dashboard.Tests.E2E.Keys;

/// <summary><c>POST /api/keys/import</c>.</summary>
[Collection(typeof(TenantsCollection))]
public sealed class KeyImportApiTests(Tenants tenants)
{
    const string Raw = "ghp_16C7e42F292c6912E7710c838347Ae178B4a";

    [Fact]
    public async Task Key_of_another_product_opens_the_api_after_its_import()
    {
        using var organization = await OwnOrganization.AddAsync(tenants.Product);
        var owner = organization.Owner;
        object key = new
        {
            hash = Convert.ToBase64String(KeyHash.Of(Raw)),
            name = "mobile app",
            environment = "test",
            permissions = new[] { "read" },
            last_used_at = "2026-01-31T00:00:00Z"
        };
        var dry = await owner.SendAsync(
            HttpMethod.Post, "/api/keys/import", new { keys = new[] { key }, dry_run = true }, ("Sec-Fetch-Site", "same-origin"));
        Assert.Equal((200, """{"imported":0,"key_ids":[],"skipped":[],"dry_run":true}"""), (dry.Status, dry.Text));
        var imported =
            await owner.SendAsync(HttpMethod.Post, "/api/keys/import", new { keys = new[] { key } }, ("Sec-Fetch-Site", "same-origin"));
        Assert.Equal((200, 1), (imported.Status, imported.Json.GetProperty("imported").GetInt32()));
        var who = await tenants.Nobody.GetAsync("/v1/capabilities", ("X-API-Key", Raw));
        Assert.Equal((200, "test"), (who.Status, who.Member("environment")));
        Assert.Contains(who.Member("key_id")!, imported.Text, StringComparison.Ordinal);

        var again = await owner.SendAsync(HttpMethod.Post, "/api/keys/import", new { keys = new[] { key, new { hash = 1, nome = "x" } } }, (
            "Sec-Fetch-Site", "same-origin"));
        Assert.Equal(400, again.Status);
        Assert.All(["keys[1].hash", "keys[1].nome", "keys[1].name"], field =>
            Assert.Contains($"\"{field}\"", again.Text, StringComparison.Ordinal));
        again = await owner.SendAsync(HttpMethod.Post, "/api/keys/import", new { keys = new[] { key } }, ("Sec-Fetch-Site", "same-origin"));
        Assert.Contains("\"keys[0].hash\":\"This key is stored already.\"", again.Text, StringComparison.Ordinal);
        again = await owner.SendAsync(
            HttpMethod.Post, "/api/keys/import", new { keys = new[] { key }, skip_existing = true }, ("Sec-Fetch-Site", "same-origin"));
        Assert.Equal((200, """{"imported":0,"key_ids":[],"skipped":[0],"dry_run":false}"""), (again.Status, again.Text));
    }

    [Fact]
    public async Task Liveness_says_that_forwarded_headers_are_ignored()
    {
        Assert.DoesNotContain("X-Latchkey-Forwarded", (await tenants.Nobody.GetAsync("/healthz/live")).Headers.Keys);
        Assert.Equal(
            "ignored", (await tenants.Nobody.GetAsync("/healthz/live", ("X-Forwarded-For", "203.0.113.9"))).Header("X-Latchkey-Forwarded"));
    }
}
