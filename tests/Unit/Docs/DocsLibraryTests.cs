using System.Text.RegularExpressions;
using Dashboard.Docs;
using Dashboard.Tests.Unit.Support;
using Xunit;

namespace Dashboard.Tests.Unit.Docs;

/// <summary>The documentation as the product shows it.</summary>
public sealed partial class DocsLibraryTests
{
    [Fact]
    public void Every_page_of_the_repository_is_there_with_its_title()
    {
        var folder = Path.Combine(Repository.Root, "docs");
        var files = Directory.GetFiles(folder, "*.md", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(folder, file)[..^".md".Length].Replace('\\', '/'));
        var shown = Links().Select(link => link.Href).Where(href => href != DocsLibrary.ApiReference).Select(href => href["/docs/".Length..]);
        Assert.Equal(files.Order(StringComparer.Ordinal), shown.Order(StringComparer.Ordinal));
        Assert.All(Links(), link => Assert.NotEmpty(link.Title));
        Assert.Equal("nginx", DocsLibrary.Page("verify/nginx")!.Title);
        Assert.Null(DocsLibrary.Page("verify"));
        Assert.Null(DocsLibrary.Page("../README"));
    }

    [Fact]
    public void Links_lead_to_pages_and_headings_that_are_shown_and_to_no_other_host()
    {
        foreach (var link in Links().Where(link => link.Href != DocsLibrary.ApiReference))
        {
            foreach (var target in Href().Matches(Html(link.Href)).Select(match => match.Groups["to"].Value))
            {
                var (path, part) = target.Split('#') is [var before, var after] ? (before, after) : (target, null);
                Assert.Contains(Links(), other => other.Href == path);
                Assert.True(part is null || Html(path).Contains($"id=\"{part}\"", StringComparison.Ordinal), $"{link.Href}: {target}");
            }
        }
    }

    [Fact]
    public void Code_is_printed_as_it_is_written_and_can_be_copied()
    {
        var page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "verify", "nginx.md"));
        var code = Assert.Single(DocsLibrary.Page("verify/nginx")!.Parts, part => part.Kind == DocsPartKind.Code);
        Assert.Equal(page.Split("```nginx\n")[1].Split("\n```")[0], code.Html);
        Assert.NotNull(code.Id);
    }

    [Fact]
    public void Guides_begin_with_the_one_for_any_language() =>
        Assert.Equal(["Verifying keys", "nginx", "Caddy", "Traefik", ".NET", "Go", "JavaScript", "Python"], DocsLibrary.Guides.Links.Select(link => link.Title));

    static IEnumerable<DocsLink> Links() => DocsLibrary.Groups.SelectMany(group => group.Links);

    static string Html(string href) =>
        string.Concat(DocsLibrary.Page(href["/docs/".Length..])!.Parts.Where(part => part.Kind != DocsPartKind.Code).Select(part => part.Html));

    [GeneratedRegex("href=\"(?<to>[^\"]*)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Href();
}
