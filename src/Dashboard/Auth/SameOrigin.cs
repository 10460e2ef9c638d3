using System.Security.Claims;
using Dashboard.Api;
using Dashboard.Core.Changes;

namespace Dashboard.Auth;

/// <summary>Protects against cross-site request forgery: requests that change something, and those that open a circuit, must prove that
/// they come from Latchkey's own pages.</summary>
static class SameOrigin
{
    /// <summary>The error for a request from another site.</summary>
    public static readonly Error CrossSite = new(
        ErrorCode.CrossSite, "This request came from another site, so nothing was changed. Use Latchkey's own pages.");

    /// <summary>Marks an endpoint that starts a session. There is no session to misuse yet, so only requests that are known to be foreign
    /// are refused.</summary>
    public sealed class SignInMetadata;

    /// <summary>Where a request comes from.</summary>
    public enum Provenance
    {
        /// <summary>Unknown, as for programs.</summary>
        Unknown,

        /// <summary>One of Latchkey's own pages.</summary>
        Own,

        /// <summary>Another site's page.</summary>
        Foreign,
    }

    /// <summary>Adds the middleware. It must follow authentication, because only a session can be misused.</summary>
    public static IApplicationBuilder UseSameOrigin(this IApplicationBuilder app) =>
        app.Use((http, next) => IsRefused(http) ? RefuseAsync(http) : next(http));

    static Task RefuseAsync(HttpContext http)
    {
        http.RequestServices.GetRequiredService<RefusalLedger>()
            .NoteChange(http.User.ToActor(http.ClientAddress()) ?? Actor.Anonymous(http.ClientAddress()), CrossSite.Code);
        return Problems.WriteAsync(http, CrossSite);
    }

    /// <summary>Returns where a request comes from. <c>Sec-Fetch-Site</c> takes precedence: no page can forge it, and it is correct even
    /// behind a proxy that changes the host.</summary>
    public static Provenance Of(HttpRequest request) => request.Headers["Sec-Fetch-Site"] switch
    {
        [] => OfOrigin(request),
        ["same-origin"] => Provenance.Own,
        ["none"] => OfOrigin(request), // opened by the user
        _ => Provenance.Foreign,
    };

    static bool IsRefused(HttpContext http)
    {
        if (!IsGuarded(http.Request))
        {
            return false;
        }

        return http.GetEndpoint()?.Metadata.GetMetadata<SignInMetadata>() is not null
            ? Of(http.Request) == Provenance.Foreign
            : http.User.Identity is { IsAuthenticated: true } && !IsToken(http.User) && Of(http.Request) != Provenance.Own;
    }

    /// <summary>Requests with an access token need no proof: another site's page cannot send a token that it does not have.</summary>
    static bool IsToken(ClaimsPrincipal user) =>
        user.Identity!.AuthenticationType == AccessTokenScheme.Name && !user.HasClaim(claim => claim.Type == CurrentActor.SessionClaim);

    /// <summary>Returns whether a request needs a proof. Forms of pages have an antiforgery token instead. Of a circuit, only the requests
    /// that open it are guarded: all others need its id, which nobody else can read.</summary>
    static bool IsGuarded(HttpRequest request) =>
        (request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase) && !IsSafe(request.Method))
        || (request.Path.StartsWithSegments("/_blazor", StringComparison.OrdinalIgnoreCase, out var rest)
            && rest.Value is "" or "/" or "/negotiate" && (!IsSafe(request.Method) || IsUpgrade(request)));

    static bool IsSafe(string method) => HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method);

    static bool IsUpgrade(HttpRequest request) => request.Headers.Upgrade.Count > 0;

    static Provenance OfOrigin(HttpRequest request) => request.Headers.Origin switch
    {
        [] => Provenance.Unknown,
        [{ } origin] when Uri.TryCreate(origin, UriKind.Absolute, out var from)
            && Urls.AreSame(from.GetLeftPart(UriPartial.Authority), $"{Urls.ToHttpScheme(request.Scheme)}://{request.Host}")
            => Provenance.Own,
        _ => Provenance.Foreign,
    };
}
