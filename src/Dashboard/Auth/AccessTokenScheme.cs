using System.Globalization;
using System.Security.Claims;
using System.Text.Encodings.Web;
using Dashboard.Core.Accounts;
using Dashboard.Core.Credentials;
using Dashboard.Core.Verification;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Dashboard.Auth;

/// <summary>Authenticates the command-line client's access tokens under <c>/api</c>. A request with a bearer token is authenticated by the
/// token alone: a session cookie neither replaces an invalid token, nor makes a valid one need a proof of origin.</summary>
static class AccessTokenScheme
{
    public const string Name = "AccessToken";

    const string Selector = "SessionOrAccessToken";

    const string Bearer = "Bearer";

    /// <summary>Adds a scheme that authenticates a request by its bearer token if it has one, and by its session cookie
    /// otherwise.</summary>
    public static AuthenticationBuilder AddAccessTokens(this AuthenticationBuilder authentication)
    {
        authentication.Services.Configure<AuthenticationOptions>(options => options.DefaultAuthenticateScheme = Selector);
        return authentication.AddScheme<AuthenticationSchemeOptions, Handler>(Name, null)
            .AddPolicyScheme(Selector, null, selector =>
                selector.ForwardDefaultSelector = http => IsBearer(http.Request) ? Name : IdentityConstants.ApplicationScheme);
    }

    /// <summary>Creates the claims that <see cref="CurrentActor.ToActor"/> converts back to the actor.</summary>
    static ClaimsPrincipal ToPrincipal(Actor actor, ActorToken token, bool lacksSecondFactor) => new(new ClaimsIdentity(
        [
            .. SecondFactorRequirement.ClaimsOf(lacksSecondFactor),
            new(ClaimTypes.NameIdentifier, actor.Id),
            new(ClaimTypes.Name, actor.Name),
            new(CurrentActor.TokenClaim, token.Jti),
            new(CurrentActor.ClientClaim, token.ClientId),
            new(CurrentActor.OrganizationClaim, token.OrganizationId.ToString(CultureInfo.InvariantCulture)),
        ],
        Name));

    static bool IsBearer(HttpRequest request) => request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase)
        && request.Headers.Authorization.Any(value =>
            value?.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) == true && value.AsSpan(Bearer.Length) is [] or [' ', ..]);

    /// <summary>Why the access token of a request is refused.</summary>
    public sealed record Refusal(RefusalCode Code, TimeSpan? RetryAfter);

    sealed class Handler(
        IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, MemberTokens tokens,
        SecondFactorService factors, PublicUrl publicUrl)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
    {
        protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
        {
            // The token's audience is checked against the configured public URL, because the Host header is untrusted.
            var own = new Uri(publicUrl.Of(Context));
            var facts = Context.ToCallerContext() with
            {
                Scheme = own.Scheme,
                Host = own.Authority,
                Path = own.AbsolutePath.TrimEnd('/') + Request.Path
            };
            var credential = CredentialReader.Read(Request.Headers, acceptBearer: false);
            var found = await tokens.FindAsync(credential, facts, Context.ClientAddress(), Context.RequestAborted);
            if (found.Refusal is { } refusal)
            {
                Context.Features.Set(new Refusal(refusal, found.RetryAfter));
            }

            return found.Actor is { Token: { } token } actor
                ? AuthenticateResult.Success(new(ToPrincipal(actor, token, await factors.LacksAsync(actor, Context.RequestAborted)), Name))
                : AuthenticateResult.NoResult();
        }
    }
}
