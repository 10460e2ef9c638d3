using Dashboard.Commands;
using Dashboard.Core;
using Dashboard.Core.Audit;
using Dashboard.Core.Changes;
using Dashboard.Core.Credentials;
using Dashboard.Core.Data;
using Dashboard.Core.Import;
using Dashboard.Core.Keys;
using Dashboard.Core.ServiceAccounts;
using Dashboard.Tests.Unit.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Dashboard.Tests.Unit.Import;

/// <summary>An export, read into an empty installation on SQLite, and from there into one on the database of the run: on PostgreSQL that is
/// there and back.</summary>
[EveryDatabase]
public sealed class InstallationMoveTests : IDisposable
{
    const int Keys = 200;

    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("latchkey-");

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_key_verifies_alike_before_and_after_and_the_audit_log_is_whole()
    {
        await using var source = new TestInstallation(("Keys:MaxActivePerProject", "1000"));
        var raw = await FillAsync(source);
        var before = await AskAllAsync(source.Services, raw);
        Assert.Equal([null, RefusalCode.RevokedKey], before.Select(x => x.Refusal).Distinct().Order());

        var first = await ExportAsync(source.Services, "first.json");
        await using var sqlite = await EmptySqliteAsync();
        await sqlite.Get<InstallationImport>().ReadAsync(first, Token);
        Assert.Equal(before, await AskAllAsync(sqlite, raw));
        await ExpectWholeAsync(sqlite);

        var second = await ExportAsync(sqlite, "second.json");
        await using var target = TestInstallation.Empty(("Keys:MaxActivePerProject", "1000"));
        await target.Services.Get<InstallationImport>().ReadAsync(second, Token);
        Assert.Equal(before, await AskAllAsync(target.Services, raw));
        await ExpectWholeAsync(target.Services);
        // all but the header
        Assert.Equal((await File.ReadAllLinesAsync(first, Token))[2..], (await File.ReadAllLinesAsync(second, Token))[2..]);
        // numbers go on
        Assert.True((await target.Services.Projects.CreateAsync(target.Owner, new("acme", "After the move"), Token)).Succeeded);
        Assert.True((await target.Services.Keys.CreateAsync(
            target.Owner, new(TestInstallation.Orders, "after", KeyEnvironment.Test), Token)).Succeeded);
        Assert.Equal(0, await target.Services.Get<KeyCountService>().CheckAsync(Token));
        await using var context = target.Open();
        Assert.NotNull(await context.Installations.Select(x => x.SetUpAt).SingleAsync(Token));
    }

