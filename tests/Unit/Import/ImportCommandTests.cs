using Dashboard.Api;
using Dashboard.Commands;
using Dashboard.Core.Changes;
using Dashboard.Hosting;
using Dashboard.Import;
using Dashboard.Tests.Unit.Support;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Dashboard.Tests.Unit.Import;

/// <summary>The command <c>import</c> with a file of keys.</summary>
[SqliteOnly("the import itself is tested on each database")]
public sealed class ImportCommandTests : IAsyncLifetime
{
    readonly TestInstallation world = new();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        world.AddResource(TestInstallation.Orders, "workflow", "intake");
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => world.DisposeAsync();

    [Fact]
    public async Task Csv_and_json_are_imported()
    {
        var csv = await WriteAsync("keys.csv", $"""
            hash,name,environment,permissions,resources,expires_at,last_used_at,prefix,note
            {KeyImportTests.Hex("one")},"Store, front",test,read execute,workflow:intake,2027-01-31T00:00:00Z,2026-11-01T08:00:00+01:00,sk_1,
            {KeyImportTests.Hex("two")},Worker,,,,,,,

            """);
        var json = await WriteAsync(
            "keys.json", $$"""[{"hash":"{{KeyImportTests.Hex("three")}}","name":"Nightly","permissions":["read"]}]""");
        Assert.Equal((0, "2 keys can be imported. Nothing was imported.\n"), await RunAsync(csv, "--dry-run"));
        Assert.Equal((0, "2 keys were imported into acme/orders.\n"), await RunAsync(csv));
        Assert.Equal((0, "1 keys were imported into acme/orders.\n"), await RunAsync(json));
        var first = (await KeyImportTests.AskAsync(world, "one")).Principal!;
        Assert.Equal((KeyEnvironment.Test, world.Admin.Id, TestInstallation.Start.AddDays(70).AddHours(12)), (
            first.Environment, first.Owner.Id, first.ExpiresAt));
        Assert.Equal(["read", "execute"], first.Permissions);
        Assert.Equal(["workflow:intake"], first.Scope!);
        Assert.Equal(3, (await KeyImportTests.AskAsync(world, "two")).Principal!.Permissions.Count);
        Assert.Null((await KeyImportTests.AskAsync(world, "three")).Refusal);
        await using var context = world.Open();
        Assert.Equal(3, await context.AuditEntries.CountAsync(
            x => x.Action == "key.imported" && x.ActorId == world.Admin.Id && x.Details.Contains("\"through\":\"console\""), Token));
    }

