using Dashboard.Tests.E2E.Support;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Dashboard.Tests.E2E.Verification;

/// <summary>Forward auth for proxies.</summary>
[Collection(typeof(ProxiedCollection))]
public sealed class ForwardAuthTests(ProxiedProduct proxied)
{
    static readonly string[] Headers =
    [
        "X-Latchkey-Key-Id", "X-Latchkey-Organization", "X-Latchkey-Project", "X-Latchkey-Environment",
        "X-Latchkey-Owner", "X-Latchkey-Permissions", "X-Latchkey-Scope",
    ];

    [Fact]
    public async Task Good_key_passes_with_all_that_the_api_needs_to_know_by_any_method()
    {
        var (raw, id) = await proxied.Owner.CreateKeyAsync(new { name = "all", permissions = new[] { "execute", "read" } });
        var owner = (await proxied.Nobody.GetAsync("/v1/capabilities", ("X-API-Key", raw))).Json.GetProperty("owner");
        foreach (var path in new[] { "/forward-auth", $"/forward-auth/{People.Project}",
            "/forward-auth/-/default/live/read", $"/forward-auth/{People.Organization}/-/-/-/agent:never-registered" })
        {
            foreach (var root in new[] { path, path.Replace("/forward-auth", "/forward-auth-nginx", StringComparison.Ordinal) })
            {
                var answer = await proxied.AskAsync(HttpMethod.Get, root, ("X-API-Key", raw));
                Assert.Equal(200, answer.Status);
                Assert.Empty(answer.Body);
                Assert.Equal(
                    [id, People.Organization, People.Project, "live", $"user:{owner.GetProperty("id").GetString()}", "read,execute", "all"],
                    Headers.Select(answer.Header));
            }
        }

        // the OpenAPI document lists only GET, but any method works
        using var client = new HttpClient { BaseAddress = proxied.Product.Url };
        foreach (var method in new[] { "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "PROPFIND" })
        {
            using var refused = await client.SendAsync(new(new(method), "/forward-auth/"), TestContext.Current.CancellationToken);
            Assert.Equal((401, "missing_credential"), ((int)refused.StatusCode, refused.Headers.GetValues("X-Latchkey-Code").Single()));
            using var request = new HttpRequestMessage(
                new(method), $"/forward-auth/{People.Project}/")
            { Headers = { { "Authorization", $"ApiKey {raw}" } } };
            using var good = await client.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.Equal((200, id), ((int)good.StatusCode, good.Headers.GetValues("X-Latchkey-Key-Id").Single()));
        }

        var narrow = await proxied.Owner.CreateKeyAsync(
            new { name = "narrow", resources = new[] { "workflow:order-intake", "agent:second" }, environment = "test" });
        Assert.Equal(
            [narrow.Id, People.Organization, People.Project, "test", $"user:{owner.GetProperty("id").GetString()}",
                "read,execute,write", "workflow:order-intake,agent:second"],
            Headers.Select((await proxied.AskAsync(HttpMethod.Get, "/forward-auth", ("X-API-Key", narrow.Raw))).Header));
    }

    [Fact]
    public async Task Every_refusal_is_told_in_body_status_and_header_and_what_is_unknown_refuses_everybody()
    {
        var (all, _) = await proxied.Owner.CreateKeyAsync(new { name = "all" });
        var (narrow, _) = await proxied.Owner.CreateKeyAsync(
            new { name = "narrow", resources = new[] { "workflow:order-intake" }, permissions = new[] { "read" } });
        foreach (var (path, key, status, code) in new[]
        {
            ($"/{People.Project}/test", all, 401, "wrong_environment"), ($"/{People.Project}/staging", all, 401, "wrong_environment"),
            ($"/{People.Organization}/other", all, 403, "wrong_project"), ("/nobody/default", all, 403, "wrong_project"), (
                "/-/nothing/live/read", all, 403, "wrong_project"),
            ($"/{People.Project}/live/read/workflow:other", narrow, 403, "resource_out_of_scope"), (
                $"/{People.Project}/live/-/spaceship:x", all, 403, "resource_out_of_scope"),
            ($"/{People.Project}/live/write/workflow:order-intake", narrow, 403, "insufficient_permissions"), (
                "/-/-/-/fly", all, 403, "insufficient_permissions"),
            ($"/{People.Project}", "nk_live_Ab12CdEf_cut-off", 401, "malformed_key"),
        })
        {
            foreach (var root in new[] { "/forward-auth", "/forward-auth-nginx" })
            {
                var answer = await proxied.AskAsync(HttpMethod.Get, root + path, ("X-API-Key", key));
                Assert.Equal((status, code, code), (answer.Status, answer.Code, answer.Header("X-Latchkey-Code")));
                Assert.DoesNotContain(answer.Headers.Keys, name => Headers.Contains(name, StringComparer.OrdinalIgnoreCase));
            }
        }

        foreach (var path in new[] { "/forward-auth/default", "/forward-auth//default", "/forward-auth/a/b/live/read/workflow:x/y" })
        {
            Assert.Equal((404, "not_found"), await proxied.TellAsync(path, all)); // does not let requests through either
        }
    }

    [Fact]
    public async Task Client_changes_nothing_by_its_query_and_only_a_trusted_proxy_by_what_it_says()
    {
        var (live, _) = await proxied.Owner.CreateKeyAsync(new { name = "live" });
        var (test, testId) = await proxied.Owner.CreateKeyAsync(new { name = "test", environment = "test" });
        var query = $"?organization=default&permission=read&access_token={live}&token={live}&X-API-Key={live}";
        Assert.Equal((401, "missing_credential"), await proxied.TellAsync("/forward-auth" + query, null));
        Assert.Equal((403, "insufficient_permissions"), await proxied.TellAsync($"/forward-auth/{People.Project}/-/fly" + query, live));
        foreach (var (host, key, status) in new[] { ("api.example", live, 200), ("api.example", test, 401),
            ("sandbox.example", live, 401), ("sandbox.example", test, 200), ("else.example", live, 401) })
        {
            var answer = await proxied.AskAsync(
                HttpMethod.Get, "/forward-auth", ("X-API-Key", key), ("X-Forwarded-Host", host), ("X-Forwarded-For", "203.0.113.9"), (
                    "X-Latchkey-Key-Id", "forged"),
                ("X-Forwarded-Method", "POST"), ("X-Forwarded-Uri", "/v1/orders?secret=1"));
            Assert.Equal(status, answer.Status);
            Assert.NotEqual("forged", answer.Header("X-Latchkey-Key-Id"));
        }

        await proxied.Product.Services.GetRequiredService<Core.Usage.FirstUses>().FlushAsync(TestContext.Current.CancellationToken);
        await using var context = await People.OpenAsync(proxied.Product);
        var use = context.KeyFirstUses.Single(x => x.KeyId == testId);
        Assert.Equal(("POST", "/v1/orders", "203.0.113.0/24"), (use.Method, use.Path, use.Network));
    }

    [Theory]
    [InlineData("?")]
    [InlineData("?x=y")]
    [InlineData("?/live/write")]
    public async Task Policy_for_nginx_with_a_query_refuses_everybody(string query)
    {
        var (raw, _) = await proxied.Owner.CreateKeyAsync(new { name = "cut" });
        var path = $"/{People.Project}/live/read";
        Assert.Equal(200, (await proxied.AskAsync(HttpMethod.Get, "/forward-auth-nginx" + path, ("X-API-Key", raw))).Status);
        Assert.Equal(200, (await proxied.AskAsync(HttpMethod.Get, "/forward-auth" + path + query, ("X-API-Key", raw))).Status);
        Assert.Equal((403, "wrong_project"), await proxied.TellAsync("/forward-auth-nginx" + path + query, raw));
        Assert.Equal((403, "wrong_project"), await proxied.TellAsync("/forward-auth-nginx" + query, raw));
        Assert.Equal((401, "missing_credential"), await proxied.TellAsync("/forward-auth-nginx" + path + query, null));
    }

    [Fact]
    public async Task Holder_revokes_a_key_in_any_state_and_from_there_on_it_is_refused()
    {
        foreach (var state in new[] { "active", "inactive" })
        {
            var (raw, id) = await proxied.Owner.CreateKeyAsync(new { name = state, environment = "test" });
            if (state == "inactive")
            {
                Assert.Equal(200, (await proxied.Owner.PatchAsync($"/api/keys/{id}", new { state })).Status);
            }

            var answer = await proxied.Nobody.SendAsync(
                HttpMethod.Post, "/v1/self-revoke", null, ("Authorization", $"Bearer {raw}"), ("X-Forwarded-Host", "api.example"));
            Assert.Equal((200, id, "revoked"), (answer.Status, answer.Member("key_id"), answer.Member("state")));
            Assert.Equal((401, "revoked_key"), await proxied.TellAsync("/forward-auth", raw));
            Assert.Equal((401, "revoked_key"), await proxied.TellAsync("/v1/self-revoke", raw, HttpMethod.Post));
        }

        Assert.Equal((401, "missing_credential"), await proxied.TellAsync("/v1/self-revoke", null, HttpMethod.Post));
    }

    [Fact]
    public async Task Token_is_taken_from_the_original_address_only_where_the_setting_says_and_for_a_resource_only_under_it()
    {
        var account = await proxied.Owner.PostAsync("/api/service-accounts", new { name = "streams" });
        var token = await IssueAsync(null);
        var aimed = await IssueAsync("https://api.example/v1");
        var (key, _) = await proxied.Owner.CreateKeyAsync(new { name = "no token" });
        foreach (var (uri, code) in new[]
        {
            ($"/events?access_token={token}", "valid"), ($"/events/live?since=1&token={token}", "valid"), (
                $"/other?access_token={token}", "missing_credential"),
            ($"/eventsource?access_token={token}", "missing_credential"), ($"/events?token={key}", "invalid_token"), (
                $"/events?token={aimed}", "invalid_token"),
        })
        {
            Assert.Equal(code, await AskAsync(uri));
        }

        Assert.Equal(
            "missing_credential", (await proxied.Nobody.GetAsync($"/forward-auth?access_token={token}", ("X-Forwarded-Uri", "/events")))
                .Header("X-Latchkey-Code"));
        foreach (var (uri, code) in new[] { ("/v1", "valid"), ("/v1/x?y=1", "valid"), ("/v10", "invalid_token"),
            ("/v1/../admin", "invalid_token"), ("/", "invalid_token") })
        {
            Assert.Equal(code, await AskAsync(uri, ("Authorization", $"Bearer {aimed}")));
        }

        Assert.Equal("invalid_token", await AskAsync("/v1", ("Authorization", $"Bearer {aimed}"), ("X-Forwarded-Host", "127.0.0.1")));

        async Task<string?> AskAsync(string uri, params (string, string)[] headers)
        {
            (string Name, string)[] usual = [("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "api.example"), ("X-Forwarded-Uri", uri)];
            var answer =
                await proxied.Nobody.GetAsync("/forward-auth", [.. usual.Where(x => headers.All(own => own.Item1 != x.Name)), .. headers]);
            return answer.Status == 200 ? "valid" : answer.Header("X-Latchkey-Code");
        }

        async Task<string> IssueAsync(string? resource)
        {
            var request = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["grant_type"] = "client_credentials",
                ["client_id"] = account.Member("client_id"),
                ["client_secret"] = account.Member("client_secret"),
            };
            if (resource is not null)
            {
                request["resource"] = resource;
            }

            return (await proxied.Nobody.PostAsync("/oauth/token", request)).Member("access_token");
        }
    }
}
