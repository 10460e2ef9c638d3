namespace Dashboard.Cli.Common;

/// <summary>Where files are kept: as the XDG base directory specification says, on Windows below the user's application data.</summary>
static class Folders
{
    const string Own = "latchkey";

    public static string Config(Func<string, string?> variable) => Find(variable, "XDG_CONFIG_HOME", ".config");

    public static string State(Func<string, string?> variable) => Find(variable, "XDG_STATE_HOME", Path.Combine(".local", "state"));

    static string Find(Func<string, string?> variable, string name, string usual)
    {
        // A relative path is to be ignored, says the specification.
        if (variable(name) is { Length: > 0 } set && Path.IsPathFullyQualified(set))
        {
            return Path.Combine(set, Own);
        }

        return OperatingSystem.IsWindows()
            ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), Own)
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), usual, Own);
    }
}
