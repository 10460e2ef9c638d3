using System.Reflection;
using Dashboard.Auth;
using Dashboard.Cli.Common;
using Dashboard.Core;
using Dashboard.Core.Data;
using Dashboard.Tests.Unit.Support;
using Xunit;

namespace Dashboard.Tests.Unit.Architecture;

/// <summary>Core is built in floors: a folder may use those above it, never one below. Dashboard has no order, but no circle
/// either.</summary>
public sealed class FloorsTests
{
    const string CoreName = "Dashboard.Core";
    const string DashboardName = "Dashboard";

    /// <summary>Core's folders from the top floor down.</summary>
    static readonly string[] Floors =
    [
        "Common", "Data", "Limits", "DataProtection", "Changes", "Organizations", "Keys.Format",
        "Keys", "Keys.Listing", "Mail", "Accounts", "Projects", "Usage", "Setup",
        "Credentials", "ServiceAccounts", "PublishedApps", "Import", "Tokens", "Members", "Deletion",
        "Verification", "Verification.AspNetCore", "OAuth", "Audit",
    ];

    /// <summary>What puts the floors together, and so uses all of them.</summary>
    static readonly string[] Composition = [nameof(CoreServices), nameof(DashboardContext), nameof(DatabaseRegistration)];

    static readonly Assembly Core = typeof(CoreServices).Assembly;
    static readonly Assembly Pages = typeof(CurrentUser).Assembly;

    [Fact]
    public void Core_uses_only_folders_above()
    {
        var graph = GraphOf(Core, CoreName, type => Composition.Contains(type.Name, StringComparer.Ordinal));
        Assert.Empty(graph.FindDownward(Floors));
        // the list has no floor that is gone
        Assert.Equal(Floors.Order(StringComparer.Ordinal), graph.Folders.Order(StringComparer.Ordinal));
        Assert.Empty(graph.FindCircles());
    }

    [Fact]
    public void Core_names_only_folders_above_in_its_sources()
    {
        var graph = new FolderGraph();
        foreach (var path in Directory.EnumerateFiles(Path.Combine(Repository.Root, "src", CoreName), "*.cs", SearchOption.AllDirectories))
        {
            var lines = File.ReadAllLines(path);
            if (Named(lines, "namespace").SingleOrDefault() is { } own && !own.Contains("Migrations", StringComparison.Ordinal)
                && !Composition.Contains(Path.GetFileNameWithoutExtension(path), StringComparer.Ordinal))
            {
                foreach (var used in Named(lines, "using"))
                {
                    graph.Add(own, used, Path.GetFileName(path)); // constants and references in comments leave no trace in the assembly
                }
            }
        }

        Assert.Empty(graph.FindDownward(Floors));
        Assert.Contains("Keys", graph.Folders);
    }

    [Fact]
    public void Dashboard_has_no_circle_of_folders()
    {
        var graph = GraphOf(Pages, DashboardName, _ => false);
        Assert.Empty(graph.FindCircles());
        Assert.Contains("Shell", graph.Folders);
    }

    [Fact]
    public void Command_line_has_no_circle_of_folders_and_knows_the_product_by_its_api_alone()
    {
        const string root = "Dashboard.Cli";
        var (assembly, graph) = (typeof(ExitCode).Assembly, new FolderGraph());
        foreach (var (from, to) in TypeReferences.Of(assembly))
        {
            Assert.False(to.Assembly is CoreName or DashboardName
                || to.Namespace.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal), $"{from.Name} > {to.Name}");
            if (FolderOf(from, root) is { } user && FolderOf(to, root) is { } used)
            {
                graph.Add(user, used, $"{from.Name} > {to.Name}");
            }
        }

        Assert.Empty(graph.FindCircles());
        Assert.Contains("Access", graph.Folders);
    }

    [Fact]
    public void Core_knows_nothing_of_blazor()
    {
        Assert.DoesNotContain(
            TypeReferences.Of(Core).Select(reference => reference.To),
            to => to.Namespace.StartsWith("Microsoft.AspNetCore.Components", StringComparison.Ordinal) || to.Assembly == DashboardName);
    }

    /// <summary>The folders of an assembly, without what its root namespace puts together.</summary>
    static FolderGraph GraphOf(Assembly assembly, string root, Func<TypeId, bool> isComposition)
    {
        var graph = new FolderGraph();
        foreach (var (from, to) in TypeReferences.Of(assembly)
            .Where(reference => reference.To.Assembly == root && !isComposition(reference.From)))
        {
            if (FolderOf(from, root) is { } user && FolderOf(to, root) is { } used)
            {
                graph.Add(user, used, $"{from.Name} > {to.Name}");
            }
        }

        return graph;
    }

    static string? FolderOf(TypeId type, string root) =>
        type.Namespace.StartsWith($"{root}.", StringComparison.Ordinal)
            && !type.Namespace.Contains(".Migrations", StringComparison.Ordinal) ? type.Namespace[(root.Length + 1)..] : null;

    /// <summary>What the lines name that begin with a keyword and a namespace of Core.</summary>
    static IEnumerable<string> Named(IEnumerable<string> lines, string keyword) => lines
        .Where(line => line.StartsWith($"{keyword} {CoreName}.", StringComparison.Ordinal) && line.EndsWith(';'))
        .Select(line => line[(keyword.Length + CoreName.Length + 2)..^1]);
}
