using System.Text.RegularExpressions;
using Dashboard.Tests.Unit.Support;
using Xunit;

namespace Dashboard.Tests.Unit.Docs;

/// <summary>The repository's Markdown: its links lead somewhere, and it is in plain English.</summary>
public sealed partial class MarkdownTests
{
    /// <summary>Words that no page uses: each has a plain one, or the American spelling.</summary>
    static readonly Regex Avoided = new(
        @"\b(for\sever|anew|lately|meanwhile|whoever|who carries? on|hears? of|goes on|going on|(is|are|be) told( as)?|what (was|is) asked for|switch(es|ed)?\s((it|them|keys?)\s)?off|tells? apart|licence|catalogue)\b",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5));

    [Fact]
    public void Links_lead_to_files_and_headings_that_exist()
    {
        var root = Repository.Root;
        List<string> dead = [];
        foreach (var page in Pages(root))
        {
            foreach (var target in Link().Matches(WithoutCode(File.ReadAllText(page)))
                .Select(match => match.Groups["target"].Value).Where(target => !target.Contains("://", StringComparison.Ordinal)))
            {
                var parts = target.Split('#', 2);
                var file = parts[0].Length == 0 ? page : Path.GetFullPath(parts[0], Path.GetDirectoryName(page)!);
                if (!(File.Exists(file) || Directory.Exists(file)) || (parts.Length == 2 && !Headings(file).Contains(parts[1])))
                {
                    dead.Add($"{Path.GetRelativePath(root, page)}: {target}");
                }
            }
        }

        Assert.Empty(dead);
    }

    [Fact]
    public void Prose_avoids_the_words_that_have_a_plain_one()
    {
        var root = Repository.Root;
        Assert.Empty(Pages(root).SelectMany(page =>
            Avoided.Matches(WithoutCode(File.ReadAllText(page))).Select(match => $"{Path.GetRelativePath(root, page)}: {match.Value}")));
    }

    /// <summary>What can be enabled again is disabled: one word for it, on every page. Programs read <c>inactive</c>.</summary>
    [Fact]
    public void Pages_call_what_is_disabled_by_one_word()
    {
        var pages = Directory.GetFiles(Path.Combine(Repository.Root, "src", "Dashboard"), "*.razor", SearchOption.AllDirectories);
        Assert.Empty(
            pages.Where(page => OtherWords().IsMatch(File.ReadAllText(page))).Select(page => Path.GetRelativePath(Repository.Root, page)));
    }

    static IEnumerable<string> Pages(string root) =>
    [
        .. Directory.GetFiles(root, "*.md"),
        .. Directory.GetFiles(Path.Combine(root, "docs"), "*.md", SearchOption.AllDirectories),
        .. Directory.GetFiles(Path.Combine(root, ".github"), "*.md", SearchOption.AllDirectories),
    ];

    /// <summary>A page's headings as the address of a part of it names them.</summary>
    static HashSet<string> Headings(string page) => [.. Heading().Matches(WithoutCode(File.ReadAllText(page), keepSpans: true))
        .Select(match => NotInAnchor().Replace(match.Groups["text"].Value.ToLowerInvariant(), "").Replace(' ', '-'))];

    static string WithoutCode(string text, bool keepSpans = false)
    {
        var prose = Fence().Replace(text, "");
        return keepSpans ? prose : CodeSpan().Replace(prose, "``");
    }

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Link();

    [GeneratedRegex(@"^#+ (?<text>.+?)\s*$", RegexOptions.ExplicitCapture | RegexOptions.Multiline, 5000)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\w\- ]", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex NotInAnchor();

    [GeneratedRegex(@"^ *```.*?^ *```$", RegexOptions.ExplicitCapture | RegexOptions.Multiline | RegexOptions.Singleline, 5000)]
    private static partial Regex Fence();

    [GeneratedRegex(@"`[^`\n]+`", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex CodeSpan();

    [GeneratedRegex(@"(?<!\.)\b(in|de)activ|switch(es|ed)?\s((it|them)\s)?off|turn(s|ed)?\s((it|them)\s)?off", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex OtherWords();
}
