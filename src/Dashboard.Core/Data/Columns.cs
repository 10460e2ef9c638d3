using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Dashboard.Core.Data;

/// <summary>The kinds of columns that many tables have.</summary>
static class Columns
{
    const int MaxName = 2 * Names.MaxLength; // a character beyond the basic plane takes two

    /// <summary>The longest id or slug.</summary>
    public const int MaxId = 64;

    /// <summary>An id or slug, which is ASCII.</summary>
    public static PropertyBuilder IsId(this PropertyBuilder property) => property.IsAscii(MaxId);

    /// <summary>A name that a person chose.</summary>
    public static PropertyBuilder IsName(this PropertyBuilder property) => property.HasMaxLength(MaxName);

    /// <summary>The bytes that a list is sorted by, as <see cref="ComparableText.SortKey"/> writes them. Bytes, since every database
    /// compares those alike.</summary>
    public static PropertyBuilder IsSortKey(this PropertyBuilder<string> property) => property.HasConversion(
        text => Encoding.UTF8.GetBytes(text), bytes => Encoding.UTF8.GetString(bytes)).HasMaxLength(ComparableText.MaxSortKeyBytes);

    /// <summary>A SHA-256.</summary>
    public static PropertyBuilder IsHash(this PropertyBuilder property) => property.HasMaxLength(32).IsFixedLength();

    /// <summary>ASCII text of a bounded length.</summary>
    public static PropertyBuilder IsAscii(this PropertyBuilder property, int maxLength) =>
        property.HasMaxLength(maxLength).IsUnicode(false);
}
