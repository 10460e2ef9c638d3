using Dashboard.Core.Organizations;
using Dashboard.Tests.E2E.Support;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Dashboard.Tests.E2E.Members;

/// <summary>Each endpoint with each role, and with somebody of another organization: the role table, which docs/roles.md prints, is what
/// programs meet. A new endpoint fails a test until it is here.</summary>
public sealed class RoleMatrixTests(RoleMatrixTests.Team team) : IClassFixture<RoleMatrixTests.Team>
{
    /// <summary>An endpoint, the action that it takes, and a request for something that the owner has just made.</summary>
    sealed record Row(string Endpoint, MemberAction Action, Func<Team, Task<(string Path, object? Body)>> Request);

    /// <summary>Endpoints that concern only the caller, or no organization.</summary>
    static readonly string[] Personal =
    [
        "GET /api/session", "DELETE /api/session", "POST /api/session/challenge", "POST /api/session/confirm",
        "GET /api/sessions", "DELETE /api/sessions", "DELETE /api/sessions/{session_id}",
        "POST /api/organizations", "GET /api/projects", "POST /api/keys/which",
    ];

    const string In = "?organization=" + Team.Slug;

    static readonly Row[] Rows =
    [
        At("GET /api/projects/{organization}/{project}", MemberAction.View, "/api/projects/" + Team.Project),
        At("GET /api/keys", MemberAction.View, "/api/keys?project=" + Team.Project),
        new("GET /api/keys/{key_id}", MemberAction.View, async x => ($"/api/keys/{await x.KeyAsync()}", null)),
        At("GET /api/resources", MemberAction.View, "/api/resources?project=" + Team.Project),
        new("GET /api/resources/{organization}/{project}/{resource}", MemberAction.View, async x =>
            ($"/api/resources/{Team.Project}/workflow:{await x.ResourceAsync()}", null)),
        At("GET /api/apps", MemberAction.View, "/api/apps?project=" + Team.Project),
        new("GET /api/apps/{id}", MemberAction.View, async x => ($"/api/apps/{await x.AppAsync()}", null)),
        At("GET /api/usage", MemberAction.View, "/api/usage?project=" + Team.Project),
        At("GET /api/members", MemberAction.View, "/api/members" + In),
        new("GET /api/members/{user_id}", MemberAction.View, async x => ($"/api/members/{await x.MemberAsync()}{In}", null)),
        At("POST /api/keys", MemberAction.CreateKeys, "/api/keys", new { name = "table", project = Team.Project }),
        new("POST /api/apps", MemberAction.PublishApps, async x =>
            ("/api/apps", new { name = "table", project = Team.Project, resource = $"workflow:{await x.ResourceAsync()}" })),
        new("PATCH /api/keys/{key_id}", MemberAction.ManageAllKeys, async x =>
            ($"/api/keys/{await x.KeyAsync()}", new { name = "renamed" })),
        new("DELETE /api/keys/{key_id}", MemberAction.ManageAllKeys, async x => ($"/api/keys/{await x.KeyAsync()}", null)),
        new("DELETE /api/apps/{id}", MemberAction.ManageAllApps, async x => ($"/api/apps/{await x.AppAsync()}", null)),
        new("POST /api/resources", MemberAction.ManageResources, x =>
            Of("/api/resources", new { project = Team.Project, kind = "agent", id = x.Next() })),
        new("PATCH /api/resources/{organization}/{project}/{resource}", MemberAction.ManageResources, async x =>
            ($"/api/resources/{Team.Project}/workflow:{await x.ResourceAsync()}", new { name = "renamed" })),
        new("DELETE /api/resources/{organization}/{project}/{resource}", MemberAction.ManageResources, async x =>
            ($"/api/resources/{Team.Project}/workflow:{await x.ResourceAsync()}", null)),
        At("POST /api/projects", MemberAction.ManageProjects, "/api/projects", new { organization = Team.Slug, name = "Table" }),
        new("PATCH /api/projects/{organization}/{project}", MemberAction.ManageProjects, async x =>
            ($"/api/projects/{Team.Slug}/{await x.ProjectAsync()}", new { name = "renamed" })),
        new("DELETE /api/projects/{organization}/{project}", MemberAction.ManageProjects, async x =>
            ($"/api/projects/{Team.Slug}/{await x.ProjectAsync()}", null)),
        At("POST /api/service-accounts", MemberAction.ManageServiceAccounts, "/api/service-accounts",
            new { name = "table", projects = new[] { Team.Project } }),
        At("GET /api/service-accounts", MemberAction.ManageServiceAccounts, "/api/service-accounts" + In),
        new("GET /api/service-accounts/{id}", MemberAction.ManageServiceAccounts, async x =>
            ($"/api/service-accounts/{await x.AccountAsync()}", null)),
        new("PATCH /api/service-accounts/{id}", MemberAction.ManageServiceAccounts, async x =>
            ($"/api/service-accounts/{await x.AccountAsync()}", new { name = "renamed" })),
        new("DELETE /api/service-accounts/{id}", MemberAction.ManageServiceAccounts, async x =>
            ($"/api/service-accounts/{await x.AccountAsync()}", null)),
        new("POST /api/service-accounts/{id}/secrets", MemberAction.ManageServiceAccounts, async x =>
            ($"/api/service-accounts/{await x.AccountAsync()}/secrets", null)),
        new("DELETE /api/service-accounts/{id}/secrets/{secret_id}", MemberAction.ManageServiceAccounts, async x =>
            (await x.SecretAsync(), null)),
        new("DELETE /api/service-accounts/{id}/tokens", MemberAction.ManageServiceAccounts, async x =>
            ($"/api/service-accounts/{await x.AccountAsync()}/tokens", null)),
        At("GET /api/authorizations", MemberAction.ManageAuthorizations, "/api/authorizations" + In),
        new("PATCH /api/members/{user_id}", MemberAction.ManageMembers, async x =>
            ($"/api/members/{await x.MemberAsync()}", new { role = "viewer", organization = Team.Slug })),
        new("POST /api/members/{user_id}/remove", MemberAction.ManageMembers, async x =>
            ($"/api/members/{await x.MemberAsync()}/remove", new { otherwise = "revoke", organization = Team.Slug })),
        new("POST /api/members/{user_id}/revoke", MemberAction.ManageMembers, async x =>
            ($"/api/members/{await x.MemberAsync()}/revoke", new { organization = Team.Slug })),
        new("PATCH /api/members/{user_id}", MemberAction.DisableMembers, async x =>
            ($"/api/members/{await x.MemberAsync()}", new { disabled = true, organization = Team.Slug })),
        new("POST /api/invitations", MemberAction.ManageMembers, x =>
            Of("/api/invitations", new { email = $"{x.Next()}@example.com", role = "viewer", organization = Team.Slug })),
        At("GET /api/invitations", MemberAction.ManageMembers, "/api/invitations" + In),
        new("POST /api/invitations/{id}/resend", MemberAction.ManageMembers, async x =>
            ($"/api/invitations/{await x.InvitationAsync()}/resend", null)),
        new("DELETE /api/invitations/{id}", MemberAction.ManageMembers, async x => ($"/api/invitations/{await x.InvitationAsync()}", null)),
        At("GET /api/organizations/{organization}", MemberAction.View, "/api/organizations/" + Team.Slug),
        At("PATCH /api/organizations/{organization}", MemberAction.ChangeOrganization, "/api/organizations/"
            + Team.Slug, new { name = "Team", live_keys_need_allow_list = false }),
        new("POST /api/keys/import", MemberAction.ImportKeys, x => Of("/api/keys/import", new
        {
            project = Team.Project,
            keys = new[] { new { hash = Convert.ToHexString(KeyHash.Of(x.Next())), name = "table", environment = "test" } },
        })),
        At("GET /api/audit", MemberAction.ReadAuditLog, "/api/audit" + In),
        At("GET /api/audit/head", MemberAction.ReadAuditLog, "/api/audit/head" + In),
        At("POST /api/audit/verify", MemberAction.ReadAuditLog, "/api/audit/verify", new { organization = Team.Slug }),
    ];

