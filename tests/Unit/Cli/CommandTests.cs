using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Dashboard.Cli;
using Dashboard.Cli.Common;
using Xunit;

namespace Dashboard.Tests.Unit.Cli;

public sealed class CommandTests : IDisposable
{
    readonly CliFixture cli = new();

    public void Dispose() => cli.Dispose();

    [Fact]
    public void Generate_sends_what_was_given_and_prints_the_key_alone()
    {
        cli.SignedIn(project: "acme/orders")
            .On("POST /api/keys", new
            {
                name = "backend",
                key_id = "Ab12CdEf",
                environment = "test",
                project = "acme/orders",
                raw_key = "nk_test_secret"
            }, 201);
        var run = cli.Run(
            "api-key", "generate", "backend", "-e", "test", "-p", "read", "-p", "write", "--resource",
            "workflow:a", "--expires", "10d", "--note", "vault",
            "--allowed-ip", "10.0.0.0/8", "--requests-per-minute", "60", "--service-account", "sa_1");
        Assert.Equal((ExitCode.Ok, "nk_test_secret\n"), (run.Code, run.Output));
        Assert.DoesNotContain("nk_test_secret", run.Error, StringComparison.Ordinal);
        Assert.True(JsonNode.DeepEquals(
            JsonNode.Parse("""
                {"name":"backend","project":"acme/orders","environment":"test","permissions":["read","write"],"resources":["workflow:a"],"expires_at":"2026-12-01T12:00:00.000Z",
                "note":"vault","allowed_ips":["10.0.0.0/8"],"service_account_id":"sa_1","requests_per_minute":60}
                """),
            JsonNode.Parse(cli.Sent[^1].Body)), cli.Sent[^1].Body);

        Assert.Equal(
            ("nk_test_secret\n", ""), (cli.Run("api-key", "generate", "backend", "--quiet") is var quiet ? quiet.Output : "", quiet.Error));
        Assert.Equal(
            "nk_test_secret", JsonDocument.Parse(
                cli.Run("api-key", "generate", "--name", "backend", "--json").Output).RootElement.GetProperty("raw_key").GetString());
        Assert.Equal(ExitCode.Usage, cli.Run("api-key", "generate").Code);
    }

    [Theory]
    [InlineData("orders", "acme/orders")]
    [InlineData("other/orders", "other/orders")]
    public void Project_is_a_slug_or_organization_and_slug(string typed, string sent)
    {
        cli.SignedIn(project: "acme/usual").On("GET /api/keys", new { items = Array.Empty<object>() });
        Assert.Equal(ExitCode.Ok, cli.Run("api-key", "list", "--project", typed).Code);
        Assert.Contains($"project={Uri.EscapeDataString(sent)}", cli.Sent[^1].Url.Query, StringComparison.Ordinal);
        cli.Variables["LATCHKEY_PROJECT"] = typed;
        cli.Run("api-key", "list");
        Assert.Contains($"project={Uri.EscapeDataString(sent)}", cli.Sent[^1].Url.Query, StringComparison.Ordinal);
    }

    [Fact]
    public void Wrong_project_is_not_found()
    {
        var run = cli.SignedIn().Run("project", "use", "nowhere");
        Assert.Equal((ExitCode.NotFound, "It does not exist, or you may not see it."), (run.Code, run.Error.Trim()));
        Assert.Equal("/api/projects/acme/nowhere", cli.Sent[^1].Url.AbsolutePath);
    }

    [Fact]
    public void Project_that_is_used_is_that_of_later_commands()
    {
        cli.SignedIn().On("GET /api/projects/acme/orders", new { organization = "acme", slug = "orders" })
            .On("GET /api/keys", new { items = Array.Empty<object>() });
        Assert.Equal(ExitCode.Ok, cli.Run("project", "use", "orders").Code);
        cli.Run("api-key", "list");
        Assert.Contains("project=acme%2Forders", cli.Sent[^1].Url.Query, StringComparison.Ordinal);
    }

