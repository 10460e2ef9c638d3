using System.Reflection;

namespace Dashboard.Cli.Common;

/// <summary>All that a command knows of the machine that it runs on.</summary>
sealed class Machine
{
    public static string Version { get; } =
        typeof(Machine).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    public required Lazy<TextReader> Input { get; init; }

    public required TextWriter Output { get; init; }

    /// <summary>Standard output as bytes, for what is passed on as it is.</summary>
    public required Func<Stream> OpenOutput { get; init; }

    public required TextWriter Error { get; init; }

    public bool InputIsTerminal { get; init; }

    public bool OutputIsTerminal { get; init; }

    public bool ErrorIsTerminal { get; init; }

    public required Func<string, string?> Variable { get; init; }

    /// <summary>The folder of profiles, which hold no secret.</summary>
    public required string ConfigFolder { get; init; }

    /// <summary>The folder of tokens.</summary>
    public required string StateFolder { get; init; }

    public required Lazy<HttpMessageHandler> Network { get; init; }

    /// <summary>Opens a URL in the person's browser. Returns false where there is none.</summary>
    public required Func<Uri, bool> OpenBrowser { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Returns a variable, or null if it is not set or empty.</summary>
    public string? Setting(string name) => Variable(name) is { Length: > 0 } value ? value : null;

    /// <summary>The machine that this process runs on.</summary>
    public static Machine Real() => new()
    {
        Input = new(() => Console.In),
        Output = StandardOutput.OpenText(),
        OpenOutput = StandardOutput.Open,
        Error = Console.Error,
        InputIsTerminal = !Console.IsInputRedirected,
        OutputIsTerminal = !Console.IsOutputRedirected,
        ErrorIsTerminal = !Console.IsErrorRedirected,
        Variable = Environment.GetEnvironmentVariable,
        ConfigFolder = Folders.Config(Environment.GetEnvironmentVariable),
        StateFolder = Folders.State(Environment.GetEnvironmentVariable),
        OpenBrowser = Browser.Open,
        Network = new(() => new SocketsHttpHandler
        {
            AllowAutoRedirect = false, // a redirect must not take a token to another host
            UseCookies = false,
            ConnectTimeout = TimeSpan.FromSeconds(10),
        }),
    };
}
