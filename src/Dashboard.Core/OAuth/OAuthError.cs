namespace Dashboard.Core.OAuth;

/// <summary>An OAuth error response.</summary>
/// <param name="Code">The error code of RFC 6749 section 5.2 or an extension.</param>
/// <param name="Description">What happened and how to fix it, for people: printable ASCII without quotation marks and backslashes.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="RetryAfter">How long to wait, or null.</param>
public sealed record OAuthError(string Code, string Description, int Status = 400, TimeSpan? RetryAfter = null)
{
    /// <summary>RFC 8628 section 3.5: nobody has decided yet.</summary>
    public static OAuthError AuthorizationPending { get; } = new("authorization_pending", "The code has not been approved yet. Try again after the interval.");

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

    /// <summary>RFC 6749 section 5.2: the scope is unknown or exceeds what the client can get.</summary>
    public static OAuthError InvalidScope(string description) => new("invalid_scope", description);

    /// <summary>RFC 8707 section 2: the resource is not a valid URL or differs from the approved one.</summary>
    public static OAuthError InvalidTarget(string description) => new("invalid_target", description);

    /// <summary>Too many attempts from one address.</summary>
    /// <param name="wait">How long to wait.</param>
    public static OAuthError TooMany(TimeSpan wait) => new("temporarily_unavailable", "Too many requests from your address. Wait before sending another.", 429, wait);
}

/// <summary>The result of an OAuth request: a value or an error.</summary>
/// <typeparam name="T">The type of the value.</typeparam>
public readonly struct OAuthResult<T>
{
    readonly T? value;

    OAuthResult(T? value, OAuthError? error) => (this.value, Error) = (value, error);

    /// <summary>The error, or null.</summary>
    public OAuthError? Error { get; }

    /// <summary>The value.</summary>
    /// <exception cref="InvalidOperationException">The request failed.</exception>
    public T Value => Error is null ? value! : throw new InvalidOperationException($"There is no value: {Error.Code}.");

    /// <summary>Creates a successful result.</summary>
    public static implicit operator OAuthResult<T>(T value) => Of(value);

    internal static OAuthResult<T> Of(T value) => new(value, null);

    /// <summary>Creates a failed result.</summary>
    public static implicit operator OAuthResult<T>(OAuthError error) => new(default, error);
}

/// <summary>Creates results of values whose type is an interface, for which C# applies no implicit conversion.</summary>
public static class OAuthResult
{
    /// <summary>Creates a successful result.</summary>
    /// <typeparam name="T">The type of the value.</typeparam>
    public static OAuthResult<T> Of<T>(T value) => OAuthResult<T>.Of(value);
}
