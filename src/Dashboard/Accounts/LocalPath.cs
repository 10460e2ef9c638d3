namespace Dashboard.Accounts;

/// <summary>Restricts the return URL of a sign-in to paths on this host.</summary>
static class LocalPath
{
    const int MaxLength = 2000;

    /// <summary>Returns <paramref name="path"/> if it is a path on this host, and the start page otherwise. Browsers interpret
    /// <c>//host</c> and <c>/\host</c> as another host, and strip tabs and line breaks first.</summary>
    public static string OrStart(string? path) =>
        path is ['/', ..] and not ['/', '/', ..] && path.Length <= MaxLength && !path.Any(c => c == '\\' || char.IsControl(c)) ? path : "/";
}
