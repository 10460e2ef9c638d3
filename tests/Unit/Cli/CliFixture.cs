using System.Net;
using System.Text;
using System.Text.Json;
using Dashboard.Cli;
using Dashboard.Cli.Common;
using Dashboard.Cli.Profiles;

namespace Dashboard.Tests.Unit.Cli;

/// <summary>The command line on a machine of its own, with a server that answers as a test says.</summary>
sealed class CliFixture : IDisposable
{
    public const string Server = "https://keys.example.com";

    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("latchkey-cli-");
    readonly ScriptedServer server;

    public CliFixture() => server = new(this);

    /// <summary>The environment variables.</summary>
    public Dictionary<string, string> Variables { get; } = new(StringComparer.Ordinal);

    /// <summary>What the server answers, by method and path.</summary>
    public Dictionary<string, Func<SentRequest, Scripted>> Answers { get; } = new(StringComparer.Ordinal);

    /// <summary>The requests that were sent.</summary>
    public List<SentRequest> Sent { get; } = [];

    public List<Uri> Opened { get; } = [];

    public EagerTime Time { get; } = new();

    public string Input { get; set; } = "";

    public bool IsTerminal { get; set; }

    /// <summary>What reads standard output, if not a test.</summary>
    public Stream? Reader { get; set; }

    public string ConfigFolder => Path.Combine(folder.FullName, "config", "latchkey");

    public string StateFolder => Path.Combine(folder.FullName, "state", "latchkey");

    public string TokenFile => Path.Combine(StateFolder, "default.json");

    public Run Run(params string[] arguments) => RunAsync(arguments).GetAwaiter().GetResult();

    /// <summary>Runs a command line.</summary>
    public async Task<Run> RunAsync(params string[] arguments)
    {
        var (output, error) = (new MemoryStream(), new StringWriter());
        var stream = Reader ?? output;
        await using var writer =
            new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true) { AutoFlush = true };
        var code = await CommandLine.RunAsync(arguments, MachineOf(writer, stream, error));
        return new((ExitCode)code, Encoding.UTF8.GetString(output.ToArray()), error.ToString());
    }

    public Machine MachineOf(TextWriter output, Stream bytes, TextWriter error) => new()
    {
        Input = new(() => new StringReader(Input)),
        Output = output,
        OpenOutput = () => bytes,
        Error = error,
        InputIsTerminal = IsTerminal,
        OutputIsTerminal = IsTerminal,
        ErrorIsTerminal = IsTerminal,
        Variable = name => Variables.GetValueOrDefault(name),
        ConfigFolder = ConfigFolder,
        StateFolder = StateFolder,
        Network = new(server),
        OpenBrowser = url =>
        {
            Opened.Add(url);
            return true;
        },
        Time = Time,
    };

    /// <summary>Answers a request with JSON.</summary>
    public CliFixture On(string request, object body, int status = 200)
    {
        Answers[request] = _ => new(status, JsonSerializer.Serialize(body));
        return this;
    }

    /// <summary>Answers a request with one answer after the other, and then with the last again.</summary>
    public CliFixture OnEach(string request, params (int Status, object Body)[] answers)
    {
        var at = 0;
        Answers[request] = _ =>
        {
            var (status, body) = answers[Math.Min(at++, answers.Length - 1)];
            return new(status, JsonSerializer.Serialize(body));
        };
        return this;
    }

    /// <summary>Signs in, without a request.</summary>
    public CliFixture SignedIn(string access = "access-1", string? refresh = "refresh-1", double minutes = 60, string? project = null)
    {
        var machine = MachineOf(TextWriter.Null, Stream.Null, TextWriter.Null);
        new ProfileStore(machine).SaveAsync("default", new(Server, "acme", project), CancellationToken.None).GetAwaiter().GetResult();
        new TokenStore(machine, "default").Write(new(Server, access, refresh, Time.GetUtcNow().AddMinutes(minutes)));
        return this;
    }

    /// <summary>Has the server approve each request of the device flow.</summary>
    public CliFixture Approving(string organization = "acme") =>
        On("POST /oauth/device/authorize", new
        {
            device_code = "device",
            user_code = "WDJB-MJHT",
            verification_uri = Server + "/oauth/device/verify",
            verification_uri_complete = Server + "/oauth/device/verify?user_code=WDJB-MJHT",
            expires_in = 1800,
            interval = 5,
        })
        .On("POST /oauth/token", new { access_token = "access-2", refresh_token = "refresh-2", expires_in = 3600, scope = "api" })
        .On("POST /oauth/token/revoke", new { })
        .On("GET /v1/capabilities",
            new { organization, owner = new { type = "user", id = "u1", name = "Ada" }, permissions = new[] { "read", "write" } });

    /// <summary>The stored tokens, or null.</summary>
    public TokenSet? Stored() => new TokenStore(MachineOf(TextWriter.Null, Stream.Null, TextWriter.Null), "default").Read();

    public void Dispose()
    {
        server.Dispose();
        folder.Delete(recursive: true);
    }

    sealed class ScriptedServer(CliFixture fixture) : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var body = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
            var sent = new SentRequest(
                request.Method.Method, request.RequestUri!, request.Headers.Authorization?.ToString(), body,
                request.Headers.ToDictionary(x => x.Key, x => string.Join(", ", x.Value), StringComparer.OrdinalIgnoreCase));
            lock (fixture.Sent)
            {
                fixture.Sent.Add(sent);
            }

            var answer = fixture.Answers.TryGetValue($"{sent.Method} {sent.Url.AbsolutePath}", out var scripted)
                ? scripted(sent)
                : new(404, """{"code":"not_found","detail":"It does not exist, or you may not see it."}""", "application/problem+json");
            return new((HttpStatusCode)answer.Status) { Content = new StringContent(answer.Body, Encoding.UTF8, answer.MediaType) };
        }
    }
}

/// <summary>What a command line did.</summary>
sealed record Run(ExitCode Code, string Output, string Error);

/// <summary>A request that reached the server.</summary>
sealed record SentRequest(string Method, Uri Url, string? Authorization, string Body, IReadOnlyDictionary<string, string> Headers);

/// <summary>An answer of the server.</summary>
sealed record Scripted(int Status, string Body, string MediaType = "application/json");

/// <summary>A clock on which every wait ends at once and takes its time.</summary>
sealed class EagerTime : TimeProvider
{
    DateTimeOffset now = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    /// <summary>The waits so far.</summary>
    public List<TimeSpan> Waits { get; } = [];

    public override DateTimeOffset GetUtcNow() => now;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Waits.Add(dueTime);
        now += dueTime;
        return System.CreateTimer(callback, state, TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }
}
