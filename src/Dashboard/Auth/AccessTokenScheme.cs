using System.Globalization;
using System.Security.Claims;
using System.Text.Encodings.Web;
using Dashboard.Core.Credentials;
using Dashboard.Core.Verification;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Dashboard.Auth;

/// <summary>Access tokens of the command line, where programs do what people do on the pages. A request under <c>/api</c> that presents a bearer is judged by it alone: its cookie
/// neither rescues a token that does not count, nor asks for a proof of origin where one does.</summary>
static class AccessTokenScheme
{
    /// <summary>The scheme's name.</summary>
    public const string Name = "AccessToken";

    const string Chooser = "SessionOrAccessToken";

    const string Bearer = "Bearer";

    /// <summary>Lets a request's bearer decide who calls, where it has one, and its cookie everywhere else.</summary>
    public static AuthenticationBuilder AddAccessTokens(this AuthenticationBuilder authentication)
    {
        authentication.Services.Configure<AuthenticationOptions>(options => options.DefaultAuthenticateScheme = Chooser);
        return authentication.AddScheme<AuthenticationSchemeOptions, Handler>(Name, null)
            .AddPolicyScheme(Chooser, null, chooser => chooser.ForwardDefaultSelector = http => IsBearer(http.Request) ? Name : IdentityConstants.ApplicationScheme);
    }

    /// <summary>The claims that <see cref="CurrentActor.ToActor"/> makes the member of again.</summary>
    static ClaimsPrincipal ToPrincipal(Actor actor, ActorToken token) => new(new ClaimsIdentity(
        [
            new(ClaimTypes.NameIdentifier, actor.Id),
            new(ClaimTypes.Name, actor.Name),
            new(CurrentActor.TokenClaim, token.Jti),
            new(CurrentActor.ClientClaim, token.ClientId),
            new(CurrentActor.OrganizationClaim, token.OrganizationId.ToString(CultureInfo.InvariantCulture)),
        ],
        Name));

    static bool IsBearer(HttpRequest request) => request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase)
        && request.Headers.Authorization.Any(value => value?.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) == true && value.AsSpan(Bearer.Length) is [] or [' ', ..]);

    /// <summary>What is wrong with the access token that a request presents.</summary>
    /// <param name="Code">What.</param>
    /// <param name="RetryAfter">How long to wait, or null.</param>
    public sealed record Refusal(RefusalCode Code, TimeSpan? RetryAfter);

    sealed class Handler(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, MemberTokens tokens, PublicUrl address)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
    {
        protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
        {
            // What the token is for is held against the product's own address: a Host could be anybody's.
            var own = new Uri(address.Of(Context));
            var facts = Context.ToCallerContext() with { Scheme = own.Scheme, Host = own.Authority, Path = own.AbsolutePath.TrimEnd('/') + Request.Path };
            var found = await tokens.FindAsync(CredentialReader.Read(Request.Headers, acceptBearer: false), facts, Context.ClientAddress(), Context.RequestAborted);
            if (found.Refusal is { } refusal)
            {
                Context.Features.Set(new Refusal(refusal, found.RetryAfter));
            }

            return found.Actor is { Token: { } token } actor ? AuthenticateResult.Success(new(ToPrincipal(actor, token), Name)) : AuthenticateResult.NoResult();
        }
    }
}
