using System.Diagnostics;
using System.Globalization;

namespace Dashboard.Bench;

/// <summary>A host in its own process, pinned to some cores, whose CPU time is read from the kernel.</summary>
sealed class Server : IAsyncDisposable
{
    /// <summary>The kernel's clock ticks per second in <c>/proc</c> (proc(5)), which is 100 on every Linux machine that .NET
    /// supports.</summary>
    const double TicksPerSecond = 100;

    readonly Process process;

    Server(Process process, Uri url) => (this.process, Url) = (process, url);

    public Uri Url { get; }

    /// <summary>The user and system time so far.</summary>
    public TimeSpan Cpu
    {
        get
        {
            var stat = File.ReadAllText($"/proc/{process.Id}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' '); // the process name before it can contain anything
            return TimeSpan.FromSeconds((Number(fields[11]) + Number(fields[12])) / TicksPerSecond);
        }
    }

    /// <summary>Starts <see cref="BenchHost"/>.</summary>
    /// <param name="database">The database file.</param>
    /// <param name="cores">The cores to pin the host to, in the format of taskset(1).</param>
    public static async Task<Server> StartAsync(string database, string cores, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("taskset") { RedirectStandardOutput = true, UseShellExecute = false };
        foreach (var argument in (string[])["-c", cores, Environment.ProcessPath!, "host", $"--ConnectionStrings:Dashboard=Data Source={database}", "--Logging:LogLevel:Default=Error"])
        {
            start.ArgumentList.Add(argument);
        }

        var started = Process.Start(start)!;
        while (await started.StandardOutput.ReadLineAsync(cancellationToken) is { } line)
        {
            if (line.StartsWith("Latchkey is ready", StringComparison.Ordinal) && line.IndexOf("http://", StringComparison.Ordinal) is >= 0 and var at)
            {
                _ = started.StandardOutput.ReadToEndAsync(CancellationToken.None); // so that it never blocks on a full pipe
                return new(started, new(line[at..].TrimEnd('.')));
            }
        }

        throw new InvalidOperationException("The host exited before it was listening.");
    }

    public async ValueTask DisposeAsync()
    {
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        process.Dispose();
    }

    static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
