using Dashboard.Core.Organizations;
using Dashboard.Core.Tokens;
using Dashboard.Tests.E2E.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Dashboard.Tests.E2E.OAuth;

/// <summary>The command-line client's access to the dashboard API.</summary>
[Collection(typeof(TenantsCollection))]
public sealed class CommandLineTests(Tenants tenants)
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Member_works_with_keys_and_service_accounts_in_one_organization_and_needs_no_proof_of_origin()
    {
        var person = await tenants.Product.AddMemberAsync("both@example.com", People.Organization, OrganizationRole.Admin);
        await tenants.Product.AddMemberAsync("both@example.com", Tenants.Rival, OrganizationRole.Owner);
        var bearer = Bearers.Header(await tenants.Product.CommandLineTokenAsync(tenants.Nobody, person));

        var made = await SendAsync("POST", "/api/keys", new { name = "from the shell" }, bearer); // the only project
        var id = made.Member("key_id");
        Assert.Equal((201, "no-store"), (made.Status, made.Header("Cache-Control")));
        Assert.Equal("renamed", (await SendAsync("PATCH", $"/api/keys/{id}", new { name = "renamed" }, bearer)).Member("name"));
        Assert.Equal("revoked", (await SendAsync("DELETE", $"/api/keys/{id}", null, bearer)).Member("state"));
        Assert.Equal(
            201, (await SendAsync(
                "POST", "/api/service-accounts", new { name = "from the shell", projects = new[] { People.Project } }, bearer)).Status);
        Assert.Equal([People.Organization], (await SendAsync("GET", "/api/projects", null, bearer)).Json.GetProperty("items")
            .EnumerateArray().Select(x => x.GetProperty("organization").GetString()).Distinct());
        Assert.Equal(
            (404, "not_found"), Said(await SendAsync("POST", "/api/keys", new { name = "theirs", project = "rival/secret" }, bearer)));

        await using var context = await People.OpenAsync(tenants.Product);
        var rows = await context.AuditEntries.Where(x => x.ActorId == person.Id && x.TargetId == id).ToListAsync(Token);
        Assert.Equal(["key.created", "key.changed", "key.revoked"], rows.OrderBy(x => x.Sequence)
            .Select(x => x.Action == "key.renamed" ? "key.changed" : x.Action));
        Assert.All(rows, row => Assert.Contains("\"through\":\"latchkey-cli\"", row.Details, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Token_that_was_revoked_or_whose_owner_left_opens_nothing_from_the_next_request_on()
    {
        var person = await tenants.Product.AddMemberAsync("leaves@example.com", People.Organization, OrganizationRole.Developer);
        var bearer = Bearers.Header(await tenants.Product.CommandLineTokenAsync(tenants.Nobody, person));
        Assert.Equal(200, (await SendAsync("GET", "/api/keys", null, bearer)).Status);
        Assert.Equal(200, (await tenants.Nobody.PostAsync("/oauth/token/revoke", new { token = bearer.Value.Split(' ')[1] })).Status);
        var refused = await SendAsync("GET", "/api/keys", null, bearer);
        Assert.Equal((401, "session_required"), Said(refused));
        Assert.Contains("error=\"invalid_token\"", refused.Header("WWW-Authenticate"), StringComparison.Ordinal);

        var other = Bearers.Header(await tenants.Product.CommandLineTokenAsync(tenants.Nobody, person));
        Assert.Equal(200, (await SendAsync("GET", "/api/keys", null, other)).Status);
        var own = (await tenants.Product.Services.GetRequiredService<AuthorizationService>().ListAsync(person, new(), Token)).Value.Items;
        await tenants.Product.Services.GetRequiredService<AuthorizationService>().DisconnectAsync(person, own[0].Id, Token);
        Assert.Equal((401, "session_required"), Said(await SendAsync("POST", "/api/keys", new { name = "too late" }, other)));
    }

    [Fact]
    public async Task Bearer_decides_alone_where_a_session_comes_with_it()
    {
        var viewer = Bearers.Header((await tenants.Tokens).Viewer);
        (string, string) own = ("Sec-Fetch-Site", "same-origin"), foreign = ("Sec-Fetch-Site", "cross-site");
        var before = await Snapshot.TakeAsync(tenants.Product);
        foreach (var bad in new[] { "Bearer a.b.c", $"Bearer {tenants.RawKey}", "Bearer", "bearer x" })
        {
            Assert.Equal((401, "session_required"), Said(
                await tenants.Owner.SendAsync(HttpMethod.Post, "/api/keys", new { name = "x" }, own, ("Authorization", bad))));
        }

        foreach (var site in new[] { own, foreign })
        {
            Assert.Equal(
                (403, "forbidden"), Said(await tenants.Owner.SendAsync(HttpMethod.Post, "/api/keys", new { name = "x" }, site, viewer)));
            Assert.Equal((403, "forbidden"), Said(
                await tenants.Owner.SendAsync(HttpMethod.Post, "/api/projects", new { name = "x" }, site, viewer)));
            Assert.Equal((403, "forbidden"), Said(await tenants.Owner.SendAsync(HttpMethod.Delete, "/api/session", null, site, viewer)));
        }

        Assert.Equal((403, "cross_site"), Said(
            await tenants.Owner.SendAsync(HttpMethod.Post, "/api/keys", new { name = "x" }, foreign, ("Authorization", "Basic eDp5"))));
        Assert.Equal(before, await Snapshot.TakeAsync(tenants.Product));
        // for a proxy, not for Latchkey
        Assert.Equal(200, (await tenants.Owner.GetAsync("/api/session", ("Authorization", "Basic eDp5"))).Status);
    }

    [Fact]
    public async Task Token_for_another_resource_opens_nothing_whatever_the_host_says()
    {
        var person = await tenants.Product.AddMemberAsync("aims@example.com", People.Organization, OrganizationRole.Developer);
        var token = await tenants.Product.CommandLineTokenAsync(tenants.Nobody, person, resource: "http://api.example.com");
        foreach (var host in new[] { tenants.Product.Url.Authority, "api.example.com" })
        {
            Assert.Equal((401, "session_required"), Said(
                await tenants.Nobody.SendRawAsync("GET", "/api/keys", $"Host: {host}", $"Authorization: Bearer {token}")));
        }
    }

    Task<Exchange> SendAsync(string method, string path, object? body, (string, string) bearer) =>
        tenants.Nobody.SendAsync(new(method), path, body, bearer);

    static (int, string?) Said(Exchange answer) => (answer.Status, answer.Code);
}
