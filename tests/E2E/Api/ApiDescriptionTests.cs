using System.Text.Json;
using Dashboard.Tests.E2E.Support;
using Xunit;

namespace Dashboard.Tests.E2E.Api;

/// <summary>The OpenAPI document is complete. All other API tests verify that it is correct.</summary>
[Collection(typeof(TenantsCollection))]
public sealed class ApiDescriptionTests(Tenants tenants)
{
    [Fact]
    public async Task Description_is_OpenAPI_3_1_for_everybody()
    {
        var answer = await tenants.Nobody.GetAsync("/openapi/v1.json");
        Assert.Equal((200, "application/json"), (answer.Status, answer.MediaType));
        Assert.StartsWith("3.1.", answer.Member("openapi"), StringComparison.Ordinal);
        Assert.Equal(answer.Text, (await tenants.Owner.GetAsync("/openapi/v1.json", ("X-Forwarded-Host", "evil.example"))).Text);
    }

    [Fact]
    public async Task Every_operation_has_a_name_a_sentence_a_place_and_all_its_answers()
    {
        var operations = (await tenants.Product.Contract).Operations.ToList();
        var names = operations.Select(x => x.Operation.GetProperty("operationId").GetString()).ToList();
        Assert.Equal(names.Count, names.Distinct(StringComparer.Ordinal).Count());
        Assert.All(operations, x =>
        {
            Assert.NotEmpty(x.Operation.GetProperty("summary").GetString()!);
            Assert.Single(x.Operation.GetProperty("tags").EnumerateArray());
            var answers = x.Operation.GetProperty("responses").EnumerateObject().ToList();
            Assert.Contains(answers, answer => answer.Name is ['2', ..]);
            Assert.All(answers, answer => Assert.NotEmpty(answer.Value.GetProperty("description").GetString()!));
            Assert.All(answers.Where(answer => answer.Name is ['4' or '5', ..] && !IsPage(answer.Value)), answer =>
                Assert.NotEmpty(CodesOf(answer.Value)));
        });
    }

    [Theory]
    [InlineData("POST", "/api/session", "200", "400:invalid_request 401:invalid_credentials,second_factor_required 403:forbidden,cross_site 413:too_large 415:unsupported_media_type 429:rate_limited 500:internal_error 503:unavailable")]
    [InlineData("GET", "/api/session", "200", "401:session_required 403:forbidden 500:internal_error 503:unavailable")]
    [InlineData("DELETE", "/api/session", "204", "401:session_required 403:forbidden,cross_site 500:internal_error 503:unavailable")]
    [InlineData("POST", "/api/keys", "201",
        "400:invalid_request 401:session_required 403:forbidden,fresh_sign_in_required,two_factor_setup_required,cross_site 404:not_found 409:conflict,already_created,key_limit_reached 413:too_large 415:unsupported_media_type 429:rate_limited 500:internal_error 503:unavailable")]
    [InlineData("GET", "/api/keys", "200", "400:invalid_request 401:session_required 403:two_factor_setup_required 404:not_found 429:rate_limited 500:internal_error 503:unavailable")]
    [InlineData("PATCH", "/api/keys/{key_id}", "200",
        "400:invalid_request 401:session_required 403:forbidden,two_factor_setup_required,cross_site 404:not_found 409:conflict,key_limit_reached 413:too_large 415:unsupported_media_type 429:rate_limited 500:internal_error 503:unavailable")]
    [InlineData("DELETE", "/api/projects/{organization}/{project}", "200", "401:session_required 403:forbidden,two_factor_setup_required,cross_site 404:not_found 429:rate_limited 500:internal_error 503:unavailable")]
    [InlineData("PATCH", "/api/resources/{organization}/{project}/{resource}", "200",
        "400:invalid_request 401:session_required 403:forbidden,two_factor_setup_required,cross_site 404:not_found 413:too_large 415:unsupported_media_type 429:rate_limited 500:internal_error 503:unavailable")]
    [InlineData("POST", "/api/apps", "201",
        "400:invalid_request 401:session_required 403:forbidden,fresh_sign_in_required,two_factor_setup_required,cross_site 404:not_found 409:conflict,already_created 413:too_large 415:unsupported_media_type 429:rate_limited 500:internal_error 503:unavailable")]
    [InlineData("GET", "/v1/capabilities", "200",
        "401:missing_credential,malformed_key,invalid_key,revoked_key,inactive_key,expired_key,wrong_environment,token_expired,invalid_token 403:ip_not_allowed 429:rate_limited 500:internal_error 503:verification_unavailable")]
    public async Task Operation_names_every_status_and_code(string method, string path, string success, string refusals)
    {
        var operation = (await tenants.Product.Contract).Operations.Single(x => x.Method == method && x.Path == path).Operation;
        var answers = operation.GetProperty("responses").EnumerateObject().ToList();
        Assert.Equal(success, answers[0].Name);
        Assert.Equal(refusals, string.Join(' ', answers[1..].Select(x => $"{x.Name}:{string.Join(',', CodesOf(x.Value))}")));
    }

