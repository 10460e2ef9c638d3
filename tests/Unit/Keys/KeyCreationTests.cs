using System.Text.Json;
using Dashboard.Core.Keys;
using Dashboard.Core.Keys.Format;
using Dashboard.Tests.Unit.Support;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Dashboard.Tests.Unit.Keys;

[EveryDatabase]
public sealed class KeyCreationTests : IAsyncDisposable
{
    readonly TestInstallation world = new();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Key_is_created_as_requested()
    {
        world.AddResource(TestInstallation.Orders, "workflow", "intake");
        world.AddResource(TestInstallation.Orders, "agent", "intake");
        var expires = TestInstallation.Start.AddDays(30).AddTicks(1234).ToOffset(TimeSpan.FromHours(5));
        var issued = (await world.Services.Keys.CreateAsync(
            world.Developer, new(TestInstallation.Orders, "  Backend 1 ", KeyEnvironment.Test,
                ["agent:intake", "workflow:intake"], ["write", "read"], expires), Token)).Value;

        var key = issued.Key;
        Assert.Equal(
            ("Backend 1", TestInstallation.Orders, KeyEnvironment.Test, KeyState.Active,
                TestInstallation.Start, TestInstallation.Start.AddDays(30)),
            (key.Name, key.Project, key.Environment, key.State, key.CreatedAt, key.ExpiresAt));
        Assert.Equal(["workflow:intake", "agent:intake"], key.Scope!);
        Assert.Equal(["read", "write"], key.Permissions);
        Assert.Equal(new Party(PartyType.User, world.Developer.Id, "Dora"), key.Owner);
        Assert.Equal(key.Owner, key.CreatedBy);
        Assert.Null(key.LastUsedAt ?? key.RevokedAt);
        Assert.Equal((key.KeyId, key.Prefix), (issued.Secret.KeyId, issued.Secret.Prefix));
        Assert.StartsWith(key.Prefix, issued.Secret.Reveal(), StringComparison.Ordinal);
        Assert.Equal(key with { Scope = null, Permissions = [] },
            (await world.Services.Keys.GetAsync(world.Viewer, key.KeyId, Token)).Value with { Scope = null, Permissions = [] });
    }

    [Fact]
    public async Task Default_key_has_all_permissions_in_the_callers_only_project()
    {
        var key = (await world.Services.Keys.CreateAsync(world.Developer, new(null, "Backend"), Token)).Value.Key;
        Assert.Equal((TestInstallation.Orders, KeyEnvironment.Live), (key.Project, key.Environment));
        Assert.Null(key.Scope);
        Assert.Null(key.ExpiresAt);
        Assert.Equal(["read", "execute", "write"], key.Permissions);
    }

