namespace Dashboard.Core.OAuth;

/// <summary>Why an OAuth request was not granted, as its RFC words it.</summary>
/// <param name="Code">The error code of RFC 6749 section 5.2 and its extensions.</param>
/// <param name="Description">What happened and what to do, for people: printable ASCII without quotation marks and backslashes.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="RetryAfter">How long to wait, or null.</param>
public sealed record OAuthError(string Code, string Description, int Status = 400, TimeSpan? RetryAfter = null)
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
    public static OAuthError InvalidRequest(string description) => new("invalid_request", description);

    /// <summary>RFC 6749 section 5.2: code or token is unknown, used, expired, revoked, or another client's.</summary>
    public static OAuthError InvalidGrant(string description) => new("invalid_grant", description);

    /// <summary>RFC 6749 section 5.2: the scope is unknown, or more than the client can get.</summary>
    public static OAuthError InvalidScope(string description) => new("invalid_scope", description);

    /// <summary>RFC 8707 section 2: the resource is no address, or not the one that was approved.</summary>
    public static OAuthError InvalidTarget(string description) => new("invalid_target", description);

    /// <summary>Too many tries from one address.</summary>
    /// <param name="wait">How long to wait.</param>
    public static OAuthError TooMany(TimeSpan wait) => new("temporarily_unavailable", "Too many requests came from your address. Wait before the next.", 429, wait);
}

/// <summary>What came of an OAuth request: a value, or the error that is told instead.</summary>
/// <typeparam name="T">The value's type.</typeparam>
public readonly struct OAuthResult<T>
{
    readonly T? value;

    OAuthResult(T? value, OAuthError? error) => (this.value, Error) = (value, error);

    /// <summary>What is told instead, or null.</summary>
    public OAuthError? Error { get; }

    /// <summary>What came of it.</summary>
    /// <exception cref="InvalidOperationException">There is an error.</exception>
    public T Value => Error is null ? value! : throw new InvalidOperationException($"There is no value: {Error.Code}.");

    /// <summary>It was granted.</summary>
    public static implicit operator OAuthResult<T>(T value) => Of(value);

    internal static OAuthResult<T> Of(T value) => new(value, null);

    /// <summary>It was not.</summary>
    public static implicit operator OAuthResult<T>(OAuthError error) => new(default, error);
}

/// <summary>Makes outcomes of values whose type is an interface, which C# converts by no operator.</summary>
public static class OAuthResult
{
    /// <summary>It was granted.</summary>
    /// <param name="value">What came of it.</param>
    /// <typeparam name="T">Its type.</typeparam>
    public static OAuthResult<T> Of<T>(T value) => OAuthResult<T>.Of(value);
}
