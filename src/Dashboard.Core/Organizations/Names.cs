using System.Text;

namespace Dashboard.Core.Organizations;

/// <summary>The rules for what people and programs may call things.</summary>
public static class Names
{
    /// <summary>The most characters (Unicode scalar values) that a name may have.</summary>
    public const int MaxLength = 100;

    /// <summary>The most characters that a slug may have.</summary>
    public const int MaxSlugLength = 40;

    /// <summary>The most characters that a resource id may have.</summary>
    public const int MaxResourceIdLength = 64;

    /// <summary>First path segments of the product itself, and last ones: as a slug they would hide a page.</summary>
    static readonly HashSet<string> Reserved = new(StringComparer.Ordinal)
    {
        "account", "api", "apps", "audit", "connected-apps", "css", "error", "favicon", "fonts", "forward-auth", "forward-auth-nginx",
        "healthz", "hygiene", "keys", "members", "not-found", "oauth", "openapi", "projects", "resources", "service-accounts", "sessions",
        "settings", "setup", "usage", "v1",
    };

    /// <summary>Says what is wrong with a name that people gave, or null when nothing is. 1 to 100 characters after trimming; no control characters.</summary>
    /// <param name="name">The name as it came; null counts as empty.</param>
    public static string? Check(string? name)
    {
        var trimmed = name?.Trim() ?? "";
        if (trimmed.Length == 0)
        {
            return $"Give it a name of 1 to {MaxLength} characters.";
        }

        var count = 0;
        foreach (var rune in trimmed.EnumerateRunes())
        {
            count++;
            if (Rune.IsControl(rune) || rune == Rune.ReplacementChar || IsDirectionOverride(rune))
            {
                return "Use letters, digits, spaces and signs only: a control character is in the name.";
            }
        }

        return count > MaxLength ? $"Use {MaxLength} characters or fewer. This name has {count}." : null;
    }

    /// <summary>Whether <paramref name="slug"/> is 1 to 40 of <c>a-z0-9-</c>, has no hyphen at an end, and is no word of the product's own paths.</summary>
    public static bool IsSlug(string? slug) => HasSlugShape(slug) && !Reserved.Contains(slug!);

    /// <summary>Says what is wrong with a slug that somebody chose, or null when nothing is.</summary>
    public static string? CheckSlug(string? slug)
    {
        if (!HasSlugShape(slug))
        {
            return $"Use up to {MaxSlugLength} small letters, digits and hyphens, such as northwind-traders.";
        }

        return Reserved.Contains(slug!) ? $"\"{slug}\" is an address of Latchkey itself. Choose another." : null;
    }

    /// <summary>Whether <paramref name="id"/> is 1 to 64 of <c>A-Za-z0-9._~-</c>.</summary>
    public static bool IsResourceId(string? id) =>
        id is { Length: > 0 and <= MaxResourceIdLength } && id.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '~' or '-');

    /// <summary>Makes a slug of a name: what is not a letter or digit becomes a hyphen. A name without any becomes <paramref name="otherwise"/>.</summary>
    public static string ToSlug(string name, string otherwise)
    {
        var slug = new StringBuilder();
        foreach (var c in name.Normalize(NormalizationForm.FormKD).ToLowerInvariant())
        {
            if (char.IsAsciiLetterOrDigit(c))
            {
                slug.Append(c);
            }
            else if (slug.Length > 0 && slug[^1] != '-' && char.GetUnicodeCategory(c) != System.Globalization.UnicodeCategory.NonSpacingMark)
            {
                slug.Append('-');
            }
        }

        var text = (slug.Length > MaxSlugLength ? slug.ToString(0, MaxSlugLength) : slug.ToString()).TrimEnd('-');
        return text.Length == 0 ? otherwise : Reserved.Contains(text) ? $"{text}-1" : text;
    }

    /// <summary>Appends <paramref name="number"/> to <paramref name="slug"/>, shortening it where both together would be too long.</summary>
    public static string Numbered(string slug, int number)
    {
        var tail = $"-{number}";
        return slug[..Math.Min(slug.Length, MaxSlugLength - tail.Length)].TrimEnd('-') + tail;
    }

    static bool HasSlugShape(string? slug) =>
        slug is { Length: > 0 and <= MaxSlugLength } && slug[0] != '-' && slug[^1] != '-'
        && slug.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');

    /// <summary>Characters that make a name read as another (Unicode bidirectional formatting).</summary>
    static bool IsDirectionOverride(Rune rune) => rune.Value is (>= 0x202A and <= 0x202E) or (>= 0x2066 and <= 0x2069) or 0x200E or 0x200F;
}
