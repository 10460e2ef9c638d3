using System.Diagnostics;

namespace Dashboard.Core.Credentials;

/// <summary>The kinds of credential that a request presents.</summary>
public enum CredentialKind
{
    /// <summary>None, or an unsupported scheme.</summary>
    None,

    /// <summary>Text that may be an API key: 1 to 512 characters, whose format has not been checked.</summary>
    Key,

    /// <summary>A bearer token with exactly two dots: an OAuth access token (RFC 9068) that has not been checked.</summary>
    Jwt,

    /// <summary>Refused without being checked further. <see cref="PresentedCredential.Refusal"/> has the reason.</summary>
    Refused,
}

/// <summary>A credential as presented. It contains a secret and prints only its kind. The secret is a view of the header value, so that
/// reading it copies nothing. The default value is no credential.</summary>
[DebuggerDisplay("{Kind}")]
public readonly struct PresentedCredential
{
    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    readonly string? text;

    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    readonly int start;

    readonly RefusalCode refusal;

    PresentedCredential(CredentialKind kind, string? text, int start, RefusalCode refusal)
    {
        Kind = kind;
        this.text = text;
        this.start = start;
        this.refusal = refusal;
    }

    /// <summary>The kind of credential.</summary>
    public CredentialKind Kind { get; }

    /// <summary>The refusal that needs no lookup: <see cref="RefusalCode.MissingCredential"/> if there is no credential, the reader's
    /// reason if it is <see cref="CredentialKind.Refused"/>, and null for a key or a JWT.</summary>
    public RefusalCode? Refusal => Kind switch
    {
        CredentialKind.None => RefusalCode.MissingCredential,
        CredentialKind.Refused => refusal,
        _ => null,
    };

    /// <summary>Returns the whole key or JWT, or an empty span for the other kinds. Never put it in a log or an exception.</summary>
    public ReadOnlySpan<char> Reveal() => text.AsSpan(start);

    /// <summary>Returns the kind, never the secret.</summary>
    public override string ToString() => Kind.ToString();

    internal static PresentedCredential Key(string text, int start) => new(CredentialKind.Key, text, start, default);

    internal static PresentedCredential Jwt(string text, int start) => new(CredentialKind.Jwt, text, start, default);

    internal static PresentedCredential Refused(RefusalCode code) => new(CredentialKind.Refused, null, 0, code);
}
