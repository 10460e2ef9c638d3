using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Dashboard.Cli.Common;
using Xunit;

namespace Dashboard.Tests.Unit.Cli;

/// <summary><c>latchkey import</c>.</summary>
public sealed class ImportTests : IDisposable
{
    const string Endpoint = "POST /api/keys/import";

    readonly CliFixture cli = new();
    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("latchkey-import-");

    public ImportTests() => cli.SignedIn(project: "acme/orders").Answers[Endpoint] = Accept;

    public void Dispose()
    {
        cli.Dispose();
        folder.Delete(recursive: true);
    }

    [Fact]
    public void Csv_and_json_are_checked_and_then_imported()
    {
        var hash = Hash(1);
        var csv = Write("keys.csv", $"hash,name,environment,permissions\n{hash},\"Store, front\",test,read execute\n");
        var run = cli.Run("import", csv, "--service-account", "sa_1");
        Assert.Equal((ExitCode.Ok, "Rows      1\nImported  1\n", ""), (run.Code, run.Output, run.Error));
        var row = new { hash, name = "Store, front", environment = "test", permissions = new[] { "read", "execute" } };
        AssertSent(0, new { project = "acme/orders", service_account_id = "sa_1", dry_run = true, before = 0, keys = new[] { row } });
        AssertSent(1, new { project = "acme/orders", service_account_id = "sa_1", keys = new[] { row } });

        var json = Write("keys.json", $$"""[{"hash":"{{hash}}","name":"Nightly"}]""");
        run = cli.Run("import", json, "--dry-run");
        Assert.Equal(
            (ExitCode.Ok, "Rows             1\nCan be imported  1\n", "Nothing was imported.\n"), (run.Code, run.Output, run.Error));
        Assert.Equal(3, cli.Sent.Count);
        Assert.Equal(("key-1-0\n", ""), (cli.Run("import", json, "-q") is var quiet ? quiet.Output : "", quiet.Error));
        var answer = JsonDocument.Parse(cli.Run("import", json, "--json").Output).RootElement;
        Assert.Equal((1, true), (answer.GetProperty("imported").GetInt32(), answer.GetProperty("complete").GetBoolean()));
    }

    [Fact]
    public void Requests_have_at_most_500_rows_and_64_kilobytes()
    {
        Assert.Equal(ExitCode.Ok, cli.Run("import", Rows(1203)).Code);
        Assert.Equal([500, 500, 203], Sizes(isDryRun: false));
        Assert.Equal([0, 500, 1000], Sent(isDryRun: true).Select(body => body["before"]!.GetValue<int>()));
        cli.Sent.Clear();
        Assert.Equal(ExitCode.Ok, cli.Run("import", Rows(1000, note: new('ü', 450))).Code);
        Assert.Equal(1000, Sizes(isDryRun: false).Sum());
        Assert.All(cli.Sent, sent => Assert.InRange(Encoding.UTF8.GetByteCount(sent.Body), 1, 64 * 1024));
        Assert.True(Sizes(isDryRun: false).Count() < 1000 * 1100 / (60 * 1024), "requests are nearly full");
    }

