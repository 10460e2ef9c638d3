using System.Collections.Frozen;
using System.Reflection;
using Markdig;
using Markdig.Extensions.AutoIdentifiers;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace Dashboard.Docs;

/// <summary>The documentation of this version, which is part of the program: its pages in Markdown, parsed when they are first read. Links
/// lead to other pages of it; those to other hosts are left out, because no page of ours leads anywhere by itself.</summary>
static class DocsLibrary
{
    /// <summary>The address that all of it is below.</summary>
    public const string Root = "/docs";

    /// <summary>The address of the API reference, which is made from the OpenAPI document.</summary>
    public const string ApiReference = $"{Root}/api";

    const string Prefix = "docs/";

    /// <summary>The order of the pages. What is in no group is a decision.</summary>
    static readonly (string Title, string[] Pages)[] order =
    [
        (
            "Verify keys",
            [
                "verifying", "verify/nginx", "verify/caddy", "verify/haproxy", "verify/apache", "verify/traefik", "verify/policy-from-path",
                "verify/dotnet", "verify/go", "verify/javascript", "verify/python",
            ]),
        ("Use", ["keys", "rest-api", "command-line", "service-accounts", "accounts", "oauth",
            "oauth-conformance", "members", "roles", "glossary"]),
        ("Run", ["deployment", "settings", "backup", "moving-in", "security", "security/asvs", "security/inventory", "audit"]),
    ];

    static readonly MarkdownPipeline pipeline =
        new MarkdownPipelineBuilder().UsePipeTables().UseAutoIdentifiers(AutoIdentifierOptions.GitHub).Build();

    static readonly FrozenDictionary<string, Lazy<DocsPageText>> pages = Assembly.GetExecutingAssembly().GetManifestResourceNames()
        .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)).Select(name => name[Prefix.Length..])
        .ToFrozenDictionary(page => page, page => new Lazy<DocsPageText>(() => Read(page)), StringComparer.Ordinal);

    static readonly Lazy<IReadOnlyList<DocsGroup>> groups = new(
    [
        .. order.Select(group => new DocsGroup(
            group.Title,
            [.. group.Pages.SelectMany(
                page => page == "rest-api" ? [LinkTo(page), new("API reference", ApiReference)] : new[] { LinkTo(page) })])),
        new("Decisions", [.. pages.Keys.Where(page => page.StartsWith("decisions/", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal).Select(LinkTo)]),
    ]);

    /// <summary>The version of the program.</summary>
    public static string Version { get; } =
        Assembly.GetExecutingAssembly().GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    /// <summary>All pages, in groups.</summary>
    public static IReadOnlyList<DocsGroup> Groups => groups.Value;

    /// <summary>How to have an API verify keys, from the page for any language to those for one.</summary>
    public static DocsGroup Guides => Groups[0];

    /// <summary>Finds a page.</summary>
    /// <param name="page">Its path without extension: <c>verify/nginx</c>.</param>
    public static DocsPageText? Page(string page) => pages.TryGetValue(page, out var found) ? found.Value : null;

    static DocsLink LinkTo(string page) => new(pages[page].Value.Title, $"{Root}/{page}");

    static DocsPageText Read(string page)
    {
        using var reader = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream(Prefix + page)!);
        var document = Markdown.Parse(reader.ReadToEnd(), pipeline);
        foreach (var link in document.Descendants<LinkInline>().ToList())
        {
            Lead(link, page);
        }

        foreach (var link in document.Descendants<AutolinkInline>().ToList())
        {
            link.ReplaceBy(new LiteralInline(link.Url));
        }

        var title = (HeadingBlock)document[0];
        return new(string.Concat(title.Inline!.Descendants<LeafInline>()
            .Select(inline => inline is CodeInline code ? code.Content : inline.ToString())), [.. document.Skip(1)]);
    }

    /// <summary>Points a link at the page here that its file is shown on. A link to anything else becomes its text.</summary>
    static void Lead(LinkInline link, string page)
    {
        var target = new Uri(new Uri($"http://docs/{page}"), link.Url);
        var path = target.AbsolutePath.TrimStart('/');
        var name = path.EndsWith(".md", StringComparison.Ordinal) ? path[..^".md".Length] : path;
        if (!link.IsImage && target.Host == "docs" && pages.ContainsKey(name))
        {
            link.Url = $"{Root}/{name}{target.Fragment}"; // whole, since <base> would lead "#part" to the start page
            return;
        }

        var text = new ContainerInline();
        link.ReplaceBy(text, copyChildren: false);
        while (link.FirstChild is { } child)
        {
            child.Remove();
            text.AppendChild(child);
        }
    }
}
