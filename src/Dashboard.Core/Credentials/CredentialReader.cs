using Dashboard.Core.Keys.Format;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Dashboard.Core.Credentials;

/// <summary>Reads the credential of a request from its headers.</summary>
/// <remarks>A credential is presented in one of four ways, in this order of precedence: <c>X-API-Key: KEY</c>, <c>API-Key: KEY</c>,
/// <c>Authorization: ApiKey KEY</c>, <c>Authorization: Bearer KEY-or-JWT</c>. The first one that is not empty decides and the others are
/// ignored: some programs send every header that they know, with a value in one. If it is present twice, or nothing but empty ones is, the
/// result is <c>malformed_key</c>. An <c>Authorization</c> header with any other scheme counts as no credential.
/// Values are used as they are: the server has removed surrounding white space (RFC 9110 section 5.5), and nothing else is trimmed, joined
/// or decoded.</remarks>
public static class CredentialReader
{
    const string KeyScheme = "ApiKey";
    const string BearerScheme = "Bearer";
    const int DotsOfJwt = 2;

    /// <summary>Reads the headers. Never throws, and copies no header value.</summary>
    /// <param name="headers">The headers of the original request.</param>
    /// <param name="acceptBearer">Whether a bearer token that is not a JWT may be a key. If not, it is refused as
    /// <c>invalid_token</c>.</param>
    public static PresentedCredential Read(IHeaderDictionary headers, bool acceptBearer)
    {
        ArgumentNullException.ThrowIfNull(headers);
        var own = headers["X-API-Key"];
        if (!IsEmpty(own))
        {
            return ReadHeader(own);
        }
        var other = headers["API-Key"];
        if (!IsEmpty(other))
        {
            return ReadHeader(other);
        }
        var authorization = headers.Authorization;
        var key = ReadScheme(authorization, KeyScheme);
        if (!key.IsEmpty)
        {
            return key.Count == 1 ? ReadKey(key.Text, key.Start) : PresentedCredential.Refused(RefusalCode.MalformedKey);
        }
        var bearer = ReadScheme(authorization, BearerScheme);
        if (!bearer.IsEmpty)
        {
            return ReadBearer(bearer, acceptBearer);
        }
        // What is left is empty or nothing.
        return own.Count + other.Count + key.Count > 0 ? PresentedCredential.Refused(RefusalCode.MalformedKey)
            : ReadBearer(bearer, acceptBearer);
    }

    /// <summary>Treats text that was not presented in a header as a key.</summary>
    /// <param name="text">The whole key, whose format has not been checked.</param>
    internal static PresentedCredential ReadText(string text) => ReadKey(text, 0);

    static bool IsEmpty(StringValues values)
    {
        foreach (var value in values)
        {
            if (!string.IsNullOrEmpty(value))
            {
                return false;
            }
        }
        return true;
    }

    static PresentedCredential ReadHeader(StringValues values) =>
        values.Count == 1 ? ReadKey(values[0], 0) : PresentedCredential.Refused(RefusalCode.MalformedKey);

    static PresentedCredential ReadKey(string? text, int start) =>
        text is not null && text.Length - start is > 0 and <= KeyTemplate.MaxKeyLength
        ? PresentedCredential.Key(text, start)
        : PresentedCredential.Refused(RefusalCode.MalformedKey);

    static PresentedCredential ReadBearer(Credentials bearer, bool acceptBearer)
    {
        if (bearer.Count == 0)
        {
            return default;
        }
        if (bearer.Count > 1)
        {
            return PresentedCredential.Refused(RefusalCode.MalformedKey);
        }
        if (bearer.Text.AsSpan(bearer.Start).Count('.') == DotsOfJwt)
        {
            return PresentedCredential.Jwt(bearer.Text, bearer.Start);
        }
        return acceptBearer ? ReadKey(bearer.Text, bearer.Start) : PresentedCredential.Refused(RefusalCode.InvalidToken);
    }

    // What a scheme presents: how many times it occurs, and where its credentials start in the last value. Not a record, which would print
    // them.
    readonly ref struct Credentials(int count, string text, int start, bool isPresent)
    {
        public int Count { get; } = count;

        public string Text { get; } = text;

        public int Start { get; } = start;

        public bool IsEmpty => !isPresent;
    }

    // RFC 9110 section 11.4: a scheme, one or more spaces, and the credentials. Section 11.1: schemes are case-insensitive.
    static Credentials ReadScheme(StringValues authorization, string scheme)
    {
        var found = default(Credentials);
        foreach (var value in authorization)
        {
            if (value is null || !value.StartsWith(scheme, StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }
            var after = value.AsSpan(scheme.Length);
            if (after.IsEmpty || after[0] == ' ')
            {
                var length = after.TrimStart(' ').Length;
                found = new(found.Count + 1, value, value.Length - length, length > 0 || !found.IsEmpty);
            }
        }
        return found;
    }
}
