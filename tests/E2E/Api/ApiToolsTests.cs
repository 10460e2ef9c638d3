using Dashboard.Tests.E2E.Support;
using Xunit;

namespace Dashboard.Tests.E2E.Api;

/// <summary>Tools that others wrote read the OpenAPI document. They start slowly, a second or two each.</summary>
[Collection(typeof(TenantsCollection))]
public sealed class ApiToolsTests(Tenants tenants)
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    string Origin => tenants.Product.Url.ToString().TrimEnd('/');

    [Fact]
    public async Task Redocly_and_Spectral_report_nothing()
    {
        await using var tools = JavaScript.Start("openapi-tools.mjs", ("ORIGIN", Origin), ("TASK", "lint"));
        Assert.Equal("ok", await tools.HearAsync("redocly ", Token));
        Assert.Equal("ok", await tools.HearAsync("spectral ", Token));
    }

    [Fact]
    public async Task Generated_client_compiles_and_reads_both_kinds_of_answers()
    {
        var account =
            await tenants.Owner.PostAsync("/api/service-accounts", new { name = "generated", permissions = new[] { "verify", "read" } });
        var revoked = await tenants.Owner.PostAsync("/api/keys", new { name = "revoked" });
        Assert.Equal(200, (await tenants.Owner.DeleteAsync($"/api/keys/{revoked.Member("key_id")}")).Status);
        await using var client = JavaScript.Start(
            "openapi-tools.mjs", ("ORIGIN", Origin), ("TASK", "client"), ("CALLER", account.Member("raw_key")), ("GOOD", tenants.RawKey),
            ("REVOKED", revoked.Member("raw_key")), ("CLIENT_ID", account.Member("client_id")), (
                "CLIENT_SECRET", account.Member("client_secret")));
        Assert.Equal("ok", await client.HearAsync("generated ", Token));
        Assert.Equal("ok", await client.HearAsync("compiled ", Token));
        Assert.Equal("ok", await client.HearAsync("ran ", Token));
        Assert.Equal("true valid user read,execute,write true", await client.HearAsync("verified ", Token));
        Assert.Equal("false revoked_key nobody", await client.HearAsync("refused ", Token));
        Assert.Equal("true true false never", await client.HearAsync("introspected ", Token));
    }
}