    /// <summary>What hides from those who may not as if it did not exist, what answers with no JSON, what needs a policy, and what ends the
    /// organization: tested beside their services.</summary>
    static readonly string[] Elsewhere =
    [
        "DELETE /api/authorizations/{authorization_id}", "DELETE /api/organizations/{organization}", "GET /api/audit/export",
        "POST /api/keys/{key_id}/approve", "POST /api/keys/{key_id}/reject",
    ];

    public static IEnumerable<TheoryDataRow<string, MemberAction>> Cases =>
        Rows.Select(row => new TheoryDataRow<string, MemberAction>(row.Endpoint, row.Action));

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Endpoint_is_open_to_the_roles_of_the_table_and_hidden_from_others(string endpoint, MemberAction action)
    {
        var row = Rows.Single(x => x.Endpoint == endpoint && x.Action == action);
        var method = new HttpMethod(endpoint.Split(' ')[0]);
        foreach (var role in Enum.GetValues<OrganizationRole>())
        {
            var (path, body) = await row.Request(team);
            var answer = await team.Members[role].SendAsync(method, path, body);
            Assert.True(
                role.Can(action) ? answer.Status is >= 200 and < 300
                    : (answer.Status, answer.Code) == (403, "forbidden"), $"{endpoint} as {role}: {answer.Status} {answer.Code}");
        }

        var (hidden, content) = await row.Request(team);
        var stranger = await team.Stranger.SendAsync(method, hidden, content);
        Assert.Equal((404, "not_found"), (stranger.Status, stranger.Code));
    }