    [Fact]
    public async Task Audit_row_lists_permissions_and_no_secret_is_stored()
    {
        world.AddResource(TestInstallation.Orders, "workflow", "intake");
        var expires = TestInstallation.Start.AddDays(1).ToOffset(TimeSpan.FromHours(-3));
        var issued = (await world.Services.Keys.CreateAsync(
            world.Developer, new(TestInstallation.Orders, "Backend", Resources: ["workflow:intake"], ExpiresAt: expires), Token)).Value;
        await using var context = world.Open();
        var entry = await context.AuditEntries.SingleAsync(Token);
        Assert.Equal(
            (world.OrganizationId("acme"), "keys", "key.created", "key", issued.Key.KeyId, "Backend"),
            (entry.ChainId, entry.Category, entry.Action, entry.TargetType, entry.TargetId, entry.TargetName));
        var details = JsonSerializer.Deserialize<Dictionary<string, string>>(entry.Details)!;
        Assert.Equal(
            ["acme/orders", "live", "read execute write", "workflow:intake", "2026-11-22T12:00:00.0000000+00:00"],
            new[] { "project", "environment", "permissions", "scope", "expires_at" }.Select(name => details[name]));
        var secret = issued.Secret.Reveal()[issued.Key.Prefix.Length..].Trim('_');
        Assert.DoesNotContain(secret, world.Dump(), StringComparison.Ordinal);
        Assert.DoesNotContain(secret, $"{issued.Secret} {issued.Key}", StringComparison.Ordinal);
        Assert.DoesNotContain(secret, JsonSerializer.Serialize(issued), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("   \t ")]
    [InlineData("\u200B")] // zero width
    [InlineData("\u200D\uFEFF\u2060")]
    [InlineData("\u3164")] // an invisible filler
    [InlineData("\u2800")] // an empty braille cell
    [InlineData("a\0b")]
    [InlineData("a\nb")]
    [InlineData("a\u0085b")]
    [InlineData("a\u2028b")]
    [InlineData("a\u2029b")]
    [InlineData("a\u007Fb")]
    [InlineData("a\u202Eb")]
    [InlineData("a\u2066b")]
    [InlineData("a\u200Fb")]
    [InlineData("a\u061Cb")]
    [InlineData("a\uD83Db")] // an unpaired surrogate
    [InlineData("a\u200Bb")] // what nobody sees
    [InlineData("a\u00ADb")]
    [InlineData("a\u2060b")]
    [InlineData("a\uFEFFb")]
    [InlineData("a\u3164b")]
    public async Task Name_that_cannot_be_read_is_refused(string name)
    {
        var fault = (await world.Services.Keys.CreateAsync(world.Developer, new(TestInstallation.Orders, name), Token)).Error;
        Assert.Equal((ErrorCode.InvalidRequest, "name"), (fault?.Code, fault?.Errors?.Keys.Single()));
    }

    [Theory]
    [InlineData("x")]
    [InlineData("🦊")]
    [InlineData("日本語 ключ مفتاح")]
    [InlineData("a’b \"c\" <d> & 'e' \\ / %s {0}")]
    [InlineData("👩‍💻")] // joined by a zero-width character
    public async Task Name_is_kept_as_it_was_written(string name) =>
        Assert.Equal(name,
            (await world.Services.Keys.CreateAsync(world.Developer, new(TestInstallation.Orders, $" {name} "), Token)).Value.Key.Name);

    [Fact]
    public async Task Name_has_a_hundred_characters_whatever_their_bytes()
    {
        var fits = string.Concat(Enumerable.Repeat("🦊", 100));
        Assert.Equal(
            fits, (await world.Services.Keys.CreateAsync(world.Developer, new(TestInstallation.Orders, fits), Token)).Value.Key.Name);
        var fault = (await world.Services.Keys.CreateAsync(world.Developer, new(TestInstallation.Orders, fits + "🦊"), Token)).Error!;
        Assert.Equal("Use 100 characters or fewer. This name has 101.", fault.Errors!["name"]);
    }

    [Theory]
    [InlineData("unknown")]
    [InlineData("read", "read")]
    [InlineData]
    [InlineData("Read")]
    [InlineData("read ")]
    [InlineData("read execute")]
    [InlineData("verify")]
    [InlineData("read", "")]
    public async Task Permissions_that_are_none_empty_or_twice_are_refused(params string[] permissions)
    {
        var fault = (await world.Services.Keys.CreateAsync(
            world.Developer, new(TestInstallation.Orders, "Backend", Permissions: permissions), Token)).Error;
        Assert.Equal((ErrorCode.InvalidRequest, "permissions"), (fault?.Code, fault?.Errors?.Keys.Single()));
    }

    [Theory]
    [InlineData]
    [InlineData("workflow:intake", "workflow:intake")]
    [InlineData("workflow:gone")]
    [InlineData("workflow:elsewhere")]
    [InlineData("gateway:intake")]
    [InlineData("workflow:intake", "workflow:gone")]
    [InlineData("workflow:Intake")]
    [InlineData("workflow:intake ")]
    [InlineData("Workflow:intake")]
    [InlineData("workflow")]
    [InlineData("workflow:")]
    [InlineData(":intake")]
    [InlineData("workflow:intake:more")]
    [InlineData("robot:intake")]
    [InlineData("")]
    public async Task Resources_that_are_not_in_the_project_empty_or_twice_are_refused(params string[] resources)
    {
        world.AddResource(TestInstallation.Orders, "workflow", "intake");
        world.AddResource(TestInstallation.Billing, "workflow", "elsewhere");
        world.AddResource(TestInstallation.Orders, "workflow", "gone");
        world.Sql("DELETE FROM Resources WHERE ExternalId = 'gone'");
        var before = world.Dump();
        var fault = (await world.Services.Keys.CreateAsync(
            world.Developer, new(TestInstallation.Orders, "Backend", Resources: resources), Token)).Error;
        Assert.Equal((ErrorCode.InvalidRequest, "resources"), (fault?.Code, fault?.Errors?.Keys.Single()));
        Assert.Equal(before, world.Dump());
    }

    [Fact]
    public async Task Thousand_resources_are_found_with_one_query_and_more_are_refused()
    {
        world.Sql($"""
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
            INSERT INTO Resources (ProjectId, Kind, ExternalId, Name, SortName, SearchText, CreatedAt) SELECT {world.ProjectId(TestInstallation.Orders)}, 'workflow', 'w' || i, 'w', x'77', 'w', 0 FROM n
            """);
        var commands = new SentCommands();
        var services = world.Run(commands);
        var all = Enumerable.Range(1, 1000).Select(i => $"workflow:w{i}").Reverse().ToList();
        var key = (await services.Keys.CreateAsync(
            world.Developer, new(TestInstallation.Orders, "Backend", Resources: all), Token)).Value.Key;
        Assert.Equal(1000, key.Scope!.Count);
        Assert.Single(commands.Sent, sql =>
            sql.Contains("FROM \"Resources\" AS", StringComparison.Ordinal) && sql.StartsWith("SELECT", StringComparison.Ordinal));
        Assert.Equal(
            ErrorCode.InvalidRequest, (await services.Keys.CreateAsync(
                world.Developer, new(TestInstallation.Orders, "Backend", Resources: [.. all, "workflow:w1001"]), Token)).Error?.Code);
    }

    [Fact]
    public async Task Date_that_is_not_in_the_future_is_refused()
    {
        foreach (var date in new[] { TestInstallation.Start, TestInstallation.Start.AddTicks(-1),
            DateTimeOffset.MinValue, DateTimeOffset.UnixEpoch })
        {
            var fault = (await world.Services.Keys.CreateAsync(
                world.Developer, new(TestInstallation.Orders, "Backend", ExpiresAt: date), Token)).Error;
            Assert.Equal((ErrorCode.InvalidRequest, "expires_at"), (fault?.Code, fault?.Errors?.Keys.Single()));
        }

        var last = (await world.Services.Keys.CreateAsync(
            world.Developer, new(TestInstallation.Orders, "Backend", ExpiresAt: DateTimeOffset.MaxValue), Token)).Value.Key;
        Assert.Equal(9999, last.ExpiresAt!.Value.Year);
    }

    [Theory]
    [InlineData("acme/unknown", ErrorCode.NotFound)]
    [InlineData("unknown/orders", ErrorCode.NotFound)]
    [InlineData("globex/billing", ErrorCode.NotFound)]
    [InlineData("globex/orders", ErrorCode.NotFound)]
    [InlineData("orders", ErrorCode.InvalidRequest)]
    [InlineData("acme/orders/more", ErrorCode.InvalidRequest)]
    [InlineData("acme/orders ", ErrorCode.InvalidRequest)]
    [InlineData("Acme/orders", ErrorCode.InvalidRequest)]
    [InlineData("ａcme/orders", ErrorCode.InvalidRequest)]
    [InlineData("", ErrorCode.InvalidRequest)]
    public async Task Project_that_the_caller_cannot_see_is_not_found(string project, ErrorCode expected) =>
        Assert.Equal(expected, (await world.Services.Keys.CreateAsync(world.Developer, new(project, "Backend"), Token)).Error?.Code);

    [Fact]
    public async Task Project_must_be_named_where_the_caller_has_several()
    {
        world.AddProject("acme", "ledger");
        var fault = (await world.Services.Keys.CreateAsync(world.Developer, new(null, "Backend"), Token)).Error;
        Assert.Equal((ErrorCode.InvalidRequest, "project"), (fault?.Code, fault?.Errors?.Keys.Single()));
        Assert.Equal("acme/ledger",
            (await world.Services.Keys.CreateAsync(world.Developer, new("acme/ledger", "Backend"), Token)).Value.Key.Project);
    }

    [Fact]
    public async Task Every_error_is_reported_at_once_without_echoing_long_input()
    {
        var half = new string('x', 11) + "🦊" + new string('y', 50);
        var fault = (await world.Services.Keys.CreateAsync(
            world.Developer, new(TestInstallation.Orders, "", Permissions: [half],
                Resources: [new string('z', 5000)], ExpiresAt: TestInstallation.Start, AllowedIps: [half], RequestsPerMinute: 0),
            Token)).Error!;
        Assert.Equal(["name", "permissions", "resources", "expires_at", "allowed_ips", "requests_per_minute"], fault.Errors!.Keys);
        Assert.All(fault.Errors.Values, message => Assert.InRange(message.Length, 10, 150));
        Assert.StartsWith("Unknown permission \"xxxxxxxxxxx…\".", fault.Errors["permissions"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_projects_first_keys_at_once_store_the_template_once()
    {
        world.AddProject("acme", "ledger");
        // Another project's first key is created between the query and the insert. Locks on the projects do not serialize the two.
        var commands = new SentCommands();
        var services = world.Run(commands);
        Assert.True((await services.Keys.CreateAsync(world.Developer, new(TestInstallation.Orders, "Backend"), Token)).Succeeded);
        var questions = commands.Sent.Select((sql, i) => (sql, i))
            .Where(x => x.sql.Contains("FROM \"UsedTemplates\"", StringComparison.Ordinal)).Select(x => x.i).ToList();
        var lockAt = commands.Sent.ToList().FindIndex(sql => sql.StartsWith("UPDATE \"Installation\"", StringComparison.Ordinal));
        Assert.Equal(2, questions.Count);
        Assert.InRange(lockAt, questions[0] + 1, questions[1] - 1);

        commands.Forget();
        Assert.True((await services.Keys.CreateAsync(world.Developer, new("acme/ledger", "Backend"), Token)).Succeeded);
        Assert.DoesNotContain(commands.Sent, sql => sql.Contains("\"Installation\"", StringComparison.Ordinal));
        await using var context = world.Open();
        Assert.Equal(KeyTemplate.Default, (await context.UsedTemplates.SingleAsync(Token)).Text);
    }

    [Fact]
    public async Task Full_key_as_a_name_is_refused_and_not_echoed()
    {
        var key = (await world.Services.Keys.CreateAsync(world.Owner, new(TestInstallation.Orders, "one"), Token)).Value;
        var raw = key.Secret.Reveal();
        var created = await world.Services.Keys.CreateAsync(world.Owner, new(TestInstallation.Orders, $"my key {raw}"), Token);
        var quoted = await world.Services.Keys.CreateAsync(world.Owner, new(TestInstallation.Orders, $"LATCHKEY_KEY=\"{raw}\","), Token);
        var renamed = await world.Services.Keys.ChangeAsync(world.Owner, key.Key.KeyId, new(Name: raw), Token);
        Assert.All([created.Error!, quoted.Error!, renamed.Error!], fault =>
        {
            Assert.Equal(ErrorCode.InvalidRequest, fault.Code);
            Assert.DoesNotContain(raw, fault.Errors!["name"], StringComparison.Ordinal);
        });
    }

    public ValueTask DisposeAsync() => world.DisposeAsync();
}