    [Fact]
    public void List_reads_page_after_page_up_to_the_limit()
    {
        var at = 0;
        cli.SignedIn().Answers["GET /api/keys"] = sent => new(200, JsonSerializer.Serialize(new
        {
            items = Enumerable.Range(0, sent.Url.Query.Contains("limit=200", StringComparison.Ordinal) ? 200 : 50)
                .Select(_ => new { key_id = $"k{at++}" }),
            next_cursor = at < 1000 ? "next" : null,
        }));
        var run = cli.Run("api-key", "list", "-q", "--limit", "250", "--mine", "--state", "active");
        Assert.Equal(250, run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Equal(
            ["?state=active&owner=me&limit=200", "?state=active&owner=me&limit=50&cursor=next"], cli.Sent.Select(sent => sent.Url.Query));
        Assert.Contains("There are more than 250.", cli.Run("api-key", "list", "--limit", "250").Error, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Usage, cli.Run("api-key", "list", "--limit", "0").Code);
    }

    [Fact]
    public void Keys_are_switched_and_revoked_one_after_the_other()
    {
        cli.SignedIn().On("PATCH /api/keys/a", new { key_id = "a", name = "A", state = "inactive" })
            .On("DELETE /api/keys/a", new { key_id = "a", name = "A", state = "revoked" });
        Assert.Contains("A (a) is inactive.", cli.Run("api-key", "disable", "a").Error, StringComparison.Ordinal);
        Assert.Equal("""{"state":"inactive"}""", cli.Sent[^1].Body);
        var run = cli.Run("api-key", "revoke", "a", "b", "c");
        Assert.Equal(ExitCode.NotFound, run.Code);
        Assert.Equal("/api/keys/b", cli.Sent[^1].Url.AbsolutePath); // c is untouched
    }

    [Theory]
    [InlineData("y\n", ExitCode.Ok)]
    [InlineData("n\n", ExitCode.NotApproved)]
    [InlineData("", ExitCode.NotApproved)]
    public void Revoking_asks_at_a_terminal(string typed, ExitCode expected)
    {
        (cli.IsTerminal, cli.Input) = (true, typed);
        cli.SignedIn().On("DELETE /api/keys/a", new { key_id = "a", state = "revoked" });
        Assert.Equal(expected, cli.Run("api-key", "revoke", "a").Code);
        Assert.Equal(expected == ExitCode.Ok ? 1 : 0, cli.Sent.Count);
        Assert.Equal(ExitCode.Ok, cli.Run("api-key", "revoke", "a", "--yes").Code);
    }

    [Fact]
    public void Service_account_prints_its_secrets_as_variables()
    {
        cli.SignedIn(project: "acme/orders")
            .On("POST /api/service-accounts",
                new { id = "sa_1", name = "gate", client_id = "latchkey-sa-1", client_secret = "secret_x", raw_key = "nk_live_x" }, 201)
            .On("DELETE /api/service-accounts/sa_1", new { }, 204);
        var run = cli.Run("service-account", "create", "gate", "-p", "verify");
        Assert.Equal("LATCHKEY_CLIENT_ID=latchkey-sa-1\nLATCHKEY_CLIENT_SECRET=secret_x\nLATCHKEY_API_KEY=nk_live_x\n", run.Output);
        Assert.DoesNotContain("secret_x", run.Error, StringComparison.Ordinal);
        Assert.Equal("""{"name":"gate","permissions":["verify"],"projects":["acme/orders"]}""", cli.Sent[^1].Body);
        cli.Run("service-account", "create", "gate", "--all-projects");
        Assert.Equal("""{"name":"gate","projects":"all","organization":"acme"}""", cli.Sent[^1].Body);
        Assert.Equal(ExitCode.Ok, cli.Run("service-account", "delete", "sa_1").Code);
    }

    [Fact]
    public void Service_account_list_names_all_owners()
    {
        cli.SignedIn()
            .On("GET /api/service-accounts",
                new { items = new[] { new { id = "sa_1", owners = new[] { new { name = "Ada" }, new { name = "Dora" } } } } });
        Assert.Contains("Ada, Dora", cli.Run("service-account", "list").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Token_is_generated_for_a_service_account_or_a_person()
    {
        cli.SignedIn().Approving();
        Assert.Equal("access-2\n", cli.Run("oauth-token", "generate", "--scope", "read:workflows", "--scope", "execute:agents").Output);
        Assert.Equal("client_id=latchkey-cli&scope=read%3Aworkflows+execute%3Aagents", cli.Sent[0].Body);
        Assert.Equal("refresh-1", cli.Stored()!.RefreshToken); // the sign-in stays
        Assert.Equal(ExitCode.Usage, cli.Run("oauth-token", "generate").Code);
        Assert.Equal(ExitCode.ApprovalNeeded, cli.Run("oauth-token", "generate", "--scope", "read:workflows", "--no-input").Code);

        cli.Variables["LATCHKEY_CLIENT_ID"] = "latchkey-sa-1";
        Assert.Equal(ExitCode.Usage, cli.Run("oauth-token", "generate", "--scope", "read:workflows").Code);
        cli.Variables["LATCHKEY_CLIENT_SECRET"] = "secret_x";
        Assert.Equal("access-2\n", cli.Run("oauth-token", "generate", "--scope", "read:workflows", "--no-input").Output);
        Assert.Equal(
            "client_id=latchkey-sa-1&client_secret=secret_x&grant_type=client_credentials&scope=read%3Aworkflows", cli.Sent[^1].Body);
    }

    [Fact]
    public void Token_is_revoked_from_standard_input()
    {
        cli.SignedIn().Approving().Input = " some-token \nmore";
        Assert.Equal(ExitCode.Ok, cli.Run("token", "revoke").Code);
        Assert.Equal("token=some-token", cli.Sent[^1].Body);
        cli.Input = "";
        Assert.Equal(ExitCode.Usage, cli.Run("token", "revoke").Code);
    }

    [Fact]
    public void Audit_log_is_filtered()
    {
        cli.SignedIn()
            .On("GET /api/audit",
                new
                {
                    items = new[] { new { id = "7", at = "2026-11-21T09:30:00.000Z", category = "auth", action = "signed_in",
                    outcome = "succeeded", actor = new { name = "Ada" }, target = new { id = "u1", name = "" }, address = "10.0.0.1" } }
                });
        Assert.Equal(
            "7\t2026-11-21 09:30\tauth\tsigned_in\tsucceeded\tAda\tu1\t10.0.0.1\n", cli.Run("audit", "logs", "--filter", "auth").Output);
        Assert.Contains("category=auth", cli.Sent[^1].Url.Query, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Usage, cli.Run("audit", "logs", "--filter", "nothing").Code);
    }

    [Fact]
    public void Organization_takes_the_profile_that_is_signed_in_to_it()
    {
        cli.SignedIn().Approving("rival").Run("login");
        cli.Sent.Clear();
        cli.Run("whoami", "--org", "acme");
        cli.Run("whoami");
        Assert.Equal(["Bearer access-1", "Bearer access-2"], cli.Sent.Select(sent => sent.Authorization));
        var run = cli.Run("whoami", "--org", "third");
        Assert.Equal(ExitCode.NotSignedIn, run.Code);
        Assert.Contains("to the organization third", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bash", "complete -o default -F _latchkey latchkey")]
    [InlineData("zsh", "compdef _latchkey latchkey")]
    [InlineData("pwsh", "Register-ArgumentCompleter")]
    public void Completion_is_a_script_for_each_shell(string shell, string line) =>
        Assert.Contains(line, cli.Run("completion", shell).Output, StringComparison.Ordinal);

    [Theory]
    [InlineData("api-k", "api-key")]
    [InlineData("api-key dis", "disable")]
    [InlineData("audit logs --filter se", "service_accounts")]
    public void Command_line_completes_itself(string line, string expected) =>
        Assert.Contains(expected, cli.Run($"[suggest:{line.Length}]", line).Output.Split('\n'));

    [Fact]
    public void Only_commands_that_are_named_are_made()
    {
        var machine = cli.MachineOf(TextWriter.Null, Stream.Null, TextWriter.Null);
        foreach (var command in CommandLine.Root(machine).Subcommands)
        {
            Assert.Equal([command.Name], CommandLine.Root(machine, "--json", command.Name, "--help").Subcommands.Select(made => made.Name));
        }

        Assert.Equal(["oauth-token", "token"], cli.Run("[suggest:4]", "toke").Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Order(StringComparer.Ordinal));
        Assert.Contains("audit", CommandLine.Root(machine, "[suggest:5]", "token").Subcommands.Select(made => made.Name));
        Assert.Contains("service-account", cli.Run("--help").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_command_describes_itself_and_its_parts()
    {
        var root = CommandLine.Root(cli.MachineOf(TextWriter.Null, Stream.Null, TextWriter.Null));
        foreach (var command in Below(root))
        {
            Assert.All(
                command.Options.Cast<Symbol>().Concat(command.Arguments).Append(command), part =>
                    Assert.False(string.IsNullOrEmpty(part.Description), $"{command.Name} {part.Name}"));
        }

        Assert.Equal(ExitCode.Ok, cli.Run("api-key", "generate", "--help").Code);
        Assert.Matches(@"^\d+\.\d+\.\d+\n$", cli.Run("--version").Output);
    }

    static IEnumerable<Command> Below(Command command) => command.Subcommands.SelectMany(below => Below(below).Prepend(below));
}
