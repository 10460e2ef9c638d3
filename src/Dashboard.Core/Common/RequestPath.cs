using System.Diagnostics.CodeAnalysis;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Dashboard.Core.Common;

/// <summary>Places the path of a request under rules that name a path. Servers read some paths differently, and what one of them guards
/// another may serve, so such a path is under no rule.</summary>
public static class RequestPath
{
    /// <summary>Encoded slashes, backslashes, percent signs and null characters.</summary>
    static readonly string[] Escapes = ["%2f", "%5c", "%25", "%00"];

    static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Returns the path of a request as it was sent, without the query.</summary>
    public static string Of(HttpContext http)
    {
        ArgumentNullException.ThrowIfNull(http);
        var target = http.Features.Get<IHttpRequestFeature>()?.RawTarget;
        return target is ['/', ..] ? target.Split('?')[0] : (http.Request.PathBase + http.Request.Path).ToUriComponent();
    }

    /// <summary>Returns whether servers may read the path differently.</summary>
    /// <param name="path">The path as sent, without the query.</param>
    public static bool IsAmbiguous(string path) => !TryDecode(path, out _);

    /// <summary>Returns whether a path is a rule's path or below it. An ambiguous path is below none but the whole host.</summary>
    /// <param name="path">The path as sent, without the query.</param>
    /// <param name="rule">The path of the rule without a slash at its end; empty for the whole host.</param>
    public static bool IsUnder(string path, string rule)
    {
        ArgumentNullException.ThrowIfNull(rule);
        return rule.Length == 0 || (TryDecode(path, out var decoded) && IsBelow(decoded, rule, StringComparison.Ordinal));
    }

    /// <summary>Returns whether a server could read a path as one below a rule's path. For rules that forbid something: an ambiguous path
    /// must not lead around them.</summary>
    /// <param name="path">The path as sent, without the query.</param>
    /// <param name="rule">The path of the rule without a slash at its end; empty for the whole host.</param>
    public static bool MayBeUnder(string path, string rule)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(rule);
        var decoded = DecodeAll(path, isStrict: false) ?? path;
        return rule.Length == 0
            || new[] { path, decoded, Resolve(decoded) }.Any(read => IsBelow(read, rule, StringComparison.OrdinalIgnoreCase));
    }

    static bool IsBelow(string path, string rule, StringComparison comparison) =>
        path.StartsWith(rule, comparison) && (path.Length == rule.Length || path[rule.Length] == '/');

    /// <summary>Decodes a path that every server reads alike.</summary>
    static bool TryDecode(string path, [NotNullWhen(true)] out string? decoded)
    {
        ArgumentNullException.ThrowIfNull(path);
        decoded = null;
        if (path.Contains('\\', StringComparison.Ordinal) || path.Split('/')[1..].SkipLast(1).Any(segment => segment.Length == 0))
        {
            return false;
        }

        decoded = DecodeAll(path, isStrict: true);
        return decoded is not null && !decoded.Split('/').Any(segment => segment.Split(';')[0] is "." or "..");
    }

    /// <summary>Decodes until nothing changes. If it is strict, it returns null for what is not UTF-8 and for escapes that servers treat
    /// differently.</summary>
    static string? DecodeAll(string path, bool isStrict)
    {
        for (var text = path; ; path = text)
        {
            if (isStrict && Escapes.Any(escape => text.Contains(escape, StringComparison.OrdinalIgnoreCase)))
            {
                return null;
            }

            try
            {
                text = (isStrict ? Strict : Encoding.UTF8).GetString(Decode(path));
            }
            catch (ArgumentException) // not UTF-8
            {
                return null;
            }

            if (text == path)
            {
                return text;
            }
        }
    }

    static byte[] Decode(string path)
    {
        var bytes = Encoding.UTF8.GetBytes(path);
        var length = 0;
        for (var i = 0; i < bytes.Length; i++)
        {
            if (bytes[i] == '%' && i + 2 < bytes.Length && char.IsAsciiHexDigit((char)bytes[i + 1])
                && char.IsAsciiHexDigit((char)bytes[i + 2]))
            {
                bytes[length++] = Convert.ToByte($"{(char)bytes[i + 1]}{(char)bytes[i + 2]}", 16);
                i += 2;
            }
            else
            {
                bytes[length++] = bytes[i];
            }
        }

        return bytes[..length];
    }

    /// <summary>Reads a path as the most lenient server does.</summary>
    static string Resolve(string decoded)
    {
        var segments = new List<string>();
        foreach (var segment in decoded.Replace('\\', '/').Split('/').Select(part => part.Split(';')[0]))
        {
            if (segment == "..")
            {
                segments.RemoveRange(Math.Max(0, segments.Count - 1), Math.Min(1, segments.Count));
            }
            else if (segment is not ("" or "."))
            {
                segments.Add(segment);
            }
        }

        return $"/{string.Join('/', segments)}";
    }
}