    [Fact]
    public async Task Every_member_and_parameter_has_a_type_a_sentence_and_an_example()
    {
        var document = await DocumentAsync();
        var faults = new List<string>();
        foreach (var schema in document.GetProperty("components").GetProperty("schemas").EnumerateObject())
        {
            Assert.True(schema.Value.TryGetProperty("properties", out var members), schema.Name);
            Assert.False(schema.Value.GetProperty("additionalProperties").GetBoolean());
            foreach (var member in members.EnumerateObject())
            {
                faults.AddRange(Missing($"{schema.Name}.{member.Name}", member.Value));
            }
        }

        foreach (var (method, path, operation) in (await tenants.Product.Contract).Operations)
        {
            foreach (var parameter in operation.TryGetProperty("parameters", out var parameters) ? parameters.EnumerateArray() : [])
            {
                var name = $"{method} {path} {parameter.GetProperty("name")}";
                Assert.True(parameter.TryGetProperty("description", out _), name);
                faults.AddRange(parameter.GetProperty("in").GetString() == "path" ? [] : Missing(name, parameter.GetProperty("schema")));
            }
        }

        Assert.Empty(faults);
    }

    [Theory]
    [InlineData("Key", "name", "string", true)]
    [InlineData("Key", "expires_at", "null|string", true)]
    [InlineData("Key", "permissions", "array", true)]
    [InlineData("IssuedKey", "raw_key", "string", true)]
    [InlineData("KeyList", "next_cursor", "null|string", true)]
    [InlineData("Principal", "valid", "boolean", true)]
    [InlineData("CreateKeyRequest", "name", "string", true)]
    [InlineData("CreateKeyRequest", "expires_at", "null|string", false)]
    [InlineData("ChangeKeyRequest", "name", "string", false)]
    [InlineData("ChangeKeyRequest", "expires_at", "null|string", false)]
    public async Task Member_says_whether_it_can_be_null_or_missing(string schema, string member, string type, bool required)
    {
        var described = (await DocumentAsync()).GetProperty("components").GetProperty("schemas").GetProperty(schema);
        var types = described.GetProperty("properties").GetProperty(member).GetProperty("type");
        Assert.Equal(type, types.ValueKind == JsonValueKind.String ? types.GetString()
            : string.Join('|', types.EnumerateArray().Select(x => x.GetString()).Order(StringComparer.Ordinal)));
        Assert.Equal(required, described.TryGetProperty("required", out var all) && all.EnumerateArray().Any(x => x.GetString() == member));
    }

