using System.Text.RegularExpressions;
using Dashboard.Tests.Unit.Support;
using Xunit;

namespace Dashboard.Tests.Unit.Docs;

/// <summary>The index from the sections of RFCs to tests.</summary>
public sealed partial class OAuthConformanceTests
{
    static readonly string[] Specifications = ["6749", "6750", "7009", "7591", "7636", "7662", "8414", "8628", "8707", "9068", "9207", "9728", "Client ID metadata documents"];

    static readonly string Page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "oauth-conformance.md"));

    [Fact]
    public void Every_test_that_the_index_names_is_there()
    {
        var sources = new[] { "tests/Unit", "tests/E2E" }.SelectMany(folder => Directory.GetFiles(Path.Combine(Repository.Root, folder), "*.cs", SearchOption.AllDirectories))
            .ToLookup(file => Path.GetFileNameWithoutExtension(file), File.ReadAllText, StringComparer.Ordinal);
        var named = TestName().Matches(Page);
        Assert.InRange(named.Count, 50, 500);
        Assert.All(named, test => Assert.Contains(sources[test.Groups["class"].Value], source => IsTest(source, test.Groups["method"].Value)));
    }

    [Fact]
    public void Every_row_has_a_test_and_every_specification_rows()
    {
        Assert.All(Specifications, name => Assert.Contains(Page.Split('\n'), line => line.StartsWith("## ", StringComparison.Ordinal) && line.Contains(name, StringComparison.Ordinal)));
        foreach (var part in Page.Split("\n## ")[1..])
        {
            var rows = part.Split('\n').Where(line => line.StartsWith("| ", StringComparison.Ordinal) && !line.StartsWith("| Section", StringComparison.Ordinal) && !line.StartsWith("| ---", StringComparison.Ordinal));
            Assert.NotEmpty(rows);
            Assert.All(rows, row => Assert.Matches(TestName(), row));
        }
    }

    /// <summary>Whether the method stands right after the attributes of a test.</summary>
    static bool IsTest(string source, string method) => Regex.IsMatch(
        source, $@"\[(Fact|Theory|SkippableFact)\b[^\n]*\n(\s*(\[[^\n]*|//[^\n]*)\n)*\s*public (async )?(void|Task|ValueTask) {method}\(", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5));

    [GeneratedRegex(@"`(?<class>[A-Z][A-Za-z]*(Tests|Journeys))\.(?<method>[A-Za-z0-9_]+)`", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex TestName();
}
