using Bunit;
using Dashboard.Docs;
using Dashboard.Tests.Unit.Support;
using Markdig.Renderers.Html;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;
using Xunit;

namespace Dashboard.Tests.Unit.Docs;

/// <summary>The documentation as the product shows it.</summary>
public sealed class DocsLibraryTests : BunitContext
{
    [Fact]
    public void Every_page_of_the_repository_is_there_with_its_title()
    {
        var folder = Path.Combine(Repository.Root, "docs");
        var files = Directory.GetFiles(folder, "*.md", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(folder, file)[..^".md".Length].Replace('\\', '/'));
        var shown = Links().Select(link => link.Href).Where(href => href != DocsLibrary.ApiReference)
            .Select(href => href["/docs/".Length..]);
        Assert.Equal(files.Order(StringComparer.Ordinal), shown.Order(StringComparer.Ordinal));
        Assert.All(Links(), link => Assert.NotEmpty(link.Title));
        Assert.Equal("nginx", DocsLibrary.Page("verify/nginx")!.Title);
        Assert.Null(DocsLibrary.Page("verify"));
        Assert.Null(DocsLibrary.Page("../README"));
    }

    [Fact]
    public void Links_lead_to_pages_and_headings_that_are_shown_and_to_no_other_host()
    {
        var targets = Links().Where(link => link.Href != DocsLibrary.ApiReference)
            .SelectMany(page =>
                BlocksOf(page.Href).SelectMany(InlinesOf<LinkInline>).Select(link => (Page: page.Href, To: link.Url!))).ToList();
        Assert.NotEmpty(targets);
        foreach (var (page, to) in targets)
        {
            var (path, part) = to.Split('#') is [var before, var after] ? (before, after) : (to, null);
            Assert.True(Links().Any(link => link.Href == path), $"{page}: {to}");
            Assert.True(part is null
                || BlocksOf(path).OfType<HeadingBlock>().Any(heading => heading.TryGetAttributes()?.Id == part), $"{page}: {to}");
        }
    }

    [Fact]
    public void Code_is_printed_as_it_is_written()
    {
        var page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "verify", "nginx.md"));
        var code = Assert.Single(BlocksOf("/docs/verify/nginx").OfType<FencedCodeBlock>());
        Assert.Equal(page.Split("```nginx\n")[1].Split("\n```")[0], code.Lines.ToString());
    }

    /// <summary>Blocks and inlines that <see cref="DocsBlock"/> does not know would be missing from the page without a word.</summary>
    [Fact]
    public void Every_word_of_a_page_is_drawn()
    {
        foreach (var link in Links().Where(link => link.Href != DocsLibrary.ApiReference))
        {
            foreach (var block in BlocksOf(link.Href))
            {
                var drawn = Render<DocsBlock>(parameters => parameters.Add(x => x.Block, block)).Nodes.Select(node => node.TextContent);
                var codes = block is FencedCodeBlock code ? [code] : block.Descendants<FencedCodeBlock>();
                var words = string.Concat(codes.Select(one => one.Lines.ToString()))
                    + string.Concat(InlinesOf<LeafInline>(block).Select(
                        inline => inline switch { CodeInline one => one.Content, LiteralInline one => one.Content.ToString(), _ => "" }));
                Assert.Equal(Squeezed(words), Squeezed(string.Concat(drawn)));
            }
        }

        static string Squeezed(string text) => string.Concat(text.Where(c => !char.IsWhiteSpace(c)).Order());
    }

    [Fact]
    public void Guides_begin_with_the_one_for_any_language() =>
        Assert.Equal(
            ["Verifying keys", "nginx", "Caddy", "HAProxy", "Apache", "Traefik", "A policy from the path",
                ".NET", "Go", "JavaScript", "Python"], DocsLibrary.Guides.Links.Select(link => link.Title));

    static IEnumerable<DocsLink> Links() => DocsLibrary.Groups.SelectMany(group => group.Links);

    static IReadOnlyList<Block> BlocksOf(string href) => DocsLibrary.Page(href["/docs/".Length..])!.Blocks;

    static IEnumerable<T> InlinesOf<T>(Block block)
        where T : Inline => block is LeafBlock leaf ? leaf.Inline?.Descendants<T>() ?? [] : block.Descendants<T>();
}
