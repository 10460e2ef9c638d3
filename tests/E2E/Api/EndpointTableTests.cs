using Dashboard.Tests.E2E.Support;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Components.Endpoints;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.StaticAssets;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Dashboard.Tests.E2E.Api;

/// <summary>The response of each endpoint to each caller. An endpoint that is missing in the table fails the test.</summary>
[Collection(typeof(TenantsCollection))]
public sealed class EndpointTableTests(Tenants tenants)
{
    /// <summary>A request and its expected response. Without a code, the response is not a problem document.</summary>
    sealed record Case(string Path, object? Body, int Status, string? Code = null, (string Name, string Value)[]? Headers = null);

    /// <summary>An endpoint, with a request without a credential, one with an API key instead of a session, one from another organization's
    /// owner, one from a viewer, and an invalid one. Null if there is no such request.</summary>
    sealed record Row(string Endpoint, Case Nobody, Case? Key, Case? Stranger, Case? Viewer, Case? Bad)
    {
        /// <summary>A developer gets the same response as a viewer.</summary>
        public bool ForAdmins { get; init; }

        /// <summary>The command-line client is refused. Otherwise, it gets the same response as its member's session.</summary>
        public bool ForSessions { get; init; }

        /// <summary>An owner's session without a key gets the same response as an anonymous caller.</summary>
        public bool ForKeys { get; init; }
    }

    const string Ours = "?project=" + People.Project;

    const string OurProject = "/api/projects/" + People.Project;

    const string OurResource = "/api/resources/" + People.Project + "/workflow:order-intake";

    const string OurLog = "?organization=" + People.Organization;

    const string OneMember = "/api/members/MEMBER";

    const string OneInvitation = "/api/invitations/INVITATION";

    static readonly object Lower = new { role = "viewer", organization = People.Organization };

    static readonly object Invited = new { email = "somebody@example.com", role = "viewer", organization = People.Organization };

    static readonly object Log = new { organization = People.Organization };

    static readonly object Which = new { key = Product.NeverMinted };

    static readonly object Name = new { name = "Another" };

    static readonly object Key = new { name = "table", project = People.Project };

    static readonly object Import =
        new { project = People.Project, keys = new[] { new { hash = new string('0', 64), name = "table" } }, dry_run = true };

    static readonly object Resource = new { project = People.Project, kind = "agent", id = "table" };

    const string OneAccount = "/api/service-accounts/ACCOUNT";

    const string OneSecret = OneAccount + "/secrets/SECRET";

    static readonly object Account = new { name = "table", projects = new[] { People.Project } };

    const string OneApp = "/api/apps/APP";

    static readonly object PublishedApp = new { name = "table", project = People.Project, resource = "workflow:order-intake" };

    static readonly object Question = new { key = "nk_live_nothing" };

    const string OurOrganization = "/api/organizations/" + People.Organization;

    static readonly object Policy = new { live_keys_need_allow_list = false };

    static readonly object Project = new { organization = People.Organization, name = "Table" };

