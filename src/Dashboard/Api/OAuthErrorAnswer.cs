namespace Dashboard.Api;

/// <summary>An error as OAuth words it (RFC 6749 section 5.2).</summary>
sealed record OAuthErrorAnswer(
    [Field("What went wrong, for programs.", Example = "\"invalid_grant\"")] string Error,
    [Field("What happened and what to do, for people.", Example = "\"The code has expired.\"")] string ErrorDescription);
