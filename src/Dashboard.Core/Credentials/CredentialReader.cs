using Dashboard.Core.Keys.Format;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Dashboard.Core.Credentials;

/// <summary>Reads the credential of a request from its headers.</summary>
/// <remarks>A credential is presented in one of four ways, in this order of precedence: <c>X-API-Key: KEY</c>, <c>API-Key: KEY</c>,
/// <c>Authorization: ApiKey KEY</c>, <c>Authorization: Bearer KEY-or-JWT</c>. The first one present decides and the others are ignored. If
/// it is present twice, the result is <c>malformed_key</c>. An <c>Authorization</c> header with any other scheme counts as no credential.
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
        if (own.Count == 0)
        {
            own = headers["API-Key"];
        }
        if (own.Count > 0)
        {
            return own.Count == 1 ? ReadKey(own[0], 0) : PresentedCredential.Refused(RefusalCode.MalformedKey);
        }
        var authorization = headers.Authorization;
        return ReadScheme(authorization, KeyScheme) switch
        {
            { Count: 0 } => ReadBearer(ReadScheme(authorization, BearerScheme), acceptBearer),
            { Count: 1 } key => ReadKey(key.Text, key.Start),
            _ => PresentedCredential.Refused(RefusalCode.MalformedKey),
        };
    }

    /// <summary>Treats text that was not presented in a header as a key.</summary>
    /// <param name="text">The whole key, whose format has not been checked.</param>
    internal static PresentedCredential ReadText(string text) => ReadKey(text, 0);

    static PresentedCredential ReadKey(string? text, int start) => text is not null && text.Length - start is > 0 and <= KeyTemplate.MaxKeyLength
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
    readonly ref struct Credentials(int count, string text, int start)
    {
        public int Count { get; } = count;

        public string Text { get; } = text;

        public int Start { get; } = start;
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
                found = new(found.Count + 1, value, value.Length - after.TrimStart(' ').Length);
            }
        }
        return found;
    }
}
