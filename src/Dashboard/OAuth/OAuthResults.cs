using System.Text.Json.Serialization;
using Dashboard.Api;
using Dashboard.Core.OAuth;
using Dashboard.Core.Tokens;

namespace Dashboard.OAuth;

/// <summary>Tells an error. No cache keeps it, and a 401 names the scheme that would do.</summary>
sealed class OAuthErrorResult(OAuthError error, string? challenge = null) : IResult
{
    /// <summary>How a client shows its secret (RFC 7617).</summary>
    public const string Basic = "Basic realm=\"Latchkey\", charset=\"UTF-8\"";

    public Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = error.Status;
        response.Headers.CacheControl = "no-store";
        if (error.Status == StatusCodes.Status401Unauthorized)
        {
            response.Headers.WWWAuthenticate = challenge ?? Basic;
        }

        if (error.RetryAfter is { } wait)
        {
            response.Headers.RetryAfter = ProblemDocument.InSeconds(wait);
        }

        return response.WriteAsJsonAsync(new OAuthErrorAnswer(error.Name, error.Detail), JsonContract.Options, httpContext.RequestAborted);
    }
}

/// <summary>Requests and answers of OAuth's endpoints.</summary>
static class OAuthHttp
{
    /// <summary>Where a request came in.</summary>
    public static OAuthOrigin Origin(this HttpContext http) => new(
        http.RequestServices.GetRequiredService<PublicUrl>().Of(http), http.Connection.RemoteIpAddress, http.Request.Headers.UserAgent.ToString());

    /// <summary>The answer that tells an error.</summary>
    public static IResult ToOAuthResult(this Error error) => new OAuthErrorResult(OAuthError.Of(error));

    /// <summary>Says which errors of OAuth an endpoint tells, as <c>status:code,…</c>.</summary>
    public static RouteHandlerBuilder RefusesAsOAuth(this RouteHandlerBuilder endpoint, params string[] errors) => endpoint.WithMetadata(
        [.. errors.Select(error => error.Split(':')).Select(part => new AnswerMetadata(int.Parse(part[0], System.Globalization.CultureInfo.InvariantCulture), "", typeof(OAuthErrorAnswer), part[1].Split(',')))]);
}

sealed record TokenAnswer(
    [Field("The access token, a JWT.", Example = "\"eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9.eyJpc3MiOiIifQ.c2ln\"")] string AccessToken,
    [Field("Always Bearer.", Words = ["Bearer"])] string TokenType,
    [Field("How many seconds the access token is good.", Example = "3600")] int ExpiresIn,
    [Field("Its scopes, with spaces between.", Example = "\"read:workflows\"")] string Scope,
    [Field("Gets the next tokens, once; where the client uses refresh tokens.", Example = "\"latchkey_rt_0sVvK9CqWm3eY1\"")]
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    string? RefreshToken = null)
{
    public static TokenAnswer Of(IssuedTokens tokens) => new(
        tokens.AccessToken.Reveal(), "Bearer", (int)tokens.ExpiresIn.TotalSeconds, tokens.Scope, tokens.RefreshToken?.Reveal());

    /// <summary>Prints neither.</summary>
    public override string ToString() => nameof(TokenAnswer);
}
