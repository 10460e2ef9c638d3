using System.Text.Json.Serialization;
using Dashboard.Api;
using Dashboard.Auth;
using Dashboard.Core.Credentials;
using Dashboard.Core.OAuth;
using Dashboard.Core.Tokens;
using Dashboard.Core.Verification;
using Dashboard.Verification;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Dashboard.OAuth;

/// <summary><c>/oauth/token</c>, <c>/oauth/token/revoke</c>, <c>/oauth/introspect</c> and <c>/oauth/device/authorize</c>. Clients
/// authenticate in the request; sessions are ignored.</summary>
static class TokenEndpoints
{
    public static void MapTokens(this IEndpointRouteBuilder app)
    {
        var oauth = app.MapGroup("/oauth").AllowAnonymous().AsApi().WithTags("OAuth");
        oauth.MapPost("/token", IssueAsync).WithName("issueToken").WithSummary("Get tokens for a grant (RFC 6749 section 3.2).")
            .WithMetadata(new InputMetadata(typeof(TokenRequest), IsBody: true, IsOAuth: true), new ClientAuthenticationMetadata())
            .Answers<TokenAnswer>(200, "The tokens.")
            .RefusesAsOAuth(
                "400:invalid_request,invalid_grant,invalid_scope,invalid_target,unauthorized_client,unsupported_grant_type," +
                "authorization_pending,slow_down,access_denied,expired_token",
                "401:invalid_client", "413:invalid_request", "429:temporarily_unavailable", "503:temporarily_unavailable")
            .ShortCircuit();
        oauth.MapPost("/token/revoke", RevokeAsync).WithName("revokeToken")
            .WithSummary("Revoke a token (RFC 7009). The token itself is proof enough. Revoking a refresh token ends its authorization.")
            .WithMetadata(new InputMetadata(typeof(RevokeTokenRequest), IsBody: true, IsOAuth: true), new ClientAuthenticationMetadata())
            .WithMetadata(new AnswerMetadata(200, "The token is revoked, or was unknown.", null))
            .RefusesAsOAuth(
                "400:invalid_request", "401:invalid_client", "413:invalid_request", "429:temporarily_unavailable",
                "503:temporarily_unavailable")
            .ShortCircuit();
        oauth.MapPost("/introspect", IntrospectAsync).WithName("introspectToken")
            .WithSummary("Introspect a token (RFC 7662): one of the client's own or, with the permission verify, of its organization.")
            .WithMetadata(
                new InputMetadata(typeof(IntrospectRequest), IsBody: true, IsOAuth: true),
                new ClientAuthenticationMetadata(TakesToken: true))
            .Answers<IntrospectionAnswer>(
                200, "The current state of the token. For a token that is invalid, or that the caller may not see, only active.")
            .RefusesAsOAuth(
                "400:invalid_request", "401:invalid_client,invalid_token", "413:invalid_request", "429:temporarily_unavailable",
                "503:temporarily_unavailable")
            .Refuses(RefusalCode.VerificationUnavailable)
            .ShortCircuit();
        oauth.MapPost("/device/authorize", RequestDeviceAsync).WithName("authorizeDevice")
            .WithSummary("Start a device authorization that a user approves in a browser (RFC 8628).")
            .WithMetadata(
                new InputMetadata(typeof(DeviceAuthorizationRequest), IsBody: true, IsOAuth: true), new ClientAuthenticationMetadata())
            .Answers<DeviceAnswer>(200, "The codes.")
            .RefusesAsOAuth(
                "400:invalid_request,invalid_scope,invalid_target,unauthorized_client", "401:invalid_client", "413:invalid_request",
                "429:temporarily_unavailable", "503:temporarily_unavailable")
            .ShortCircuit();
    }

    static async Task<IResult> IssueAsync(HttpContext http, TokenService tokens, CancellationToken cancellationToken)
    {
        var (body, client, error) = await ReadAsync(http);
        if (error is not null)
        {
            return error.ToOAuthResult();
        }

        var issued = await tokens.IssueAsync(body!, client!, http.Origin(), cancellationToken);
        return issued.Error is { } refused ? refused.ToOAuthResult() : Secret(http, TokenAnswer.Of(issued.Value));
    }

    static async Task<IResult> RevokeAsync(HttpContext http, TokenRevocation revocation, CancellationToken cancellationToken)
    {
        var (body, client, error) = await ReadAsync(http);
        return (error ?? (await revocation.RevokeAsync(body!, client!, http.Origin(), cancellationToken)).Error) is { } refused
            ? refused.ToOAuthResult()
            : TypedResults.Ok();
    }

