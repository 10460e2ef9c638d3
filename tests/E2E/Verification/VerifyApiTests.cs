using System.Text.Json;
using Dashboard.Core.Usage;
using Dashboard.Tests.E2E.Support;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Dashboard.Tests.E2E.Verification;

/// <summary>Service accounts, and key verification with their keys.</summary>
[Collection(typeof(TenantsCollection))]
public sealed class VerifyApiTests(Tenants tenants)
{
    const string Verify = "/api/v1/keys/verify";

    [Fact]
    public async Task Service_account_is_created_once_with_its_secrets_and_read_without()
    {
        var made = await tenants.Owner.PostAsync("/api/service-accounts",
            new { name = "gateway", permissions = new[] { "verify", "read" }, projects = new[] { People.Project }, environment = "test" });
        Assert.Equal((201, "no-store"), (made.Status, made.Header("Cache-Control")));
        Assert.Matches("^sa_", made.Member("id"));
        Assert.Matches("^latchkey-sa-", made.Member("client_id"));
        Assert.Matches("^secret_", made.Member("client_secret"));
        Assert.Matches("^nk_test_", made.Member("raw_key"));
        Assert.Equal($"/api/service-accounts/{made.Member("id")}", made.Header("Location"));
        var read = await tenants.Owner.GetAsync(made.Header("Location")!);
        Assert.DoesNotContain(made.Member("client_secret"), read.Text, StringComparison.Ordinal);
        Assert.Equal("gateway", read.Member("name"));
        var key = await tenants.Owner.GetAsync($"/api/keys/{made.Member("key_id")}");
        Assert.Equal(("service_account", made.Member("id"), "gateway"), (
            Of(key, "owner", "type"), Of(key, "owner", "id"), Of(key, "owner", "name")));

        var all = await tenants.Owner.PostAsync("/api/service-accounts", new { name = "all", projects = "all" });
        Assert.Equal("all", all.Member("projects"));
        Assert.Contains(all.Member("id"), (await tenants.Owner.GetAsync("/api/service-accounts?limit=1")).Text, StringComparison.Ordinal);
        var another = await tenants.Owner.PostAsync(
            "/api/keys", new { name = "another", service_account_id = all.Member("id"), permissions = new[] { "read" } });
        Assert.Equal((201, all.Member("id")), (another.Status, Of(another, "owner", "id")));
        Assert.Equal(
            403, (await tenants.Developer.PostAsync("/api/keys", new { name = "x", service_account_id = all.Member("id") })).Status);

        Assert.Equal(200, (await tenants.Owner.PatchAsync($"/api/service-accounts/{all.Member("id")}", new { state = "inactive" })).Status);
        Assert.Equal("inactive_key", (await tenants.Nobody.GetAsync("/v1/capabilities", ("X-API-Key", another.Member("raw_key")))).Code);
        Assert.Equal(204, (await tenants.Owner.DeleteAsync($"/api/service-accounts/{all.Member("id")}")).Status);
        Assert.Equal("revoked_key", (await tenants.Nobody.GetAsync("/v1/capabilities", ("X-API-Key", another.Member("raw_key")))).Code);
        Assert.Equal(404, (await tenants.Owner.GetAsync($"/api/service-accounts/{all.Member("id")}")).Status);
    }

