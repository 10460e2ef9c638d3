using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Dashboard.Core.Data;

/// <summary>A provider's collations; null stands for the database's default.</summary>
/// <param name="Bytes">The collation of ids and slugs, which compare byte for byte.</param>
/// <param name="Names">The collation of names that lists are sorted by, which ignores case.</param>
sealed record Collations(string? Bytes, string? Names);

/// <summary>The kinds of columns that many tables have.</summary>
static class Columns
{
    const int MaxName = 2 * Names.MaxLength; // a character beyond the basic plane takes two

    /// <summary>The longest id or slug.</summary>
    public const int MaxId = 64;

    /// <summary>An id or slug: ASCII, compared byte for byte.</summary>
    public static PropertyBuilder IsId(this PropertyBuilder property, Collations collations) => property.IsAscii(MaxId).UseCollation(collations.Bytes);

    /// <summary>A name that a person chose.</summary>
    public static PropertyBuilder IsName(this PropertyBuilder property) => property.HasMaxLength(MaxName);

    /// <summary>A SHA-256.</summary>
    public static PropertyBuilder IsHash(this PropertyBuilder property) => property.HasMaxLength(32).IsFixedLength();

    /// <summary>ASCII text of a bounded length.</summary>
    public static PropertyBuilder IsAscii(this PropertyBuilder property, int maxLength) => property.HasMaxLength(maxLength).IsUnicode(false);
}
