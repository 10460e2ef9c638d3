using System.Text;
using System.Text.Json;
using Dashboard.Tests.E2E.Support;
using Xunit;

namespace Dashboard.Tests.E2E.OAuth;

/// <summary>Malicious requests over HTTP, and their responses. Names in capitals are placeholders for
/// <see cref="HostileValues"/>.</summary>
public sealed class HostileRequestsTests(HostileValues values) : IClassFixture<HostileValues>
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    // Wrong clients.
    [InlineData("grant_type=client_credentials&client_id=SA&client_secret=secret_wrong", 401, "invalid_client")]
    [InlineData("grant_type=client_credentials&client_id=SA", 401, "invalid_client")]
    [InlineData("grant_type=client_credentials&client_id=SA&client_secret=", 401, "invalid_client")]
    [InlineData("grant_type=client_credentials&client_id=SA&client_secret=OTHERSECRET", 401, "invalid_client")]
    [InlineData("grant_type=client_credentials&client_id=latchkey-sa-nobody&client_secret=SECRET", 401, "invalid_client")]
    [InlineData("grant_type=client_credentials&client_secret=SECRET", 401, "invalid_client")]
    [InlineData("grant_type=client_credentials&client_id=%00&client_secret=SECRET", 401, "invalid_client")]
    [InlineData("grant_type=client_credentials&client_id=SA'--&client_secret=SECRET", 401, "invalid_client")]
    [InlineData("grant_type=client_credentials&client_id=APP&client_secret=SECRET", 401, "invalid_client")] // a public client with a secret
    [InlineData("grant_type=refresh_token&client_id=latchkey-cli&client_secret=SECRET&refresh_token=x", 401, "invalid_client")]
    // never ignored
    [InlineData("grant_type=client_credentials&client_id=SA&client_secret=SECRET&client_assertion=a.b.c", 401, "invalid_client")]
    [InlineData("grant_type=refresh_token&client_id=APP&refresh_token=REFRESH&client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer", 401, "invalid_client")]
    // Unknown grants, or grants of other clients.
    [InlineData("", 400, "invalid_request")]
    [InlineData("grant_type=", 400, "invalid_request")]
    [InlineData("grant_type=password&username=x&password=y&client_id=latchkey-cli", 400, "unsupported_grant_type")]
    [InlineData("grant_type=implicit&client_id=latchkey-cli", 400, "unsupported_grant_type")]
    [InlineData("grant_type=urn:ietf:params:oauth:grant-type:jwt-bearer&assertion=a.b.c&client_id=latchkey-cli",
        400, "unsupported_grant_type")]
    [InlineData("grant_type=client_credentials&client_id=latchkey-cli", 400, "unauthorized_client")]
    [InlineData("grant_type=client_credentials&client_id=APP", 400, "unauthorized_client")]
    [InlineData("grant_type=authorization_code&client_id=SA&client_secret=SECRET&code=CODE&code_verifier=VERIFIER",
        400, "unauthorized_client")]
    [InlineData("grant_type=authorization_code&client_id=latchkey-cli&code=CODE&code_verifier=VERIFIER", 400, "unauthorized_client")]
    [InlineData("grant_type=urn:ietf:params:oauth:grant-type:device_code&client_id=APP&device_code=DEVICE", 400, "unauthorized_client")]
    // Repeated parameters.
    [InlineData("grant_type=client_credentials&grant_type=client_credentials&client_id=SA&client_secret=SECRET", 400, "invalid_request")]
    [InlineData("grant_type=client_credentials&client_id=SA&client_secret=SECRET&scope=read:workflows&scope=api", 400, "invalid_request")]
    [InlineData("grant_type=client_credentials&client_id=SA&client_id=OTHER&client_secret=SECRET", 400, "invalid_request")]
    [InlineData("grant_type=client_credentials&client_id=SA&client_secret=SECRET&resource=https://a.example&resource=https://b.example",
        400, "invalid_target")]
    // Excessive scopes.
    [InlineData("grant_type=client_credentials&client_id=SA&client_secret=SECRET&scope=write:workflows", 400, "invalid_scope")]
    [InlineData("grant_type=client_credentials&client_id=SA&client_secret=SECRET&scope=read:workflows%20write:workflows",
        400, "invalid_scope")]
    [InlineData("grant_type=client_credentials&client_id=SA&client_secret=SECRET&scope=verify", 400, "invalid_scope")]
    [InlineData("grant_type=client_credentials&client_id=SA&client_secret=SECRET&scope=*", 400, "invalid_scope")]
    [InlineData("grant_type=client_credentials&client_id=SA&client_secret=SECRET&scope=read:workflow", 400, "invalid_scope")]
    [InlineData("grant_type=client_credentials&client_id=SA&client_secret=SECRET&scope=READ:workflows", 400, "invalid_scope")]
    [InlineData("grant_type=client_credentials&client_id=SA&client_secret=SECRET&resource=/relative", 400, "invalid_target")]
    [InlineData("grant_type=client_credentials&client_id=SA&client_secret=SECRET&resource=https://api.example/%23x", 400, "invalid_target")]
    [InlineData("grant_type=client_credentials&client_id=SA&client_secret=SECRET&resource=https://api.example/a/../b",
        400, "invalid_target")]
    [InlineData("grant_type=client_credentials&client_id=SA&client_secret=SECRET&resource=javascript:alert(1)", 400, "invalid_target")]
    // Codes.
    [InlineData("grant_type=authorization_code&client_id=APP&code=CODE&redirect_uri=CALLBACK", 400, "invalid_request")] // no verifier
    [InlineData("grant_type=authorization_code&client_id=APP&code_verifier=VERIFIER&redirect_uri=CALLBACK", 400, "invalid_request")]
    [InlineData("grant_type=authorization_code&client_id=APP&code=CODE&code_verifier=CHALLENGE&redirect_uri=CALLBACK",
        400, "invalid_grant")]
    [InlineData("grant_type=authorization_code&client_id=APP&code=CODE&code_verifier=short&redirect_uri=CALLBACK", 400, "invalid_grant")]
    [InlineData("grant_type=authorization_code&client_id=APP&code=CODE&code_verifier=VERIFIER", 400, "invalid_grant")]
    [InlineData("grant_type=authorization_code&client_id=APP&code=CODE&code_verifier=VERIFIER&redirect_uri=http://127.0.0.1:81/callback",
        400, "invalid_grant")]
    [InlineData("grant_type=authorization_code&client_id=APP&code=CODE&code_verifier=VERIFIER&redirect_uri=https://evil.example/",
        400, "invalid_grant")]
    [InlineData("grant_type=authorization_code&client_id=APP2&code=CODE&code_verifier=VERIFIER&redirect_uri=CALLBACK",
        400, "invalid_grant")]
    [InlineData("grant_type=authorization_code&client_id=APP&code=nothing&code_verifier=VERIFIER&redirect_uri=CALLBACK",
        400, "invalid_grant")]
    [InlineData("grant_type=authorization_code&client_id=APP&code=REFRESH&code_verifier=VERIFIER&redirect_uri=CALLBACK",
        400, "invalid_grant")]
    [InlineData("grant_type=authorization_code&client_id=APP&code=CODE&code_verifier=VERIFIER&redirect_uri=CALLBACK&resource=https://evil.example", 400, "invalid_target")]
    // Refresh tokens.
    [InlineData("grant_type=refresh_token&client_id=APP", 400, "invalid_request")]
    [InlineData("grant_type=refresh_token&client_id=APP2&refresh_token=REFRESH", 400, "invalid_grant")]
    [InlineData("grant_type=refresh_token&client_id=latchkey-cli&refresh_token=REFRESH", 400, "invalid_grant")]
    [InlineData("grant_type=refresh_token&client_id=APP&refresh_token=ACCESS", 400, "invalid_grant")]
    [InlineData("grant_type=refresh_token&client_id=APP&refresh_token=CODE", 400, "invalid_grant")]
    [InlineData("grant_type=refresh_token&client_id=APP&refresh_token=REFRESH&scope=api", 400, "invalid_scope")]
    [InlineData("grant_type=refresh_token&client_id=APP&refresh_token=REFRESH&scope=read:workflows%20write:workflows",
        400, "invalid_scope")]
    // Device codes.
    [InlineData("grant_type=urn:ietf:params:oauth:grant-type:device_code&client_id=latchkey-cli", 400, "invalid_request")]
    [InlineData("grant_type=urn:ietf:params:oauth:grant-type:device_code&client_id=latchkey-cli&device_code=nothing", 400, "invalid_grant")]
    [InlineData("grant_type=urn:ietf:params:oauth:grant-type:device_code&client_id=latchkey-cli&device_code=CODE", 400, "invalid_grant")]
    public async Task Token_endpoint_refuses(string body, int status, string error)
    {
        var answer = await values.PostAsync("/oauth/token", values.Fill(body));
        Assert.Equal((status, error), (answer.Status, answer.Json.GetProperty("error").GetString()));
        Assert.Equal("no-store", answer.Header("Cache-Control"));
        Assert.NotEmpty(answer.Member("error_description"));
        foreach (var secret in new[] { "SECRET", "CODE", "REFRESH", "ACCESS", "DEVICE", "VERIFIER" })
        {
            Assert.DoesNotContain(values.Fill(secret), answer.Text, StringComparison.Ordinal);
        }

        if (body.Length > 0 && !body.Contains("&grant_type", StringComparison.Ordinal)
            && body.Split('&').DistinctBy(x => x.Split('=')[0]).Count() == body.Split('&').Length)
        {
            var asJson = JsonSerializer.Serialize(Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(values.Fill(body))
                .ToDictionary(x => x.Key, x => x.Value.ToString()));
            var again = await values.Api.SendAsync(HttpMethod.Post, "/oauth/token", asJson);
            Assert.Equal((status, error), (again.Status, again.Json.GetProperty("error").GetString()));
        }
    }

    [Theory]
    [InlineData("nothing", null, null, "Basic", 401, "invalid_client")]
    [InlineData("SA:wrong", null, null, "Basic", 401, "invalid_client")]
    [InlineData("SA:", null, null, "Basic", 401, "invalid_client")]
    [InlineData(":SECRET", null, null, "Basic", 401, "invalid_client")]
    [InlineData("SA:SECRET", null, "SECRET", "Basic", 400, "invalid_request")]
    [InlineData("SA:SECRET", "OTHER", null, "Basic", 400, "invalid_request")]
    [InlineData(":", "SA", "SECRET", "Basic", 200, null)]
    [InlineData("SA:SECRET", "", "", "Basic", 200, null)]
    [InlineData("SA:SECRET", "SA", null, "basic", 200, null)]
    [InlineData("SA:SECRET", null, null, "Basic", 200, null)]
    public async Task Client_shows_itself_in_one_way(
        string credentials, string? id, string? secret, string scheme, int status, string? error)
    {
        var body = $"grant_type=client_credentials{(id is null ? "" : $"&client_id={id}")}{(secret is null ? "" : $"&client_secret={secret}")}";
        var basic = Convert.ToBase64String(Encoding.UTF8.GetBytes(values.Fill(credentials)));
        var answer = await values.PostAsync("/oauth/token", values.Fill(body), ("Authorization", $"{scheme} {basic}"));
        Assert.Equal((status, error), (answer.Status, status == 200 ? null : answer.Member("error")));
        Assert.Equal(status == 401, answer.Header("WWW-Authenticate")?.StartsWith("Basic ", StringComparison.Ordinal) ?? false);
    }

    [Theory]
    [InlineData("{\"grant_type\": \"client_credentials\", \"grant_type\": \"client_credentials\"}", "application/json", 400)]
    [InlineData("{\"grant_type\": \"client_credentials\", \"client_id\": 7}", "application/json", 400)]
    [InlineData("{\"client_id\": [\"SA\"]}", "application/json", 400)]
    [InlineData("[]", "application/json", 400)]
    [InlineData("{", "application/json", 400)]
    [InlineData("{\"client_id\": \"\\ud800\"}", "application/json", 400)]
    [InlineData("grant_type=client_credentials", "text/plain", 400)]
    [InlineData("grant_type=client_credentials", "multipart/form-data; boundary=x", 400)]
    [InlineData("{}", "application/json; charset=utf-16", 400)]
    [InlineData("{\"client_id\": \"x\", \"scope\": [\"read:workflows\"], \"token\": 7}", "application/json", 400)]
    [InlineData("LONG", "application/x-www-form-urlencoded", 413)]
    public async Task Body_that_cannot_be_read_is_an_invalid_request(string body, string type, int status)
    {
        foreach (var path in new[] { "/oauth/token", "/oauth/token/revoke", "/oauth/introspect", "/oauth/device/authorize" })
        {
            using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body == "LONG" ? new string('x', 70_000) : body));
            content.Headers.TryAddWithoutValidation("Content-Type", type);
            var answer = await values.Api.SendContentAsync(HttpMethod.Post, path, content);
            Assert.Equal((status, "invalid_request"), (answer.Status, answer.Member("error")));
        }
    }

    [Theory]
    [InlineData("application/x-www-form-urlencoded; charset=ISO-8859-1", "FORM")]
    [InlineData("application/x-www-form-urlencoded; charset=utf-16", "FORM")]
    [InlineData("application/x-www-form-urlencoded;charset=UTF-8", "FORM&x_unknown=1&&x_empty=")]
    [InlineData("application/x-www-form-urlencoded", "FORM&scope=&scope=read:workflows&client_secret=")]
    [InlineData("application/x-www-form-urlencoded", "FORM&scope=%20read:workflows%20%20read:agents%20")]
    [InlineData("application/x-www-form-urlencoded", "FORM&resource=https://a.example&resource=https://a.example/")]
    [InlineData("application/json; charset=utf8", "{JSON}")]
    [InlineData("application/json; charset=\"UTF-8\"", "\uFEFF{JSON}")]
    [InlineData("application/json", "{JSON, \"x\": 3600, \"y\": true, \"z\": [{\"a\": [[[[[[[[[[1]]]]]]]]]]}], \"s\": \"\\ud800\"}")]
    [InlineData("application/json", "{JSON, \"code\": null, \"token\": 7, \"redirect_uris\": [\"a\"]}")] // known elsewhere
    [InlineData("application/json", "{JSON, \"resource\": [\"https://a.example\", \"https://a.example/\"]}")]
    public async Task Token_endpoint_reads_what_programs_send(string type, string body)
    {
        var filled =
            values.Fill(body.Replace("FORM", "grant_type=client_credentials&client_id=SA&client_secret=SECRET", StringComparison.Ordinal)
            .Replace("JSON", "\"grant_type\": \"client_credentials\", \"client_id\": \"SA\", \"client_secret\": \"SECRET\"",
                StringComparison.Ordinal));
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(filled));
        content.Headers.TryAddWithoutValidation("Content-Type", type);
        using var client = new HttpClient { BaseAddress = values.Product.Url };
        using var answer = await client.PostAsync("/oauth/token", content, Token); // not all of it is documented
        Assert.Equal(200, (int)answer.StatusCode);
        Assert.Contains("\"token_type\":\"Bearer\"", await answer.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("unchanged", null)]
    [InlineData("alg none", "invalid_token")]
    [InlineData("alg none, no signature", "invalid_token")]
    [InlineData("HS256 with the public key", "invalid_token")]
    [InlineData("unknown kid", "invalid_token")]
    [InlineData("no kid", "invalid_token")]
    [InlineData("typ JWT", "invalid_token")]
    [InlineData("own key, in the header", "invalid_token")]
    [InlineData("other payload", "invalid_token")]
    [InlineData("signature cut off", "invalid_token")]
    [InlineData("signature of DER", "invalid_token")]
    [InlineData("garbage", "invalid_token")]
    [InlineData("empty parts", "invalid_token")]
    [InlineData("too long", "invalid_token")]
    [InlineData("never issued, signed by us", "invalid_token")]
    [InlineData("other issuer, signed by us", "invalid_token")]
    [InlineData("no expiry, signed by us", "invalid_token")]
    [InlineData("two audiences, signed by us", "invalid_token")]
    [InlineData("expired, signed by us", "token_expired")]
    public async Task Forged_token_is_refused_everywhere(string forgery, string? code)
    {
        var token = await values.ForgeAsync(forgery);
        foreach (var path in new[] { "/v1/capabilities", "/forward-auth" })
        {
            var answer = await values.Api.GetAsync(path, ("Authorization", $"Bearer {token}"));
            Assert.Equal((code is null ? 200 : 401, code), (answer.Status, code is null ? null : answer.Code));
        }

        var asked = await values.PostAsync(
            "/oauth/introspect", values.Fill($"token={Uri.EscapeDataString(token)}&client_id=SA&client_secret=SECRET"));
        Assert.Equal(code is null, asked.Json.GetProperty("active").GetBoolean());
    }

    [Fact]
    public async Task Introspection_tells_only_who_may_know()
    {
        async Task<bool> ActiveAsync(string caller, string token, params (string, string)[] headers) =>
            (await values.PostAsync("/oauth/introspect", values.Fill($"token={token}{caller}"), headers)).Json.GetProperty("active")
                .GetBoolean();

        const string own = "&client_id=SA&client_secret=SECRET", verify =
            "&client_id=VERIFY&client_secret=VERIFYSECRET", rival = "&client_id=OTHER&client_secret=OTHERSECRET";
        Assert.True(await ActiveAsync(own, "ACCESSOFSA"));
        Assert.False(await ActiveAsync(own, "ACCESS")); // of another client
        Assert.True(await ActiveAsync(verify, "ACCESS"));
        Assert.True(await ActiveAsync(verify, "REFRESH"));
        Assert.False(await ActiveAsync(rival, "ACCESS")); // of another organization
        Assert.False(await ActiveAsync(rival, "REFRESH"));
        Assert.False(await ActiveAsync(verify, "KEY")); // a key is not a token
        Assert.True(await ActiveAsync("", "ACCESSOFSA", ("Authorization", $"Bearer {values.Fill("ACCESSOFSA")}")));
        Assert.False(await ActiveAsync("", "REFRESH", ("Authorization", $"Bearer {values.Fill("ACCESSOFSA")}")));
        foreach (var (caller, headers) in new (string, (string, string)[])[] { ("&client_id=APP", []), ("", []), (
            "&client_id=SA&client_secret=x", []), ("", [("Authorization", "Bearer nonsense")]), ("", [("Authorization", "Bearer a.b.c")]) })
        {
            Assert.Equal(401, (await values.PostAsync("/oauth/introspect", values.Fill($"token=ACCESS{caller}"), headers)).Status);
        }

        var answer = await values.PostAsync("/oauth/introspect", values.Fill($"token=ACCESS{verify}"));
        Assert.Equal(("read:workflows", People.Organization, "Bearer"), (
            answer.Member("scope"), answer.Member("account_id"), answer.Member("token_type")));
        Assert.Equal(answer.Json.GetProperty("exp").GetInt64(), answer.Json.GetProperty("expires_at").GetInt64());
    }

    [Fact]
    public async Task Revoked_token_is_refused_by_the_next_request_and_revoking_nothing_says_nothing()
    {
        var token = (await values.PostAsync("/oauth/token", values.Fill("grant_type=client_credentials&client_id=SA&client_secret=SECRET")))
            .Member("access_token");
        Assert.Equal(200, (await values.Api.GetAsync("/forward-auth", ("Authorization", $"Bearer {token}"))).Status);
        foreach (var text in new[] { token, token, "nothing", "a.b.c" })
        {
            var answer = await values.PostAsync("/oauth/token/revoke", $"token={text}&token_type_hint=refresh_token");
            Assert.Equal((200, 0), (answer.Status, answer.Body.Length));
        }

        Assert.Equal("invalid_token", (await values.Api.GetAsync("/forward-auth", ("Authorization", $"Bearer {token}"))).Code);
        Assert.Equal("invalid_client",
            (await values.PostAsync("/oauth/token/revoke", values.Fill("token=x&client_id=SA&client_secret=wrong"))).Member("error"));
    }

    [Fact]
    public async Task Token_says_to_forward_auth_what_it_is_and_a_header_of_the_client_changes_nothing()
    {
        var token = values.Fill("ACCESSOFSA");
        var answer =
            await values.Api.GetAsync($"/forward-auth/{People.Project}/live/read/workflow:x", ("Authorization", $"Bearer {token}"));
        Assert.Equal((200, People.Organization, People.Project, "live", "all"), (
            answer.Status, answer.Header("X-Latchkey-Organization"), answer.Header("X-Latchkey-Project"),
            answer.Header("X-Latchkey-Environment"), answer.Header("X-Latchkey-Scope")));
        Assert.Equal("-", (await values.Api.GetAsync("/forward-auth", ("Authorization", $"Bearer {token}"))).Header("X-Latchkey-Project"));
        Assert.Equal("wrong_project", (await values.Api.GetAsync("/forward-auth/rival/secret", ("Authorization", $"Bearer {token}"))).Code);
        Assert.Equal("insufficient_permissions", (
            await values.Api.GetAsync("/forward-auth/-/-/-/write", ("Authorization", $"Bearer {token}"))).Code);
        Assert.Equal("missing_credential", (await values.Api.GetAsync($"/forward-auth?access_token={token}")).Code);
        Assert.Equal(
            "missing_credential", (await values.Api.GetAsync("/forward-auth", ("X-Forwarded-Uri", $"/events?access_token={token}"))).Code);
        var aimed = (
            await values.PostAsync(
                "/oauth/token",
                values.Fill("grant_type=client_credentials&client_id=SA&client_secret=SECRET&resource=https://api.example.com/v1")))
                    .Member("access_token");
        Assert.Equal("invalid_token", (await values.Api.GetAsync("/v1/capabilities", ("Authorization", $"Bearer {aimed}"))).Code);
        Assert.Equal("invalid_token", (await values.Api.GetAsync(
            // not from a trusted proxy
            "/forward-auth", ("Authorization", $"Bearer {aimed}"), ("X-Forwarded-Proto", "https"),
            ("X-Forwarded-Host", "api.example.com"), ("X-Forwarded-Uri", "/v1/x"))).Code);
    }

    [Fact]
    public async Task Neighbor_who_fails_closes_no_endpoint_for_what_is_right()
    {
        await using var product = new Product();
        using var owner = await ApiClient.SignInAsync(product);
        using var api = await ApiClient.OpenAsync(product);
        var account = await owner.PostAsync("/api/service-accounts", new { name = "gateway", permissions = new[] { "read" } });
        var credentials = $"client_id={account.Member("client_id")}&client_secret={account.Member("client_secret")}";
        var stolen = (await PostAsync("/oauth/token", $"grant_type=client_credentials&{credentials}")).Member("access_token");
        for (var i = 0; i < 61; i++)
        {
            await PostAsync(
                "/oauth/token", $"grant_type=client_credentials&client_id={account.Member("client_id")}&client_secret=secret_{i}");
            await PostAsync("/oauth/token/revoke", $"token=nonsense{i}");
        }

        var refused = await PostAsync(
            "/oauth/token", $"grant_type=client_credentials&client_id={account.Member("client_id")}&client_secret=secret_x");
        Assert.Equal((429, "temporarily_unavailable"), (refused.Status, refused.Member("error")));
        Assert.NotNull(refused.Header("Retry-After"));
        Assert.Equal(429, (await PostAsync("/oauth/token/revoke", "token=nonsense")).Status);
        Assert.Equal(200, (await PostAsync("/oauth/token", $"grant_type=client_credentials&{credentials}")).Status);
        Assert.Equal(200, (await api.GetAsync("/forward-auth", ("Authorization", $"Bearer {stolen}"))).Status);
        Assert.Equal(200, (await PostAsync("/oauth/token/revoke", $"token={stolen}")).Status);
        Assert.Equal("invalid_token", (await api.GetAsync("/forward-auth", ("Authorization", $"Bearer {stolen}"))).Code);

        Task<Exchange> PostAsync(string path, string form) =>
            api.SendContentAsync(HttpMethod.Post, path, new StringContent(form, Encoding.UTF8, "application/x-www-form-urlencoded"));
    }

    [Theory]
    [InlineData("/oauth/token", "grant_type=client_credentials")]
    [InlineData("/oauth/token/revoke", "token=x")]
    [InlineData("/oauth/introspect", "token=x")]
    [InlineData("/oauth/device/authorize", "client_id=latchkey-cli")]
    public async Task Client_assertion_is_refused_by_name(string path, string form)
    {
        var answer = await values.PostAsync(
            path, $"{form}&client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer&client_assertion=a.b.c");
        Assert.Equal((401, "invalid_client"), (answer.Status, answer.Member("error")));
        Assert.Contains("client_assertion", answer.Member("error_description"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metadata_list_no_scope_that_apps_cannot_have()
    {
        foreach (var path in new[] { "/.well-known/oauth-authorization-server", "/.well-known/oauth-protected-resource",
            "/.well-known/oauth-protected-resource?resource=https://api.example.com" })
        {
            var scopes = (await values.Api.GetAsync(path)).Json.GetProperty("scopes_supported")
                .EnumerateArray().Select(x => x.GetString()).ToList();
            Assert.Contains("read:workflows", scopes);
            Assert.DoesNotContain("api", scopes);
        }
    }

    [Fact]
    public async Task Metadata_says_where_everything_is_and_keys_hold_no_private_part()
    {
        var server = await values.Api.GetAsync("/.well-known/oauth-authorization-server");
        var issuer = values.Product.Url.GetLeftPart(UriPartial.Authority);
        Assert.Equal((issuer, $"{issuer}/oauth/token"), (server.Member("issuer"), server.Member("token_endpoint")));
        Assert.Equal("http://localhost:" + values.Product.Url.Port,
            (await values.Api.SendRawAsync("GET", "/.well-known/oauth-authorization-server", "Host: evil.example")).Member("issuer"));
        Assert.Equal(issuer,
            (await values.Api.GetAsync("/.well-known/oauth-protected-resource")).Json.GetProperty("authorization_servers")[0].GetString());
        var key = Assert.Single((await values.Api.GetAsync("/.well-known/jwks.json")).Json.GetProperty("keys").EnumerateArray());
        Assert.Equal(
            ["alg", "crv", "kid", "kty", "use", "x", "y"], key.EnumerateObject().Select(x => x.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Client_registers_with_members_that_nobody_knows_and_gets_its_secret_once()
    {
        var answer = await values.Api.SendAsync(HttpMethod.Post, "/oauth/register",
            new { redirect_uris = new[] { HostileValues.Callback }, client_name = "Assistant", token_endpoint_auth_method = "client_secret_post" });
        Assert.Equal((201, "Assistant", "client_secret_post"), (
            answer.Status, answer.Member("client_name"), answer.Member("token_endpoint_auth_method")));
        Assert.StartsWith("secret_", answer.Member("client_secret"), StringComparison.Ordinal);
        Assert.False(
            (await values.Api.SendAsync(HttpMethod.Post, "/oauth/register", new
            {
                redirect_uris = new[] { HostileValues.Callback },
                token_endpoint_auth_method = "none"
            })).Json.TryGetProperty("client_secret", out _));
    }
}