    static readonly Row[] Table =
    [
        new("POST /api/session",
            new("/api/session", new { email = "nobody@example.com", password = "Wrong-Horse-9-battery" }, 401, "invalid_credentials"),
            new("/api/session", new { email = Product.Email }, 400, "invalid_request"),
            null,
            new("/api/session", new { email = "viewer@example.com", password = Product.Password }, 200),
            new("/api/session", new { email = Product.Email, password = 1 }, 400, "invalid_request")),
        new("GET /api/session", Refused("/api/session"), Refused("/api/session"), new("/api/session", null, 200),
            new("/api/session", null, 200), null) { ForSessions = true },
        // tested separately, because it ends the caller's session
        new("DELETE /api/session", Refused("/api/session"), Refused("/api/session"), null, null, null) { ForSessions = true },
        new("POST /api/session/confirm",
            Refused("/api/session/confirm", new { password = "x" }), Refused("/api/session/confirm", new { password = "x" }),
            new("/api/session/confirm", new { password = Product.Password }, 200), new(
                "/api/session/confirm", new { password = Product.Password }, 200),
            Bad("/api/session/confirm", new { password = Product.Password, code = "123456" })) { ForSessions = true },
        new("POST /api/session/challenge", Refused("/api/session/challenge"), Refused("/api/session/challenge"),
            new("/api/session/challenge", null, 200), new("/api/session/challenge", null, 200), null) { ForSessions = true },
        new("GET /api/sessions", Refused("/api/sessions"), Refused("/api/sessions"),
            new("/api/sessions", null, 200), new("/api/sessions", null, 200), Bad("/api/sessions?limit=0")),
        // tested separately, because it ends the other callers' sessions
        new("DELETE /api/sessions", Refused("/api/sessions"), Refused("/api/sessions"), null, null, null) { ForSessions = true },
        new("DELETE /api/sessions/{session_id}",
            Refused("/api/sessions/nothing"), Refused("/api/sessions/nothing"), Hidden("/api/sessions/nothing"),
            Hidden("/api/sessions/nothing"), Hidden("/api/sessions/nothing")) { ForSessions = true },
        new("POST /api/keys", Refused("/api/keys", Key), Refused("/api/keys", Key), Hidden("/api/keys", Key),
            Forbidden("/api/keys", Key), Bad("/api/keys", new { name = "" })),
        new("POST /api/keys/import",
            Refused("/api/keys/import", Import), Refused("/api/keys/import", Import), Hidden("/api/keys/import", Import), Forbidden(
                "/api/keys/import", Import),
            Bad("/api/keys/import", new { project = People.Project, keys = new[] { new { hash = "0", name = "" } } })) { ForAdmins = true },
        new("POST /api/keys/which",
            Refused("/api/keys/which", Which), Refused("/api/keys/which", Which), Hidden("/api/keys/which", Which), Hidden(
                "/api/keys/which", Which),
            Bad("/api/keys/which", new { key = "nk_live_cutoff" })),
        new("GET /api/keys", Refused("/api/keys"), Refused("/api/keys"), Hidden("/api/keys" + Ours),
            new("/api/keys" + Ours, null, 200), Bad("/api/keys?limit=0")),
        new("GET /api/keys/{key_id}",
            Refused("/api/keys/KEY"), Refused("/api/keys/KEY"), Hidden("/api/keys/KEY"),
            new("/api/keys/KEY", null, 200), Hidden("/api/keys/not-a-key")),
        new("PATCH /api/keys/{key_id}",
            Refused("/api/keys/KEY", new { name = "x" }), Refused("/api/keys/KEY", new { name = "x" }), Hidden(
                "/api/keys/KEY", new { name = "x" }),
            Forbidden("/api/keys/KEY", new { name = "x" }), Bad("/api/keys/KEY", new { state = "revoked" })),
        new("DELETE /api/keys/{key_id}",
            Refused("/api/keys/KEY"), Refused("/api/keys/KEY"), Hidden("/api/keys/KEY"),
            Forbidden("/api/keys/KEY"), Hidden("/api/keys/not-a-key")),
        new("POST /api/keys/{key_id}/approve",
            Refused("/api/keys/KEY/approve"), Refused("/api/keys/KEY/approve"), Hidden("/api/keys/KEY/approve"),
            Forbidden("/api/keys/KEY/approve"),
            Hidden("/api/keys/not-a-key/approve")) { ForAdmins = true },
        new("POST /api/keys/{key_id}/reject",
            Refused("/api/keys/KEY/reject"), Refused("/api/keys/KEY/reject"), Hidden("/api/keys/KEY/reject"),
            Forbidden("/api/keys/KEY/reject"),
            Hidden("/api/keys/not-a-key/reject")) { ForAdmins = true },
        new("GET /api/organizations/{organization}",
            Refused(OurOrganization), Refused(OurOrganization), Hidden(OurOrganization), new(OurOrganization, null, 200), Hidden(
                "/api/organizations/Not-a-slug")),
        new("PATCH /api/organizations/{organization}",
            Refused(OurOrganization, Policy), Refused(OurOrganization, Policy), Hidden(OurOrganization, Policy),
            Forbidden(OurOrganization, Policy),
            Bad(OurOrganization, new { max_live_key_days = 0 })) { ForAdmins = true, ForSessions = true },
        new("DELETE /api/organizations/{organization}",
            Refused(OurOrganization), Refused(OurOrganization), Hidden(OurOrganization), Forbidden(OurOrganization), Hidden(
                "/api/organizations/Not-a-slug"))
            { ForAdmins = true, ForSessions = true },
        new("POST /api/projects",
            Refused("/api/projects", Project), Refused("/api/projects", Project), Hidden("/api/projects", Project), Forbidden(
                "/api/projects", Project),
            Bad("/api/projects", new { name = "x", slug = "Not A Slug" })) { ForAdmins = true, ForSessions = true },
        new("GET /api/projects",
            Refused("/api/projects"), Refused("/api/projects"), Hidden("/api/projects?organization=" + People.Organization), new(
                "/api/projects", null, 200),
            Bad("/api/projects?limit=x")),
        new("GET /api/projects/{organization}/{project}",
            Refused(OurProject), Refused(OurProject), Hidden(OurProject), new(OurProject, null, 200), Hidden(
                "/api/projects/Not/a-project")),
        new("PATCH /api/projects/{organization}/{project}",
            Refused(OurProject, Name), Refused(OurProject, Name), Hidden(OurProject, Name),
            Forbidden(OurProject, Name), Bad(OurProject, new { slug = "settings" })) { ForAdmins = true, ForSessions = true },
        new("DELETE /api/projects/{organization}/{project}",
            Refused(OurProject), Refused(OurProject), Hidden(OurProject), Forbidden(OurProject),
            Hidden("/api/projects/Not/a-project")) { ForAdmins = true, ForSessions = true },
        new("POST /api/resources",
            Refused("/api/resources", Resource), Refused("/api/resources", Resource), Hidden("/api/resources", Resource), Forbidden(
                "/api/resources", Resource),
            Bad("/api/resources", new { kind = "agent", id = "not an id" })) { ForAdmins = true },
        new("GET /api/resources",
            Refused("/api/resources"), Refused("/api/resources"), Hidden("/api/resources" + Ours), new("/api/resources" + Ours, null, 200),
            Bad("/api/resources?kind=spaceship")),
        new("GET /api/resources/{organization}/{project}/{resource}",
            Refused(OurResource), Refused(OurResource), Hidden(OurResource), new(OurResource, null, 200), Hidden(
                "/api/resources/" + People.Project + "/workflow")),
        new("PATCH /api/resources/{organization}/{project}/{resource}",
            Refused(OurResource, Name), Refused(OurResource, Name), Hidden(OurResource, Name),
            Forbidden(OurResource, Name), Bad(OurResource, new { name = "" })) { ForAdmins = true },
        new("DELETE /api/resources/{organization}/{project}/{resource}",
            Refused(OurResource), Refused(OurResource), Hidden(OurResource), Forbidden(OurResource),
            Hidden("/api/resources/Not/a-project/workflow:x")) { ForAdmins = true },
        new("POST /api/service-accounts",
            Refused("/api/service-accounts", Account), Refused("/api/service-accounts", Account), Hidden("/api/service-accounts", Account),
            Forbidden("/api/service-accounts", Account),
            Bad("/api/service-accounts", new { name = "x", projects = "some" })) { ForAdmins = true },
        new("GET /api/service-accounts",
            Refused("/api/service-accounts"), Refused("/api/service-accounts"), Hidden(
                "/api/service-accounts?organization=" + People.Organization),
            Forbidden("/api/service-accounts?organization=" + People.Organization),
            Bad("/api/service-accounts?limit=0")) { ForAdmins = true },
        new("GET /api/service-accounts/{id}",
            Refused(OneAccount), Refused(OneAccount), Hidden(OneAccount), Forbidden(OneAccount),
            Hidden("/api/service-accounts/sa_nothing")) { ForAdmins = true },
        new("PATCH /api/service-accounts/{id}",
            Refused(OneAccount, new { name = "x" }), Refused(OneAccount, new { name = "x" }),
            Hidden(OneAccount, new { name = "x" }), Forbidden(OneAccount, new { name = "x" }),
            Bad(OneAccount, new { permissions = Array.Empty<string>() })) { ForAdmins = true },
        new("DELETE /api/service-accounts/{id}",
            Refused(OneAccount), Refused(OneAccount), Hidden(OneAccount), Forbidden(OneAccount),
            Hidden("/api/service-accounts/sa_nothing")) { ForAdmins = true },
        new("POST /api/service-accounts/{id}/secrets",
            Refused(OneAccount + "/secrets"), Refused(OneAccount + "/secrets"), Hidden(OneAccount + "/secrets"),
            Forbidden(OneAccount + "/secrets"),
            Hidden("/api/service-accounts/sa_nothing/secrets")) { ForAdmins = true },
        new("DELETE /api/service-accounts/{id}/secrets/{secret_id}",
            Refused(OneSecret), Refused(OneSecret), Hidden(OneSecret), Forbidden(OneSecret),
            Hidden(OneAccount + "/secrets/cs_nothing")) { ForAdmins = true },
        new("DELETE /api/service-accounts/{id}/tokens",
            Refused(OneAccount + "/tokens"), Refused(OneAccount + "/tokens"), Hidden(OneAccount + "/tokens"),
            Forbidden(OneAccount + "/tokens"),
            Hidden("/api/service-accounts/sa_nothing/tokens")) { ForAdmins = true },
        new("POST /api/apps",
            Refused("/api/apps", PublishedApp), Refused("/api/apps", PublishedApp), Hidden("/api/apps", PublishedApp), Forbidden(
                "/api/apps", PublishedApp),
            Bad("/api/apps", new { name = "x", project = People.Project, resource = "workflow:never-registered" })),
        new("GET /api/apps", Refused("/api/apps"), Refused("/api/apps"), Hidden("/api/apps" + Ours),
            new("/api/apps" + Ours, null, 200), Bad("/api/apps?limit=0")),
        new("GET /api/apps/{id}", Refused(OneApp), Refused(OneApp), Hidden(OneApp), new(OneApp, null, 200),
            Hidden("/api/apps/app_nothing")),
        // the app belongs to the owner
        new("DELETE /api/apps/{id}", Refused(OneApp), Refused(OneApp), Hidden(OneApp), Forbidden(OneApp),
            Hidden("/api/apps/app_nothing")) { ForAdmins = true },
        new("GET /api/authorizations",
            Refused("/api/authorizations"), Refused("/api/authorizations"), Hidden(
                "/api/authorizations?organization=" + People.Organization),
            Forbidden("/api/authorizations?organization=" + People.Organization), Bad("/api/authorizations?limit=0")) { ForAdmins = true },
        new("DELETE /api/authorizations/{authorization_id}",
            Refused("/api/authorizations/GRANTED"), Refused("/api/authorizations/GRANTED"), Hidden("/api/authorizations/GRANTED"), Hidden(
                "/api/authorizations/GRANTED"),
            Hidden("/api/authorizations/nothing")) { ForAdmins = true, ForSessions = true },
        new("POST /api/organizations", Refused("/api/organizations", Name), Refused("/api/organizations", Name),
            Bad("/api/organizations", new { name = " " }), null, Bad("/api/organizations", new { name = "" })) { ForSessions = true },
        new("GET /api/members", Refused("/api/members"), Refused("/api/members"), Hidden("/api/members" + OurLog),
            new("/api/members" + OurLog, null, 200), Bad("/api/members?role=chief")),
        new("GET /api/members/{user_id}",
            Refused(OneMember), Refused(OneMember), Hidden(OneMember + OurLog), new(OneMember + OurLog, null, 200),
            Hidden("/api/members/nobody")),
        new("PATCH /api/members/{user_id}",
            Refused(OneMember, Lower), Refused(OneMember, Lower), Hidden(OneMember, Lower),
            Forbidden(OneMember, Lower), Bad(OneMember, Log)) { ForAdmins = true, ForSessions = true },
        new("POST /api/members/{user_id}/remove",
            Refused(OneMember + "/remove", Log), Refused(OneMember + "/remove", Log), Hidden(OneMember + "/remove", Log), Forbidden(
                OneMember + "/remove", Log),
            Bad(OneMember + "/remove", new { items = "all" })) { ForAdmins = true, ForSessions = true },
        new("POST /api/members/{user_id}/revoke",
            Refused(OneMember + "/revoke", Log), Refused(OneMember + "/revoke", Log), Hidden(OneMember + "/revoke", Log), Forbidden(
                OneMember + "/revoke", Log),
            Bad(OneMember + "/revoke", new { everything = true })) { ForAdmins = true, ForSessions = true },
        new("POST /api/invitations",
            Refused("/api/invitations", Invited), Refused("/api/invitations", Invited), Hidden("/api/invitations", Invited),
            Forbidden("/api/invitations", Invited), Bad("/api/invitations", new { email = "nobody", role = "viewer" })) { ForAdmins =
                true, ForSessions = true },
        new("GET /api/invitations",
            Refused("/api/invitations"), Refused("/api/invitations"), Hidden("/api/invitations" + OurLog), Forbidden(
                "/api/invitations" + OurLog),
            Bad("/api/invitations?limit=0")) { ForAdmins = true, ForSessions = true },
        new("POST /api/invitations/{id}/resend",
            Refused(OneInvitation + "/resend"), Refused(OneInvitation + "/resend"), Hidden(OneInvitation + "/resend"), Forbidden(
                OneInvitation + "/resend"),
            Hidden("/api/invitations/inv_nothing/resend")) { ForAdmins = true, ForSessions = true },
        new("DELETE /api/invitations/{id}",
            Refused(OneInvitation), Refused(OneInvitation), Hidden(OneInvitation), Forbidden(OneInvitation),
            Hidden("/api/invitations/inv_nothing")) { ForAdmins = true, ForSessions = true },
        new("GET /api/usage", Refused("/api/usage"), Refused("/api/usage"), Hidden("/api/usage" + Ours),
            new("/api/usage" + Ours, null, 200), Bad("/api/usage?from=yesterday")),
        new("GET /api/audit",
            Refused("/api/audit"), Refused("/api/audit"), Hidden("/api/audit" + OurLog),
            Forbidden("/api/audit" + OurLog), Bad("/api/audit?category=secrets")) { ForAdmins = true },
        new("GET /api/audit/export",
            Refused("/api/audit/export"), Refused("/api/audit/export"), Hidden("/api/audit/export" + OurLog), Forbidden(
                "/api/audit/export" + OurLog),
            Bad("/api/audit/export?format=xml")) { ForAdmins = true },
        new("GET /api/audit/head",
            Refused("/api/audit/head"), Refused("/api/audit/head"), Hidden("/api/audit/head" + OurLog), Forbidden(
                "/api/audit/head" + OurLog),
            Bad("/api/audit/head?project=x")) { ForAdmins = true },
        new("POST /api/audit/verify",
            Refused("/api/audit/verify", Log), Refused("/api/audit/verify", Log), Hidden("/api/audit/verify", Log), Forbidden(
                "/api/audit/verify", Log),
            Bad("/api/audit/verify", new { organization = People.Organization, head = "3:812" })) { ForAdmins = true },
        new("POST /api/v1/keys/verify",
            new("/api/v1/keys/verify", Question, 401, "missing_credential"), new(
                "/api/v1/keys/verify", Question, 403, "insufficient_permissions"), null, null,
            new("/api/v1/keys/verify", new { key = 1 }, 400, "invalid_request", [("X-API-Key", "VERIFIER")])) { ForKeys = true },
        new("GET /v1/capabilities",
            new("/v1/capabilities", null, 401, "missing_credential"), new("/v1/capabilities", null, 200, "valid"), null, null,
            new("/v1/capabilities", null, 401, "malformed_key", [("X-API-Key", "nk_live_nothing")])) { ForKeys = true },
        .. ForwardAuth("/forward-auth"),
        .. ForwardAuth("/forward-auth-nginx"),
        // tested separately, because it revokes the key
        new("POST /v1/self-revoke", new("/v1/self-revoke", null, 401, "missing_credential"), null, null, null,
            new("/v1/self-revoke", null, 401, "malformed_key", [("X-API-Key", "nk_live_nothing")])) { ForKeys = true },
        OAuth("/oauth/token"),
        new("POST /oauth/token/revoke",
            new("/oauth/token/revoke", new { token = "nothing" }, 200), new(
                "/oauth/token/revoke", new { token = "nothing" }, 200), null, null,
            new("/oauth/token/revoke", new { token = 1 }, 400)),
        new("POST /oauth/introspect",
            new("/oauth/introspect", new { token = "nothing" }, 401), new("/oauth/introspect", new { token = "nothing" }, 401),
            null, null, new("/oauth/introspect", new { token = 1 }, 400)),
        OAuth("/oauth/device/authorize"),
        new("POST /oauth/register",
            new("/oauth/register", new { redirect_uris = new[] { "javascript:x" } }, 400), new("/oauth/register", new { }, 400), null, null,
            new("/oauth/register", new { redirect_uris = 1 }, 400)),
        Open("/.well-known/oauth-authorization-server"),
        Open("/.well-known/oauth-protected-resource") with { Bad = new(
            "/.well-known/oauth-protected-resource?resource=javascript:x", null, 400, "invalid_request") },
        Open("/.well-known/jwks.json"),
        Open("/openapi/v1.json"),
        Open("/healthz/live"),
        Open("/healthz/ready"),
    ];

