namespace Dashboard.Core.Common;

/// <summary>The reasons for refusing a credential, in the order in which they are checked.</summary>
public enum RefusalCode
{
    /// <summary>401: the request has no credential.</summary>
    MissingCredential,

    /// <summary>401: the credential has an unknown format, a wrong checksum or more than 512 characters, or was sent twice.</summary>
    MalformedKey,

    /// <summary>401: no such credential has ever existed.</summary>
    InvalidKey,

    /// <summary>401: revoked. Returned only to a caller that presents the whole key.</summary>
    RevokedKey,

    /// <summary>401: disabled. Returned only to a caller that presents the whole key.</summary>
    InactiveKey,

    /// <summary>401: expired. Returned only to a caller that presents the whole key.</summary>
    ExpiredKey,

    /// <summary>401: a test key on a live host, or a live key on a test host.</summary>
    WrongEnvironment,

    /// <summary>401: the OAuth access token has expired.</summary>
    TokenExpired,

    /// <summary>401: the OAuth access token is not valid here.</summary>
    InvalidToken,

    /// <summary>403: the client address is not on the key's allow-list.</summary>
    IpNotAllowed,

    /// <summary>403: the request is for another project or organization.</summary>
    WrongProject,

    /// <summary>403: the credential is limited to other resources.</summary>
    ResourceOutOfScope,

    /// <summary>403: the credential lacks the permission.</summary>
    InsufficientPermissions,

    /// <summary>429: too many requests.</summary>
    RateLimited,

    /// <summary>503: the database is unavailable and no cached result is fresh enough. Says nothing about the credential.</summary>
    VerificationUnavailable,
}

/// <summary>The name, HTTP status and message of each refusal.</summary>
public static class RefusalCodes
{
    /// <summary>Returns the machine-readable <c>code</c>, such as <c>malformed_key</c>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not defined.</exception>
    public static string ToWireName(this RefusalCode code) => Of(code).Word;

    /// <summary>Returns the HTTP status: 401, 403, 429 or 503 (RFC 9110 section 15, RFC 6585 section 4).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not defined.</exception>
    public static int ToHttpStatus(this RefusalCode code) => Of(code).Status;

    /// <summary>Returns a message for people: the <c>detail</c> of a problem document (RFC 9457).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not defined.</exception>
    public static string ToSentence(this RefusalCode code) => Of(code).Sentence;

    static (string Word, int Status, string Sentence) Of(RefusalCode code) => code switch
    {
        RefusalCode.MissingCredential => ("missing_credential", 401, "The request has no API key or access token."),
        RefusalCode.MalformedKey =>
            ("malformed_key", 401, "The credential is not in the format of a key. It may be truncated or mistyped."),
        RefusalCode.InvalidKey => ("invalid_key", 401, "The key does not exist."),
        RefusalCode.RevokedKey => ("revoked_key", 401, "The key has been revoked."),
        RefusalCode.InactiveKey => ("inactive_key", 401, "The key is disabled."),
        RefusalCode.ExpiredKey => ("expired_key", 401, "The key has expired."),
        RefusalCode.WrongEnvironment => ("wrong_environment", 401, "The key is not for this environment."),
        RefusalCode.TokenExpired => ("token_expired", 401, "The access token has expired."),
        RefusalCode.InvalidToken => ("invalid_token", 401, "The access token is not valid."),
        RefusalCode.IpNotAllowed => ("ip_not_allowed", 403, "The key cannot be used from this IP address."),
        RefusalCode.WrongProject => ("wrong_project", 403, "The credential belongs to another project."),
        RefusalCode.ResourceOutOfScope => ("resource_out_of_scope", 403, "The credential has no access to this resource."),
        RefusalCode.InsufficientPermissions => ("insufficient_permissions", 403, "The credential lacks the required permission."),
        RefusalCode.RateLimited => ("rate_limited", 429, "Too many requests. Wait before sending another."),
        RefusalCode.VerificationUnavailable =>
            ("verification_unavailable", 503, "Credentials cannot be verified at the moment. This one may be valid; try again shortly."),
        _ => throw new ArgumentOutOfRangeException(nameof(code), code, "Unknown refusal code."),
    };
}
