namespace Dashboard.Hosting;

/// <summary>Where the server listens, for a command that runs without one.</summary>
[SettingsSection("", IsShared = true)]
public sealed class ServerOptions
{
    /// <summary>The addresses, separated by semicolons.</summary>
    public string? Urls { get; init; }
}
