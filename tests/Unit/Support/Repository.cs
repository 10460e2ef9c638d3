namespace Dashboard.Tests.Unit.Support;

/// <summary>The repository that the tests were built in, for tests that read its documents.</summary>
static class Repository
{
    /// <summary>The folder that holds <c>Dashboard.sln</c>.</summary>
    public static string Root { get; } = Find();

    static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Dashboard.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("The tests are not inside the repository.");
        }

        return folder.FullName;
    }
}
