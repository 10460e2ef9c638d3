using System.Diagnostics;

namespace Dashboard.Cli.Common;

/// <summary>The person's browser.</summary>
static class Browser
{
    /// <summary>Opens a URL. Returns false where no browser can be shown.</summary>
    public static bool Open(Uri url)
    {
        if (url.Scheme is not ("http" or "https") || Find() is not { } start)
        {
            return false;
        }

        start.ArgumentList.Add(url.AbsoluteUri);
        try
        {
            using var process = Process.Start(start);
            return process is not null;
        }
        catch (Exception exception) when (exception is System.ComponentModel.Win32Exception or FileNotFoundException)
        {
            return false;
        }
    }

    static ProcessStartInfo? Find()
    {
        var named = Environment.GetEnvironmentVariable("BROWSER");
        if (OperatingSystem.IsWindows())
        {
            return new("rundll32") { UseShellExecute = false, ArgumentList = { "url.dll,FileProtocolHandler" } };
        }

        if (OperatingSystem.IsMacOS())
        {
            return Quiet("open");
        }

        var screen = Environment.GetEnvironmentVariable("DISPLAY") ?? Environment.GetEnvironmentVariable("WAYLAND_DISPLAY");
        return !string.IsNullOrEmpty(named) && !named.Contains(' ', StringComparison.Ordinal) ? Quiet(named)
            : string.IsNullOrEmpty(screen) || Environment.GetEnvironmentVariable("SSH_CONNECTION") is not null ? null
            : Quiet("xdg-open");
    }

    /// <summary>Whatever it prints must not mix with a secret.</summary>
    static ProcessStartInfo Quiet(string program) =>
        new(program) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
}
