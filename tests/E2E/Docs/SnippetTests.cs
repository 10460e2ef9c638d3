using Dashboard.Tests.E2E.Support;
using Xunit;

namespace Dashboard.Tests.E2E.Docs;

/// <summary>The code on the pages for other languages, run as it stands against a product.</summary>
public sealed class SnippetTests(Tenants tenants) : IClassFixture<Tenants>
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Python_page_tells_good_keys_from_bad_ones() => Assert.Equal(
        "True valid False revoked_key HTTPError",
        await RunAsync("verify/python.md", "python", "python3", "snippet.py", """

            import sys
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

    /// <summary>Go is not installed for the tests. What can go wrong unseen on its page are the names.</summary>
    [Fact]
    public async Task Go_page_asks_in_the_names_that_are_taken_and_reads_those_that_are_answered()
    {
        var structs = Pages.Block("verify/go.md", "go").Split("struct {")[1..3].Select(part =>
            part.Split("\n}")[0].Split("`json:\"").Skip(1).Select(tag => tag.Split('"')[0].Split(',')[0]).ToList()).ToList();
        var values = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["key"] = tenants.RawKey,
            ["client_ip"] = "203.0.113.7",
            ["environment"] = "live",
            ["project"] = People.Project,
            ["resource"] = "workflow:x",
            ["permission"] = "read",
        };
        var api = await tenants.Owner.PostAsync("/api/service-accounts", new { name = "api", permissions = new[] { "verify" } });
        var answer = await tenants.Nobody.SendAsync(
            HttpMethod.Post, "/api/v1/keys/verify", structs[0].ToDictionary(name => name, name => values[name], StringComparer.Ordinal), ("X-API-Key", api.Member("raw_key")));
        Assert.Equal((200, values.Count), (answer.Status, structs[0].Count));
        Assert.All(structs[1], name => Assert.True(answer.Json.TryGetProperty(name, out _), name));
    }

    [Fact]
    public async Task Proxy_pages_name_the_headers_and_addresses_that_there_are()
    {
        var answer = await tenants.Nobody.GetAsync("/forward-auth", ("X-API-Key", tenants.RawKey));
        var names = answer.Headers.Keys.Where(name => name.StartsWith("X-Latchkey-", StringComparison.OrdinalIgnoreCase)).ToList();
        Assert.Equal(7, names.Count);
        foreach (var (page, language) in new[] { ("nginx", "nginx"), ("caddy", "caddyfile"), ("traefik", "yaml") })
        {
            var block = Pages.Block($"verify/{page}.md", language);
            Assert.All(names, name => Assert.Contains(name, block, StringComparison.Ordinal));
            Assert.Contains(page == "nginx" ? "/forward-auth-nginx/acme/orders/live" : "/forward-auth/acme/orders/live", block, StringComparison.Ordinal);
        }
    }

    async Task<string> RunAsync(string page, string language, string program, string file, string tail)
    {
        var found = OtherProgram.Find(program) ?? (program == "node" ? JavaScript.CarriedNode : null);
        Assert.SkipWhen(found is null, $"no {program}");
        return await RunTextAsync(Pages.Block(page, language) + tail + "\n", file, found!);
    }

    async Task<string> RunTextAsync(string text, string file, string program)
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
            };
            return await OtherProgram.RunAsync(program, folder.FullName, environment, Token, [file, tenants.RawKey, revoked.Member("raw_key")]);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
