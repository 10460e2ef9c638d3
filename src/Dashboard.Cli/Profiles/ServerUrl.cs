namespace Dashboard.Cli.Profiles;

/// <summary>The URL of a server.</summary>
static class ServerUrl
{
    /// <summary>Parses a URL. One without a scheme gets https, or http on this machine.</summary>
    public static Uri Parse(string text)
    {
        var whole = text.Contains("://", StringComparison.Ordinal) ? text : $"{(IsLocal(text) ? "http" : "https")}://{text}";
        return Uri.TryCreate(whole, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url.UserInfo.Length == 0
            && url.PathAndQuery == "/" && url.Fragment.Length == 0
            ? url
            : throw new Failure(ExitCode.Usage, $"{text} is no server's URL. It looks like https://keys.example.com.");
    }

    /// <summary>Fails for a server that a token would reach in clear text.</summary>
    public static void Check(Uri url, Machine machine)
    {
        if (url.Scheme == "http" && !url.IsLoopback && machine.Setting("LATCHKEY_ALLOW_HTTP") != "1")
        {
            throw new Failure(
                ExitCode.Usage,
                $"{Show(url)} is not encrypted: others in the network could read your tokens. Use https, or set LATCHKEY_ALLOW_HTTP=1.");
        }
    }

    /// <summary>The URL as it is shown and stored.</summary>
    public static string Show(Uri url) => url.GetLeftPart(UriPartial.Authority);

    static bool IsLocal(string text) => text.Split(':')[0] is "localhost" or "127.0.0.1";
}
