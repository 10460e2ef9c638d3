using Dashboard.Tests.E2E.Support;
using Xunit;

namespace Dashboard.Tests.E2E.PublishedApps;

[Collection(typeof(TenantsCollection))]
public sealed class PublishedAppApiTests(Tenants tenants)
{
    const string Intake = "workflow:order-intake";

    [Fact]
    public async Task App_is_published_verified_everywhere_and_unpublished()
    {
        var allowance = await CountAsync("");
        var issued = await tenants.Developer.PostAsync(
            "/api/apps", new { name = "Returns desk", project = People.Project, resource = Intake, permissions = new[] { "read" } });
        var (id, path, raw) = (issued.Member("id"), $"/api/apps/{issued.Member("id")}", issued.Member("raw_key"));
        Assert.Equal((201, path, "no-store"), (issued.Status, issued.Header("Location"), issued.Header("Cache-Control")));
        Assert.StartsWith(issued.Member("prefix"), raw, StringComparison.Ordinal);
        var read = await tenants.Viewer.GetAsync(path);
        Assert.DoesNotContain(raw, read.Text, StringComparison.Ordinal);
        Assert.Equal((Intake, "active"), (read.Member("resource"), read.Member("key_state")));

        Assert.Equal(allowance, await CountAsync("")); // managed keys are listed only on request
        Assert.Equal(1, await CountAsync($"&include_managed=true&search={issued.Member("key_id")}"));
        Assert.Contains(
            id, (await tenants.Viewer.GetAsync($"/api/apps?project={People.Project}&search=returns")).Text, StringComparison.Ordinal);

        foreach (var answer in new[]
        {
            await tenants.Nobody.GetAsync("/v1/capabilities", ("X-API-Key", raw)),
            await tenants.Nobody.SendAsync(HttpMethod.Post, "/api/v1/keys/verify",
                new { key = raw, resource = Intake, permission = "read" }, ("X-API-Key", tenants.VerifierKey)),
        })
        {
            var owner = answer.Json.GetProperty("owner");
            Assert.Equal(
                ("valid", "app", id, "Returns desk"), (answer.Code, owner.GetProperty("type")
                    .GetString(), owner.GetProperty("id").GetString(), owner.GetProperty("name").GetString()));
        }

        var let = await tenants.Nobody.GetAsync($"/forward-auth/{People.Project}/live/read/{Intake}", ("X-API-Key", raw));
        Assert.Equal((200, $"app:{id}", Intake), (let.Status, let.Header("X-Latchkey-Owner"), let.Header("X-Latchkey-Scope")));
        Assert.Equal(
            403, (await tenants.Nobody.GetAsync($"/forward-auth/{People.Project}/live/read/workflow:other", ("X-API-Key", raw))).Status);

        Assert.Equal(403, (await tenants.Viewer.DeleteAsync(path)).Status);
        // repeating it succeeds
        foreach (var ended in new[] { await tenants.Developer.DeleteAsync(path), await tenants.Owner.DeleteAsync(path) })
        {
            Assert.Equal(
                (200, false, "revoked"), (ended.Status, ended.Json.GetProperty("published").GetBoolean(), ended.Member("key_state")));
        }

        Assert.Equal("revoked_key", (await tenants.Nobody.GetAsync($"/forward-auth/{People.Project}", ("X-API-Key", raw)))
            .Header("X-Latchkey-Code"));
        Assert.DoesNotContain(id, (await tenants.Viewer.GetAsync($"/api/apps?project={People.Project}")).Text, StringComparison.Ordinal);
        Assert.Contains(id, (await tenants.Viewer.GetAsync($"/api/apps?project={People.Project}&include_unpublished=true")).Text,
            StringComparison.Ordinal);

        async Task<int> CountAsync(string more) =>
            (await tenants.Owner.GetAsync($"/api/keys?project={People.Project}&limit=200{more}")).Json.GetProperty("items")
                .GetArrayLength();
    }

    [Fact]
    public async Task Repeat_with_the_same_idempotency_key_publishes_nothing()
    {
        var body = new { name = "Once", project = People.Project, resource = Intake };
        (string, string)[] headers = [("Sec-Fetch-Site", "same-origin"), ("Idempotency-Key", "apps-1")];
        var first = await tenants.Developer.SendAsync(HttpMethod.Post, "/api/apps", body, headers);
        var second = await tenants.Developer.SendAsync(HttpMethod.Post, "/api/apps", body, headers);
        Assert.Equal(
            (201, 409, "already_created", first.Member("key_id")), (first.Status, second.Status, second.Code, second.Member("key_id")));
        Assert.Contains(first.Member("id"), second.Member("detail"), StringComparison.Ordinal);
    }
}
