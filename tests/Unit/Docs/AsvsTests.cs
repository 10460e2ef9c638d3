using System.Text.RegularExpressions;
using Dashboard.Tests.Unit.Support;
using Xunit;

namespace Dashboard.Tests.Unit.Docs;

/// <summary>The page that goes through OWASP's Application Security Verification Standard.</summary>
public sealed partial class AsvsTests
{
    /// <summary>The requirements of ASVS 5.0.0: section, those of level 1, those of level 2.</summary>
    const string Standard = """
        1.1 | | 1 2
        1.2 | 1 2 3 4 5 | 6 7 8 9
        1.3 | 1 2 | 3 4 5 6 7 8 9 10 11
        1.4 | | 1 2 3
        1.5 | 1 | 2
        2.1 | 1 | 2 3
        2.2 | 1 2 | 3
        2.3 | 1 | 2 3 4
        2.4 | | 1
        3.2 | 1 2 |
        3.3 | 1 | 2 3 4
        3.4 | 1 2 | 3 4 5 6
        3.5 | 1 2 3 | 4 5
        3.7 | | 1 2
        4.1 | 1 | 2 3
        4.2 | | 1
        4.3 | | 1 2
        4.4 | 1 | 2 3 4
        5.1 | | 1
        5.2 | 1 2 | 3
        5.3 | 1 2 |
        5.4 | | 1 2 3
        6.1 | 1 | 2 3
        6.2 | 1 2 3 4 5 6 7 8 | 9 10 11 12
        6.3 | 1 2 | 3 4
        6.4 | 1 2 | 3 4
        6.5 | | 1 2 3 4 5
        6.6 | | 1 2 3
        6.8 | | 1 2 3 4
        7.1 | | 1 2 3
        7.2 | 1 2 3 4 |
        7.3 | | 1 2
        7.4 | 1 2 | 3 4 5
        7.5 | | 1 2
        7.6 | | 1 2
        8.1 | 1 | 2
        8.2 | 1 2 | 3
        8.3 | 1 |
        8.4 | | 1
        9.1 | 1 2 3 |
        9.2 | 1 | 2 3 4
        10.1 | | 1 2
        10.2 | | 1 2
        10.3 | | 1 2 3 4
        10.4 | 1 2 3 4 5 | 6 7 8 9 10 11
        10.5 | | 1 2 3 4 5
        10.6 | | 1 2
        10.7 | | 1 2 3
        11.1 | | 1 2
        11.2 | | 1 2 3
        11.3 | 1 2 | 3
        11.4 | 1 | 2 3 4
        11.5 | | 1
        11.6 | | 1
        12.1 | 1 | 2 3
        12.2 | 1 2 |
        12.3 | | 1 2 3 4
        13.1 | | 1
        13.2 | | 1 2 3 4 5
        13.3 | | 1 2
        13.4 | 1 | 2 3 4 5
        14.1 | | 1 2
        14.2 | 1 | 2 3 4
        14.3 | 1 | 2 3
        15.1 | 1 | 2 3
        15.2 | 1 | 2 3
        15.3 | 1 | 2 3 4 5 6 7
        16.1 | | 1
        16.2 | | 1 2 3 4 5
        16.3 | | 1 2 3 4
        16.4 | | 1 2 3
        16.5 | | 1 2 3
        17.1 | | 1
        17.2 | | 1 2 3 4
        17.3 | | 1 2
        """;

    static readonly string[] Lines = File.ReadAllLines(Path.Combine(Repository.Root, "docs", "security", "asvs.md"));

    static readonly IReadOnlyList<string[]> Rows =
        [.. Lines.Where(line => line.StartsWith("| ", StringComparison.Ordinal) && char.IsAsciiDigit(line[2]))
        .Select(line => line.Trim('|').Split(" | ", StringSplitOptions.TrimEntries))];

    static readonly IReadOnlyList<(string Number, int Level)> Requirements =
        [.. Standard.Split('\n', StringSplitOptions.TrimEntries).SelectMany(line =>
    {
        var parts = line.Split('|', StringSplitOptions.TrimEntries);
        return new[] { 1, 2 }.SelectMany(
            level => parts[level].Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(number => ($"{parts[0]}.{number}", level)));
    })];

    [Fact]
    public void Every_requirement_of_level_1_and_2_is_listed_once()
    {
        Assert.Equal((70, 183), (Requirements.Count(x => x.Level == 1), Requirements.Count(x => x.Level == 2)));
        var listed = Rows.SelectMany(row => Number().Matches(row[0])).Select(match => match.Value);
        Assert.Equal(Requirements.Select(x => x.Number).Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Requirement_that_applies_has_its_level_and_a_test_or_what_to_read()
    {
        var levels = Requirements.ToDictionary(x => x.Number, x => x.Level, StringComparer.Ordinal);
        var applying = Rows.Where(row => row.Length == 3).ToList();
        Assert.InRange(applying.Count, 180, levels.Count);
        Assert.All(applying, row => Assert.Equal($"{Number().Match(row[0])} (L{levels[Number().Match(row[0]).Value]})", row[0]));
        Assert.All(applying, row =>
            Assert.True(NamedTests.Name.IsMatch(row[2]) || row[2].StartsWith("reading ", StringComparison.Ordinal), row[0]));
    }

    [Fact]
    public void Every_test_that_the_page_names_is_there() => Assert.InRange(NamedTests.ExpectAll(string.Join('\n', Lines)), 150, 500);

    /// <summary>The list at the top of the page says what somebody who only reads it has to know.</summary>
    [Fact]
    public void What_is_not_met_as_written_is_a_deviation_and_listed_at_the_top()
    {
        const string Marked = "**Deviation.** ";
        var marked = Rows.Where(row => row[1].StartsWith(Marked, StringComparison.Ordinal)).Select(row => Number().Match(row[0]).Value);
        var item = string.Join(' ', Lines.SkipWhile(line => !line.StartsWith("- **Deviation**", StringComparison.Ordinal))
            .TakeWhile((line, i) => i == 0 || line.StartsWith("  ", StringComparison.Ordinal)));
        Assert.NotEmpty(item);
        Assert.Equal(marked, Number().Matches(item).Select(match => match.Value));
        Assert.All(Rows, row => Assert.True(
            // nothing is met in part
            row[1].StartsWith(Marked, StringComparison.Ordinal) || !row[1].Contains(".**", StringComparison.Ordinal), row[0]));
    }

    [GeneratedRegex(@"\b[0-9]{1,2}\.[0-9]{1,2}\.[0-9]{1,2}\b", RegexOptions.CultureInvariant, 5000)]
    private static partial Regex Number();
}
