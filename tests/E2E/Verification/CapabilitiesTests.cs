using Dashboard.Core.Keys.Format;
using Dashboard.Core.Usage;
using Dashboard.Tests.E2E.Support;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Dashboard.Tests.E2E.Verification;

/// <summary>The identity and permissions of a presented key, and its refusals.</summary>
[Collection(typeof(TenantsCollection))]
public sealed class CapabilitiesTests(Tenants tenants)
{
    internal const string Path = "/v1/capabilities";

    [Theory]
    [InlineData("X-API-Key", "KEY")]
    [InlineData("API-Key", "KEY")]
    [InlineData("Authorization", "ApiKey KEY")]
    [InlineData("Authorization", "Bearer KEY")]
    [InlineData("authorization", "apikey KEY")]
    public async Task Key_in_each_header_says_what_it_is_until_it_is_revoked(string name, string value)
    {
        var (raw, id) = await tenants.Owner.CreateKeyAsync(new
        {
            name = "narrow",
            permissions = new[] { "execute", "read" },
            resources = new[] { "workflow:order-intake" },
            environment = "test",
            expires_at = "2099-01-01T00:00:00Z",
        });
        var header = (name, value.Replace("KEY", raw, StringComparison.Ordinal));

        var answer = await tenants.Nobody.GetAsync(Path, header);

        Assert.Equal((200, "valid", true), (answer.Status, answer.Code, answer.Json.GetProperty("valid").GetBoolean()));
        Assert.Equal((id, People.Organization, People.Project, "test"), (
            answer.Member("key_id"), answer.Member("organization"), answer.Member("project"), answer.Member("environment")));
        Assert.Equal("""["read","execute"]""", answer.Json.GetProperty("permissions").GetRawText());
        Assert.Equal("""["workflow:order-intake"]""", answer.Json.GetProperty("scope").GetRawText());
        Assert.Equal(("user", "2099-01-01T00:00:00.000Z"), (
            answer.Json.GetProperty("owner").GetProperty("type").GetString(), answer.Member("expires_at")));

        Assert.Equal(200, (await tenants.Owner.DeleteAsync($"/api/keys/{id}")).Status);
        Refused(await tenants.Nobody.GetAsync(Path, header), "revoked_key");
    }

    [Fact]
    public async Task Key_with_nothing_said_reaches_all_of_its_project()
    {
        var answer = await PresentAsync(tenants.RawKey);
        Assert.Equal(("all", "live"), (answer.Member("scope"), answer.Member("environment")));
        Assert.Equal("""["read","execute","write"]""", answer.Json.GetProperty("permissions").GetRawText());
        Assert.Equal(System.Text.Json.JsonValueKind.Null, answer.Json.GetProperty("expires_at").ValueKind);
    }

    [Theory]
    [InlineData("malformed_key", "nk_live_nothing")]
    [InlineData("malformed_key", "")]
    [InlineData("malformed_key", "KEY ")]
    [InlineData("malformed_key", "'KEY'")]
    [InlineData("malformed_key", "KEY,KEY")]
    [InlineData("malformed_key", "%00")]
    [InlineData("malformed_key", "ñKEY")]
    public async Task Text_of_no_shape_is_malformed(string code, string text)
    {
        var answer = await tenants.Nobody.SendRawAsync(
            "GET", Path, $"X-API-Key: {text.Replace("KEY", tenants.RawKey + "x", StringComparison.Ordinal)}");
        Refused(answer, code);
    }

    [Fact]
    public async Task Key_with_any_one_character_changed_is_refused_without_a_word_about_the_key()
    {
        foreach (var at in new[] { 0, 3, 8, 15, 17, 30, tenants.RawKey.Length - 1 })
        {
            var letters = tenants.RawKey.ToCharArray();
            letters[at] = letters[at] == 'a' ? 'b' : 'a';
            Refused(await PresentAsync(new(letters)), "malformed_key");
        }
    }

    [Fact]
    public async Task Key_of_the_right_shape_that_was_never_issued_is_invalid()
    {
        Assert.True(KeyTemplate.TryParse(KeyTemplate.Default, out var template, out _));
        Refused(await PresentAsync(template.Mint(KeyEnvironment.Live).Reveal()), "invalid_key");
    }

