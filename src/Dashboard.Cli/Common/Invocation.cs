using System.CommandLine;

namespace Dashboard.Cli.Common;

/// <summary>One run of one command: what was typed, where, and how it answers.</summary>
sealed class Invocation
{
    readonly GlobalOptions options;

    public Invocation(Machine machine, ParseResult parsed, GlobalOptions options)
    {
        (Machine, Parsed, this.options) = (machine, parsed, options);
        Answer = new(machine, Json, Quiet);
    }

    public Machine Machine { get; }

    public ParseResult Parsed { get; }

    public Answer Answer { get; }

    public bool Json => Parsed.GetValue(options.Json);

    public bool Quiet => Parsed.GetValue(options.Quiet);

    public string? Organization => Text(options.Organization, "LATCHKEY_ORG");

    public string? Project => Text(options.Project, "LATCHKEY_PROJECT");

    public string? Profile => Text(options.Profile, "LATCHKEY_PROFILE");

    public string? Url => Text(options.Url, "LATCHKEY_URL");

    /// <summary>An access token that takes the place of a sign-in.</summary>
    public string? Token => Machine.Setting("LATCHKEY_TOKEN")?.Trim();

    public bool MayAsk => !Parsed.GetValue(options.NoInput);

    string? Text(Option<string?> option, string variable) =>
        Parsed.GetValue(option) is { Length: > 0 } value ? value : Machine.Setting(variable);
}
