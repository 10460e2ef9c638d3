namespace Dashboard.Core.Accounts;

/// <summary>Names the browser and the operating system of a session, from its <c>User-Agent</c>. None of the client's own text is
/// kept.</summary>
public static class DeviceName
{
    /// <summary>Tokens of <c>User-Agent</c>. Those that other browsers also send come last.</summary>
    static readonly (string Token, string Name)[] Browsers =
        [("Edg/", "Edge"), ("EdgA/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("FxiOS/", "Firefox"), ("CriOS/", "Chrome"),
            ("Chrome/", "Chrome"), ("Safari/", "Safari")];

    static readonly (string Token, string Name)[] Systems =
        [("Windows", "Windows"), ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Mac OS X", "macOS"),
            ("CrOS", "ChromeOS"), ("Linux", "Linux")];

    /// <summary>Returns the name.</summary>
    /// <param name="userAgent">The <c>User-Agent</c> header, or null.</param>
    /// <returns><c>Firefox on Linux</c>, or what <see cref="ClientFamily"/> returns for a program.</returns>
    public static string? Of(string? userAgent)
    {
        var family = ClientFamily.Of(userAgent);
        if (family != "browser" || Find(Browsers, userAgent!) is not { } browser)
        {
            return family;
        }

        return Find(Systems, userAgent!) is { } system ? $"{browser} on {system}" : browser;
    }

    static string? Find((string Token, string Name)[] known, string userAgent) =>
        Array.Find(known, x => userAgent.Contains(x.Token, StringComparison.Ordinal)).Name;
}
