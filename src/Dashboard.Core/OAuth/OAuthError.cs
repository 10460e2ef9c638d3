namespace Dashboard.Core.OAuth;

/// <summary>Why an OAuth request was not granted, as its RFC words it.</summary>
/// <param name="Name">The <c>error</c> of RFC 6749 section 5.2 and its extensions.</param>
/// <param name="Detail">What happened and what to do, for people: printable ASCII without quotation marks and backslashes.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="RetryAfter">How long to wait, or null.</param>
public sealed record OAuthError(string Name, string Detail, int Status = 400, TimeSpan? RetryAfter = null)
    : Error(Status switch { 401 => ErrorCode.InvalidCredentials, 403 => ErrorCode.Forbidden, 413 => ErrorCode.TooLarge, 429 => ErrorCode.RateLimited, _ => ErrorCode.InvalidRequest }, Detail, RetryAfter: RetryAfter)
{
    /// <summary>RFC 8628 section 3.5: nobody has decided yet.</summary>
    public static OAuthError AuthorizationPending { get; } = new("authorization_pending", "Nobody has approved the code yet. Ask again after the interval.");

    /// <summary>RFC 8628 section 3.5: the client asks too often; its interval has grown by five seconds.</summary>
    public static OAuthError SlowDown { get; } = new("slow_down", "You ask too often. From now on wait five seconds longer between questions.");

    /// <summary>RFC 8628 section 3.5: somebody said no.</summary>
    public static OAuthError AccessDenied { get; } = new("access_denied", "The person denied the request.");

    /// <summary>RFC 8628 section 3.5: nobody decided in time.</summary>
    public static OAuthError ExpiredToken { get; } = new("expired_token", "The device code has expired. Begin again.");

    /// <summary>RFC 6749 section 5.2: the client is unknown, or did not show that it is the one.</summary>
    public static OAuthError InvalidClient { get; } = new("invalid_client", "The client is unknown, or its secret is wrong.", 401);

    /// <summary>RFC 6749 section 5.2: the client may not use this grant.</summary>
    public static OAuthError UnauthorizedClient { get; } = new("unauthorized_client", "This client may not use this grant type.");

    /// <summary>RFC 6749 section 5.2: the request cannot be read, lacks something or says it twice.</summary>
    /// <param name="description">What is wrong.</param>
    public static OAuthError InvalidRequest(string description) => new("invalid_request", description);

    /// <summary>RFC 6749 section 5.2: code or token is unknown, used, expired, revoked, or another client's.</summary>
    /// <param name="description">What is wrong.</param>
    public static OAuthError InvalidGrant(string description) => new("invalid_grant", description);

    /// <summary>RFC 6749 section 5.2: the scope is unknown, or more than the client can get.</summary>
    /// <param name="description">What is wrong.</param>
    public static OAuthError InvalidScope(string description) => new("invalid_scope", description);

    /// <summary>RFC 8707 section 2: the resource is no address, or not the one that was approved.</summary>
    /// <param name="description">What is wrong.</param>
    public static OAuthError InvalidTarget(string description) => new("invalid_target", description);

    /// <summary>An error as OAuth words it. One that no RFC names is a server error (RFC 6749 section 4.1.2.1).</summary>
    /// <param name="error">The error.</param>
    public static OAuthError Of(Error error) => error as OAuthError ?? new("server_error", "The request could not be carried out. Try again.", 500);

    /// <summary>Too many tries from one address.</summary>
    /// <param name="wait">How long to wait.</param>
    public static OAuthError TooMany(TimeSpan wait) => new("temporarily_unavailable", "Too many requests came from your address. Wait before the next.", 429, wait);
}
