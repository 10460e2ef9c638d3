using System.Diagnostics;

namespace Dashboard.Bench.Soak;

/// <summary>A PostgreSQL server of its own, of Debian's package, in a temporary folder and without a network port. PostgreSQL refuses to
/// run as root, so root runs it as the user that the package makes.</summary>
sealed class PostgreSqlServer : IAsyncDisposable
{
    readonly string folder;

    PostgreSqlServer(string folder) => this.folder = folder;

    /// <summary>The folder of the programs, or null if PostgreSQL is not installed.</summary>
    public static string? Programs { get; } = Directory.Exists("/usr/lib/postgresql")
        ? Directory.GetDirectories("/usr/lib/postgresql").Select(version => Path.Combine(version, "bin"))
            .Where(bin => File.Exists(Path.Combine(bin, "initdb")))
            .OrderByDescending(bin => bin, StringComparer.Ordinal).FirstOrDefault()
        : null;

    /// <summary>The connection string of a database that does not exist yet.</summary>
    public string ConnectionString => $"Host={folder};Username=latchkey;Database=latchkey";

    /// <summary>Creates the server and starts it.</summary>
    public static async Task<PostgreSqlServer> CreateAsync()
    {
        var server = new PostgreSqlServer((await RunAsync("mktemp", "-d", "/tmp/latchkey-postgresql-XXXXXX")).Trim());
        await RunAsync(Program("initdb"), "-D", $"{server.folder}/data", "-U", "latchkey", "--auth=trust", "--encoding=UTF8", "--no-sync");
        await server.StartAsync();
        return server;
    }

    /// <summary>Starts the server and returns when it accepts connections.</summary>
    public Task StartAsync() => RunAsync(
        Program("pg_ctl"), "-D", $"{folder}/data", "-l", $"{folder}/log", "-w", "-o",
        $"-c listen_addresses='' -c unix_socket_directories={folder} -c max_connections=200", "start");

    /// <summary>Stops the server as a crash would: no client is notified.</summary>
    public Task StopAsync() => RunAsync(Program("pg_ctl"), "-D", $"{folder}/data", "-m", "immediate", "-w", "stop");

    /// <summary>Stops the server and deletes its folder.</summary>
    public async ValueTask DisposeAsync()
    {
        if (File.Exists($"{folder}/data/postmaster.pid"))
        {
            await StopAsync();
        }

        await RunAsync("rm", "-rf", folder);
    }

    static string Program(string name) =>
        Path.Combine(Programs ?? throw new InvalidOperationException("PostgreSQL is not installed."), name);

    static async Task<string> RunAsync(params string[] command)
    {
        var start = Environment.UserName == "root"
            ? new ProcessStartInfo("runuser", ["-u", "postgres", "--", .. command])
            : new ProcessStartInfo(command[0], command[1..]);
        // a server keeps what it inherits open
        (start.WorkingDirectory, start.RedirectStandardOutput) = ("/tmp", !command.Contains("start", StringComparer.Ordinal));
        using var run = Process.Start(start)!;
        var output = start.RedirectStandardOutput ? await run.StandardOutput.ReadToEndAsync() : "";
        await run.WaitForExitAsync();
        return run.ExitCode == 0 ? output
            : throw new InvalidOperationException($"{string.Join(' ', command)} ended with {run.ExitCode}: {output}");
    }
}
