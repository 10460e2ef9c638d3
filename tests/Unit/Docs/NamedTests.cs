using System.Text.RegularExpressions;
using Dashboard.Tests.Unit.Support;
using Xunit;

namespace Dashboard.Tests.Unit.Docs;

/// <summary>The tests that a page of the documentation names, by class and method.</summary>
static partial class NamedTests
{
    /// <summary>Finds <c>ClassTests.Method</c> in code.</summary>
    public static Regex Name => TestName();

    /// <summary>Fails for a test that the page names and that does not exist.</summary>
    /// <param name="page">The text of the page.</param>
    /// <returns>The number of tests that are named.</returns>
    public static int ExpectAll(string page)
    {
        var sources = new[] { "tests/Unit", "tests/E2E" }.SelectMany(
            folder => Directory.GetFiles(Path.Combine(Repository.Root, folder), "*.cs", SearchOption.AllDirectories))
            .ToLookup(file => Path.GetFileNameWithoutExtension(file), File.ReadAllText, StringComparer.Ordinal);
        var named = TestName().Matches(page)
            .Select(test => (Class: test.Groups["class"].Value, Method: test.Groups["method"].Value)).Distinct().ToList();
        Assert.DoesNotContain(named, test => !sources[test.Class].Any(source => IsTest(source, test.Method)));
        return named.Count;
    }

    /// <summary>Whether the method is the first public one after the attribute of a test.</summary>
    static bool IsTest(string source, string method)
    {
        var declared = new[] { "void", "Task", "async Task", "ValueTask", "async ValueTask" }
            .Select(type => source.IndexOf($" public {type} {method}(", StringComparison.Ordinal)).Max();
        var before = declared < 0 ? "" : source[..declared];
        var attribute = new[] { "[Fact", "[Theory" }.Max(name => before.LastIndexOf(name, StringComparison.Ordinal));
        return attribute >= 0 && !before[attribute..].Contains("\n    public ", StringComparison.Ordinal);
    }

    [GeneratedRegex(@"`(?<class>[A-Z][A-Za-z0-9]*(Tests|Journeys))\.(?<method>[A-Za-z0-9_]+)`", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex TestName();
}
