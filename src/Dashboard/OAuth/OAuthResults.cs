using System.Globalization;
using System.Text.Json.Serialization;
using Dashboard.Api;
using Dashboard.Core.OAuth;
using Dashboard.Core.Tokens;

namespace Dashboard.OAuth;

/// <summary>Writes an OAuth error. It is not cached, and a 401 names the authentication scheme.</summary>
sealed class OAuthErrorResult(OAuthError error, string? challenge = null) : IResult
{
    /// <summary>The challenge for client authentication (RFC 7617).</summary>
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

/// <summary>Helpers for the OAuth endpoints.</summary>
static class OAuthHttp
{
    /// <summary>Returns the issuer that a request addresses, and its sender.</summary>
    public static OAuthOrigin Origin(this HttpContext http) => new(
        http.RequestServices.GetRequiredService<PublicUrl>().Of(http), http.Connection.RemoteIpAddress,
        http.Request.Headers.UserAgent.ToString(), http.Request.Headers["Sec-Fetch-Site"] == "cross-site");

    /// <summary>Converts an error to a response.</summary>
    public static IResult ToOAuthResult(this Error error) => new OAuthErrorResult(OAuthError.Of(error));

    /// <summary>Declares the OAuth errors of an endpoint, as <c>status:code,…</c>.</summary>
    public static RouteHandlerBuilder RefusesAsOAuth(this RouteHandlerBuilder endpoint, params string[] errors) => endpoint.WithMetadata(
    [
        .. errors.Select(error => error.Split(':')).Select(part => new AnswerMetadata(
            int.Parse(part[0], CultureInfo.InvariantCulture), "", typeof(OAuthErrorAnswer), part[1].Split(','))),
    ]);
}

sealed record TokenAnswer(
    [Field("The access token, a JWT.", Example = "\"eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9.eyJpc3MiOiIifQ.c2ln\"")] string AccessToken,
    [Field("Always Bearer.", Words = ["Bearer"])] string TokenType,
    [Field("How many seconds the access token is valid.", Example = "3600")] int ExpiresIn,
    [Field("The granted scopes, separated by spaces.", Example = "\"read:workflows\"")] string Scope,
    [Field("A single-use refresh token; omitted if the client does not use refresh tokens.", Example = "\"latchkey_rt_0sVvK9CqWm3eY1\"")]
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    string? RefreshToken = null)
{
    public static TokenAnswer Of(IssuedTokens tokens) => new(
        tokens.AccessToken.Reveal(), "Bearer", (int)tokens.ExpiresIn.TotalSeconds, tokens.Scope, tokens.RefreshToken?.Reveal());

    /// <summary>Omits the tokens.</summary>
    public override string ToString() => nameof(TokenAnswer);
}
