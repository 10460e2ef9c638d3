using Dashboard.Tests.E2E.Support;
using Xunit;

namespace Dashboard.Tests.E2E.ServiceAccounts;

[Collection(typeof(TenantsCollection))]
public sealed class ServiceAccountApiTests(Tenants tenants)
{
    [Fact]
    public async Task Client_secret_is_replaced_beside_the_old_one()
    {
        var account =
            await tenants.Owner.PostAsync("/api/service-accounts", new { name = "replaced", projects = new[] { People.Project } });
        var path = $"/api/service-accounts/{account.Member("id")}";
        var first = account.Json.GetProperty("secrets")[0].GetProperty("id").GetString();
        var second = await tenants.Owner.SendAsync(HttpMethod.Post, $"{path}/secrets");
        Assert.Equal((201, path, "no-store"), (second.Status, second.Header("Location"), second.Header("Cache-Control")));
        Assert.Equal(account.Member("client_id"), second.Member("client_id"));
        Assert.StartsWith(second.Member("hint"), second.Member("client_secret"), StringComparison.Ordinal);
        Assert.NotEqual(account.Member("client_secret"), second.Member("client_secret"));

        var third = await tenants.Owner.SendAsync(HttpMethod.Post, $"{path}/secrets");
        Assert.Equal((409, "conflict"), (third.Status, third.Code));
        Assert.Equal(204, (await tenants.Owner.DeleteAsync($"{path}/secrets/{first}")).Status);
        Assert.Equal(404, (await tenants.Owner.DeleteAsync($"{path}/secrets/{first}")).Status);
        var read = await tenants.Owner.GetAsync(path);
        Assert.DoesNotContain(second.Member("client_secret"), read.Text, StringComparison.Ordinal);
        Assert.Equal(second.Member("id"), Assert.Single(read.Json.GetProperty("secrets").EnumerateArray()).GetProperty("id").GetString());
        Assert.False(read.Json.GetProperty("owner").GetProperty("left").GetBoolean());

        Assert.Equal(204, (await tenants.Owner.DeleteAsync($"{path}/secrets/{second.Member("id")}")).Status);
        Assert.Contains(
            "\"secrets\":[]", (await tenants.Owner.GetAsync($"/api/service-accounts?search={account.Member("id")}&state=active")).Text,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Owners_are_listed_and_set_together_or_as_one()
    {
        var account = await tenants.Owner.PostAsync("/api/service-accounts", new { name = "owned", projects = new[] { People.Project } });
        var path = $"/api/service-accounts/{account.Member("id")}";
        var (owner, developer) = (tenants.OwnerId, await IdOfAsync(tenants.Developer));
        Assert.Equal([owner], OwnersIn(account));
        Assert.Equal(403, (await tenants.Developer.GetAsync(path)).Status);

        var both = await tenants.Owner.PatchAsync(path, new { owner_ids = new[] { developer, owner } });
        Assert.Equal([owner, developer], OwnersIn(both));
        Assert.Equal(owner, both.Json.GetProperty("owner").GetProperty("id").GetString());
        Assert.Equal(200, (await tenants.Developer.GetAsync(path)).Status);
        Assert.Equal([developer], OwnersIn(await tenants.Owner.PatchAsync(path, new { owner_id = developer })));

        var chosen = await tenants.Owner.PostAsync(
            "/api/service-accounts", new { name = "chosen", projects = new[] { People.Project }, owner_ids = new[] { developer, owner } });
        Assert.Equal([developer, owner], OwnersIn(chosen));
        var unfit = await tenants.Owner.PostAsync(
            "/api/service-accounts",
            new { name = "unfit", projects = new[] { People.Project }, owner_ids = new[] { await IdOfAsync(tenants.Viewer) } });
        Assert.Equal((400, "owner_ids"), (unfit.Status, unfit.Json.GetProperty("errors").EnumerateObject().Single().Name));

        foreach (var (body, field) in new (object, string)[]
        {
            (new { owner_id = owner, owner_ids = new[] { owner } }, "owner_id"), (
                new { owner_id = await IdOfAsync(tenants.Viewer) }, "owner_id"),
            (new { owner_ids = Array.Empty<string>() }, "owner_ids"), (
                new { owner_ids = new[] { owner, await IdOfAsync(tenants.Stranger) } }, "owner_ids"),
        })
        {
            var refused = await tenants.Owner.PatchAsync(path, body);
            Assert.Equal((400, "invalid_request", field), (
                refused.Status, refused.Code, refused.Json.GetProperty("errors").EnumerateObject().Single().Name));
        }

        Assert.Equal([developer], OwnersIn(await tenants.Owner.GetAsync(path)));
        foreach (var id in new[] { account.Member("id"), chosen.Member("id") })
        {
            Assert.Equal(204, (await tenants.Owner.DeleteAsync($"/api/service-accounts/{id}")).Status);
        }

        // as other tests of these organizations expect of a developer, who owns nothing
        Assert.Equal(403, (await tenants.Developer.GetAsync("/api/service-accounts")).Status);

        static async Task<string> IdOfAsync(ApiClient client) =>
            (await client.GetAsync("/api/session")).Json.GetProperty("user").GetProperty("id").GetString()!;

        static List<string> OwnersIn(Exchange answer) =>
            [.. answer.Json.GetProperty("owners").EnumerateArray().Select(each => each.GetProperty("id").GetString()!)];
    }

    [Fact]
    public async Task All_tokens_are_ended_and_the_secret_gets_another()
    {
        var program = tenants.Nobody;
        var account = await tenants.Owner.PostAsync(
            "/api/service-accounts", new { name = "ended", permissions = new[] { "read", "verify" }, projects = new[] { People.Project } });
        var token = await IssueAsync();
        Assert.Equal(200, await StatusAsync(token));
        Assert.Contains("\"active\":true", await IntrospectAsync(token), StringComparison.Ordinal);
        Assert.Equal(204, (await tenants.Owner.DeleteAsync($"/api/service-accounts/{account.Member("id")}/tokens")).Status);
        Assert.Equal(401, await StatusAsync(token));
        Assert.Equal("{\"active\":false}", await IntrospectAsync(token));
        Assert.Equal(200, await StatusAsync(await IssueAsync()));

        async Task<string> IssueAsync() => (await program.PostAsync("/oauth/token", new
        {
            grant_type = "client_credentials",
            client_id = account.Member("client_id"),
            client_secret = account.Member("client_secret"),
        })).Member("access_token");

        async Task<int> StatusAsync(string presented) =>
            (await program.GetAsync("/v1/capabilities", ("Authorization", $"Bearer {presented}"))).Status;

        async Task<string> IntrospectAsync(string presented) => (await program.PostAsync("/oauth/introspect", new
        {
            token = presented,
            client_id = account.Member("client_id"),
            client_secret = account.Member("client_secret"),
        })).Text;
    }
}
