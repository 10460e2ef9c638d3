using System.Diagnostics;

namespace Dashboard.Core.Credentials;

/// <summary>What a request's headers present.</summary>
public enum CredentialKind
{
    /// <summary>Nothing, or a scheme that is not read here.</summary>
    None,

    /// <summary>A text that may be an API key: 1 to 512 characters, not yet checked for its shape.</summary>
    Key,

    /// <summary>A bearer with exactly two dots: an OAuth access token (RFC 9068), not yet checked for anything.</summary>
    Jwt,

    /// <summary>Something that is refused without a look at it; <see cref="PresentedCredential.Refusal"/> says why.</summary>
    Refused,
}

/// <summary>
/// A credential as it was presented. It holds a secret and prints only its kind; the secret is a window on the header's own text, so that
/// reading it copies nothing. The default value presents nothing.
/// </summary>
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

    /// <summary>What is presented.</summary>
    public CredentialKind Kind { get; }

    /// <summary>
    /// Why it is refused before any look-up: <see cref="RefusalCode.MissingCredential"/> where nothing is presented, the reader's reason
    /// where it is <see cref="CredentialKind.Refused"/>, and null for a key or a JWT.
    /// </summary>
    public RefusalCode? Refusal => Kind switch
    {
        CredentialKind.None => RefusalCode.MissingCredential,
        CredentialKind.Refused => refusal,
        _ => null,
    };

    /// <summary>The whole key or JWT; empty for the other kinds. It belongs in no log and no exception.</summary>
    public ReadOnlySpan<char> Reveal() => text.AsSpan(start);

    /// <summary>The kind, never the secret.</summary>
    public override string ToString() => Kind.ToString();

    internal static PresentedCredential Key(string text, int start) => new(CredentialKind.Key, text, start, default);

    internal static PresentedCredential Jwt(string text, int start) => new(CredentialKind.Jwt, text, start, default);

    internal static PresentedCredential Refused(RefusalCode code) => new(CredentialKind.Refused, null, 0, code);
}
