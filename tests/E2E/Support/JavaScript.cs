using Dashboard.Tests.Unit.Support;
using Xunit;

namespace Dashboard.Tests.E2E.Support;

/// <summary>Programs under <c>Clients</c>, on Node and with the packages of the lock file there, which <c>./test.sh</c> installs.</summary>
static class JavaScript
{
    static readonly string Folder = Path.Combine(Repository.Root, "tests", "E2E", "Clients");

    /// <summary>The Node that ships with Playwright, or null.</summary>
    public static string? CarriedNode
    {
        get
        {
            var folder = new DirectoryInfo(Path.Combine(AppContext.BaseDirectory, ".playwright", "node"));
            return folder.Exists ? folder.GetFiles("node", SearchOption.AllDirectories).FirstOrDefault()?.FullName : null;
        }
    }

    /// <summary>Starts a program. If its packages are not installed, the test is skipped.</summary>
    public static ExternalProcess Start(string file, params (string Name, string Value)[] environment)
    {
        var node = CarriedNode ?? ExternalProcess.Find("node");
        Assert.SkipWhen(node is null, "no Node");
        Assert.SkipUnless(File.Exists(Path.Combine(Folder, "node_modules", ".package-lock.json")),
            "the npm packages of tests/E2E/Clients are not installed");
        return ExternalProcess.Start(node!, Folder, environment.ToDictionary(x => x.Name, x => x.Value, StringComparer.Ordinal), file);
    }
}
