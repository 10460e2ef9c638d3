using System.Security.Claims;
using Dashboard.Api;

namespace Dashboard.Auth;

/// <summary>Keeps other sites' pages from using the session that a browser sends along: what changes something, and the circuit, needs a proof that it comes
/// from the product's own pages.</summary>
static class SameOrigin
{
    /// <summary>What is answered to a request that comes from elsewhere.</summary>
    public static readonly Error CrossSite = new(ErrorCode.CrossSite, "This came from another site's page, so nothing was done. Do it on Latchkey's own pages.");

    /// <summary>Metadata of an endpoint that begins a session: there is none yet that could be misused, so only a request that says it is foreign is refused.</summary>
    public sealed class SignInMetadata;

    /// <summary>What a request says about where it comes from.</summary>
    public enum Provenance
    {
        /// <summary>Nothing, as programs do.</summary>
        Unknown,

        /// <summary>The product's own pages.</summary>
        Own,

        /// <summary>Another site's page.</summary>
        Foreign,
    }

    /// <summary>Refuses what comes from elsewhere. Stands behind the authentication, since only a session can be misused.</summary>
    public static IApplicationBuilder UseSameOrigin(this IApplicationBuilder app) =>
        app.Use((http, next) => Refuses(http) ? Problems.WriteAsync(http, CrossSite) : next(http));

    /// <summary>Where a request comes from. <c>Sec-Fetch-Site</c> decides where it is sent: no page can write it, and it is right behind a proxy that changes the host.</summary>
    public static Provenance Of(HttpRequest request) => request.Headers["Sec-Fetch-Site"] switch
    {
        [] => OfOrigin(request),
        ["same-origin"] => Provenance.Own,
        ["none"] => OfOrigin(request), // typed by the person
        _ => Provenance.Foreign,
    };

    static bool Refuses(HttpContext http)
    {
        if (!IsGuarded(http.Request))
        {
            return false;
        }

        return http.GetEndpoint()?.Metadata.GetMetadata<SignInMetadata>() is not null
            ? Of(http.Request) == Provenance.Foreign
            : http.User.Identity is { IsAuthenticated: true } && !IsToken(http.User) && Of(http.Request) != Provenance.Own;
    }

    /// <summary>No other site's page can send along a token that it does not have.</summary>
    static bool IsToken(ClaimsPrincipal user) => user.Identity!.AuthenticationType == AccessTokenScheme.Name && !user.HasClaim(claim => claim.Type == CurrentActor.SessionClaim);

    /// <summary>Pages' forms carry a token of their own. Of the circuit, what opens it: nobody else can read the name that all the rest needs.</summary>
    static bool IsGuarded(HttpRequest request) =>
        (request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase) && !IsSafe(request.Method))
        || (request.Path.StartsWithSegments("/_blazor", StringComparison.OrdinalIgnoreCase, out var rest) && rest.Value is "" or "/" or "/negotiate" && (!IsSafe(request.Method) || IsUpgrade(request)));

    static bool IsSafe(string method) => HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method);

    static bool IsUpgrade(HttpRequest request) => request.Headers.Upgrade.Count > 0;

    static Provenance OfOrigin(HttpRequest request) => request.Headers.Origin switch
    {
        [] => Provenance.Unknown,
        [{ } origin] when Uri.TryCreate(origin, UriKind.Absolute, out var from) && Uri.TryCreate($"{request.Scheme}://{request.Host}", UriKind.Absolute, out var own)
            && Uri.Compare(from, own, UriComponents.SchemeAndServer, UriFormat.SafeUnescaped, StringComparison.OrdinalIgnoreCase) == 0 => Provenance.Own,
        _ => Provenance.Foreign,
    };
}
