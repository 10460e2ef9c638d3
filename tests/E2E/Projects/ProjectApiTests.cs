using Dashboard.Core.Organizations;
using Dashboard.Tests.E2E.Support;
using Xunit;

namespace Dashboard.Tests.E2E.Projects;

/// <summary>Projects and resources through the REST API.</summary>
[Collection(typeof(StoppedCollection))]
public sealed class ProjectApiTests(StoppedProduct stopped)
{
    [Fact]
    public async Task Projects_get_slugs_of_their_own()
    {
        using var organization = await OwnOrganization.AddAsync(stopped.Product);
        var owner = organization.Owner;
        var made = await owner.PostAsync("/api/projects", new { name = " Blue Orders! " });
        Assert.Equal((201, organization.Slug, "blue-orders", "Blue Orders!"), (
            made.Status, made.Member("organization"), made.Member("slug"), made.Member("name")));
        Assert.Equal("blue-orders-2", (await owner.PostAsync("/api/projects", new { name = "Blue Orders" })).Member("slug"));
        Assert.Equal("mine", (await owner.PostAsync("/api/projects", new { name = "x", slug = "mine", organization = organization.Slug }))
            .Member("slug"));
        var taken = await owner.PostAsync("/api/projects", new { name = "x", slug = "mine" });
        Assert.Equal((409, "conflict"), (taken.Status, taken.Code));
        Assert.Equal(
            4, (await owner.GetAsync($"/api/projects?organization={organization.Slug}")).Json.GetProperty("items").GetArrayLength());
        Assert.Equal(404, (await owner.GetAsync("/api/projects?organization=nobody")).Status);
    }

    [Fact]
    public async Task Member_of_two_organizations_sees_both_and_names_the_one_that_is_meant()
    {
        using var organization = await OwnOrganization.AddAsync(stopped.Product);
        var (owner, rival) = (organization.Owner, $"{organization.Slug}-rival");
        await stopped.Product.AddOrganizationAsync(rival, "secret");
        await stopped.Product.AddMemberAsync(organization.Email, rival, OrganizationRole.Viewer);
        Assert.Equal(2, (await owner.GetAsync("/api/projects")).Json.GetProperty("items").GetArrayLength());
        Assert.Equal(
            (400, "organization"), ((await owner.PostAsync("/api/projects", new { name = "x" })).Status, (
                await owner.PostAsync("/api/projects", new { name = "x" })).Errors));
        Assert.Equal(
            (403, "forbidden"), ((await owner.PostAsync("/api/projects", new { name = "x", organization = rival })).Status, (
                await owner.PostAsync("/api/projects", new { name = "x", organization = rival })).Code));
        var organizations = (await owner.GetAsync("/api/session")).Json.GetProperty("organizations")
            .EnumerateArray().Select(x => $"{x.GetProperty("slug")}:{x.GetProperty("role")}");
        Assert.Equal([$"{organization.Slug}:owner", $"{rival}:viewer"], organizations);
    }

    [Fact]
    public async Task Resources_are_listed_by_kind_and_name_a_page_at_a_time()
    {
        using var organization = await OwnOrganization.AddAsync(stopped.Product);
        var owner = organization.Owner;
        foreach (var (kind, id, name) in new[] { ("workflow", "order-intake", "Intake"),
            ("workflow", "refunds", null), ("gateway", "refunds", "Refund gateway"), ("agent", "a.b_c~d-e", "Agent") })
        {
            var made = await owner.PostAsync("/api/resources", name is null ? new { kind, id } : new { kind, id, name });
            Assert.Equal((201, kind, id, name ?? id, organization.Project), (
                made.Status, made.Member("kind"), made.Member("id"), made.Member("name"), made.Member("project")));
        }

        var twice = await owner.PostAsync("/api/resources", new { kind = "workflow", id = "refunds" });
        Assert.Equal((409, "conflict"), (twice.Status, twice.Code));
        Assert.Equal(["workflow:order-intake", "workflow:refunds"], await ListAsync("kind=workflow"));
        Assert.Equal(["gateway:refunds", "workflow:refunds"], await ListAsync("search=refund"));
        Assert.Equal(["workflow:refunds"], await ListAsync("search=refund&kind=workflow"));
        var first = await owner.GetAsync("/api/resources?limit=3");
        var second = await owner.GetAsync($"/api/resources?limit=3&cursor={first.Member("next_cursor")}");
        Assert.Equal(["agent:a.b_c~d-e", "gateway:refunds", "workflow:order-intake", "workflow:refunds"], Ids(first)
            .Concat(Ids(second)).Order(StringComparer.Ordinal));

        async Task<IEnumerable<string>> ListAsync(string query) =>
            Ids(await owner.GetAsync($"/api/resources?{query}")).Order(StringComparer.Ordinal);
    }

