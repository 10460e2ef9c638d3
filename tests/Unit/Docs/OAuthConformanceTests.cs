using Dashboard.Tests.Unit.Support;
using Xunit;

namespace Dashboard.Tests.Unit.Docs;

/// <summary>The index from the sections of RFCs to tests.</summary>
public sealed class OAuthConformanceTests
{
    static readonly string[] Specifications =
        ["6749", "6750", "7009", "7591", "7636", "7662", "8414", "8628", "8707", "9068", "9207", "9728", "Client ID metadata documents"];

    static readonly string Page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "oauth-conformance.md"));

    [Fact]
    public void Every_test_that_the_index_names_is_there() => Assert.InRange(NamedTests.ExpectAll(Page), 50, 500);

    [Fact]
    public void Every_row_has_a_test_and_every_specification_rows()
    {
        Assert.All(Specifications, name => Assert.Contains(
            Page.Split('\n'), line => line.StartsWith("## ", StringComparison.Ordinal) && line.Contains(name, StringComparison.Ordinal)));
        foreach (var part in Page.Split("\n## ")[1..])
        {
            var rows = part.Split('\n').Where(line => line.StartsWith("| ", StringComparison.Ordinal)
                && !line.StartsWith("| Section", StringComparison.Ordinal) && !line.StartsWith("| ---", StringComparison.Ordinal));
            Assert.NotEmpty(rows);
            Assert.All(rows, row => Assert.Matches(NamedTests.Name, row));
        }
    }
}
