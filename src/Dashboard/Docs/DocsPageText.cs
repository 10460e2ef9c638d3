using Markdig.Syntax;

namespace Dashboard.Docs;

/// <summary>A page of the documentation.</summary>
/// <param name="Title">Its first heading.</param>
/// <param name="Blocks">The rest of it, in order.</param>
sealed record DocsPageText(string Title, IReadOnlyList<Block> Blocks);

/// <summary>A link to a page of the documentation.</summary>
sealed record DocsLink(string Title, string Href);

/// <summary>Links under a heading.</summary>
sealed record DocsGroup(string Title, IReadOnlyList<DocsLink> Links);
