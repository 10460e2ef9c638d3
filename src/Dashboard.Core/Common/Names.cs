using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace Dashboard.Core.Common;

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

    /// <summary>Letters of the Latin script that slugs write as others, the plain ones first. The framework's own decomposition does nothing here: it comes with
    /// the culture data that this product runs without.</summary>
    static readonly FrozenDictionary<char, string> Plain = (
        "a:àáâãäåāăąǎ c:çćĉċč d:ďđð e:èéêëēĕėęěẽ g:ĝğġģ h:ĥħ i:ìíîïĩīĭįıİǐ j:ĵ k:ķ l:ĺļľŀł n:ñńņňŉŋ o:òóôõöøōŏőǒ r:ŕŗř s:śŝşšș t:ţťŧț u:ùúûüũūŭůűųǔ w:ŵẁẃẅ y:ýÿŷỳ z:źżž "
        + "ss:ß ae:æ oe:œ th:þ").Split(' ').Select(group => group.Split(':')).SelectMany(group => group[1].Select(c => KeyValuePair.Create(c, group[0]))).ToFrozenDictionary();

    /// <summary>Says what is wrong with a name that people gave, or null when nothing is. 1 to 100 characters after trimming, one of them at least one that is
    /// seen; no control characters, no line breaks, nothing that turns the direction of what follows.</summary>
    /// <param name="name">The name as it came; null counts as empty.</param>
    public static string? Check(string? name)
    {
        var (count, seen) = (0, false);
        foreach (var rune in (name ?? "").Trim().EnumerateRunes())
        {
            count++;
            if (Rune.IsControl(rune) || rune == Rune.ReplacementChar || IsLineBreak(rune) || IsDirectionOverride(rune))
            {
                return "Use letters, digits, spaces and signs only: a control character is in the name.";
            }

            seen |= !IsInvisible(rune);
        }

        return !seen ? $"Give it a name of 1 to {MaxLength} characters." : count > MaxLength ? $"Use {MaxLength} characters or fewer. This name has {count}." : null;
    }

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

    /// <summary>Makes a slug of a name: letters with marks become plain ones, what is neither a letter of the Latin script nor a digit becomes a hyphen. A name without any becomes <paramref name="otherwise"/>.</summary>
    public static string ToSlug(string name, string otherwise)
    {
        var slug = new StringBuilder();
        foreach (var c in name.ToLowerInvariant())
        {
            if (char.IsAsciiLetterOrDigit(c))
            {
                slug.Append(c);
            }
            else if (Plain.TryGetValue(c, out var plain))
            {
                slug.Append(plain);
            }
            else if (slug.Length > 0 && slug[^1] != '-' && char.GetUnicodeCategory(c) != UnicodeCategory.NonSpacingMark)
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

    /// <summary>Whether it may be the slug of something, be it from a time when the product had fewer addresses of its own. Nothing else is looked up: SQL Server
    /// takes <c>x</c> and <c>x</c> with a space behind it for the same.</summary>
    internal static bool HasSlugShape(string? slug) =>
        slug is { Length: > 0 and <= MaxSlugLength } && slug[0] != '-' && slug[^1] != '-'
        && slug.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');

    /// <summary>Characters that make a name read as another (Unicode bidirectional formatting).</summary>
    static bool IsDirectionOverride(Rune rune) => rune.Value is (>= 0x202A and <= 0x202E) or (>= 0x2066 and <= 0x2069) or 0x200E or 0x200F or 0x061C;

    static bool IsLineBreak(Rune rune) => Rune.GetUnicodeCategory(rune) is UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;

    /// <summary>Characters that draw nothing. A name may have some (those that join emoji are among them), but not consist of them.</summary>
    static bool IsInvisible(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.Format or UnicodeCategory.SpaceSeparator or UnicodeCategory.NonSpacingMark
        || rune.Value is 0x115F or 0x1160 or 0x3164 or 0xFFA0 or 0x2800; // fillers

    /// <summary>What is wrong with a name and a slug that are asked for, or null.</summary>
    internal static Error? Check(string? name, string? slug)
    {
        var errors = new Dictionary<string, string>(StringComparer.Ordinal);
        if (name is not null && Check(name) is { } wrongName)
        {
            errors["name"] = wrongName;
        }

        if (slug is not null && CheckSlug(slug) is { } wrongSlug)
        {
            errors["slug"] = wrongSlug;
        }

        return errors.Count == 0 ? null : Error.Invalid(errors);
    }
}