    [Fact]
    public void Every_endpoint_that_takes_a_role_is_tried()
    {
        var guarded =
            from endpoint in team.Product.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            where endpoint.Metadata.GetOrderedMetadata<IAuthorizeData>().Any(data => data.Policy is "Session" or "Member")
            let path = System.Text.RegularExpressions.Regex.Replace(endpoint.RoutePattern.RawText!.TrimEnd('/'),
                @":[^{}]*\}", "}", System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1))
            from method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods
            where method != "HEAD"
            select $"{method} {path}";
        Assert.Equal(
            Rows.Select(row => row.Endpoint).Concat(Personal).Concat(Elsewhere).Distinct()
                .Order(StringComparer.Ordinal), guarded.Order(StringComparer.Ordinal));
    }

    static Row At(string endpoint, MemberAction action, string path, object? body = null) => new(endpoint, action, _ => Of(path, body));

    static Task<(string Path, object? Body)> Of(string path, object? body) => Task.FromResult((path, body));

    /// <summary>An organization with a member in each role, and somebody of another.</summary>
    public sealed class Team : IAsyncLifetime
    {
        public const string Slug = "team";

        public const string Project = "team/default";

        int count;

        public Product Product { get; } = new Product().With("Keys:MaxActivePerProject", "100000").With("Limits:WritesPerMinute", "0")
            .With("RateLimits:InvitationsPerMinute", "0").WithoutRateLimits();

        public IDictionary<OrganizationRole, ApiClient> Members { get; } = new Dictionary<OrganizationRole, ApiClient>();

        public ApiClient Stranger { get; private set; } = null!;

        public static string EmailOf(OrganizationRole role) => $"{role}@team.example";

        public async ValueTask InitializeAsync()
        {
            Product.Start();
            await Product.AddOrganizationAsync(Slug, "default");
            foreach (var role in Enum.GetValues<OrganizationRole>())
            {
                await Product.AddMemberAsync(EmailOf(role), Slug, role);
                Members[role] = await ApiClient.SignInAsync(Product, EmailOf(role));
            }

            Stranger = await ApiClient.SignInAsync(Product); // the owner of another organization
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var member in Members.Values.Append(Stranger))
            {
                member.Dispose();
            }

            await Product.DisposeAsync();
        }

        public string Next() => $"item-{++count}";

        public async Task<string> KeyAsync() => (await MakeAsync("/api/keys", new { name = Next(), project = Project })).Member("key_id");

        public async Task<string> ResourceAsync() =>
            (await MakeAsync("/api/resources", new { project = Project, kind = "workflow", id = Next() })).Member("id");

        public async Task<string> AppAsync() =>
            (await MakeAsync("/api/apps", new { name = Next(), project = Project, resource = $"workflow:{await ResourceAsync()}" }))
                .Member("id");

        public async Task<string> ProjectAsync() =>
            (await MakeAsync("/api/projects", new { organization = Slug, name = Next() })).Member("slug");

        public async Task<string> AccountAsync() =>
            (await MakeAsync("/api/service-accounts", new { name = Next(), projects = new[] { Project } })).Member("id");

        public async Task<string> SecretAsync()
        {
            var account = await AccountAsync();
            var read = await Members[OrganizationRole.Owner].GetAsync($"/api/service-accounts/{account}");
            return $"/api/service-accounts/{account}/secrets/{read.Json.GetProperty("secrets")[0].GetProperty("id").GetString()}";
        }

        public async Task<string> MemberAsync() =>
            (await Product.AddMemberAsync($"{Next()}@team.example", Slug, OrganizationRole.Developer)).Id;

        public async Task<string> InvitationAsync() =>
            (await MakeAsync("/api/invitations", new { email = $"{Next()}@example.com", role = "viewer", organization = Slug }))
                .Member("id");

        async Task<Exchange> MakeAsync(string path, object body)
        {
            var made = await Members[OrganizationRole.Owner].PostAsync(path, body);
            Assert.Equal(201, made.Status);
            return made;
        }
    }
}