    [Fact]
    public void Every_error_is_listed_by_its_row_in_the_file()
    {
        var file = Write(
            "keys.csv", string.Join(
                '\n', ["hash,name,note", .. Enumerable.Range(0, 600)
                    .Select(i => $"{Hash(i)},key {i},"), $"{Hash(3)},again,", $"{Hash(700)},big,{new string('x', 70_000)}"]));
        // before the others are looked at
        cli.Answers[Endpoint] = sent => Find(sent, ("key 2", "name", "Too long.")) is { Length: > 0 } form ? Refuse(form)
            : Find(sent, ("key 498", "hash", "This key is stored already."), ("key 500", "hash", "This key is stored already."))
                is { Length: > 0 } found ? Refuse(found)
            : Accept(sent);
        foreach (var more in new[] { Array.Empty<string>(), ["--dry-run"] })
        {
            var run = cli.Run(["import", file, .. more]);
            Assert.Equal(ExitCode.Usage, run.Code);
            Assert.Equal(
                [
                    "line 4\tname\tToo long.",
                    "line 500\thash\tThis key is stored already.",
                    "line 502\thash\tThis key is stored already.",
                    "line 602\thash\tThis hash is in another row as well, line 5.",
                    "line 603\t\tThe row is larger than 64 KB.",
                ],
                run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
            Assert.Equal("5 errors in 602 rows. Nothing was imported.\n", run.Error);
        }

        var errors = JsonDocument.Parse(cli.Run("import", file, "--json").Output).RootElement.GetProperty("errors");
        Assert.Equal("""{"row":"line 4","field":"name","message":"Too long."}""", JsonSerializer.Serialize(errors[0]));
        Assert.Empty(Sent(isDryRun: false));
    }

    [Fact]
    public void Key_in_the_place_of_its_hash_is_not_sent()
    {
        const string key = "nk_live_Ab12CdEf_ABCDEFGHIJKLMNOPQRSTUVWXYZ2x1xjH";
        foreach (var rows in new[] { $"{key},one", $"{Hash(1)},one\n{key},two" })
        {
            var run = cli.Run("import", Write("keys.csv", $"hash,name\n{rows}"));
            Assert.Equal(ExitCode.Usage, run.Code);
            Assert.EndsWith(
                "\thash\tSend the SHA-256 of the whole key: 64 hex digits, or 32 bytes in base64.\n", run.Output, StringComparison.Ordinal);
            Assert.DoesNotContain(
                key, run.Output + run.Error + string.Concat(cli.Sent.Select(sent => sent.Body)), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Refusal_of_the_whole_import_is_told_once()
    {
        cli.On(Endpoint, new { code = "forbidden", detail = "Only admins and owners can import keys." }, 403);
        var run = cli.Run("import", Rows(1100));
        Assert.Equal((ExitCode.Forbidden, "Only admins and owners can import keys.\n"), (run.Code, run.Error));
        Assert.Single(cli.Sent);
        cli.Answers[Endpoint] = _ => Refuse(("service_account_id", "There is no such service account."));
        Assert.Contains(
            "service_account_id: There is no such service account.", cli.Run("import", Rows(1100)).Error, StringComparison.Ordinal);
        cli.Answers.Remove(Endpoint);
        Assert.Contains("The project was acme/orders.", cli.Run("import", Rows(1)).Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Import_that_fails_in_the_middle_says_which_rows_are_in()
    {
        var imports = 0;
        cli.Answers[Endpoint] = sent =>
            IsDryRun(sent) || ++imports < 3 ? Accept(sent) : new(409, """{"code":"key_limit_reached","detail":"The project is full."}""");
        var run = cli.Run("import", Rows(3400));
        Assert.Equal((ExitCode.Conflict, ""), (run.Code, run.Output));
        Assert.Equal(
            "The project is full.\nRequest 3 of 7 failed. These rows are in: line 2 to line 1001, 1000 rows. These are not: line 1002 to line 3401, 2400 rows. "
            + "To import the rest, run the same command with --skip-existing.\n",
            run.Error);
        imports = 0;
        var json = JsonDocument.Parse(cli.Run("import", Rows(3400), "--json").Output).RootElement;
        Assert.Equal(
            (3400, 1000, 1000, false), (json.GetProperty("rows").GetInt32(), json.GetProperty("imported")
                .GetInt32(), json.GetProperty("key_ids").GetArrayLength(), json.GetProperty("complete").GetBoolean()));
    }

    [Fact]
    public void Error_of_a_row_in_the_middle_is_named_by_the_file()
    {
        var imports = 0;
        cli.Answers[Endpoint] = sent =>
            IsDryRun(sent) || ++imports < 2 ? Accept(sent) : Refuse(("keys[1].hash", "This key is stored already."));
        var run = cli.Run("import", Rows(600));
        Assert.Equal(ExitCode.Usage, run.Code);
        Assert.StartsWith(
            "line 503: hash: This key is stored already.\nRequest 2 of 2 failed. These rows are in: line 2 to line 501, 500 rows.",
            run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Answer_that_did_not_arrive_leaves_rows_unknown()
    {
        var imports = 0;
        cli.Answers[Endpoint] = sent => IsDryRun(sent) || ++imports < 2 ? Accept(sent) : throw new HttpRequestException("gone");
        var run = cli.Run("import", Rows(1001));
        Assert.Equal(ExitCode.Unavailable, run.Code);
        Assert.Contains(
            "These rows are in: line 2 to line 501, 500 rows. The server did not confirm these, so they may be in: line 502 to line 1001, 500 rows. These are not: line 1002.",
            run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(503, "unavailable", "These are not: line 502 to line 601, 100 rows.")]
    [InlineData(502, "", "The server did not confirm these, so they may be in: line 502 to line 601, 100 rows.")]
    public void Request_that_the_server_failed_is_unknown_unless_it_says_that_nothing_was_changed(int status, string code, string sentence)
    {
        var imports = 0;
        cli.Answers[Endpoint] = sent =>
            IsDryRun(sent) || ++imports < 2 ? Accept(sent) : new(status, $$"""{"code":"{{code}}","detail":"Busy."}""");
        var run = cli.Run("import", Rows(600));
        Assert.Equal(ExitCode.Unavailable, run.Code);
        Assert.Equal(
            $"Busy.\nRequest 2 of 2 failed. These rows are in: line 2 to line 501, 500 rows. {sentence} "
            + "To import the rest, run the same command with --skip-existing.\n",
            run.Error);
    }

    [Fact]
    public void Repeated_import_skips_what_is_there()
    {
        cli.Answers[Endpoint] = sent => Answer(sent, skipped: Rows(sent) is { Count: 500 } ? [.. Enumerable.Range(0, 500)] : [0]);
        var run = cli.Run("import", Rows(600), "--skip-existing");
        Assert.Equal((ExitCode.Ok, "Rows           600\nImported       99\nThere already  501\n"), (run.Code, run.Output));
        Assert.All(cli.Sent, sent => Assert.Contains("\"skip_existing\":true", sent.Body, StringComparison.Ordinal));
        // what is skipped does not count toward the limit
        Assert.Equal([0, 0], Sent(isDryRun: true).Select(body => body["before"]!.GetValue<int>()));
    }

    [Fact]
    public void Import_waits_where_the_server_limits_changes()
    {
        var calls = 0;
        cli.Answers[Endpoint] = sent => ++calls == 2 ? new(429, """{"code":"rate_limited","detail":"Slower."}""") : Accept(sent);
        var run = cli.Run("import", Rows(1));
        Assert.Equal((ExitCode.Ok, "Rows      1\nImported  1\n"), (run.Code, run.Output));
        Assert.Equal([TimeSpan.FromSeconds(10)], cli.Time.Waits);
        cli.Answers[Endpoint] = _ => new(429, """{"code":"rate_limited","detail":"Slower."}""");
        Assert.Equal(ExitCode.RateLimited, cli.Run("import", Rows(1)).Code);
    }

    [Fact]
    public void Import_that_needs_an_approval_gets_it_and_exits_with_a_token()
    {
        cli.Approving().Answers[Endpoint] = sent => IsDryRun(sent) || sent.Authorization == "Bearer access-2"
            ? Accept(sent) : new(403, """{"code":"fresh_sign_in_required","detail":"Sign in again."}""");
        var run = cli.Run("import", Rows(1));
        Assert.Equal((ExitCode.Ok, "Rows      1\nImported  1\n"), (run.Code, run.Output));
        Assert.StartsWith("This needs a fresh approval.", run.Error, StringComparison.Ordinal);
        (cli.Variables["LATCHKEY_TOKEN"], cli.Variables["LATCHKEY_URL"]) = ("access-1", CliFixture.Server);
        run = cli.Run("import", Rows(1), "--project", "acme/orders");
        Assert.Equal((ExitCode.ApprovalNeeded, ""), (run.Code, run.Output));
        Assert.EndsWith("Request 1 of 1 failed. These are not: line 2. Nothing was imported.\n", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("keys.csv", "hash,key\nx,y", "has a column \"key\".")]
    [InlineData("keys.txt", "x", "must be named .csv or .json.")]
    [InlineData("keys.json", "{\"secret\": nk_live", "is not JSON: line 1 cannot be read.")]
    [InlineData("keys.json", "[]", "holds no key.")]
    [InlineData("keys.json", """[{"hash":"x","name":"one"},{"hash":"y","naem":"two"}]""", "has in keys[1] a member \"naem\".")]
    [InlineData("keys.json", """{"keys":[{"hash":"x","key":"y"}]}""", "has in keys[0] a member \"key\".")]
    public void File_that_cannot_be_read_is_a_sentence(string name, string text, string sentence)
    {
        var run = cli.Run("import", Write(name, text));
        Assert.Equal((ExitCode.Usage, ""), (run.Code, run.Output));
        Assert.Contains(sentence, run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("nk_live", run.Error, StringComparison.Ordinal);
        Assert.Contains("cannot be read", cli.Run("import", Path.Combine(folder.FullName, "none.csv")).Error, StringComparison.Ordinal);
        Assert.Empty(cli.Sent);
    }

    static Scripted Accept(SentRequest sent) => Answer(sent, []);

    static Scripted Answer(SentRequest sent, int[] skipped)
    {
        var ids = IsDryRun(sent) ? []
            : Enumerable.Range(0, Rows(sent).Count - skipped.Length).Select(i => $"key-{Rows(sent).Count}-{i}").ToArray();
        return new(200, JsonSerializer.Serialize(new { imported = ids.Length, key_ids = ids, skipped, dry_run = IsDryRun(sent) }));
    }

    static Scripted Refuse(params (string Field, string Message)[] errors) => new(
        400, JsonSerializer.Serialize(new
        {
            code = "invalid_request",
            detail = "Some fields are not valid.",
            errors = errors.ToDictionary(x => x.Field, x => x.Message, StringComparer.Ordinal)
        }), "application/problem+json");

    static (string Field, string Message)[] Find(SentRequest sent, params (string Name, string Field, string Message)[] faults) =>
    [
        .. Rows(sent).Index().Join(
            faults, row => row.Item!["name"]!.GetValue<string>(), fault => fault.Name, (row, fault) =>
                ($"keys[{row.Index}].{fault.Field}", fault.Message), StringComparer.Ordinal),
    ];

    static bool IsDryRun(SentRequest sent) => JsonNode.Parse(sent.Body)!["dry_run"]?.GetValue<bool>() == true;

    static JsonArray Rows(SentRequest sent) => JsonNode.Parse(sent.Body)!["keys"]!.AsArray();

    static string Hash(int i) => Convert.ToHexStringLower(KeyHash.Of($"key {i}"));

    IEnumerable<JsonNode> Sent(bool isDryRun) =>
        cli.Sent.Where(sent => IsDryRun(sent) == isDryRun).Select(sent => JsonNode.Parse(sent.Body)!);

    IEnumerable<int> Sizes(bool isDryRun) => Sent(isDryRun).Select(body => body["keys"]!.AsArray().Count);

    void AssertSent(int number, object body) =>
        Assert.True(JsonNode.DeepEquals(
            JsonSerializer.SerializeToNode(body), JsonNode.Parse(cli.Sent[number].Body)), cli.Sent[number].Body);

    string Rows(int count, string note = "") =>
        Write("keys.csv", string.Join('\n', ["hash,name,note", .. Enumerable.Range(0, count).Select(i => $"{Hash(i)},key {i},{note}")]));

    string Write(string name, string text)
    {
        var path = Path.Combine(folder.FullName, name);
        File.WriteAllText(path, text);
        return path;
    }
}