    /// <summary>An authorization of an owner.</summary>
    string? authorization;

    public static IEnumerable<TheoryDataRow<string, string>> Cases =>
        from row in Table
        from column in new (string Name, Case? Case)[] { ("nobody", row.Nobody), ("key", row.Key),
            ("stranger", row.Stranger), ("viewer", row.Viewer), ("bad", row.Bad),
            ("developer", row.ForAdmins ? row.Viewer : null), ("session", row.ForKeys ? row.Nobody : null) }
        where column.Case is not null
        select new TheoryDataRow<string, string>(row.Endpoint, column.Name);

    public static TheoryData<string> Guarded => [.. Table.Where(row => row.Nobody.Code == "session_required").Select(row => row.Endpoint)];

    [Theory]
    [MemberData(nameof(Guarded))]
    public async Task Endpoint_takes_the_command_lines_token_where_the_table_says_and_no_other(string endpoint)
    {
        var row = Table.Single(x => x.Endpoint == endpoint);
        var method = new HttpMethod(endpoint.Split(' ')[0]);
        var tokens = await tenants.Tokens;
        authorization = tokens.AuthorizationId;
        var before = await Snapshot.TakeAsync(tenants.Product);
        foreach (var token in tokens.Others)
        {
            var refused = await tenants.Nobody.SendAsync(method, At(row.Nobody.Path), row.Nobody.Body, Bearers.Header(token));
            Assert.Equal((401, "session_required"), (refused.Status, refused.Code));
            Assert.Equal(!row.ForSessions, refused.Header("WWW-Authenticate")!.Contains("Bearer ", StringComparison.Ordinal));
        }

        var expected = row.ForSessions ? Forbidden(row.Nobody.Path, row.Nobody.Body) : row.Viewer!;
        var answer = await tenants.Nobody.SendAsync(method, At(expected.Path), expected.Body, Bearers.Header(tokens.Viewer));
        Assert.Equal((expected.Status, expected.Code), (answer.Status, answer.Code));
        Assert.Equal(before, await Snapshot.TakeAsync(tenants.Product));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Endpoint_answers_each_caller_as_the_table_says(string endpoint, string caller)
    {
        var row = Table.Single(x => x.Endpoint == endpoint);
        var (api, expected) = caller switch
        {
            "nobody" => (tenants.Nobody, row.Nobody),
            "key" => (tenants.Nobody, row.Key!),
            "stranger" => (tenants.Stranger, row.Stranger!),
            "viewer" => (tenants.Viewer, row.Viewer!),
            "developer" => (tenants.Developer, row.Viewer!),
            "session" => (tenants.Owner, row.Nobody),
            _ => (row.Stranger is null ? tenants.Nobody : tenants.Owner, row.Bad!),
        };
        var method = new HttpMethod(endpoint.Split(' ')[0]);
        (string, string)[] origin = [("Sec-Fetch-Site", "same-origin")];
        var headers = caller == "key" ? [("X-API-Key", tenants.RawKey), .. origin] : expected.Headers?.Select(x =>
            (x.Name, x.Value.Replace("VERIFIER", tenants.VerifierKey, StringComparison.Ordinal))).ToArray() ?? origin;
        authorization = (await tenants.Tokens).AuthorizationId;
        var path = At(expected.Path);
        var before = await Snapshot.TakeAsync(tenants.Product);

        var answer = await api.SendAsync(method, path, expected.Body, headers);

        Assert.Equal((expected.Status, expected.Code), (answer.Status, answer.Code));
        if (expected.Status != 200 && endpoint != "POST /api/session") // it counts failures
        {
            Assert.Equal(before, await Snapshot.TakeAsync(tenants.Product));
        }

        if (method == HttpMethod.Get)
        {
            Assert.Equal(expected.Status, (await api.SendAsync(HttpMethod.Head, path, null, headers)).Status);
        }
    }

    [Fact]
    public void Every_endpoint_for_programs_is_in_the_table_and_says_who_may_call_it()
    {
        var endpoints = Endpoints().ToList();
        Assert.Equal(
            Table.Select(x => x.Endpoint).Order(StringComparer.Ordinal), endpoints.Select(x => x.Name).Order(StringComparer.Ordinal));
        Assert.All(endpoints, x => Assert.True(
            x.Endpoint.Metadata.OfType<IAuthorizeData>().Any() != x.Endpoint.Metadata.OfType<IAllowAnonymous>()
                .Any(), $"{x.Name} does not say who may call it"));
    }

    [Fact]
    public async Task Every_endpoint_for_programs_is_described()
    {
        // Forward auth has no routes for the other methods, since it answers before routing; two pages are described for OAuth clients.
        var described = (await tenants.Product.Contract).Operations
            .Where(x => (x.Method == "GET" || !x.Path.StartsWith("/forward-auth", StringComparison.Ordinal))
                && x.Path is not ("/oauth/authorize" or "/oauth/device/verify"))
            .Select(x => $"{x.Method} {x.Path}");
        Assert.Equal(Table.Select(x => x.Endpoint).Order(StringComparer.Ordinal), described.Order(StringComparer.Ordinal));
    }

    /// <summary>Returns the URL with its placeholders replaced.</summary>
    string At(string path) => path.Replace("KEY", tenants.KeyId, StringComparison.Ordinal)
        .Replace("ACCOUNT", tenants.ServiceAccountId, StringComparison.Ordinal)
            .Replace("SECRET", tenants.ClientSecretId, StringComparison.Ordinal)
        .Replace("MEMBER", tenants.OwnerId, StringComparison.Ordinal).Replace("INVITATION", tenants.InvitationId, StringComparison.Ordinal)
        .Replace("APP", tenants.AppId, StringComparison.Ordinal).Replace("GRANTED", authorization, StringComparison.Ordinal);

    /// <summary>Returns all routes except pages and their forms, which have an antiforgery token, files, and the framework's own. HEAD is
    /// implied by GET.</summary>
    IEnumerable<(string Name, RouteEndpoint Endpoint)> Endpoints() =>
        from endpoint in tenants.Product.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
        let path = "/"
            + System.Text.RegularExpressions.Regex.Replace(endpoint.RoutePattern.RawText!.Trim('/'),
                @":[^{}]*\}", "}", System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1))
        where endpoint.Metadata.GetMetadata<ComponentTypeMetadata>() is null
            && endpoint.Metadata.GetMetadata<StaticAssetDescriptor>() is null
            && endpoint.Metadata.GetMetadata<IAntiforgeryMetadata>() is not { RequiresValidation: true }
            && !path.StartsWith("/{", StringComparison.Ordinal) && !path.StartsWith("/_blazor", StringComparison.Ordinal)
                && !path.StartsWith("/_framework", StringComparison.Ordinal)
            && path != "/theme.css" // a page's file, made at the start
            && path is not ("/account" or "/.well-known/change-password") // lead on to a page
        from method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["ANY"]
        where method != "HEAD"
        select ($"{method} {path}", endpoint);

