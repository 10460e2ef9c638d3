using System.Diagnostics;
using System.Globalization;

namespace Dashboard.Bench;

/// <summary>A host in a process of its own, kept on some cores, whose CPU time is read from the kernel.</summary>
sealed class Server : IAsyncDisposable
{
    /// <summary>The kernel's clock ticks a second, as <c>/proc</c> counts them (proc(5)); Linux has no other on any machine that .NET runs
    /// on.</summary>
    const double TicksPerSecond = 100;

    static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(500);

    readonly Process process;

    Server(Process process, Uri url) => (this.process, Url) = (process, url);

    public Uri Url { get; }

    /// <summary>User and system time so far.</summary>
    public TimeSpan Cpu
    {
        get
        {
            var stat = File.ReadAllText($"/proc/{process.Id}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' '); // the name before it may hold anything
            return TimeSpan.FromSeconds((Number(fields[11]) + Number(fields[12])) / TicksPerSecond);
        }
    }

    /// <summary>Waits until the host is idle. After its first thousands of requests its compiler works for seconds, which would be measured
    /// with whatever comes next.</summary>
    public async Task RestAsync(CancellationToken cancellationToken)
    {
        TimeSpan before;
        do
        {
            before = Cpu;
            await Task.Delay(Rest, TimeProvider.System, cancellationToken);
        }
        while (Cpu - before > Rest / 10);
    }

    /// <summary>Starts <see cref="BenchHost"/>.</summary>
    /// <param name="database">The database's file.</param>
    /// <param name="cores">The cores that it is kept on, as taskset(1) writes them.</param>
    /// <param name="settings">Further arguments.</param>
    public static async Task<Server> StartAsync(
        string database, string cores, CancellationToken cancellationToken, params string[] settings)
    {
        var start = new ProcessStartInfo("taskset") { RedirectStandardOutput = true, UseShellExecute = false };
        foreach (var argument in (
            string[])["-c", cores, Environment.ProcessPath!, "host", $"--ConnectionStrings:Dashboard=Data Source={database}",
            "--Limits:TokensPerMinute=0", "--Logging:LogLevel:Default=Error", .. settings])
        {
            start.ArgumentList.Add(argument);
        }

        var started = Process.Start(start)!;
        while (await started.StandardOutput.ReadLineAsync(cancellationToken) is { } line)
        {
            if (line.StartsWith("Latchkey is ready", StringComparison.Ordinal)
                && line.IndexOf("http://", StringComparison.Ordinal) is >= 0 and var at)
            {
                _ = started.StandardOutput.ReadToEndAsync(CancellationToken.None); // so that it never waits for a reader
                return new(started, new(line[at..].TrimEnd('.')));
            }
        }

        throw new InvalidOperationException("The host ended before it listened.");
    }

    public async ValueTask DisposeAsync()
    {
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        process.Dispose();
    }

    static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
