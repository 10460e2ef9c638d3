using System.Buffers;
using System.Globalization;

namespace Dashboard.Core.Keys.Format;

/// <summary>Cuts a template into its parts. Whether the parts make a template is <see cref="KeyTemplateRules"/>' question.</summary>
static class KeyTemplateParser
{
    const int UuidLength = 32;
    const int EnvironmentLength = 4;
    const int LeastId = 8;
    const int MostId = 64;
    const int QuotedAtMost = 32;

    static readonly SearchValues<char> LiteralCharacters = SearchValues.Create(Base62.Digits + "_-");

    /// <summary>Reads the parts; returns the fault of the first that is none, or null.</summary>
    public static string? Read(string text, out List<KeyTemplatePart> parts)
    {
        parts = [];
        if (text.Length > KeyTemplate.MaxTextLength)
        {
            return $"The template is {text.Length} characters long, and keys of at most {KeyTemplate.MaxKeyLength} are allowed.";
        }
        var rest = text.AsSpan();
        while (!rest.IsEmpty)
        {
            var fault = rest[0] == '{' ? ReadToken(ref rest, out var part) : ReadLiteral(ref rest, out part);
            if (fault is not null)
            {
                return fault;
            }
            parts.Add(part);
        }
        return null;
    }

    static string? ReadLiteral(ref ReadOnlySpan<char> rest, out KeyTemplatePart part)
    {
        var end = rest.IndexOf('{');
        var literal = end < 0 ? rest : rest[..end];
        part = new(KeyTemplatePartKind.Literal, literal.Length, literal.ToString());
        rest = rest[literal.Length..];
        var foreign = literal.IndexOfAnyExcept(LiteralCharacters);
        if (foreign < 0)
        {
            return null;
        }
        return literal[foreign] == '}'
            ? "The template closes a brace that it did not open; a token is written like {id:8}."
            : $"The template holds '{Quote(literal.Slice(foreign, 1))}', and outside tokens only letters (A-Z, a-z), digits, _ and - are allowed.";
    }

    static string? ReadToken(ref ReadOnlySpan<char> rest, out KeyTemplatePart part)
    {
        part = default;
        var length = rest[1..].IndexOfAny('{', '}');
        if (length < 0 || rest[length + 1] == '{')
        {
            return $"The template opens a brace that it does not close, at '{Quote(rest)}'; a token is written like {{id:8}}.";
        }
        var token = rest.Slice(1, length);
        rest = rest[(length + 2)..];
        var colon = token.IndexOf(':');
        var name = colon < 0 ? token : token[..colon];
        var size = colon < 0 ? default : token[(colon + 1)..];
        switch (name)
        {
            case "env" or "uuid" when colon >= 0:
                return $"The token '{{{Quote(token)}}}' takes no length; write {{{name}}}.";
            case "env":
                part = new(KeyTemplatePartKind.Environment, EnvironmentLength);
                return null;
            case "uuid":
                part = new(KeyTemplatePartKind.Uuid, UuidLength);
                return null;
            case "id":
                return ReadSized(KeyTemplatePartKind.Id, token, size, LeastId, MostId, out part);
            case "secret":
                return ReadSized(KeyTemplatePartKind.Secret, token, size, 1, KeyTemplate.MaxKeyLength, out part);
            case "hex":
                return ReadSized(KeyTemplatePartKind.Hex, token, size, 1, KeyTemplate.MaxKeyLength, out part);
            default:
                return $"The token '{{{Quote(token)}}}' is unknown; the tokens are {{env}}, {{id:N}}, {{uuid}}, {{secret:N}} and {{hex:N}}.";
        }
    }

    static string? ReadSized(
        KeyTemplatePartKind kind, ReadOnlySpan<char> token, ReadOnlySpan<char> size, int least, int most, out KeyTemplatePart part)
    {
        part = default;
        if (size.IsEmpty || size[0] == '0' || size.ContainsAnyExceptInRange('0', '9'))
        {
            return $"The token '{{{Quote(token)}}}' needs its length as a whole number from {least} to {most}, such as {{id:8}} or {{secret:32}}.";
        }
        // A number too large for an integer is too large for a key.
        if (!int.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out var length) || length < least || length > most)
        {
            return $"The token '{{{Quote(token)}}}' has a length that is not allowed: {least} to {most} is.";
        }
        part = new(kind, length);
        return null;
    }

    // The sentence ends up on a console: no control characters, and not a screenful.
    static string Quote(ReadOnlySpan<char> text)
    {
        Span<char> shown = stackalloc char[Math.Min(text.Length, QuotedAtMost)];
        text[..shown.Length].CopyTo(shown);
        foreach (ref var c in shown)
        {
            c = char.IsControl(c) || char.IsSurrogate(c) || char.GetUnicodeCategory(c) is UnicodeCategory.Format ? '?' : c;
        }
        return text.Length > shown.Length ? $"{shown}…" : shown.ToString();
    }
}