    static Case Refused(string path, object? body = null) => new(path, body, 401, "session_required");

    static Case Hidden(string path, object? body = null) => new(path, body, 404, "not_found");

    static Case Forbidden(string path, object? body = null) => new(path, body, 403, "forbidden");

    static Case Bad(string path, object? body = null) => new(path, body, 400, "invalid_request");

    static IEnumerable<Row> ForwardAuth(string root)
    {
        var (template, path) = (root, root);
        foreach (var (name, any) in new[] { ("", ""), ("/{organization}/{project}", "/-/-"),
            ("/{environment}", "/-"), ("/{permission}", "/-"), ("/{resource}", "/-") })
        {
            (template, path) = (template + name, path + any);
            yield return new(
                $"GET {template}", new(path, null, 401, "missing_credential"), new(path, null, 200), null, null,
                new(path, null, 401, "malformed_key", [("X-API-Key", "nk_live_nothing")]))
            {
                ForKeys = true,
            };
        }
    }

    static Row OAuth(string path) => new(
        $"POST {path}",
        new(path, new { grant_type = "client_credentials", client_id = "nobody" }, 401), new(
            path, new { grant_type = "client_credentials", client_id = "nobody" }, 401), null, null,
        new(path, new { client_id = 1 }, 400));

    static Row Open(string path) => new($"GET {path}", new(path, null, 200), new(path, null, 200), null, null, null);
}
