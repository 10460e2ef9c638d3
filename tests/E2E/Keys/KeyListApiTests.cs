using Dashboard.Core.Organizations;
using Dashboard.Tests.E2E.Support;
using Xunit;

namespace Dashboard.Tests.E2E.Keys;

/// <summary>Filters, order and paging of key lists.</summary>
[Collection(typeof(StoppedCollection))]
public sealed class KeyListApiTests(StoppedProduct stopped)
{
    [Fact]
    public async Task Pages_of_keys_of_one_moment_lose_none_and_repeat_none()
    {
        using var organization = await OwnOrganization.AddAsync(stopped.Product);
        var owner = organization.Owner;
        var created = new List<string>();
        for (var i = 0; i < 120; i++)
        {
            created.Add((await owner.PostAsync("/api/keys", new { name = $"key {i}" })).Member("key_id"));
        }

        foreach (var limit in new[] { 7, 50, 119, 120, 200 })
        {
            var listed = new List<string>();
            string? cursor = null;
            do
            {
                var page = await owner.GetAsync($"/api/keys?limit={limit}{(cursor is null ? "" : $"&cursor={cursor}")}");
                var items = page.Json.GetProperty("items").EnumerateArray().Select(x => x.GetProperty("key_id").GetString()!).ToList();
                Assert.InRange(items.Count, 1, limit);
                listed.AddRange(items);
                cursor = page.Json.GetProperty("next_cursor").GetString();
            }
            while (cursor is not null);
            Assert.Equal(created.Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));
        }
    }

    [Fact]
    public async Task Newer_keys_shift_no_page_and_a_cursor_is_good_for_its_own_list_only()
    {
        using var organization = await OwnOrganization.AddAsync(stopped.Product);
        var owner = organization.Owner;
        for (var i = 0; i < 4; i++)
        {
            await owner.PostAsync("/api/keys", new { name = $"key {i}" });
            stopped.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        var first = await owner.GetAsync("/api/keys?limit=2");
        var cursor = first.Member("next_cursor");
        Assert.Equal(["key 3", "key 2"], Names(first));
        await owner.PostAsync("/api/keys", new { name = "newer" });
        Assert.Equal(["key 1", "key 0"], Names(await owner.GetAsync($"/api/keys?limit=2&cursor={cursor}")));
        // a cursor is independent of the page size
        Assert.Equal(["key 1"], Names(await owner.GetAsync($"/api/keys?limit=1&cursor={cursor}")));

        var rival = $"{organization.Slug}-rival";
        await stopped.Product.AddOrganizationAsync(rival, "secret");
        await stopped.Product.AddMemberAsync(organization.Email, rival, OrganizationRole.Owner);
        foreach (var other in new[]
        {
            $"/api/keys?project={organization.Project}&search=key&cursor={cursor}",
                $"/api/keys?project={organization.Project}&include_revoked=true&cursor={cursor}",
            $"/api/keys?project={organization.Project}&environment=live&cursor={cursor}",
            $"/api/keys?project={rival}/secret&cursor={cursor}",
            $"/api/projects?cursor={cursor}", $"/api/resources?project={organization.Project}&cursor={cursor}",
            $"/api/keys?project={organization.Project}&cursor={new string('A', cursor.Length)}",
            $"/api/keys?project={organization.Project}&cursor={cursor[..4]}",
            $"/api/keys?project={organization.Project}&cursor={new string('A', 2000)}",
            $"/api/keys?project={organization.Project}&cursor=not base64",
        })
        {
            var answer = await owner.GetAsync(other);
            Assert.Equal((400, "invalid_request", "cursor"), (answer.Status, answer.Code, answer.Errors));
        }
    }

    [Fact]
    public async Task List_shows_what_the_filter_says()
    {
        using var organization = await OwnOrganization.AddAsync(stopped.Product);
        var owner = organization.Owner;
        var ids = new List<string>();
        foreach (var (name, environment) in new[] { ("backend", "live"), ("Backend batch", "test"),
            ("100%", "live"), ("under_score", "test") })
        {
            ids.Add((await owner.PostAsync("/api/keys", new { name, environment })).Member("key_id"));
        }

        await owner.DeleteAsync($"/api/keys/{ids[0]}");
        Assert.Equal(["100%", "Backend batch", "under_score"], await ListAsync(""));
        Assert.Equal(["100%", "Backend batch", "backend", "under_score"], await ListAsync("include_revoked=true"));
        Assert.Equal(["Backend batch", "backend"], await ListAsync("include_revoked=true&search=backend"));
        Assert.Equal(["Backend batch", "under_score"], await ListAsync("environment=test"));
        Assert.Equal(["100%"], await ListAsync("search=%25"));
        Assert.Equal(["under_score"], await ListAsync("search=_"));
        Assert.Equal(["under_score"], await ListAsync($"search={ids[3]}"));
        Assert.Equal(["under_score"], await ListAsync($"search=nk_test_{ids[3]}"));
        Assert.Equal([], await ListAsync("search=nothing"));

        async Task<IEnumerable<string>> ListAsync(string query) =>
            Names(await owner.GetAsync($"/api/keys?{query}")).Order(StringComparer.Ordinal);
    }

    [Fact]
    public async Task List_comes_in_the_order_that_is_asked_for_and_a_cursor_is_good_for_that_order_only()
    {
        using var organization = await OwnOrganization.AddAsync(stopped.Product);
        var owner = organization.Owner;
        foreach (var (name, expires) in new[] { ("beta", (string?)"2099-03-01T00:00:00Z"), ("Gamma", null), (
            "alpha", "2099-01-01T00:00:00Z") })
        {
            await owner.PostAsync("/api/keys", expires is null ? new { name } : new { name, expires_at = expires });
            stopped.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        foreach (var (query, names) in new[]
        {
            ("", "alpha Gamma beta"), ("descending=false", "beta Gamma alpha"), ("sort=name", "alpha beta Gamma"), (
                "sort=name&descending=true", "Gamma beta alpha"),
            ("sort=expires_at", "alpha beta Gamma"), ("sort=created_at", "alpha Gamma beta"),
        })
        {
            var first = await owner.GetAsync($"/api/keys?limit=2&{query}");
            var second = await owner.GetAsync($"/api/keys?limit=2&{query}&cursor={first.Member("next_cursor")}");
            Assert.Equal((query, names), (query, string.Join(' ', Names(first).Concat(Names(second)))));
            Assert.Equal(
                "cursor", (await owner.GetAsync($"/api/keys?limit=2&sort=last_used_at&cursor={first.Member("next_cursor")}")).Errors);
        }

        Assert.Equal(
            (400, "sort"), ((await owner.GetAsync("/api/keys?sort=owner")).Status, (await owner.GetAsync("/api/keys?sort=owner")).Errors));
        Assert.Equal("descending", (await owner.GetAsync("/api/keys?descending=yes")).Errors);
    }

    [Fact]
    public async Task List_is_filtered_by_state_owner_expiry_use_and_permission()
    {
        using var organization = await OwnOrganization.AddAsync(stopped.Product);
        var owner = organization.Owner;
        var ids = new Dictionary<string, string>(StringComparer.Ordinal);
        var soon = stopped.Clock.GetUtcNow().AddDays(20);
        foreach (var (name, permissions, expires) in new (string, string[], DateTimeOffset?)[]
        {
            ("active", ["read"], null), ("disabled", ["read", "write"], null), ("soon", ["write"], soon), ("revoked", ["read"], null),
        })
        {
            ids[name] = (await owner.PostAsync("/api/keys", new { name, permissions, expires_at = expires })).Member("key_id");
        }

        await owner.PatchAsync($"/api/keys/{ids["disabled"]}", new { state = "inactive" });
        await owner.DeleteAsync($"/api/keys/{ids["revoked"]}");
        Assert.Equal("active soon", await ListAsync("state=active"));
        Assert.Equal("disabled", await ListAsync("state=inactive"));
        Assert.Equal("", await ListAsync("state=expired"));
        Assert.Equal("revoked", await ListAsync("state=revoked"));
        Assert.Equal("active disabled soon", await ListAsync("owner=me"));
        Assert.Equal("soon", await ListAsync("expiring_within=20d"));
        Assert.Equal("", await ListAsync("expiring_within=19d"));
        Assert.Equal("active disabled soon", await ListAsync("never_used=true"));
        Assert.Equal("", await ListAsync("unused_for=1d"));
        Assert.Equal("disabled soon", await ListAsync("permission=write"));
        Assert.Equal("soon", await ListAsync("permission=write&state=active&owner=me"));
        var page = await owner.GetAsync("/api/keys?permission=write&limit=1");
        Assert.Equal("cursor", (await owner.GetAsync($"/api/keys?permission=read&limit=1&cursor={page.Member("next_cursor")}")).Errors);
        foreach (var (query, field) in new[]
        {
            ("state=gone", "state"), ("owner=you", "owner"), ("expiring_within=30", "expiring_within"), ("unused_for=3651d", "unused_for"),
            ("never_used=1", "never_used"), ("permission=nothing", "permission"),
        })
        {
            var answer = await owner.GetAsync($"/api/keys?{query}");
            Assert.Equal((400, "invalid_request", field), (answer.Status, answer.Code, answer.Errors));
        }

        async Task<string> ListAsync(string query) =>
            string.Join(' ', Names(await owner.GetAsync($"/api/keys?{query}")).Order(StringComparer.Ordinal));
    }

    static IEnumerable<string> Names(Exchange page) =>
        page.Json.GetProperty("items").EnumerateArray().Select(x => x.GetProperty("name").GetString()!);
}
