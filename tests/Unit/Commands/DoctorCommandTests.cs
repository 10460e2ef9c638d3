using System.Net;
using Dashboard.Commands;
using Dashboard.Tests.Unit.Support;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Dashboard.Tests.Unit.Commands;

/// <summary>The command <c>doctor</c>, which finds one fault at a time. A missing file of the pages and a real proxy are in the
/// journeys.</summary>
[SqliteOnly("its checks of PostgreSQL have a class of their own")]
public sealed class DoctorCommandTests : IAsyncLifetime
{
    const string Url = "https://keys.example.com";

    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("latchkey-");

    static CancellationToken Token => TestContext.Current.CancellationToken;

    string Database => Path.Combine(folder.FullName, "data", "latchkey.db");

    public async ValueTask InitializeAsync() => await CommandLine.Find(["migrate", Connection])!.RunAsync(TextWriter.Null, Token);

    public ValueTask DisposeAsync()
    {
        folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    string Connection => $"--ConnectionStrings:Dashboard=Data Source={Database};Pooling=False";

    [Fact]
    public async Task Whole_installation_has_no_fault_and_is_left_as_it_was()
    {
        var before = Files();
        var (code, lines) = await RunAsync($"--PublicUrl={Url}");
        Assert.Equal(0, code);
        Assert.Equal(
            ["data folder", "settings", "page files", "database", "journal", "schema", "clock", "keys", "public URL", "proxies"],
            lines.Select(line => line[3..19].Trim()));
        Assert.All(lines, line => Assert.StartsWith("ok ", line, StringComparison.Ordinal));
        Assert.Equal(before, Files());
    }

    [Fact]
    public async Task Unknown_setting() =>
        await ExpectAsync("settings", "Keys:Tempalte is not a setting of this version of Latchkey", "--Keys:Tempalte=x");

    [Fact]
    public async Task Unwritable_data_folder() => await ExpectAsync(
        "data folder", "files cannot be created: ", $"--DataProtection:KeyPath=/proc/{Environment.ProcessId}");

    [Fact]
    public async Task Unreachable_database() => await ExpectAsync(
        "database", "cannot be reached: ", "--Database:Provider=PostgreSql",
        "--ConnectionStrings:Dashboard=Host=127.0.0.1;Port=1;Timeout=1",
        $"--DataProtection:WrapKey={TestInstallation.AuditKeyText}");

    [Fact]
    public async Task Database_that_is_not_there()
    {
        await ExpectAsync("database", $"there is no file {folder.FullName}/none.db yet",
            $"--ConnectionStrings:Dashboard=Data Source={folder.FullName}/none.db");
        Assert.False(File.Exists($"{folder.FullName}/none.db"));
    }

    [Fact]
    public async Task Pending_migration()
    {
        Execute("DELETE FROM __EFMigrationsHistory WHERE MigrationId = (SELECT MAX(MigrationId) FROM __EFMigrationsHistory)");
        await ExpectAsync("schema", "1 migrations are pending, from ");
    }

    [Fact]
    public async Task Newer_database()
    {
        Execute("INSERT INTO __EFMigrationsHistory VALUES ('29990101000000_Later', '11.0.0')");
        await ExpectAsync("schema", "a newer or unreleased version of Latchkey made the database (migration 29990101000000_Later)");
    }

    [Fact]
    public async Task Clock_that_is_a_minute_behind()
    {
        await using var product = new TestInstallation();
        Assert.Null((
            await product.Services.Keys.CreateAsync(product.Admin, new(TestInstallation.Orders, "key", KeyEnvironment.Test), Token)).Error);
        string[] settings =
            [$"--ConnectionStrings:Dashboard={product.DatabaseSettings[0].Value}", $"--Audit:Key={TestInstallation.AuditKeyText}"];
        Assert.Equal(0, (await RunAsync(new FakeTimeProvider(TestInstallation.Start - TimeSpan.FromSeconds(20)), Answer, settings)).Code);
        var (code, lines) = await RunAsync(new FakeTimeProvider(TestInstallation.Start - TimeSpan.FromSeconds(60)), Answer, settings);
        Assert.Equal(1, code);
        Assert.StartsWith("!! clock            this machine is at least 60 seconds behind the newest row",
            Assert.Single(lines, IsFault), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(60, "this machine is 60 seconds behind what answers at https://keys.example.com. Synchronize the clocks")]
    [InlineData(-60, "this machine is 60 seconds ahead of what answers at https://keys.example.com. Synchronize the clocks")]
    [InlineData(20, null)]
    public async Task Clock_that_is_a_minute_off_from_what_answers(int seconds, string? sentence)
    {
        var time = new FakeTimeProvider(DateTimeOffset.FromUnixTimeSeconds(TimeProvider.System.GetUtcNow().ToUnixTimeSeconds()));
        var (code, lines) = await RunAsync(time, request =>
        {
            var answer = Answer(request);
            answer.Headers.Date = time.GetUtcNow().AddSeconds(seconds);
            return answer;
        }, Connection, $"--PublicUrl={Url}");
        Assert.Equal(sentence is null ? 0 : 1, code);
        Assert.StartsWith(
            sentence is null ? "" : $"!! clock            {sentence}", lines.SingleOrDefault(IsFault) ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Protection_key_that_cannot_be_read()
    {
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "data", "keys", "key-1.xml"), "<key id=", Token);
        await ExpectAsync("keys", "the keys that protect sign-ins cannot be read: ");
    }

    [Fact]
    public async Task Protection_key_of_another_wrap_key()
    {
        await File.WriteAllTextAsync(
            Path.Combine(folder.FullName, "data", "keys", "key-1.xml"),
            """<key id="b"><descriptor><wrapped by="0011223344556677">AAAA</wrapped></descriptor></key>""", Token);
        await ExpectAsync("keys", "DataProtection:WrapKey is not the key that encrypted the stored key b");
    }

    [Fact]
    public async Task Audit_key_that_is_missing()
    {
        Execute("UPDATE AuditChains SET KeyId = '39f6c93f15c057ba' WHERE Id = (SELECT MIN(Id) FROM AuditChains)");
        await ExpectAsync("keys", "Audit:Key is not set, and ");
    }

    [Fact]
    public async Task Sqlite_without_write_ahead_log()
    {
        Execute("PRAGMA journal_mode = delete");
        await ExpectAsync("journal", "the mode is \"delete\"");
    }

    [Theory]
    [InlineData("https://other.example.com",
        "https://keys.example.com is answered by an installation that calls itself https://other.example.com")]
    [InlineData("nginx", "https://keys.example.com is answered by something else than Latchkey (status 200)")]
    [InlineData("404", "https://keys.example.com is answered by something else than Latchkey (status 404)")]
    [InlineData("redirect", "https://keys.example.com redirects to https://www.example.com/healthz/live; set PublicUrl")]
    public async Task Public_url_that_answers_as_something_else(string what, string sentence)
    {
        var (code, lines) = await RunAsync(TimeProvider.System, request => what switch
        {
            "nginx" => new(HttpStatusCode.OK) { Content = new StringContent("<h1>Welcome to nginx!</h1>") },
            "404" => new(HttpStatusCode.NotFound),
            "redirect" => new(HttpStatusCode.MovedPermanently) { Headers = { Location = new("https://www.example.com/healthz/live") } },
            _ => request.RequestUri!.AbsolutePath == "/healthz/live" ? Answer(request) : Json($$"""{"issuer":"{{what}}"}"""),
        }, Connection, $"--PublicUrl={Url}");
        Assert.Equal(1, code);
        Assert.StartsWith($"!! public URL       {sentence}", Assert.Single(lines, IsFault), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Public_url_where_nothing_answers_is_not_checked()
    {
        var (code, lines) = await RunAsync(
            TimeProvider.System, _ => throw new HttpRequestException("Connection refused."), Connection, $"--PublicUrl={Url}");
        Assert.Equal(0, code);
        Assert.StartsWith($"-- public URL       nothing answers at {Url}; ", lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Peer_that_forwards_headers_and_is_not_trusted()
    {
        var (code, lines) = await RunAsync(TimeProvider.System, request =>
        {
            var answer = Answer(request);
            answer.Headers.Add("X-Latchkey-Forwarded", "ignored");
            return answer;
        }, Connection, $"--PublicUrl={Url}");
        Assert.Equal(1, code);
        Assert.StartsWith(
            $"!! proxies          a proxy in front of {Url} sends X-Forwarded-*", Assert.Single(lines, IsFault), StringComparison.Ordinal);
    }

    static bool IsFault(string line) => line.StartsWith("!!", StringComparison.Ordinal);

    static HttpResponseMessage Answer(HttpRequestMessage request) =>
        Json(request.RequestUri!.AbsolutePath == "/healthz/live" ? """{"status":"live"}""" : $$"""{"issuer":"{{Url}}"}""");

    static HttpResponseMessage Json(string text) => new(HttpStatusCode.OK) { Content = new StringContent(text) };

    async Task ExpectAsync(string check, string sentence, params string[] settings)
    {
        var (code, lines) = await RunAsync(settings);
        Assert.Equal(1, code);
        Assert.StartsWith($"!! {check,-16} {sentence}", Assert.Single(lines, IsFault), StringComparison.Ordinal);
    }

    Task<(int Code, IReadOnlyList<string> Lines)> RunAsync(params string[] settings) =>
        RunAsync(TimeProvider.System, Answer, [Connection, .. settings]);

    static async Task<(int Code, IReadOnlyList<string> Lines)> RunAsync(
        TimeProvider time, Func<HttpRequestMessage, HttpResponseMessage> answer, params string[] settings)
    {
        await using var output = new StringWriter();
        await using var nothing = new ServiceCollection().BuildServiceProvider();
        using var network = new Network(answer);
        var code = await new DoctorCommand(network, time)
            .RunAsync(new([], new Dictionary<string, string>(), settings), nothing, output, Token);
        return (code, output.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries));
    }

    void Execute(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Database};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    IEnumerable<string> Files() =>
        [.. folder.GetFiles("*", SearchOption.AllDirectories).Select(file => $"{file.FullName} {file.LastWriteTimeUtc:O}")
            .Order(StringComparer.Ordinal)];

    sealed class Network(Func<HttpRequestMessage, HttpResponseMessage> answer) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(answer(request));
    }
}
