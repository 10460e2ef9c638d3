using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;
using Xunit;

namespace Dashboard.Tests.E2E.Support;

/// <summary>A third-party program that may not be installed.</summary>
sealed class ExternalProcess : IAsyncDisposable
{
    static readonly string[] Places = [.. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':'), "/usr/sbin", "/usr/local/sbin"];

    readonly Process process;
    readonly StringBuilder said = new();
    readonly Channel<string> lines = Channel.CreateUnbounded<string>();
    readonly SemaphoreSlim heard = new(0);

    ExternalProcess(string file, string folder, IReadOnlyDictionary<string, string> environment, string[] arguments)
    {
        var start = new ProcessStartInfo(file, arguments)
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        process = new() { StartInfo = start };
        process.OutputDataReceived += (_, line) => HearOutput(line.Data);
        process.ErrorDataReceived += (_, line) => Hear(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>Its output so far.</summary>
    public string Said
    {
        get
        {
            lock (said)
            {
                return said.ToString();
            }
        }
    }

    /// <summary>Returns the path of a program, or null.</summary>
    public static string? Find(string name) => Places.Select(place => Path.Combine(place, name)).FirstOrDefault(File.Exists);

    /// <summary>Returns a free port.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Starts a server and returns when it listens.</summary>
    public static async Task<ExternalProcess> ServeAsync(
        string file, string folder, int port, CancellationToken cancellationToken, params string[] arguments)
    {
        var program =
            new ExternalProcess(
                file, folder, new Dictionary<string, string>(StringComparer.Ordinal)
                {
                    ["HOME"] = folder,
                    ["XDG_CONFIG_HOME"] = folder,
                    ["XDG_DATA_HOME"] = folder
                }, arguments);
        for (var tries = 0; tries < 1200; tries++) // a minute: a browser starts slowly on a busy machine
        {
            using var socket = new TcpClient();
            try
            {
                await socket.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
                return program;
            }
            catch (SocketException) when (!program.process.HasExited)
            {
                await program.process.WaitForExitAsync(cancellationToken).WaitAsync(TimeSpan.FromMilliseconds(50), cancellationToken)
                    .ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            }
            catch (SocketException)
            {
                break;
            }
        }

        var log = program.Said;
        await program.DisposeAsync();
        throw new InvalidOperationException($"{file} does not listen:\n{log}");
    }

    /// <summary>Starts a program that reports its progress line by line.</summary>
    public static ExternalProcess Start(string file, string folder, IReadOnlyDictionary<string, string> environment,
        params string[] arguments) => new(file, folder, environment, arguments);

    /// <summary>Returns the rest of the next output line with the given prefix, skipping other lines.</summary>
    public async Task<string> HearAsync(string begin, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        try
        {
            await foreach (var line in lines.Reader.ReadAllAsync(patience.Token))
            {
                if (line.StartsWith(begin, StringComparison.Ordinal))
                {
                    return line[begin.Length..];
                }
            }
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"It has not said \"{begin}\":\n{Said}", exception);
        }

        await process.WaitForExitAsync(cancellationToken); // so that its error output is complete
        throw new InvalidOperationException($"It ended without having said \"{begin}\":\n{Said}");
    }

    /// <summary>Returns its output as soon as it contains a text. For one caller at a time.</summary>
    public async Task<string> SaidAsync(string text, CancellationToken cancellationToken)
    {
        for (var patience = TimeSpan.FromSeconds(60); ;)
        {
            var soFar = Said;
            if (soFar.Contains(text, StringComparison.Ordinal))
            {
                return soFar;
            }

            Assert.True(await heard.WaitAsync(patience, cancellationToken), $"It has not said \"{text}\":\n{soFar}");
        }
    }

    /// <summary>Runs a program and returns its output.</summary>
    public static async Task<string> RunAsync(string file, string folder, IReadOnlyDictionary<string, string> environment,
        CancellationToken cancellationToken, params string[] arguments)
    {
        await using var program = new ExternalProcess(file, folder, environment, arguments);
        await program.process.WaitForExitAsync(cancellationToken);
        return program.Said.Trim();
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
        }

        process.Dispose();
        heard.Dispose();
    }

    void HearOutput(string? line)
    {
        Hear(line);
        _ = line is null ? lines.Writer.TryComplete() : lines.Writer.TryWrite(line);
    }

    void Hear(string? line)
    {
        if (line is not null)
        {
            lock (said)
            {
                said.AppendLine(line);
            }

            heard.Release();
        }
    }
}