    [Fact]
    public async Task Export_has_no_secret_and_is_private()
    {
        await using var source = new TestInstallation(("Keys:MaxActivePerProject", "1000"));
        var raw = await FillAsync(source);
        source.SignIn(source.Owner);
        source.Add(new Core.Tokens.SigningKey
        {
            Kid = "kid-1",
            X = "x",
            Y = "y",
            ProtectedKey = "sealed private key",
            CreatedAt = TestInstallation.Start,
            SignsFrom = TestInstallation.Start
        });
        var file = await ExportAsync(source.Services, "export.json");
        var text = await File.ReadAllTextAsync(file, Token);
        Assert.DoesNotContain(raw, key => text.Contains(key, StringComparison.Ordinal));
        Assert.DoesNotContain("sealed private key", text, StringComparison.Ordinal);
        Assert.DoesNotContain("\"Sessions\"", text, StringComparison.Ordinal);
        Assert.Contains("Guard it like the database", text, StringComparison.Ordinal);
        Assert.Contains(Convert.ToBase64String(KeyHash.Of(raw[0])), text, StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        using var json = System.Text.Json.JsonDocument.Parse(text);
        Assert.True(json.RootElement.GetArrayLength() > Keys);
    }

    [Theory]
    [InlineData("cut", "The file is not complete. Nothing was imported.")]
    [InlineData("altered", "Line 4 of the file is damaged. Nothing was imported.")]
    [InlineData("other", "The file was written by another version of Latchkey")]
    public async Task Damaged_file_imports_nothing(string kind, string sentence)
    {
        await using var source = new TestInstallation();
        var file = await ExportAsync(source.Services, "export.json");
        var lines = (await File.ReadAllLinesAsync(file, Token)).ToList();
        switch (kind)
        {
            case "cut":
                lines.RemoveAt(lines.Count - 1);
                break;
            case "altered":
                lines[3] = "[1,2,";
                break;
            default:
                lines[1] = lines[1].Replace("\"Version\":\"", "\"Version\":\"Old", StringComparison.Ordinal);
                break;
        }

        await File.WriteAllLinesAsync(file, lines, Token);
        await using var target = TestInstallation.Empty();
        var before = target.Dump();
        Assert.StartsWith(
            sentence, (await Assert.ThrowsAsync<ExportException>(() =>
                target.Services.Get<InstallationImport>().ReadAsync(file, Token))).Message, StringComparison.Ordinal);
        Assert.Equal(before, target.Dump());
    }

    [Fact]
    public async Task Installation_with_people_takes_no_export()
    {
        await using var source = new TestInstallation();
        var file = await ExportAsync(source.Services, "export.json");
        Assert.StartsWith(
            "The installation is not empty.", (await Assert.ThrowsAsync<ExportException>(() =>
                source.Services.Get<InstallationImport>().ReadAsync(file, Token))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Audit_log_is_whole_right_after_an_import_under_another_key()
    {
        await using var source = new TestInstallation(("Keys:MaxActivePerProject", "1000"));
        await FillAsync(source);
        var file = await ExportAsync(source.Services, "export.json");
        await using var target = TestInstallation.Empty();
        var other = Convert.ToBase64String([.. Enumerable.Repeat((byte)9, 32)]);
        string[] keys = [$"--{AuditKeys.Setting}={other}", $"--DataProtection:WrapKey={other}"];
        string[] own = [.. target.DatabaseSettings.Select(setting => $"--{setting.Key}={setting.Value}"), .. keys];
        await using var output = new StringWriter();
        Assert.Equal(0, await CommandLine.Find(["import", file, .. own])!.RunAsync(output, Token));
        Assert.Contains($"Before the first start: {AuditKeys.Setting} is not the key ", output.ToString(), StringComparison.Ordinal);

        await using var again = TestInstallation.Empty();
        string[] both = [.. again.DatabaseSettings.Select(setting =>
            $"--{setting.Key}={setting.Value}"), .. keys, $"--{AuditKeys.OldSetting}:0={TestInstallation.AuditKeyText}"];
        Assert.Equal(0, await CommandLine.Find(["import", file, .. both])!.RunAsync(output, Token));
        Assert.Equal(0, await CommandLine.Find(["audit", "verify", .. both])!.RunAsync(output, Token));
    }

    [Fact]
    public async Task Every_table_moves_or_is_left_on_purpose()
    {
        await using var source = new TestInstallation();
        await using var context = source.Open();
        Assert.Equal(InstallationTables.Moved.Concat(InstallationTables.Left)
            .Order(StringComparer.Ordinal), InstallationTables.All(context).Order(StringComparer.Ordinal));
    }

    public void Dispose() => folder.Delete(recursive: true);

    static async Task<IReadOnlyList<string>> FillAsync(TestInstallation source)
    {
        source.AddResource(TestInstallation.Orders, "workflow", "intake");
        var imported = Enumerable.Range(0, Keys).Select(i => $"ghp_{i:D36}").ToList();
        var ids = (await source.Services.Get<KeyImportService>().ImportAsync(
            source.Admin,
            new(TestInstallation.Orders, [.. imported.Select((key, i) => new ImportedKey(
                KeyImportTests.Hex(key), $"Schlüssel \"{i}\" {{0}} 🔑", i % 2 == 0 ? KeyEnvironment.Live
                    : KeyEnvironment.Test, ["read"], i % 3 == 0 ? ["workflow:intake"] : null))]),
            Token)).Value.KeyIds;
        Assert.True((await source.Services.Keys.RevokeAsync(source.Admin, ids[7], Token)).Succeeded);
        var account = (await source.Services.Get<ServiceAccountService>()
            .CreateAsync(source.Owner, new("gateway", Permissions: ["verify"], Projects: ProjectChoice.All), Token)).Value;
        Assert.NotNull(account);
        var minted = (await source.Services.Keys.CreateAsync(
            source.Developer, new(TestInstallation.Orders, "own", KeyEnvironment.Test, AllowedIps: ["10.0.0.0/8"]), Token)).Value;
        return [.. imported, minted.Secret.Reveal()];
    }

    static async Task<List<(RefusalCode? Refusal, string? Principal)>> AskAllAsync(Services services, IReadOnlyList<string> raw)
    {
        var verifier = services.Verifier;
        List<(RefusalCode?, string?)> answers = [];
        foreach (var key in raw)
        {
            var verdict = await verifier.VerifyAsync(
                PresentedKeys.Key(key), AccessRequirement.None, new CallerContext(System.Net.IPAddress.Parse("10.1.2.3")), Token);
            answers.Add((verdict.Refusal, verdict.Principal is { } x
                ? $"{x.KeyId} {x.Organization} {x.Project} {x.Environment} {x.Owner} {string.Join(' ', x.Permissions)} {string.Join(' ', x.Scope ?? ["all"])}" : verdict.KeyId));
        }

        return answers;
    }

    static async Task ExpectWholeAsync(Services services)
    {
        await using var context = services.Open();
        foreach (var chain in await context.AuditChains.Where(x => x.Sequence > 0).Select(x => x.Id).ToListAsync(Token))
        {
            Assert.True((await services.Get<AuditVerifier>().VerifyAsync(chain, [], Token)).IsIntact);
        }
    }

    async Task<string> ExportAsync(Services services, string name)
    {
        var path = Path.Combine(folder.FullName, name);
        await using var file = PrivateFiles.CreateNew(path);
        await services.Get<InstallationExport>().WriteAsync(file, Token);
        return path;
    }

    async Task<Services> EmptySqliteAsync()
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddDashboardCore(
            TestInstallation.Configuration(
                ("ConnectionStrings:Dashboard", $"Data Source={folder.FullName}/moved.db;Pooling=False"),
                ("Keys:MaxActivePerProject", "1000"), (AuditKeys.Setting, TestInstallation.AuditKeyText)),
            folder.FullName);
        services.AddSingleton<TimeProvider>(new Microsoft.Extensions.Time.Testing.FakeTimeProvider(TestInstallation.Start));
        var provider = services.BuildServiceProvider();
        await provider.PrepareDatabaseAsync(Token);
        return new(provider);
    }
}