    [Fact]
    public async Task Every_error_is_printed_by_line_and_nothing_is_imported()
    {
        var rows = Enumerable.Range(0, 600).Select(i => $"{KeyImportTests.Hex($"key {i}")},key");
        var csv = await WriteAsync("keys.csv", string.Join(
            '\n', ["hash,name", .. rows, "nonsense,key", $"{KeyImportTests.Hex("key 1")},key", $"{KeyImportTests.Hex("x")},"]));
        var (code, output) = await RunAsync(csv, "--Keys:MaxActivePerProject=1000");
        Assert.Equal(1, code);
        Assert.Equal(
            [
                "line 602: hash: Send the SHA-256 of the whole key: 64 hex digits, or 32 bytes in base64.",
                "line 603: hash: This hash is in another row as well, line 3.",
                "line 604: name: This field is required.",
                "3 errors in 603 rows. Nothing was imported.",
            ],
            output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        await using var context = world.Open();
        Assert.False(await context.Keys.AnyAsync(Token));
    }

    [Fact]
    public async Task Import_is_repeated_without_the_keys_that_are_there()
    {
        string Rows(int count) =>
            string.Join('\n', ["hash,name", .. Enumerable.Range(0, count).Select(i => $"{KeyImportTests.Hex($"key {i}")},key")]);
        const string limit = "--Keys:MaxActivePerProject=600";
        Assert.Equal(0, (await RunAsync(await WriteAsync("keys.csv", Rows(500)), limit)).Code);
        var csv = await WriteAsync("keys.csv", Rows(600));
        Assert.EndsWith("500 errors in 600 rows. Nothing was imported.\n", (await RunAsync(csv, limit)).Output, StringComparison.Ordinal);
        Assert.Equal((0, "100 keys can be imported. 500 are there already. Nothing was imported.\n"), await RunAsync(
            csv, limit, "--skip-existing", "--dry-run"));
        Assert.Equal(
            (0, "100 keys were imported into acme/orders. 500 are there already.\n"), await RunAsync(csv, limit, "--skip-existing"));
    }

    /// <summary>The reader of files is compiled into the command line too, and so does not know the API's type.</summary>
    [Fact]
    public async Task Columns_are_the_members_of_a_row_of_the_api()
    {
        var members = JsonContract.Options.GetTypeInfo(typeof(ImportKeyRow)).Properties.Select(property => property.Name);
        var fault = await Assert.ThrowsAsync<StartException>(async () => await RunAsync(await WriteAsync("keys.csv", "other\nx")));
        Assert.EndsWith($"The columns are {string.Join(", ", members)}.", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Limit_counts_all_parts_of_a_file()
    {
        var csv = await WriteAsync(
            "keys.csv", string.Join('\n', ["hash,name", .. Enumerable.Range(0, 600).Select(i => $"{KeyImportTests.Hex($"key {i}")},key")]));
        Assert.StartsWith("With these keys the project would have more than 599 active ones.",
            (await RunAsync(csv, "--Keys:MaxActivePerProject=599", "--dry-run")).Output, StringComparison.Ordinal);
        Assert.Equal((0, "600 keys were imported into acme/orders.\n"), await RunAsync(csv, "--Keys:MaxActivePerProject=600"));
    }

    [Theory]
    [InlineData("keys.csv", "hash,key\nx,y", "keys.csv has a column \"key\". The columns are hash, name, environment, permissions, resources, expires_at, last_used_at, prefix, note.")]
    [InlineData("keys.csv", "nk_live_Ab12CdEf_0123456789abcdefghijklmnopqrstuv,backend\nx,y", "keys.csv has a column whose name is not shown, because it could be a secret. The columns are hash, name, environment, permissions, resources, expires_at, last_used_at, prefix, note.")]
    [InlineData("keys.json", "[{\"nk_live_Ab12CdEf_0123456789abcdefghijklmnopqrstuv\":\"x\"}]", "keys.json has in keys[0] a member whose name is not shown, because it could be a secret. The members are hash, name, environment, permissions, resources, expires_at, last_used_at, prefix, note.")]
    [InlineData("keys.txt", "", "keys.txt must be named .csv or .json.")]
    [InlineData("keys.json", "{\"secret\": nk_live", "keys.json is not JSON: line 1 cannot be read.")]
    [InlineData("keys.json", "{}", "keys.json holds no list of keys.")]
    [InlineData("keys.json", "[{\"hash\":\"x\"},{\"key\":\"x\"}]", "keys.json has in keys[1] a member \"key\". The members are hash, name, environment, permissions, resources, expires_at, last_used_at, prefix, note.")]
    public async Task File_that_cannot_be_read_is_refused(string name, string text, string sentence) => Assert.EndsWith(
        sentence, (await Assert.ThrowsAsync<StartException>(async () => await RunAsync(await WriteAsync(name, text)))).Message,
        StringComparison.Ordinal);

    [Fact]
    public async Task Person_who_may_not_import_is_refused()
    {
        var csv = await WriteAsync("keys.csv", $"hash,name\n{KeyImportTests.Hex("a")},key");
        Assert.Equal("Nobody has the email address nobody@example.com.", (
            await Assert.ThrowsAsync<StartException>(() => RunAsync(csv, "--as=nobody@example.com"))).Message);
        var (code, output) = await RunAsync(csv, "--as=dora@example.com");
        Assert.Equal(1, code);
        Assert.StartsWith("Only admins and owners can import keys that were issued elsewhere.", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Command_needs_a_project_and_a_person() => Assert.Equal(
        "\"import\" needs --project and --as; \"import --help\" says more.", Assert.Throws<StartException>(
            () => CommandLine.Find(["import", "keys.csv", "--dry-run"])).Message);

    async Task<string> WriteAsync(string name, string text)
    {
        var path = Path.Combine(world.Folder, name);
        await File.WriteAllTextAsync(path, text, Token);
        return path;
    }

    async Task<(int Code, string Output)> RunAsync(string file, params string[] more)
    {
        await using var output = new StringWriter();
        string[] settings = [.. world.DatabaseSettings.Select(setting =>
            $"--{setting.Key}={setting.Value}"), $"--{AuditKeys.Setting}={TestInstallation.AuditKeyText}"];
        var command =
            CommandLine.Find(["import", file, "--project", TestInstallation.Orders, "--as", "adam@example.com", .. more, .. settings])!;
        return (await command.RunAsync(output, Token), output.ToString().ReplaceLineEndings("\n"));
    }
}