    static async Task<IResult> IntrospectAsync(
        HttpContext http, Introspection introspection, PublicUrl address, TimeProvider time, CancellationToken cancellationToken)
    {
        var (body, client, error) = await ReadAsync(http);
        if (error is not null)
        {
            return error.ToOAuthResult();
        }

        var bearer = http.Request.Headers.Authorization is [{ } value] && value.StartsWith("Bearer", StringComparison.OrdinalIgnoreCase)
            ? CredentialReader.Read(http.Request.Headers, acceptBearer: false) : default;
        var answer = await introspection.AskAsync(body!, client!, bearer, http.ToCallerContext(), http.Origin(), cancellationToken);
        return answer switch
        {
            { Error: { } refused } => refused.ToOAuthResult(),
            { Refused: RefusalCode.VerificationUnavailable } => new RefusalResult(RefusalCode.VerificationUnavailable),
            { Refused: RefusalCode.RateLimited } => OAuthError.TooMany(TimeSpan.FromMinutes(1)).ToOAuthResult(),
            { Refused: { } } => new OAuthErrorResult(
                new("invalid_token", "The access token is not valid.", StatusCodes.Status401Unauthorized),
                BearerChallenge.Of(http, RefusalCode.InvalidToken)),
            { Facts: { } facts } => TypedResults.Ok(new ActiveToken(
                true, facts.Scope, facts.ClientId, facts.ExpiresAt.ToUnixTimeSeconds(), facts.ExpiresAt.ToUnixTimeSeconds(),
                facts.IssuedAt.ToUnixTimeSeconds(), facts.Subject, facts.Organization, facts.TokenType, facts.Issuer, facts.Audience,
                facts.Jti)),
            _ => TypedResults.Ok(new InactiveToken(false)),
        };
    }

    static async Task<IResult> RequestDeviceAsync(HttpContext http, DeviceRequests devices, CancellationToken cancellationToken)
    {
        var (body, client, error) = await ReadAsync(http);
        if (error is not null)
        {
            return error.ToOAuthResult();
        }

        var origin = http.Origin();
        var granted = await devices.RequestAsync(body!, client!, origin, cancellationToken);
        if (granted.Error is { } refused)
        {
            return refused.ToOAuthResult();
        }

        var (code, page) = (granted.Value.UserCode.Reveal(), $"{origin.Issuer}/oauth/device/verify");
        return Secret(http, new DeviceAnswer(
            granted.Value.DeviceCode.Reveal(), code, page, $"{page}?user_code={code}", (int)granted.Value.ExpiresIn.TotalSeconds,
            (int)granted.Value.Interval.TotalSeconds));
    }

    static async Task<(OAuthParameters? Body, PresentedClient? Client, Error? Error)> ReadAsync(HttpContext http)
    {
        var body = await OAuthBody.ReadAsync(http);
        if (body.Error is { } unreadable)
        {
            return (null, null, unreadable);
        }

        var client = PresentedClient.Read(http.Request.Headers.Authorization, body.Value);
        return client.Error is { } wrong ? (null, null, wrong) : (body.Value, client.Value, null);
    }

    /// <summary>RFC 6749 section 5.1 requires both Pragma and Cache-Control.</summary>
    static Ok<T> Secret<T>(HttpContext http, T answer)
    {
        http.Response.Headers.Pragma = "no-cache";
        return TypedResults.Ok(answer);
    }

    sealed record TokenRequest(
        [Field("The grant type.", Words = ["client_credentials", "authorization_code", "refresh_token", GrantTypes.DeviceCode])]
        string GrantType,
        [Field("The client id, unless the Authorization header contains it.", Example = "\"latchkey-sa-Ab12CdEfGh34IjKl\"")]
        string? ClientId = null,
        [Field(
            "The client secret, if there is one and the Authorization header does not contain it.",
            Example = "\"secret_0sVvK9CqWm3eY1\"")]
        string? ClientSecret = null,
        [Field(
            "The scopes, separated by spaces. Defaults to the registered scopes, or to all read scopes.",
            Example = "\"read:workflows\"")]
        string? Scope = null,
        [Field(
            "The resource that the token is for: it is valid only for URLs under this one (RFC 8707).",
            Example = "\"https://api.example.com\"", Format = "uri")]
        string? Resource = null,
        [Field("The authorization code.", Example = "\"latchkey_ac_0sVvK9CqWm3eY1\"")] string? Code = null,
        [Field("The redirect URI that the code was sent to.", Example = "\"http://127.0.0.1:49152/callback\"")] string? RedirectUri = null,
        [Field("The PKCE code verifier (RFC 7636).", Example = "\"dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk\"")]
        string? CodeVerifier = null,
        [Field("The refresh token.", Example = "\"latchkey_rt_0sVvK9CqWm3eY1\"")] string? RefreshToken = null,
        [Field("The device code (RFC 8628).", Example = "\"latchkey_dc_0sVvK9CqWm3eY1\"")] string? DeviceCode = null);

