namespace Dashboard.Tests.E2E.Support;

/// <summary>The pages under <c>docs</c>, whose texts are run as they stand.</summary>
static class Pages
{
    /// <summary>The one block of a language on a page.</summary>
    public static string Block(string page, string language)
    {
        var parts = File.ReadAllText(Path.Combine(Root(), "docs", page)).Split($"```{language}\n");
        return parts.Length == 2 ? parts[1].Split("\n```\n")[0] + "\n" : throw new InvalidOperationException($"{page} has {parts.Length - 1} blocks of {language}.");
    }

    /// <summary>The repository's folder.</summary>
    public static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Dashboard.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("The tests do not lie in the repository.");
        }

        return folder.FullName;
    }
}