    [Fact]
    public async Task Nothing_presented_is_told_from_something_wrong()
    {
        Refused(await tenants.Nobody.GetAsync(Path), "missing_credential");
        Refused(await tenants.Owner.GetAsync(Path), "missing_credential"); // a session is not a credential here
        Refused(await tenants.Nobody.GetAsync(Path, ("Authorization", "Basic b3duZXI6cGFzc3dvcmQ=")), "missing_credential");
        Refused(await tenants.Nobody.GetAsync($"{Path}?access_token={tenants.RawKey}"), "missing_credential");
        Refused(await tenants.Nobody.GetAsync(Path, ("Authorization", "Bearer eyJh.eyJi.c2ln")), "invalid_token");
    }

    [Fact]
    public async Task Header_sent_twice_is_malformed_and_the_first_way_decides_alone()
    {
        var key = tenants.RawKey;
        Refused(await tenants.Nobody.SendRawAsync("GET", Path, $"X-API-Key: {key}", $"X-API-Key: {key}"), "malformed_key");
        Refused(await tenants.Nobody.SendRawAsync(
            "GET", Path, $"Authorization: Bearer {key}", $"Authorization: Bearer {key}"), "malformed_key");
        Refused(await tenants.Nobody.SendRawAsync("GET", Path, "X-API-Key: nonsense", $"API-Key: {key}"), "malformed_key");
        Assert.Equal(200, (await tenants.Nobody.SendRawAsync("GET", Path, "API-Key: nonsense", $"X-API-Key: {key}")).Status);
        Refused(await PresentAsync(new string('x', 513)), "malformed_key");
    }

    [Fact]
    public async Task Other_headers_change_nothing_about_the_credential()
    {
        var plain = await PresentAsync(tenants.RawKey);
        var dressed = await tenants.Nobody.GetAsync(
            Path, ("X-API-Key", tenants.RawKey), ("cp-org", "rival"), ("cp-instance", "rival/secret"), ("X-Org", "rival"), (
                "X-Forwarded-Host", "evil.example"));
        Assert.Equal(plain.Text, dressed.Text);
    }

    [Fact]
    public async Task Switched_off_key_is_inactive_until_it_is_switched_on()
    {
        var (raw, id) = await tenants.Owner.CreateKeyAsync(new { name = "switch" });
        Assert.Equal("inactive", (await tenants.Owner.PatchAsync($"/api/keys/{id}", new { state = "inactive" })).Member("state"));
        Refused(await PresentAsync(raw), "inactive_key");
        Assert.Equal("active", (await tenants.Owner.PatchAsync($"/api/keys/{id}", new { state = "active" })).Member("state"));
        Assert.Equal(200, (await PresentAsync(raw)).Status);
    }

    [Fact]
    public async Task Use_of_a_key_shows_on_it()
    {
        var (raw, id) = await tenants.Owner.CreateKeyAsync(new { name = "used" });
        var before = tenants.Product.Now;
        Assert.Equal(200, (await PresentAsync(raw)).Status);
        await tenants.Product.Services.GetRequiredService<UsageLedger>().FlushAsync(TestContext.Current.CancellationToken);
        var key = await tenants.Owner.GetAsync($"/api/keys/{id}");
        Assert.Equal("127.0.0.0/24", key.Member("last_used_from"));
        // to the second
        Assert.InRange(key.Json.GetProperty("last_used_at").GetDateTimeOffset(), before.AddSeconds(-1), tenants.Product.Now);
    }

    Task<Exchange> PresentAsync(string key) => tenants.Nobody.GetAsync(Path, ("X-API-Key", key));

    internal static void Refused(Exchange answer, string code)
    {
        Assert.Equal((401, code), (answer.Status, answer.Code));
        Assert.StartsWith("Bearer resource_metadata=\"http://", answer.Header("WWW-Authenticate"), StringComparison.Ordinal);
        Assert.EndsWith(", ApiKey", answer.Header("WWW-Authenticate"), StringComparison.Ordinal);
        Assert.Equal(code is "invalid_token" or "token_expired", answer.Header("WWW-Authenticate")!.Contains(
            "error=\"invalid_token\"", StringComparison.Ordinal));
        Assert.Equal("no-store", answer.Header("Cache-Control"));
    }
}
