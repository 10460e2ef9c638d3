namespace Dashboard.Core.Common;

/// <summary>Why something that was asked for was not done.</summary>
public enum ErrorCode
{
    /// <summary>The input breaks a rule; <see cref="Error.Errors"/> says which, by field.</summary>
    InvalidRequest,

    /// <summary>Only a signed-in person may do this.</summary>
    SessionRequired,

    /// <summary>Wrong email or password.</summary>
    InvalidCredentials,

    /// <summary>The password is right, and the account needs its second factor too.</summary>
    SecondFactorRequired,

    /// <summary>An organization of the person requires a second factor, and they have none.</summary>
    TwoFactorSetupRequired,

    /// <summary>The caller sees it but may not do this to it.</summary>
    Forbidden,

    /// <summary>A state change without proof that it comes from the product's own pages.</summary>
    CrossSite,

    /// <summary>The person has to prove to be present first.</summary>
    FreshSignInRequired,

    /// <summary>It does not exist, or the caller may not see that it does.</summary>
    NotFound,

    /// <summary>What is stored does not allow it, or no longer.</summary>
    Conflict,

    /// <summary>This request made something before; <see cref="Error.CreatedId"/> says what. It has made nothing now.</summary>
    AlreadyCreated,

    /// <summary>The project has as many active keys as it may have.</summary>
    KeyLimitReached,

    /// <summary>The body is larger than any request needs.</summary>
    TooLarge,

    /// <summary>The body is not JSON.</summary>
    UnsupportedMediaType,

    /// <summary>Too many tries; <see cref="Error.RetryAfter"/> says how long to wait.</summary>
    RateLimited,

    /// <summary>The database cannot be asked.</summary>
    Unavailable,
}

/// <summary>An expected failure.</summary>
/// <param name="Code">Which one.</param>
/// <param name="Detail">What happened and what to do, for people.</param>
/// <param name="Errors">By field, in snake case: what is wrong with it and what to do. Null unless <paramref name="Code"/> is
/// <see cref="ErrorCode.InvalidRequest"/>.</param>
/// <param name="RetryAfter">How long to wait before another try, or null.</param>
/// <param name="CreatedId">What the request made before. Null unless <paramref name="Code"/> is
/// <see cref="ErrorCode.AlreadyCreated"/>.</param>
public record Error(
    ErrorCode Code, string Detail, IReadOnlyDictionary<string, string>? Errors = null, TimeSpan? RetryAfter =
        null, string? CreatedId = null)
{
    /// <summary>The service account or app that the request made before, together with its key <see cref="CreatedId"/>; null if it made
    /// only a key.</summary>
    public string? CreatedOwnerId { get; init; }

    /// <summary>What there is as much of as a setting allows, such as <c>resource</c>; null for any other error.</summary>
    public string? Limited { get; init; }

    /// <summary>There is as much as a setting allows.</summary>
    /// <param name="what">What, in snake case.</param>
    /// <param name="detail">Which limit it is and what to do.</param>
    public static Error LimitReached(string what, string detail) => new(ErrorCode.Conflict, detail) { Limited = what };

    /// <summary>There is nothing there, or nothing that the caller may see.</summary>
    public static Error NotFound { get; } =
        new(ErrorCode.NotFound, "Not found. It may have been removed, or belong to an organization you are not a member of.");

    /// <summary>The caller's session has ended, or there is none.</summary>
    public static Error SessionRequired { get; } = new(ErrorCode.SessionRequired, "Sign in first. API keys do not open this address.");

    /// <summary>The last proof that the person is present is too long ago.</summary>
    /// <param name="throughToken">Whether the caller acts through an access token.</param>
    public static Error FreshSignInRequired(bool throughToken) => new(
        ErrorCode.FreshSignInRequired,
        throughToken
            ? "This needs a recent approval. Approve the command line again, then try again."
            : "Confirm that it is you with your password, a code or a passkey, or send one to POST /api/session/confirm. Then try again.");

    /// <summary>The caller's role does not allow it.</summary>
    /// <param name="detail">Who may do it.</param>
    public static Error Forbidden(string detail) => new(ErrorCode.Forbidden, detail);

    /// <summary>One field is wrong.</summary>
    /// <param name="field">Its name, in snake case.</param>
    /// <param name="message">What is wrong and what to do.</param>
    public static Error Invalid(string field, string message) =>
        Invalid(new Dictionary<string, string>(StringComparer.Ordinal) { [field] = message });

    /// <summary>Several fields are wrong.</summary>
    /// <param name="errors">What is wrong and what to do, by field in snake case. At least one.</param>
    public static Error Invalid(IReadOnlyDictionary<string, string> errors) =>
        new(ErrorCode.InvalidRequest, errors.Count == 1 ? errors.Values.First() : "Some fields need another value.", errors);
}
