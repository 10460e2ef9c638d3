using Dashboard.Components;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Docs;

/// <summary>A page of the documentation.</summary>
/// <param name="Title">Its first heading.</param>
/// <param name="Parts">The rest of it, in order.</param>
public sealed record DocsPageText(string Title, IReadOnlyList<DocsPart> Parts);

/// <summary>A part of a page: prose, a table or a code block.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Html">Its markup; of a code block its text.</param>
/// <param name="Id">The id that it can be copied by; null for prose.</param>
public sealed record DocsPart(DocsPartKind Kind, string Html, string? Id = null)
{
    public MarkupString Markup => new(Html);
}

public enum DocsPartKind
{
    Prose,
    Table,
    Code,
}

/// <summary>A link to a page of the documentation.</summary>
public sealed record DocsLink(string Title, string Href);

/// <summary>Links under a heading.</summary>
public sealed record DocsGroup(string Title, IReadOnlyList<DocsLink> Links);
