namespace Dashboard.Api;

/// <summary>An OAuth error response (RFC 6749 section 5.2).</summary>
sealed record OAuthErrorAnswer(
    [Field("The machine-readable error code.", Example = "\"invalid_grant\"")] string Error,
    [Field("What happened and what to do, for humans.", Example = "\"The code has expired.\"")] string ErrorDescription);
