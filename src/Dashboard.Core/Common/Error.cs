namespace Dashboard.Core.Common;

/// <summary>The reasons for which an operation fails.</summary>
public enum ErrorCode
{
    /// <summary>The input is not valid. <see cref="Error.Errors"/> has a message for each field.</summary>
    InvalidRequest,

    /// <summary>Only a signed-in person may do this.</summary>
    SessionRequired,

    /// <summary>Wrong email or password.</summary>
    InvalidCredentials,

    /// <summary>The caller can see the object but lacks the right to do this.</summary>
    Forbidden,

    /// <summary>A state change without proof that it comes from Latchkey's own pages.</summary>
    CrossSite,

    /// <summary>The object does not exist, or the caller may not know that it does.</summary>
    NotFound,

    /// <summary>The current state does not allow the operation.</summary>
    Conflict,

    /// <summary>An earlier request with the same idempotency key created <see cref="Error.CreatedId"/>. This one created nothing.</summary>
    AlreadyCreated,

    /// <summary>The project has reached its limit of active keys.</summary>
    KeyLimitReached,

    /// <summary>The request body is too large.</summary>
    TooLarge,

    /// <summary>The body is not JSON.</summary>
    UnsupportedMediaType,

    /// <summary>Too many attempts. <see cref="Error.RetryAfter"/> has the wait.</summary>
    RateLimited,

    /// <summary>The database cannot be asked.</summary>
    Unavailable,
}

/// <summary>An expected failure.</summary>
/// <param name="Detail">What happened and how to fix it, for people.</param>
/// <param name="Errors">Messages by field name in snake case. Null unless <paramref name="Code"/> is
/// <see cref="ErrorCode.InvalidRequest"/>.</param>
/// <param name="RetryAfter">How long to wait before trying again, or null.</param>
/// <param name="CreatedId">What the earlier request created. Null unless <paramref name="Code"/> is
/// <see cref="ErrorCode.AlreadyCreated"/>.</param>
public record Error(
    ErrorCode Code, string Detail, IReadOnlyDictionary<string, string>? Errors = null, TimeSpan? RetryAfter = null, string? CreatedId = null)
{
    /// <summary>The object does not exist or is not visible to the caller.</summary>
    public static Error NotFound { get; } =
        new(ErrorCode.NotFound, "Not found. It may have been deleted, or belong to an organization that you are not a member of.");

    /// <summary>The caller's session has ended, or there is none.</summary>
    public static Error SessionRequired { get; } = new(ErrorCode.SessionRequired, "Sign in first. This endpoint does not accept API keys.");

    /// <summary>The caller's role does not allow the operation.</summary>
    /// <param name="detail">Who may perform it.</param>
    public static Error Forbidden(string detail) => new(ErrorCode.Forbidden, detail);

    /// <summary>One field is not valid.</summary>
    /// <param name="field">The field name, in snake case.</param>
    /// <param name="message">What is wrong and how to fix it.</param>
    public static Error Invalid(string field, string message) => Invalid(new Dictionary<string, string>(StringComparer.Ordinal) { [field] = message });

    /// <summary>Several fields are not valid.</summary>
    /// <param name="errors">Messages by field name in snake case. At least one.</param>
    public static Error Invalid(IReadOnlyDictionary<string, string> errors) =>
        new(ErrorCode.InvalidRequest, errors.Count == 1 ? errors.Values.First() : "Some fields are not valid.", errors);
}
