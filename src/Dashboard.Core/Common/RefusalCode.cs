namespace Dashboard.Core.Common;

/// <summary>Why a credential is refused, in the order in which the rules are tried.</summary>
public enum RefusalCode
{
    /// <summary>401: nothing was presented.</summary>
    MissingCredential,

    /// <summary>401: of no shape that is minted here, or with a wrong checksum; sent twice; over 512 characters.</summary>
    MalformedKey,

    /// <summary>401: never valid.</summary>
    InvalidKey,

    /// <summary>401: revoked; told only to who holds the whole key.</summary>
    RevokedKey,

    /// <summary>401: switched off; told only to who holds the whole key.</summary>
    InactiveKey,

    /// <summary>401: past its expiry; told only to who holds the whole key.</summary>
    ExpiredKey,

    /// <summary>401: a test key at the live host, or the other way round.</summary>
    WrongEnvironment,

    /// <summary>401: an OAuth access token past its end.</summary>
    TokenExpired,

    /// <summary>401: an OAuth access token that is not good here.</summary>
    InvalidToken,

    /// <summary>403: the client's address is not on the key's list.</summary>
    IpNotAllowed,

    /// <summary>403: the request targets another project or organization.</summary>
    WrongProject,

    /// <summary>403: the credential is narrowed to other resources.</summary>
    ResourceOutOfScope,

    /// <summary>403: the permission is not the credential's.</summary>
    InsufficientPermissions,

    /// <summary>429: too many requests.</summary>
    RateLimited,

    /// <summary>503: the store can't be asked, and no answer is fresh enough; says nothing about the credential.</summary>
    VerificationUnavailable,
}

/// <summary>What a refusal is called on the wire and told as to people.</summary>
public static class RefusalCodes
{
    /// <summary>The machine-readable <c>code</c>, such as <c>malformed_key</c>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is no member of the enumeration.</exception>
    public static string ToWireName(this RefusalCode code) => Of(code).Word;

    /// <summary>The HTTP status: 401, 403, 429 or 503 (RFC 9110 section 15, RFC 6585 section 4).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is no member of the enumeration.</exception>
    public static int ToHttpStatus(this RefusalCode code) => Of(code).Status;

    /// <summary>One sentence for people; the <c>detail</c> of a problem document (RFC 9457).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is no member of the enumeration.</exception>
    public static string ToSentence(this RefusalCode code) => Of(code).Sentence;

    static (string Word, int Status, string Sentence) Of(RefusalCode code) => code switch
    {
        RefusalCode.MissingCredential => ("missing_credential", 401, "The request carries no API key and no access token."),
        RefusalCode.MalformedKey => ("malformed_key", 401, "What was sent does not have the shape of a key: it may be cut off or mistyped."),
        RefusalCode.InvalidKey => ("invalid_key", 401, "No such key was ever valid here."),
        RefusalCode.RevokedKey => ("revoked_key", 401, "The key is revoked."),
        RefusalCode.InactiveKey => ("inactive_key", 401, "The key is disabled."),
        RefusalCode.ExpiredKey => ("expired_key", 401, "The key has expired."),
        RefusalCode.WrongEnvironment => ("wrong_environment", 401, "The key is not for this environment."),
        RefusalCode.TokenExpired => ("token_expired", 401, "The access token has expired."),
        RefusalCode.InvalidToken => ("invalid_token", 401, "The access token is not valid here."),
        RefusalCode.IpNotAllowed => ("ip_not_allowed", 403, "The key may not be used from this address."),
        RefusalCode.WrongProject => ("wrong_project", 403, "The credential belongs to another project."),
        RefusalCode.ResourceOutOfScope => ("resource_out_of_scope", 403, "The credential does not reach this resource."),
        RefusalCode.InsufficientPermissions => ("insufficient_permissions", 403, "The credential does not have the permission that this needs."),
        RefusalCode.RateLimited => ("rate_limited", 429, "There were too many requests: wait before sending the next."),
        RefusalCode.VerificationUnavailable =>
            ("verification_unavailable", 503, "Credentials can't be checked at the moment, and this one may be good: try again shortly."),
        _ => throw new ArgumentOutOfRangeException(nameof(code), code, "There is no such refusal."),
    };
}