    sealed record RevokeTokenRequest(
        [Field("The access or refresh token.", Example = "\"latchkey_rt_0sVvK9CqWm3eY1\"")] string Token,
        [Field("The type of the token. Optional.", Example = "\"refresh_token\"")] string? TokenTypeHint = null,
        [Field("The client id. Optional.", Example = "\"latchkey-cli\"")] string? ClientId = null,
        [Field("The client secret, if the client id is given and the client has one.", Example = "\"secret_0sVvK9CqWm3eY1\"")]
        string? ClientSecret = null);

    sealed record IntrospectRequest(
        [Field("The access or refresh token.", Example = "\"latchkey_rt_0sVvK9CqWm3eY1\"")] string Token,
        [Field("The type of the token. Optional.", Example = "\"refresh_token\"")] string? TokenTypeHint = null,
        [Field("The client id, unless the Authorization header identifies the client.", Example = "\"latchkey-sa-Ab12CdEfGh34IjKl\"")]
        string? ClientId = null,
        [Field("The client secret, unless the Authorization header contains it.", Example = "\"secret_0sVvK9CqWm3eY1\"")]
        string? ClientSecret = null);

    sealed record DeviceAuthorizationRequest(
        [Field("The client id, unless the Authorization header contains it.", Example = "\"latchkey-cli\"")] string? ClientId = null,
        [Field(
            "The client secret, if there is one and the Authorization header does not contain it.",
            Example = "\"secret_0sVvK9CqWm3eY1\"")]
        string? ClientSecret = null,
        [Field("The scopes, separated by spaces. Defaults to the registered scopes, or to all read scopes.", Example = "\"api\"")]
        string? Scope = null,
        [Field(
            "The resource that the tokens are for: they are valid only for URLs under this one (RFC 8707).",
            Example = "\"https://api.example.com\"", Format = "uri")]
        string? Resource = null);

    [Merged(typeof(ActiveToken), typeof(InactiveToken))]
    abstract class IntrospectionAnswer
    {
        [Field("Whether the token is valid and the caller may see it. If not, nothing else follows.", Example = "true")]
        public abstract bool Active { get; }
    }

    sealed record ActiveToken(
        [Field("Always true.", Example = "true")] bool Active,
        [Field("The scopes that its owner currently has, separated by spaces.", Example = "\"read:workflows\"")] string Scope,
        [Field("The client that it was issued to.", Example = "\"latchkey-cli\"")] string ClientId,
        [Field("When it expires, in seconds since 1970.", Example = "1795347000")] long Exp,
        [Field("The same as exp.", Example = "1795347000")] long ExpiresAt,
        [Field("When it was issued, in seconds since 1970.", Example = "1795343400")] long Iat,
        [Field("The identifier of the user or service account.", Example = "\"sa_Ab12CdEfGh34IjKl\"")] string Sub,
        [Field("The organization's slug.", Example = "\"acme\"")] string AccountId,
        [Field("Bearer; omitted for a refresh token.", Example = "\"Bearer\"")]
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        string? TokenType = null,
        [Field("The issuer; omitted for a refresh token.", Example = "\"https://keys.example.com\"")]
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        string? Iss = null,
        [Field("The audience; omitted for a refresh token.", Example = "\"https://keys.example.com\"")]
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        string? Aud = null,
        [Field("The token's identifier; omitted for a refresh token.", Example = "\"0sVvK9CqWm3eY1Ab12CdEf\"")]
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        string? Jti = null);

    sealed record InactiveToken([Field("Always false.", Example = "false")] bool Active);

    sealed record DeviceAnswer(
        [Field("The code that the device polls /oauth/token with.", Example = "\"latchkey_dc_0sVvK9CqWm3eY1\"")] string DeviceCode,
        [Field("The code that the user enters.", Example = "\"WDJB-MJHT\"")] string UserCode,
        [Field("Where the user enters it.", Example = "\"https://keys.example.com/oauth/device/verify\"")] string VerificationUri,
        [Field("The same URL with the code.", Example = "\"https://keys.example.com/oauth/device/verify?user_code=WDJB-MJHT\"")]
        string VerificationUriComplete,
        [Field("How many seconds both codes are valid.", Example = "1800")] int ExpiresIn,
        [Field("The minimum number of seconds between two polls.", Example = "5")] int Interval)
    {
        /// <summary>Omits the codes.</summary>
        public override string ToString() => nameof(DeviceAnswer);
    }
}
