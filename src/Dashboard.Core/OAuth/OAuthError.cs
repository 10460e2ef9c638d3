namespace Dashboard.Core.OAuth;

/// <summary>Why an OAuth request was not granted, as its RFC words it.</summary>
/// <param name="Name">The <c>error</c> of RFC 6749 section 5.2 and its extensions.</param>
/// <param name="Detail">What happened and what to do, for people: printable ASCII without quotation marks and backslashes.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="RetryAfter">How long to wait, or null.</param>
public sealed record OAuthError(string Name, string Detail, int Status = 400, TimeSpan? RetryAfter = null)
    : Error(
        Status switch
        {
            401 => ErrorCode.InvalidCredentials,
            403 => ErrorCode.Forbidden,
            413 => ErrorCode.TooLarge,
            429 => ErrorCode.RateLimited,
            503 => ErrorCode.Unavailable,
            _ => ErrorCode.InvalidRequest,
        },
        Detail, RetryAfter: RetryAfter)
{
    /// <summary>Whether it could have been a guess.</summary>
    internal bool IsGuess { get; private init; }

    /// <summary>RFC 8628 section 3.5: nobody has decided yet.</summary>
    public static OAuthError AuthorizationPending { get; } =
        new("authorization_pending", "The code has not been approved yet. Try again after the interval.");

    /// <summary>RFC 8628 section 3.5: the client polls too often. Its interval has increased by 5 seconds.</summary>
    public static OAuthError SlowDown { get; } = new("slow_down", "Polling too often. Increase the interval by 5 seconds.");

    /// <summary>RFC 8628 section 3.5: the person denied the request.</summary>
    public static OAuthError AccessDenied { get; } = new("access_denied", "The person denied the request.");

    /// <summary>RFC 8628 section 3.5: nobody decided in time.</summary>
    public static OAuthError ExpiredToken { get; } = new("expired_token", "The device code has expired. Start over.");

    /// <summary>RFC 6749 section 5.2: the client is unknown or failed to authenticate.</summary>
    public static OAuthError InvalidClient { get; } = new("invalid_client", "The client is unknown, or its secret is wrong.", 401);

    /// <summary>RFC 6749 section 5.2: the client may not use this grant type.</summary>
    public static OAuthError UnauthorizedClient { get; } = new("unauthorized_client", "This client cannot use this grant type.");

    /// <summary>RFC 6749 section 5.2: the request is malformed, or a parameter is missing or repeated.</summary>
    public static OAuthError InvalidRequest(string description) => new("invalid_request", description);

    /// <summary>RFC 6749 section 5.2: the code or token is unknown, used, expired, revoked or issued to another client.</summary>
    public static OAuthError InvalidGrant(string description) => new("invalid_grant", description);

    /// <summary>An <c>invalid_grant</c> for a code or token that does not exist for the client. Only these count as failures: for one that
    /// is right, no request is refused because of others.</summary>
    public static OAuthError UnknownGrant(string description) => new("invalid_grant", description) { IsGuess = true };

    /// <summary>RFC 6749 section 5.2: the scope is unknown or exceeds what the client can get.</summary>
    public static OAuthError InvalidScope(string description) => new("invalid_scope", description);

    /// <summary>RFC 8707 section 2: the resource is not a valid URL or differs from the approved one.</summary>
    public static OAuthError InvalidTarget(string description) => new("invalid_target", description);

    /// <summary>An error as OAuth words it. One that no RFC names is a server error, and a busy database temporarily unavailable (RFC 6749
    /// section 4.1.2.1).</summary>
    /// <param name="error">The error.</param>
    public static OAuthError Of(Error error) => error as OAuthError ?? (error.Code == ErrorCode.Unavailable
        ? new("temporarily_unavailable", error.Detail, 503, error.RetryAfter ?? TimeSpan.FromSeconds(5))
        : new("server_error", "The request could not be carried out. Try again.", 500));

    /// <summary>Too many tokens for one service account. Those that it has stay valid.</summary>
    /// <param name="wait">How long to wait.</param>
    public static OAuthError TooManyTokens(TimeSpan wait) => new(
        "temporarily_unavailable",
        "This service account gets too many tokens. Use a token until it expires, or wait before requesting another.", 429, wait);

    /// <summary>There is no room for what strangers may make the installation hold.</summary>
    /// <param name="description">What there are too many of, and when to try again.</param>
    /// <param name="wait">How long to wait at most.</param>
    public static OAuthError NoRoom(string description, TimeSpan wait) => new("temporarily_unavailable", description, 429, wait);

    /// <summary>Too many tries from one address.</summary>
    /// <param name="wait">How long to wait.</param>
    public static OAuthError TooMany(TimeSpan wait) =>
        new("temporarily_unavailable", "Too many requests from your address. Wait before sending another.", 429, wait);
}
