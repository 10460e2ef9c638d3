using Dashboard.Tests.E2E.Support;
using Dashboard.Tests.Unit.Support;
using Xunit;

namespace Dashboard.Tests.E2E.Docs;

/// <summary>Runs the code of the documentation pages for other languages unchanged.</summary>
[Collection(typeof(TenantsCollection))]
public sealed class SnippetTests(Tenants tenants)
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Requests as headers and a client address, and the status and code that each page's code answers with. GOOD and BAD stand
    /// for keys.</summary>
    const string Requests = """
        [
          [{}, "203.0.113.7"],
          [{"x-api-key": ""}, ""],
          [{"x-api-key": "GOOD"}, "203.0.113.7:49152"],
          [{"x-api-key": "GOOD"}, "[2001:db8::7]:49152"],
          [{"x-api-key": "GOOD"}, ""],
          [{"api-key": "GOOD"}, "203.0.113.7"],
          [{"authorization": "ApiKey GOOD"}, "203.0.113.7"],
          [{"authorization": "bearer GOOD"}, "203.0.113.7"],
          [{"authorization": "Basic GOOD"}, "203.0.113.7"],
          [{"x-api-key": "", "api-key": "GOOD", "authorization": "Bearer BAD"}, "203.0.113.7"],
          [{"x-api-key": "BAD", "api-key": "GOOD"}, "203.0.113.7"],
          [{"x-api-key": "nonsense, GOOD"}, "203.0.113.7"]
        ]
        """;

    const string Answers = "401 missing_credential;401 missing_credential;200 valid;200 valid;200 valid;200 valid;200 valid;200 valid;401 missing_credential;200 valid;401 revoked_key;401 malformed_key;";

    [Fact]
    public async Task Python_page_reads_each_header_and_answers_each_request() => Assert.Equal(
        Answers + "503",
        await RunAsync("verify/python.md", "python", "python3", "snippet.py", $$"""""

            import sys
            from email.message import Message

            for fields, client in json.loads("""{{Requests}}""".replace("GOOD", sys.argv[1]).replace("BAD", sys.argv[2])):
                headers = Message()
                for name, value in fields.items():
                    headers[name] = value
                status, answer = authorize(headers, client, permission="read")
                print(status, answer["code"], end=";")
            LATCHKEY_URL = "http://127.0.0.1:1"
            print(authorize({"X-API-Key": sys.argv[1]}, "203.0.113.7")[0])
            """""));

    [Fact]
    public async Task JavaScript_page_reads_each_header_and_answers_each_request() => Assert.Equal(
        Answers + "200",
        await RunAsync("verify/javascript.md", "javascript", "node", "snippet.mjs", $$"""

            const told = [];
            for (const [headers, client] of JSON.parse(`{{Requests}}`.replaceAll("GOOD", process.argv[2]).replaceAll("BAD", process.argv[3]))) {
              const { status, answer } = await authorize(headers, client, { permission: "read" });
              told.push(`${status} ${answer.code};`);
            }
            console.log(told.join("") + (await authorize(new Headers({ "X-API-Key": process.argv[2] }), "203.0.113.7")).status);
            """));

    [Fact]
    public async Task Go_page_reads_each_header_and_answers_each_request() => Assert.Equal(
        Answers + "503",
        await RunAsync("verify/go.md", "go", "go", "snippet.go", $$"""

            func main() {
            	var requests [][]any
            	json.Unmarshal([]byte(strings.NewReplacer("GOOD", os.Args[1], "BAD", os.Args[2]).Replace(`{{Requests}}`)), &requests)
            	for _, request := range requests {
            		header := http.Header{}
            		for name, value := range request[0].(map[string]any) {
            			header.Add(name, value.(string))
            		}
            		answer, err := Verify(Question{Key: Credential(header), ClientIP: request[1].(string), Permission: "read"})
            		fmt.Print(Status(answer, err), " ", answer.Code, ";")
            	}
            	os.Setenv("LATCHKEY_URL", "http://127.0.0.1:1")
            	fmt.Println(Status(Verify(Question{Key: os.Args[1]})))
            }
            """));

    [Fact]
    public async Task Python_page_tells_good_keys_from_bad_ones() => Assert.Equal(
        "True valid False revoked_key HTTPError",
        await RunAsync("verify/python.md", "python", "python3", "snippet.py", """

            import sys
            import urllib.error
            good, bad = verify(sys.argv[1], "203.0.113.7", permission="read"), verify(sys.argv[2], "203.0.113.7")
            print(good["valid"], good["code"], bad["valid"], bad["code"], end=" ")
            LATCHKEY_KEY = "nonsense"
            try:
                verify(sys.argv[1], "203.0.113.7")
            except urllib.error.HTTPError as error:
                print(type(error).__name__)
            """));

    [Fact]
    public async Task JavaScript_page_tells_good_keys_from_bad_ones() => Assert.Equal(
        "true valid false revoked_key",
        await RunAsync("verify/javascript.md", "javascript", "node", "snippet.mjs", """

            const [good, bad] = [await verify(process.argv[2], "203.0.113.7", { permission: "read" }), await verify(process.argv[3], "203.0.113.7")];
            console.log(good.valid, good.code, bad.valid, bad.code);
            """));

    [Fact]
    public async Task Go_page_tells_good_keys_from_bad_ones() => Assert.Equal(
        "true valid false revoked_key latchkey answered 401",
        await RunAsync("verify/go.md", "go", "go", "snippet.go", """

            func main() {
            	good, _ := Verify(Question{Key: os.Args[1], ClientIP: "203.0.113.7", Permission: "read"})
            	bad, _ := Verify(Question{Key: os.Args[2], ClientIP: "203.0.113.7"})
            	os.Setenv("LATCHKEY_KEY", "nonsense")
            	_, err := Verify(Question{Key: os.Args[1]})
            	fmt.Println(good.Valid, good.Code, bad.Valid, bad.Code, err)
            }
            """));

    [Fact]
    public async Task Proxy_pages_name_the_headers_and_addresses_that_there_are()
    {
        var answer = await tenants.Nobody.GetAsync("/forward-auth", ("X-API-Key", tenants.RawKey));
        var names = answer.Headers.Keys.Where(name => name.StartsWith("X-Latchkey-", StringComparison.OrdinalIgnoreCase)).ToList();
        Assert.Equal(7, names.Count);
        foreach (var (page, language, question) in new[] { ("nginx", "nginx", "/forward-auth-nginx/acme/orders/live/"), (
            "caddy", "caddyfile", "/forward-auth/acme/orders/live/") })
        {
            var block = Pages.Block($"verify/{page}.md", language);
            Assert.All(names, name => Assert.Contains(name, block, StringComparison.Ordinal));
            Assert.Contains(question, block, StringComparison.Ordinal);
        }

        foreach (var page in new[] { "haproxy", "apache" })
        {
            Assert.All(names, name =>
                Assert.Contains($"\"{name["X-Latchkey-".Length..]}\"", Pages.Block($"verify/{page}.md", "lua"), StringComparison.Ordinal));
        }

        var traefik = Pages.Block("verify/traefik.md", "yaml");
        Assert.Equal(["read", "write"], traefik.Split("/forward-auth/acme/orders/live/")[1..].Select(rest => rest.Split('"')[0]));
    }

    async Task<string> RunAsync(string page, string language, string program, string file, string tail)
    {
        var found = ExternalProcess.Find(program) ?? (program == "node" ? JavaScript.CarriedNode : null);
        Assert.SkipWhen(found is null, $"no {program}");
        // a Go program is a package named main
        var text = Pages.Block(page, language).Replace("package latchkey", "package main", StringComparison.Ordinal) + tail + "\n";
        return await RunTextAsync(text, file, found!, program == "go" ? ["run", file] : [file]);
    }

    async Task<string> RunTextAsync(string text, string file, string program, string[] arguments)
    {
        var folder = Directory.CreateTempSubdirectory("latchkey-");
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, file), text, Token);
            var api = await tenants.Owner.PostAsync("/api/service-accounts", new { name = "api", permissions = new[] { "verify" } });
            var revoked = await tenants.Owner.PostAsync("/api/keys", new { name = "revoked" });
            Assert.Equal(200, (await tenants.Owner.DeleteAsync($"/api/keys/{revoked.Member("key_id")}")).Status);
            var environment = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["LATCHKEY_URL"] = tenants.Product.Url.ToString().TrimEnd('/'),
                ["LATCHKEY_KEY"] = api.Member("raw_key"),
                ["GOCACHE"] = Path.Combine(Repository.Root, "artifacts", "go"), // compiled once, Go's library takes no time in later runs
            };
            return await ExternalProcess.RunAsync(
                program, folder.FullName, environment, Token, [.. arguments, tenants.RawKey, revoked.Member("raw_key")]);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
