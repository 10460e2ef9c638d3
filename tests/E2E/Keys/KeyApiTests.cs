using Dashboard.Core.Organizations;
using Dashboard.Tests.E2E.Support;
using Xunit;

namespace Dashboard.Tests.E2E.Keys;

/// <summary>The life cycle of a key through the REST API.</summary>
[Collection(typeof(TenantsCollection))]
public sealed class KeyApiTests(Tenants tenants)
{
    [Fact]
    public async Task Created_key_is_as_asked_and_its_secret_is_shown_once()
    {
        var created = await tenants.Owner.PostAsync("/api/keys", new
        {
            name = "  backend  ",
            project = People.Project,
            environment = "test",
            workflow_id = "order-intake",
            permissions = new[] { "write", "read" },
            expires_at = "2099-01-31T02:00:00.123456+02:00",
        });
        var (raw, id) = (created.Member("raw_key"), created.Member("key_id"));
        Assert.Equal((201, $"/api/keys/{id}", "no-store"), (created.Status, created.Header("Location"), created.Header("Cache-Control")));
        Assert.StartsWith($"nk_test_{id}_", raw, StringComparison.Ordinal);
        Assert.Equal(("backend", $"nk_test_{id}", "test", "active"), (
            created.Member("name"), created.Member("prefix"), created.Member("environment"), created.Member("state")));
        Assert.Equal("""["workflow:order-intake"]""", created.Json.GetProperty("scope").GetRawText());
        Assert.Equal("""["read","write"]""", created.Json.GetProperty("permissions").GetRawText());
        Assert.Equal("2099-01-31T00:00:00.123Z", created.Member("expires_at"));

        var read = await tenants.Owner.GetAsync(created.Header("Location")!);
        Assert.Equal(created.Text.Replace($"\"raw_key\":\"{raw}\",", "", StringComparison.Ordinal), read.Text);
        foreach (var answer in new[]
        {
            read, await tenants.Owner.GetAsync("/api/keys?search=backend"),
                await tenants.Owner.PatchAsync($"/api/keys/{id}", new { name = "b" }), await tenants.Owner.DeleteAsync($"/api/keys/{id}"),
        })
        {
            Assert.DoesNotContain(raw, answer.Text, StringComparison.Ordinal);
            Assert.Contains(id, answer.Text, StringComparison.Ordinal);
        }

        Assert.DoesNotContain(raw, await Snapshot.TakeAsync(tenants.Product), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Change_touches_what_it_names_and_nothing_else()
    {
        var id = await CreateAsync(new { name = "one", expires_at = "2099-01-01T00:00:00Z" });
        Assert.Equal(("two", "2099-01-01T00:00:00.000Z"), await ChangeAsync(id, new { name = "two" }));
        Assert.Equal(("two", "2098-01-01T00:00:00.000Z"), await ChangeAsync(id, new { expires_at = "2098-01-01T00:00:00Z" }));
        Assert.Equal(("two", null), await ChangeAsync(id, """{"expires_at": null}"""));
        Assert.Equal(
            """["read"]""", (await tenants.Owner.PatchAsync($"/api/keys/{id}", new { permissions = new[] { "read" } })).Json.GetProperty(
                "permissions").GetRawText());
        var all = await tenants.Owner.PatchAsync(
            $"/api/keys/{id}", new { name = "three", state = "inactive", expires_at = "2097-01-01T00:00:00Z" });
        Assert.Equal(
            ("three", "inactive", "2097-01-01T00:00:00.000Z"), (all.Member("name"), all.Member("state"), all.Member("expires_at")));
    }

    [Fact]
    public async Task What_an_admin_restricted_its_owner_does_not_loosen()
    {
        var id = (await tenants.Developer.PostAsync("/api/keys", new { name = "restricted", project = People.Project })).Member("key_id");
        Assert.Equal(
            200, (await tenants.Owner.PatchAsync(
                $"/api/keys/{id}", new { state = "inactive", allowed_ips = new[] { "10.0.0.0/8" }, requests_per_minute = 100 })).Status);
        foreach (var (body, sentence) in new (object Body, string Sentence)[]
        {
            (new { state = "active" }, "only an admin can enable it"),
            ("""{"allowed_ips": null}""", "You can narrow the list but not widen it"),
            (new { requests_per_minute = 101 }, "You can lower the limit but not raise it"),
        })
        {
            var refused = await tenants.Developer.PatchAsync($"/api/keys/{id}", body);
            Assert.Equal((403, "forbidden"), (refused.Status, refused.Member("code")));
            Assert.Contains(sentence, refused.Member("detail"), StringComparison.Ordinal);
        }

        Assert.Equal(
            200, (await tenants.Developer.PatchAsync(
                $"/api/keys/{id}", new { allowed_ips = new[] { "10.1.0.0/16" }, requests_per_minute = 10 })).Status);
        Assert.Equal(200, (await tenants.Owner.PatchAsync($"/api/keys/{id}", new { state = "active" })).Status);
        Assert.Equal(200, (await tenants.Developer.PatchAsync($"/api/keys/{id}", new { state = "inactive" })).Status);
    }

    [Fact]
    public async Task Note_is_shown_changed_searched_and_removed()
    {
        var id = await CreateAsync(new { name = "noted", note = " Vault, path ci/orders-4711 " });
        Assert.Equal("Vault, path ci/orders-4711", (await tenants.Owner.GetAsync($"/api/keys/{id}")).Member("note"));
        Assert.Equal(
            "GitHub secret 4712", (await tenants.Owner.PatchAsync($"/api/keys/{id}", new { note = "GitHub secret 4712" })).Member("note"));
        Assert.Equal(
            "GitHub secret 4712", (await tenants.Owner.PatchAsync($"/api/keys/{id}", new { name = "still noted" })).Member("note"));
        Assert.Equal([id], (await tenants.Owner.GetAsync("/api/keys?search=secret%204712")).Json.GetProperty("items")
            .EnumerateArray().Select(key => key.GetProperty("key_id").GetString()));
        Assert.Null((await tenants.Owner.PatchAsync($"/api/keys/{id}", """{"note": null}""")).Member("note"));
        Assert.Null((await tenants.Owner.PatchAsync($"/api/keys/{id}", new { note = "" })).Member("note"));
        Assert.Equal((400, "note"), Fault(await tenants.Owner.PatchAsync($"/api/keys/{id}", new { note = "two\nlines" })));
        Assert.Equal((400, "note"), Fault(await tenants.Owner.PatchAsync($"/api/keys/{id}", """{"note": 7}""")));
        Assert.Equal((400, "note"), Fault(await tenants.Owner.PostAsync("/api/keys", new { name = "x", note = new string('x', 501) })));

        static (int, string) Fault(Exchange answer) => (answer.Status, answer.Errors);
    }

    [Theory]
    [InlineData("{}", "")]
    [InlineData("""{"name": ""}""", "name")]
    [InlineData("""{"name": null}""", "name")]
    [InlineData("""{"state": "revoked"}""", "state")]
    [InlineData("""{"state": "expired"}""", "state")]
    [InlineData("""{"state": null}""", "state")]
    [InlineData("""{"permissions": []}""", "permissions")]
    [InlineData("""{"permissions": ["read", "execute"]}""", "permissions")] // more than the key has
    [InlineData("""{"expires_at": "2001-01-01T00:00:00Z"}""", "expires_at")]
    [InlineData("""{"environment": "live"}""", "environment")]
    [InlineData("""{"name": "fine", "permissions": ["fly"]}""", "permissions")]
    public async Task Change_that_cannot_be_changes_nothing(string body, string fields)
    {
        var id = await CreateAsync(new { name = "x", permissions = new[] { "read" } });
        var before = await Snapshot.TakeAsync(tenants.Product);
        var answer = await tenants.Owner.PatchAsync($"/api/keys/{id}", body);
        Assert.Equal((400, "invalid_request", fields), (answer.Status, answer.Code, answer.Errors));
        Assert.Equal(before, await Snapshot.TakeAsync(tenants.Product));
    }

    [Fact]
    public async Task Revoked_key_stays_revoked()
    {
        var id = await CreateAsync(new { name = "x" });
        var first = await tenants.Owner.DeleteAsync($"/api/keys/{id}");
        Assert.Equal((200, "revoked"), (first.Status, first.Member("state")));
        var before = await Snapshot.TakeAsync(tenants.Product);
        Assert.Equal(first.Text, (await tenants.Owner.DeleteAsync($"/api/keys/{id}")).Text);
        var conflict = await tenants.Owner.PatchAsync($"/api/keys/{id}", new { state = "active" });
        Assert.Equal((409, "conflict"), (conflict.Status, conflict.Code));
        Assert.Equal(before, await Snapshot.TakeAsync(tenants.Product));
    }

    [Fact]
    public async Task Repeat_of_a_request_with_an_idempotency_key_makes_nothing_and_names_the_key()
    {
        (string, string)[] headers = [("Sec-Fetch-Site", "same-origin"), ("Idempotency-Key", "7f9c24e8-3b12-4ef5-9d5c-1f6a4c8e2b70")];
        var first = await tenants.Owner.SendAsync(
            HttpMethod.Post, "/api/keys", new { name = "once", permissions = new[] { "read", "write" } }, headers);
        Assert.Equal(201, first.Status);
        var before = await Snapshot.TakeAsync(tenants.Product);
        var repeat = await tenants.Owner.SendAsync(
            HttpMethod.Post, "/api/keys", """{"permissions": ["write", "read"], "name": " once "}""", headers);
        Assert.Equal((409, "already_created", first.Member("key_id")), (repeat.Status, repeat.Code, repeat.Member("key_id")));
        var other = await tenants.Owner.SendAsync(HttpMethod.Post, "/api/keys", new { name = "another" }, headers);
        Assert.Equal((409, "conflict"), (other.Status, other.Code));
        Assert.Equal(before, await Snapshot.TakeAsync(tenants.Product));
        Assert.Equal(
            201, (await tenants.Developer.SendAsync(
                HttpMethod.Post, "/api/keys", new { name = "once", permissions = new[] { "read", "write" } }, headers)).Status);
    }

    [Theory]
    [InlineData("")]
    [InlineData("two words")]
    [InlineData("256")]
    [InlineData("twice")]
    public async Task Idempotency_key_that_cannot_be_one_is_refused(string value)
    {
        (string, string)[] sent = value switch
        {
            "256" => [("Idempotency-Key", new string('k', 256))],
            "twice" => [("Idempotency-Key", "a"), ("Idempotency-Key", "b")],
            _ => [("Idempotency-Key", value)],
        };
        var before = await Snapshot.TakeAsync(tenants.Product);
        var body = new StringContent("""{"name": "x"}""", System.Text.Encoding.UTF8, "application/json");
        var answer = await tenants.Owner.SendContentAsync(HttpMethod.Post, "/api/keys", body, [("Sec-Fetch-Site", "same-origin"), .. sent]);
        Assert.Equal((400, "invalid_request", "idempotency_key"), (answer.Status, answer.Code, answer.Errors));
        Assert.Equal(before, await Snapshot.TakeAsync(tenants.Product));
    }

    [Fact]
    public async Task Found_string_is_told_to_members_who_may_see_the_key_and_comes_back_in_no_answer()
    {
        foreach (var caller in new[] { tenants.Owner, tenants.Viewer })
        {
            var found = await caller.PostAsync("/api/keys/which", new { key = $" {tenants.RawKey}\n" });
            Assert.Equal((200, tenants.KeyId), (found.Status, found.Member("key_id")));
            Assert.DoesNotContain(tenants.RawKey, found.Text, StringComparison.Ordinal);
        }

        var hidden = await tenants.Stranger.PostAsync("/api/keys/which", new { key = tenants.RawKey });
        Assert.Equal((404, "not_found"), (hidden.Status, hidden.Code));
        foreach (var body in new object[] { new { key = tenants.RawKey[..^1] }, new { key = "" }, new { key = 1 }, new { } })
        {
            var refused = await tenants.Owner.PostAsync("/api/keys/which", body);
            Assert.Equal((400, "key"), (refused.Status, refused.Errors));
            Assert.DoesNotContain(tenants.RawKey[..^1], refused.Text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Developers_manage_their_own_keys_and_see_the_others()
    {
        var own = (await tenants.Developer.PostAsync("/api/keys", new { name = "own" })).Member("key_id");
        var others = await CreateAsync(new { name = "others" });
        Assert.Equal(200, (await tenants.Developer.GetAsync($"/api/keys/{others}")).Status);
        foreach (var refused in new[] { await tenants.Developer.PatchAsync($"/api/keys/{others}", new { name = "mine" }),
            await tenants.Developer.DeleteAsync($"/api/keys/{others}") })
        {
            Assert.Equal((403, "forbidden"), (refused.Status, refused.Code));
        }

        Assert.Equal(200, (await tenants.Developer.PatchAsync($"/api/keys/{own}", new { name = "still own" })).Status);
        Assert.Equal(200, (await tenants.Owner.DeleteAsync($"/api/keys/{own}")).Status);
    }

    [Fact]
    public async Task Caller_of_several_projects_names_the_one_that_is_meant()
    {
        await tenants.Product.AddMemberAsync("several@example.com", People.Organization, OrganizationRole.Developer);
        await tenants.Product.AddMemberAsync("several@example.com", "rival", OrganizationRole.Developer);
        using var both = await ApiClient.SignInAsync(tenants.Product, "several@example.com");
        Assert.Equal(
            (400, "project"), ((await both.PostAsync("/api/keys", new { name = "x" })).Status, (await both.GetAsync("/api/keys")).Errors));
        Assert.Equal("rival/secret", (await both.PostAsync("/api/keys", new { name = "x", project = "rival/secret" })).Member("project"));
    }

    async Task<string> CreateAsync(object body) => (await tenants.Owner.PostAsync("/api/keys", body)).Member("key_id");

    async Task<(string Name, string? ExpiresAt)> ChangeAsync(string id, object body)
    {
        var changed = await tenants.Owner.PatchAsync($"/api/keys/{id}", body);
        Assert.Equal(200, changed.Status);
        return (changed.Member("name"), changed.Json.GetProperty("expires_at").GetString());
    }
}