    [Fact]
    public async Task Project_is_read_renamed_moved_and_deleted_with_its_keys()
    {
        using var organization = await OwnOrganization.AddAsync(stopped.Product);
        var owner = organization.Owner;
        var place = (await owner.PostAsync("/api/projects", new { name = "Ledger" })).Header("Location")!;
        Assert.Equal($"/api/projects/{organization.Slug}/ledger", place);
        var read = await owner.GetAsync(place);
        Assert.Equal((200, "ledger", "Ledger"), (read.Status, read.Member("slug"), read.Member("name")));
        var moved = await owner.PatchAsync(place, new { name = " General ledger ", slug = "general" });
        Assert.Equal((200, "general", "General ledger", read.Member("created_at")), (
            moved.Status, moved.Member("slug"), moved.Member("name"), moved.Member("created_at")));
        Assert.Equal(moved.Text, (await owner.GetAsync(place)).Text); // its former address still works
        Assert.Equal((409, "conflict"), await ChangeAsync(new { slug = organization.Project.Split('/')[1] }));
        Assert.Equal((400, "invalid_request"), await ChangeAsync(new { }));
        Assert.Equal((400, "invalid_request"), await ChangeAsync(new { organization = "other" }));

        var key = (await owner.PostAsync("/api/keys", new { name = "x", project = $"{organization.Slug}/general" })).Member("key_id");
        var deleted = await owner.DeleteAsync(place);
        Assert.Equal(
            (200, "general", $"[\"{key}\"]"), (deleted.Status, deleted.Json.GetProperty("project")
                .GetProperty("slug").GetString(), deleted.Json.GetProperty("keys_revoked").GetRawText()));
        Assert.Equal("revoked", (await owner.GetAsync($"/api/keys/{key}")).Member("state"));
        Assert.Equal((404, 404), ((await owner.GetAsync(place)).Status, (await owner.DeleteAsync(place)).Status));

        async Task<(int Status, string? Code)> ChangeAsync(object body)
        {
            var answer = await owner.PatchAsync(place, body);
            return (answer.Status, answer.Code);
        }
    }

    [Fact]
    public async Task Resource_is_read_renamed_and_deleted_with_what_becomes_of_keys()
    {
        using var organization = await OwnOrganization.AddAsync(stopped.Product);
        var owner = organization.Owner;
        var place = (await owner.PostAsync("/api/resources", new { kind = "workflow", id = ".." })).Header("Location")!;
        Assert.Equal($"/api/resources/{organization.Project}/workflow:..", place);
        await owner.PostAsync("/api/resources", new { kind = "agent", id = "router" });
        var only = (await owner.PostAsync("/api/keys", new { name = "only", resources = new[] { "workflow:.." } })).Member("key_id");
        var both = (await owner.PostAsync("/api/keys", new { name = "both", resources = new[] { "workflow:..", "agent:router" } }))
            .Member("key_id");
        Assert.Equal((200, ".."), ((await owner.GetAsync(place)).Status, (await owner.GetAsync(place)).Member("name")));
        Assert.Equal("Intake", (await owner.PatchAsync(place, new { name = " Intake " })).Member("name"));
        Assert.Equal((400, "id"), (
            (await owner.PatchAsync(place, new { id = "other" })).Status, (await owner.PatchAsync(place, new { id = "other" })).Errors));
        var deleted = await owner.DeleteAsync(place);
        Assert.Equal((200, "Intake"), (deleted.Status, deleted.Json.GetProperty("resource").GetProperty("name").GetString()));
        Assert.Equal(($"[\"{only}\"]", $"[\"{both}\"]"), (
            deleted.Json.GetProperty("keys_revoked").GetRawText(), deleted.Json.GetProperty("keys_narrowed").GetRawText()));
        Assert.Equal("""["agent:router"]""", (await owner.GetAsync($"/api/keys/{both}")).Json.GetProperty("scope").GetRawText());
        Assert.Equal((404, 404), ((await owner.GetAsync(place)).Status, (await owner.DeleteAsync(place)).Status));
    }

    static IEnumerable<string> Ids(Exchange page) =>
        page.Json.GetProperty("items").EnumerateArray()
            .Select(x => $"{x.GetProperty("kind").GetString()}:{x.GetProperty("id").GetString()}");
}