    [Fact]
    public async Task Api_asks_about_a_key_and_is_answered_in_these_fields_and_no_others()
    {
        var api = await ApiAsync();
        var made = await tenants.Owner.PostAsync(
            "/api/keys", new { name = "asked", permissions = new[] { "read" }, allowed_ips = new[] { "203.0.113.0/24" } });
        var raw = made.Member("raw_key");
        var good = await AskAsync(
            api, new
            {
                key = raw,
                project = People.Project,
                resource = "workflow:order-intake",
                permission = "read",
                client_ip = "203.0.113.9"
            });
        Assert.Equal(200, good.Status);
        Assert.Equal(
            ["valid", "code", "key_id", "organization", "project", "environment", "owner", "permissions", "scope", "expires_at"],
            good.Json.EnumerateObject().Select(x => x.Name));
        Assert.Equal((true, "valid", "all", "user"), (
            good.Json.GetProperty("valid").GetBoolean(), good.Member("code"), good.Member("scope"), Of(good, "owner", "type")));

        var refused = await AskAsync(api, new { key = raw, client_ip = "192.0.2.1", explain = true });
        Assert.Equal((200, "ip_not_allowed", made.Member("key_id")), (refused.Status, refused.Code, refused.Member("key_id")));
        Assert.Equal(["valid", "code", "key_id", "rules"], refused.Json.EnumerateObject().Select(x => x.Name));
        Assert.Equal("address", refused.Json.GetProperty("rules").EnumerateArray()
            .Single(x => x.GetProperty("verdict").GetString() == "ip_not_allowed").GetProperty("rule").GetString());
        Assert.Equal("""{"valid":false,"code":"malformed_key"}""", (await AskAsync(api, new { key = "nonsense" })).Text);
        Assert.Equal("ip_not_allowed", (await AskAsync(api, new { key = raw })).Code);

        foreach (var (body, errors) in new (object, string)[]
        {
            (new { }, "key"), (new { key = (string?)null }, "key"), (
                new { key = raw, resource = "nonsense", project = "x" }, "project resource"),
            (new { key = raw, client_ip = "203.0.113.9:80x" }, "client_ip"), (new { key = raw, explain = "yes" }, "explain"), (
                new { key = raw, surplus = 1 }, "surplus"),
            (new { key = raw, environment = "staging" }, "environment"),
        })
        {
            var bad = await AskAsync(api, body);
            Assert.Equal((400, "invalid_request", errors), (bad.Status, bad.Code, bad.Errors));
            Assert.DoesNotContain(raw, bad.Text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Key_over_its_limit_is_told_with_the_seconds_to_wait()
    {
        var api = await ApiAsync();
        var raw = (await tenants.Owner.PostAsync("/api/keys", new { name = "slow", requests_per_minute = 1 })).Member("raw_key");
        Assert.Equal("valid", (await AskAsync(api, new { key = raw })).Code);
        var limited = await AskAsync(api, new { key = raw });
        Assert.Equal(["valid", "code", "retry_after", "key_id"], limited.Json.EnumerateObject().Select(x => x.Name));
        Assert.Equal((200, "rate_limited", limited.Header("Retry-After")), (
            limited.Status, limited.Code, limited.Json.GetProperty("retry_after").GetRawText()));
        Assert.InRange(limited.Json.GetProperty("retry_after").GetInt32(), 1, 120);
        Assert.Null((await AskAsync(api, new { key = "nonsense" })).Header("Retry-After"));
    }

    [Fact]
    public async Task Service_account_of_another_organization_learns_nothing_and_lends_itself_to_nobody()
    {
        var foreign = await tenants.Stranger.PostAsync("/api/service-accounts", new { name = "foreign", permissions = new[] { "verify" } });
        var asked = await AskAsync(foreign.Member("raw_key"), new { key = tenants.RawKey });
        Assert.Equal((200, """{"valid":false,"code":"invalid_key"}"""), (asked.Status, asked.Text));
        Assert.Equal((400, "service_account_id"), Error(
            await tenants.Owner.PostAsync("/api/keys", new { name = "x", service_account_id = foreign.Member("id") })));
        Assert.Equal((401, "malformed_key"), await TellAsync("nk_live_nothing"));
        Assert.Equal((401, "invalid_key"), await TellAsync(Product.NeverMinted));

        async Task<(int, string?)> TellAsync(string caller)
        {
            var answer = await AskAsync(caller, new { key = tenants.RawKey });
            return (answer.Status, answer.Code);
        }
    }

    [Fact]
    public async Task Key_takes_an_allow_list_and_a_limit_and_loses_them_again()
    {
        var made = await tenants.Owner.PostAsync(
            "/api/keys", new { name = "limits", allowed_ips = new[] { "127.0.0.1", "::1" }, requests_per_minute = 2 });
        var (raw, path) = (made.Member("raw_key"), $"/api/keys/{made.Member("key_id")}");
        Assert.Equal(["127.0.0.1/32", "::1/128"], made.Json.GetProperty("allowed_ips").EnumerateArray().Select(x => x.GetString()));
        foreach (var wrong in new[] { Array.Empty<string>(), ["10.1.2.3/8"], ["nonsense"] })
        {
            Assert.Equal((400, "allowed_ips"), Error(await tenants.Owner.PatchAsync(path, new { allowed_ips = wrong })));
        }

        Assert.Equal((400, "requests_per_minute"), Error(await tenants.Owner.PatchAsync(path, new { requests_per_minute = 0 })));
        Assert.Equal("valid", (await CapabilitiesAsync(raw)).Code);
        Assert.Equal("valid", (await CapabilitiesAsync(raw)).Code);
        var limited = await CapabilitiesAsync(raw);
        Assert.Equal((429, "rate_limited"), (limited.Status, limited.Code));
        Assert.InRange(int.Parse(limited.Header("Retry-After")!, System.Globalization.CultureInfo.InvariantCulture), 1, 120);
        var changed = await tenants.Owner.PatchAsync(path, new { requests_per_minute = (int?)null, allowed_ips = new[] { "10.0.0.0/8" } });
        Assert.Equal(JsonValueKind.Null, changed.Json.GetProperty("requests_per_minute").ValueKind);
        Assert.Equal("ip_not_allowed", (await CapabilitiesAsync(raw)).Code);
        Assert.Equal(JsonValueKind.Null,
            (await tenants.Owner.PatchAsync(path, new { allowed_ips = (object?)null })).Json.GetProperty("allowed_ips").ValueKind);
        Assert.Equal("valid", (await CapabilitiesAsync(raw)).Code);

        await tenants.Product.Services.GetRequiredService<UsageLedger>().FlushAsync(TestContext.Current.CancellationToken);
        var usage = (await tenants.Viewer.GetAsync($"/api/usage?key_id={made.Member("key_id")}")).Json.GetProperty("items").EnumerateArray()
            .GroupBy(x => x.GetProperty("code").GetString()!)
                .ToDictionary(x => x.Key, x => x.Sum(row => row.GetProperty("count").GetInt64()));
        Assert.Equal((3, 1, 1), (usage["valid"], usage["rate_limited"], usage["ip_not_allowed"]));
    }

    static (int, string) Error(Exchange answer) => (answer.Status, answer.Errors);

    static string? Of(Exchange answer, string outer, string inner) => answer.Json.GetProperty(outer).GetProperty(inner).GetString();

    Task<Exchange> CapabilitiesAsync(string raw) => tenants.Nobody.GetAsync("/v1/capabilities", ("X-API-Key", raw));

    async Task<string> ApiAsync() =>
        (await tenants.Owner.PostAsync("/api/service-accounts", new { name = "api", permissions = new[] { "verify" } })).Member("raw_key");

    Task<Exchange> AskAsync(string api, object body) => tenants.Nobody.SendAsync(HttpMethod.Post, Verify, body, ("X-API-Key", api));
}