    [Theory]
    [InlineData("Verification", "valid code", "organization owner permissions scope expires_at key_id retry_after rules")]
    [InlineData("Introspection", "active", "scope client_id exp expires_at sub aud")]
    public async Task Answer_of_two_kinds_is_one_flat_object(string schema, string required, string optional)
    {
        var described = (await DocumentAsync()).GetProperty("components").GetProperty("schemas").GetProperty(schema);
        var members = described.GetProperty("properties").EnumerateObject().Select(x => x.Name).ToList();
        Assert.Equal(required.Split(' '), described.GetProperty("required").EnumerateArray().Select(x => x.GetString()));
        Assert.Empty(optional.Split(' ').Except(members, StringComparer.Ordinal));
        Assert.DoesNotContain("oneOf", (await DocumentAsync()).GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Busy_token_endpoint_answers_as_OAuth_does_and_an_unavailable_one_with_a_problem()
    {
        var answers = (await DocumentAsync()).GetProperty("paths").GetProperty("/oauth/token")
            .GetProperty("post").GetProperty("responses").GetProperty("503");
        Assert.Equal(
            ["application/json", "application/problem+json"],
            answers.GetProperty("content").EnumerateObject().Select(kind => kind.Name).Order(StringComparer.Ordinal));
        Assert.Equal(["`temporarily_unavailable`", "`unavailable`"], answers.GetProperty("description")
            .GetString()!.Split('\n').Select(line => line.Split(':')[0]));
    }

    [Theory]
    [InlineData("/api/apps/{id}", "The app's identifier.")]
    [InlineData("/api/service-accounts/{id}", "The service account's identifier.")]
    [InlineData("/api/sessions/{session_id}", "The session's identifier.")]
    public async Task Path_parameter_has_a_description_of_its_own(string path, string sentence) =>
        Assert.All(
            (await tenants.Product.Contract).Operations.Where(x => x.Path == path),
            x => Assert.Equal(sentence, x.Operation.GetProperty("parameters")[0].GetProperty("description").GetString()));

    [Fact]
    public async Task Every_example_fits_its_schema()
    {
        var document = await DocumentAsync();
        var schemas = new JsonSchema(document);
        Assert.All(
            document.GetProperty("components").GetProperty("schemas").EnumerateObject()
                .Where(x => x.Value.TryGetProperty("properties", out _))
                .SelectMany(x =>
                    x.Value.GetProperty("properties").EnumerateObject().Select(member => (Name: $"{x.Name}.{member.Name}", member.Value)))
                .Where(x => x.Value.TryGetProperty("examples", out _)),
            x => Assert.All(
                x.Value.GetProperty("examples").EnumerateArray(), example => Assert.Empty(schemas.Check(x.Value, example, x.Name))));
    }

    [Theory]
    [InlineData("Project", "slug", "pattern")]
    [InlineData("Key", "key_id", "pattern")]
    [InlineData("Key", "project", "pattern")]
    [InlineData("SessionUser", "id", "format")]
    [InlineData("AuthorizationServer", "token_endpoint", "format")]
    [InlineData("CreateKeyRequest", "name", "maxLength")]
    [InlineData("SignInRequest", "email", "maxLength")]
    public async Task Member_has_a_format_a_pattern_or_a_length(string schema, string member, string keyword) => Assert.True(
        (await DocumentAsync()).GetProperty("components").GetProperty("schemas").GetProperty(schema)
            .GetProperty("properties").GetProperty(member)
            .TryGetProperty(keyword, out _));

    [Fact]
    public async Task Forward_auth_is_described_for_every_method()
    {
        var operations = (await tenants.Product.Contract).Operations.Where(
            x => x.Path.StartsWith("/forward-auth", StringComparison.Ordinal)).ToList();
        Assert.Equal(60, operations.Count);
        Assert.All(operations.GroupBy(x => x.Path), path => Assert.Equal(
            ["DELETE", "GET", "OPTIONS", "PATCH", "POST", "PUT"], path.Select(x => x.Method).Order(StringComparer.Ordinal)));
    }

    [Fact]
    public async Task Operations_say_which_credential_they_take()
    {
        var schemes = (await DocumentAsync()).GetProperty("components").GetProperty("securitySchemes");
        Assert.Equal("latchkey", schemes.GetProperty("session_cookie").GetProperty("name").GetString());
        Assert.Equal(("http", "bearer", "JWT"), (
            schemes.GetProperty("access_token").GetProperty("type").GetString(), schemes.GetProperty("access_token")
                .GetProperty("scheme").GetString(),
            schemes.GetProperty("access_token").GetProperty("bearerFormat").GetString()));
        Assert.Equal("X-API-Key", schemes.GetProperty("x_api_key").GetProperty("name").GetString());
        Assert.All((await tenants.Product.Contract).Operations, x => Assert.Equal(
            (x.Method, x.Path) switch
            {
                ("POST", "/api/session") => "",
                ("POST", "/oauth/introspect") => "client_secret any_access_token",
                ("POST", "/oauth/token" or "/oauth/token/revoke" or "/oauth/device/authorize") => "client_secret",
                (_, "/oauth/authorize" or "/oauth/device/verify") => "session_cookie",
                (_, "/api/session") or (not "GET", ['/', 'a', 'p', 'i', '/', 'p', 'r', 'o', 'j', ..]) => "session_cookie",
                ("DELETE", "/api/authorizations/{authorization_id}") => "session_cookie",
                (not "GET", ['/', 'a', 'p', 'i', '/', 'm', 'e', 'm', 'b', ..] or ['/', 'a', 'p', 'i', '/', 'o', 'r', 'g', ..]) =>
                    "session_cookie",
                (_, ['/', 'a', 'p', 'i', '/', 'i', 'n', 'v', ..]) => "session_cookie",
                ("GET", "/api/sessions") => "session_cookie access_token",
                (_, ['/', 'a', 'p', 'i', '/', 's', 'e', 's', 's', 'i', 'o', 'n', ..]) => "session_cookie",
                (_, ['/', 'a', 'p', 'i', '/', not 'v', ..]) => "session_cookie access_token",
                (_, "/api/v1/keys/verify" or "/v1/capabilities" or "/v1/self-revoke" or ['/', 'f', 'o', 'r',
                    'w', 'a', 'r', 'd', '-', 'a', 'u', 't', 'h', ..]) => "x_api_key api_key authorization_api_key authorization_bearer",
                _ => "",
            },
            x.Operation.TryGetProperty("security", out var security)
                ? string.Join(' ', security.EnumerateArray().SelectMany(one => one.EnumerateObject()).Select(one => one.Name)) : ""));
    }

    [Fact]
    public async Task Every_reference_leads_somewhere()
    {
        var text = (await tenants.Nobody.GetAsync("/openapi/v1.json")).Text;
        var schemas = new JsonSchema(await DocumentAsync());
        var references = System.Text.RegularExpressions.Regex.Matches(
            text, "\"\\$ref\": ?\"(?<to>[^\"]+)\"", System.Text.RegularExpressions.RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1))
            .Select(x => x.Groups["to"].Value).Distinct(StringComparer.Ordinal).ToList();
        Assert.NotEmpty(references);
        Assert.All(references, x => Assert.Equal(JsonValueKind.Object, schemas.Resolve(x).ValueKind));
    }

    async Task<JsonElement> DocumentAsync() => (await tenants.Nobody.GetAsync("/openapi/v1.json")).Json;

    static bool IsPage(JsonElement answer) => answer.GetProperty("content").TryGetProperty("text/html", out _);

    static IEnumerable<string> CodesOf(JsonElement answer) =>
        answer.GetProperty("content").EnumerateObject().SelectMany(body => body.Value.GetProperty("schema").GetProperty("allOf")[1]
            .GetProperty("properties").EnumerateObject().Single().Value.GetProperty("enum").EnumerateArray().Select(x => x.GetString()!));

    static IEnumerable<string> Missing(string name, JsonElement schema)
    {
        var reference = schema.TryGetProperty("$ref", out _);
        foreach (var (fits, what) in new[]
        {
            (schema.TryGetProperty("description", out var sentence) && sentence.GetString() is { Length: > 0 }, "sentence"),
            // without one, examples of each
            (reference || schema.TryGetProperty("type", out _) || Examples(schema).Distinct().Count() > 1, "type"),
            (reference || schema.TryGetProperty("examples", out _) || Of(schema, "array"), "example"),
        })
        {
            if (!fits)
            {
                yield return $"{name} has no {what}";
            }
        }
    }

    static IEnumerable<JsonValueKind> Examples(JsonElement schema) =>
        schema.TryGetProperty("examples", out var examples) ? examples.EnumerateArray().Select(x => x.ValueKind) : [];

    /// <summary>The example of a list of objects is in its items.</summary>
    static bool Of(JsonElement schema, string type) =>
        schema.GetProperty("type").ToString() == type && schema.GetProperty("items").TryGetProperty("$ref", out _);
}
