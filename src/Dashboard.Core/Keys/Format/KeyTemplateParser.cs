using System.Buffers;
using System.Globalization;

namespace Dashboard.Core.Keys.Format;

/// <summary>Splits a template into parts. <see cref="KeyTemplateRules"/> decides whether the parts form a valid template.</summary>
static class KeyTemplateParser
{
    const int UuidLength = 32;
    const int EnvironmentLength = 4;
    const int MinIdLength = 8;
    const int MaxIdLength = 64;
    const int MaxQuoted = 32;

    static readonly SearchValues<char> LiteralCharacters = SearchValues.Create(Base62.Digits + "_-");

    /// <summary>Reads the parts. Returns an error for the first invalid part, or null.</summary>
    public static string? Read(string text, out List<KeyTemplatePart> parts)
    {
        parts = [];
        if (text.Length > KeyTemplate.MaxTextLength)
        {
            return $"The template has {text.Length} characters, but keys may have at most {KeyTemplate.MaxKeyLength}.";
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
            ? "The template has a closing brace without an opening one; write a token like {id:8}."
            : $"The template contains '{Quote(literal.Slice(foreign, 1))}'; only letters (A-Z, a-z), digits, _ and - are allowed outside tokens.";
    }

    static string? ReadToken(ref ReadOnlySpan<char> rest, out KeyTemplatePart part)
    {
        part = default;
        var length = rest[1..].IndexOfAny('{', '}');
        if (length < 0 || rest[length + 1] == '{')
        {
            return $"The template has an opening brace without a closing one, at '{Quote(rest)}'; write a token like {{id:8}}.";
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
                return ReadSized(KeyTemplatePartKind.Id, token, size, MinIdLength, MaxIdLength, out part);
            case "secret":
                return ReadSized(KeyTemplatePartKind.Secret, token, size, 1, KeyTemplate.MaxKeyLength, out part);
            case "hex":
                return ReadSized(KeyTemplatePartKind.Hex, token, size, 1, KeyTemplate.MaxKeyLength, out part);
            default:
                return $"The token '{{{Quote(token)}}}' is unknown; the tokens are {{env}}, {{id:N}}, {{uuid}}, {{secret:N}} and {{hex:N}}.";
        }
    }

    static string? ReadSized(
        KeyTemplatePartKind kind, ReadOnlySpan<char> token, ReadOnlySpan<char> size, int min, int max, out KeyTemplatePart part)
    {
        part = default;
        if (size.IsEmpty || size[0] == '0' || size.ContainsAnyExceptInRange('0', '9'))
        {
            return $"The token '{{{Quote(token)}}}' needs its length as a whole number from {min} to {max}, such as {{id:8}} or {{secret:32}}.";
        }
        // A number too large for an integer is also too large for a key.
        if (!int.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out var length) || length < min || length > max)
        {
            return $"The token '{{{Quote(token)}}}' has a length that is not allowed: use {min} to {max}.";
        }
        part = new(kind, length);
        return null;
    }

    // The message is printed on a console, so it contains no control characters and stays short.
    static string Quote(ReadOnlySpan<char> text)
    {
        Span<char> shown = stackalloc char[Math.Min(text.Length, MaxQuoted)];
        text[..shown.Length].CopyTo(shown);
        foreach (ref var c in shown)
        {
            c = char.IsControl(c) || char.IsSurrogate(c) || char.GetUnicodeCategory(c) is UnicodeCategory.Format ? '?' : c;
        }
        return text.Length > shown.Length ? $"{shown}…" : shown.ToString();
    }
}
