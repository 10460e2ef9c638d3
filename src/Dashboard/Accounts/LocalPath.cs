namespace Dashboard.Accounts;

/// <summary>Where a person is led after signing in: to a page of ours, whatever the address that they came with says.</summary>
static class LocalPath
{
    const int MaxLength = 2000;

    /// <summary>Returns <paramref name="path"/> if it is a path on this host, else the start page. Browsers read <c>//host</c> and <c>/\host</c> as another
    /// host, and drop tabs and line breaks before they look.</summary>
    public static string OrStart(string? path) =>
        path is ['/', ..] and not ['/', '/', ..] && path.Length <= MaxLength && !path.Any(c => c == '\\' || char.IsControl(c)) ? path : "/";
}
