using System.Text.RegularExpressions;
using Dashboard.Tests.Unit.Support;
using Xunit;

namespace Dashboard.Tests.Unit.Architecture;

/// <summary>Tests of pages find elements by role, label or test id, through <see cref="Elements"/>: a change of markup that a user does not
/// notice breaks no test.</summary>
public sealed partial class SelectorTests
{
    /// <summary>The calls that take a CSS selector.</summary>
    [GeneratedRegex("""\b(?:Find|FindAll|WaitForElements?|QuerySelector(?:All)?|Closest)\(\s*[$@]*"|\bGetElement(?:s)?By\w+\(""", RegexOptions.NonBacktracking)]
    private static partial Regex Selector { get; }

    [Fact]
    public void Only_the_helper_finds_by_selector()
    {
        var tests = Path.Combine(Repository.Root, "tests", "Unit");
        string[] allowed = [Path.Combine("Support", "Elements.cs"), Path.Combine("Architecture", "SelectorTests.cs")];
        var files = Directory.EnumerateFiles(tests, "*", SearchOption.AllDirectories)
            .Where(file => Path.GetExtension(file) is ".cs" or ".razor")
            .Select(file => Path.GetRelativePath(tests, file))
            .Where(file => !allowed.Contains(file, StringComparer.Ordinal)
                && file.Split(Path.DirectorySeparatorChar)[0] is not ("bin" or "obj")).ToList();
        Assert.NotEmpty(files);
        var found = files.SelectMany(
            file => Selector.Matches(File.ReadAllText(Path.Combine(tests, file))).Select(match => $"{file}: {match.Value}"));
        Assert.Empty(found);
    }

    [Theory]
    [InlineData("""page.Find(".btn-primary")""")]
    [InlineData("""page.FindAll("dialog form").Count""")]
    [InlineData("""page.Find($"#{id}")""")]
    [InlineData("""page.WaitForElement("#main", patience)""")]
    [InlineData("""row.QuerySelector("td.name")""")]
    [InlineData("""document.GetElementById(id)""")]
    public void Selector_is_noticed(string code) => Assert.Matches(Selector, code);

    [Theory]
    [InlineData("""keys.Find(digest, out _)""")]
    [InlineData("""page.ByRole("button", "Create key")""")]
    public void Anything_else_is_not(string code) => Assert.DoesNotMatch(Selector, code);
}
