using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace Dashboard.Core.Common;

/// <summary>Validation rules for names, slugs and resource ids.</summary>
public static class Names
{
    /// <summary>The maximum length of a name, in Unicode scalar values.</summary>
    public const int MaxLength = 100;

    /// <summary>The maximum length of a slug, in characters.</summary>
    public const int MaxSlugLength = 40;

    /// <summary>The maximum length of a resource id, in characters.</summary>
    public const int MaxResourceIdLength = 64;

    /// <summary>Path segments that Latchkey itself uses as the first or the last one. As a slug they would hide a page.</summary>
    static readonly HashSet<string> Reserved = new(StringComparer.Ordinal)
    {
        "account", "api", "apps", "audit", "connected-apps", "css", "docs", "error", "favicon", "fonts",
            "forward-auth", "forward-auth-nginx",
        "healthz", "hygiene", "keys", "members", "not-found", "oauth", "openapi", "projects", "resources", "service-accounts", "sessions",
        "settings", "setup", "usage", "v1",
    };

    /// <summary>Latin letters and what they become in a slug, the base letters first. An explicit table keeps slugs independent of culture
    /// data.</summary>
    static readonly FrozenDictionary<char, string> Plain = (
        "a:àáâãäåāăąǎ c:çćĉċč d:ďđð e:èéêëēĕėęěẽ g:ĝğġģ h:ĥħ i:ìíîïĩīĭįıİǐ j:ĵ k:ķ l:ĺļľŀł n:ñńņňŉŋ o:òóôõöøōŏőǒ r:ŕŗř s:śŝşšș t:ţťŧț u:ùúûüũūŭůűųǔ w:ŵẁẃẅ y:ýÿŷỳ z:źżž "
        + "ss:ß ae:æ oe:œ th:þ").Split(' ').Select(group => group.Split(':'))
            .SelectMany(group => group[1].Select(c => KeyValuePair.Create(c, group[0]))).ToFrozenDictionary();

    /// <summary>Validates a name: 1 to 100 characters after trimming, at least one of them visible, and no control characters, line breaks,
    /// bidirectional formatting characters or characters that nobody sees. Joiners are allowed: scripts and emoji need them.</summary>
    /// <param name="name">The name as entered; null counts as empty.</param>
    /// <returns>A message that says what to change, or null if the name is valid.</returns>
    public static string? Check(string? name)
    {
        var (count, seen) = (0, false);
        foreach (var rune in (name ?? "").Trim().EnumerateRunes())
        {
            count++;
            if (IsForbidden(rune))
            {
                return "Use letters, digits, spaces and symbols only. The name contains a control character.";
            }

            if (IsHidden(rune))
            {
                return "Use letters, digits, spaces and symbols only. The name contains an invisible character.";
            }

            seen |= !IsInvisible(rune);
        }

        return !seen ? $"Give it a name of 1 to {MaxLength} characters." : count > MaxLength
            ? $"Use {MaxLength} characters or fewer. This name has {count}." : null;
    }

    /// <summary>Validates optional text of one paragraph, such as a note: the characters of names. Returns a message that says what to
    /// change, or null if the text is valid.</summary>
    /// <param name="text">The text as entered. Surrounding white space is ignored.</param>
    /// <param name="maxLength">The maximum length, in Unicode scalar values.</param>
    public static string? CheckText(string text, int maxLength)
    {
        var runes = text.Trim().EnumerateRunes().ToList();
        return runes.Exists(IsForbidden) ? "Use letters, digits, spaces and symbols only, without line breaks."
            : runes.Count > maxLength ? $"Use {maxLength} characters or fewer. This text has {runes.Count}."
            : null;
    }

    /// <summary>Validates a slug. Returns a message that says what to change, or null if the slug is valid.</summary>
    public static string? CheckSlug(string? slug)
    {
        if (!HasSlugShape(slug))
        {
            return $"Use up to {MaxSlugLength} lowercase letters, digits and hyphens, such as northwind-traders.";
        }

        return Reserved.Contains(slug!) ? $"\"{slug}\" is reserved by Latchkey. Choose another." : null;
    }

    /// <summary>Returns whether <paramref name="id"/> consists of 1 to 64 characters from <c>A-Za-z0-9._~-</c>.</summary>
    public static bool IsResourceId(string? id) =>
        id is { Length: > 0 and <= MaxResourceIdLength } && id.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '~' or '-');

    /// <summary>Derives a slug from a name: accented letters become their base letters, and every other character that is not a Latin
    /// letter or a digit becomes a hyphen. Returns <paramref name="otherwise"/> if nothing is left.</summary>
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

    /// <summary>Appends <paramref name="number"/> to <paramref name="slug"/> and shortens the slug if the result would be too
    /// long.</summary>
    public static string Numbered(string slug, int number)
    {
        var tail = $"-{number}";
        return slug[..Math.Min(slug.Length, MaxSlugLength - tail.Length)].TrimEnd('-') + tail;
    }

    /// <summary>Returns whether the text can be an existing slug, including one from before its word was reserved. Lookups must check this
    /// first: SQL Server treats <c>x</c> and <c>x</c> followed by a space as equal.</summary>
    internal static bool HasSlugShape(string? slug) =>
        slug is { Length: > 0 and <= MaxSlugLength } && slug[0] != '-' && slug[^1] != '-'
        && slug.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');

    /// <summary>Unicode bidirectional formatting characters, which make a name read as another.</summary>
    static bool IsDirectionOverride(Rune rune) =>
        rune.Value is (>= 0x202A and <= 0x202E) or (>= 0x2066 and <= 0x2069) or 0x200E or 0x200F or 0x061C;

    static bool IsForbidden(Rune rune) =>
        Rune.IsControl(rune) || rune == Rune.ReplacementChar || IsLineBreak(rune) || IsDirectionOverride(rune);

    /// <summary>Characters that draw nothing and change nothing, so that two names look alike. Those that shape the text beside them are
    /// not among them: joiners, variation selectors, and the tags of flags.</summary>
    static bool IsHidden(Rune rune) =>
        rune.Value is 0x00AD or 0x115F or 0x1160 or 0x17B4 or 0x17B5 or 0x180E or 0x200B or (>= 0x2060 and <= 0x206F) or 0x3164
        or 0xFEFF or 0xFFA0 or (>= 0xFFF0 and <= 0xFFFB) or 0xE0001;

    static bool IsLineBreak(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;

    /// <summary>Characters that draw nothing. A name may contain them (emoji joiners are among them) but not consist of them.</summary>
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
