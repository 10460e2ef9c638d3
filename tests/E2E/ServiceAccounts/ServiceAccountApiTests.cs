using Dashboard.Tests.E2E.Support;
using Xunit;

namespace Dashboard.Tests.E2E.ServiceAccounts;

[Collection(typeof(TenantsCollection))]
public sealed class ServiceAccountApiTests(Tenants tenants)
{
    [Fact]
    public async Task Client_secret_is_replaced_beside_the_old_one()
    {
        var account = await tenants.Owner.PostAsync("/api/service-accounts", new { name = "replaced", projects = new[] { People.Project } });
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
        Assert.Contains("\"secrets\":[]", (await tenants.Owner.GetAsync($"/api/service-accounts?search={account.Member("id")}&state=active")).Text, StringComparison.Ordinal);
    }
}
