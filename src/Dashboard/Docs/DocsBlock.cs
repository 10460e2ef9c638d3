using System.Globalization;
using Markdig.Extensions.Tables;
using Markdig.Renderers.Html;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;

namespace Dashboard.Docs;

/// <summary>Draws a block of Markdown as elements, so that no text of it can become markup.</summary>
public sealed class DocsBlock : ComponentBase
{
    [Parameter, EditorRequired] public Block Block { get; set; } = null!;

    protected override void BuildRenderTree(RenderTreeBuilder builder) => Draw(builder, Block);

    static void Draw(RenderTreeBuilder builder, Block block)
    {
        switch (block)
        {
            case HeadingBlock heading:
                Element(builder, string.Create(CultureInfo.InvariantCulture, $"h{heading.Level}"),
                    heading, id: heading.TryGetAttributes()?.Id);
                break;
            case ParagraphBlock { Parent: ListItemBlock { Parent: ListBlock { IsLoose: false } } or TableCell } tight:
                Draw(builder, tight.Inline);
                break;
            case ParagraphBlock paragraph:
                Element(builder, "p", paragraph);
                break;
            case FencedCodeBlock code:
                builder.OpenElement(0, "pre");
                builder.AddAttribute(1, "tabindex", "0"); // it scrolls
                builder.AddContent(2, code.Lines.ToString());
                builder.CloseElement();
                break;
            case ListBlock list:
                Element(builder, list.IsOrdered ? "ol" : "ul", list);
                break;
            case ListItemBlock item:
                Element(builder, "li", item);
                break;
            case QuoteBlock quote:
                Element(builder, "blockquote", quote);
                break;
            case Table table:
                builder.OpenElement(0, "table");
                Rows(builder, "thead", table.OfType<TableRow>().Where(row => row.IsHeader));
                Rows(builder, "tbody", table.OfType<TableRow>().Where(row => !row.IsHeader));
                builder.CloseElement();
                break;
            case TableRow row:
                Element(builder, "tr", row);
                break;
            case TableCell cell:
                Element(builder, cell.Parent is TableRow { IsHeader: true } ? "th" : "td", cell);
                break;
        }
    }

    static void Rows(RenderTreeBuilder builder, string name, IEnumerable<TableRow> rows)
    {
        builder.OpenElement(0, name);
        foreach (var row in rows)
        {
            Draw(builder, row);
        }

        builder.CloseElement();
    }

    static void Element(RenderTreeBuilder builder, string name, ContainerBlock block)
    {
        builder.OpenElement(0, name);
        foreach (var child in block)
        {
            Draw(builder, child);
        }

        builder.CloseElement();
    }

    static void Element(RenderTreeBuilder builder, string name, LeafBlock block, string? id = null)
    {
        builder.OpenElement(0, name);
        builder.AddAttribute(1, "id", id);
        Draw(builder, block.Inline);
        builder.CloseElement();
    }

    static void Draw(RenderTreeBuilder builder, ContainerInline? inlines)
    {
        foreach (var inline in inlines ?? [])
        {
            switch (inline)
            {
                case LiteralInline text:
                    builder.AddContent(2, text.Content.ToString());
                    break;
                case HtmlEntityInline entity:
                    builder.AddContent(2, entity.Transcoded.ToString());
                    break;
                case LineBreakInline:
                    builder.AddContent(2, "\n");
                    break;
                case CodeInline code:
                    builder.OpenElement(3, "code");
                    builder.AddContent(4, code.Content);
                    builder.CloseElement();
                    break;
                case EmphasisInline emphasis:
                    builder.OpenElement(5, emphasis.DelimiterCount == 2 ? "strong" : "em");
                    Draw(builder, emphasis);
                    builder.CloseElement();
                    break;
                case LinkInline link:
                    builder.OpenElement(6, "a");
                    builder.AddAttribute(7, "href", link.Url);
                    Draw(builder, link);
                    builder.CloseElement();
                    break;
                case ContainerInline other:
                    Draw(builder, other);
                    break;
            }
        }
    }
}
