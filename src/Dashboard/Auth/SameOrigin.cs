using System.Security.Claims;
using Dashboard.Api;
using Dashboard.Core.Changes;

namespace Dashboard.Auth;

/// <summary>Protects against cross-site request forgery: requests that change something, and those of a circuit, must prove that they come
/// from Latchkey's own pages.</summary>
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
        app.Use((http, next) => Refuse(http) is { } refused ? RefuseAsync(http, refused) : next(http));

    /// <summary>Without a session nothing could have been changed, nor by a request that only reads. What opens a circuit could
    /// have.</summary>
    static Task RefuseAsync(HttpContext http, Error refused)
    {
        if (refused.Code == ErrorCode.CrossSite && (!IsSafe(http.Request.Method) || IsUpgrade(http.Request)))
        {
            http.RequestServices.GetRequiredService<RefusalLedger>()
                .NoteChange(http.User.ToActor(http.ClientAddress()) ?? Actor.Anonymous(http.ClientAddress()), refused);
        }

        return Problems.WriteAsync(http, refused);
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

    static Error? Refuse(HttpContext http)
    {
        var request = http.Request;
        if (request.Path.StartsWithSegments("/_blazor", StringComparison.OrdinalIgnoreCase))
        {
            return RefuseCircuit(http);
        }

        if (!request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase) || IsSafe(request.Method))
        {
            return null; // forms of pages have an antiforgery token instead
        }

        var refused = http.GetEndpoint()?.Metadata.GetMetadata<SignInMetadata>() is not null
            ? Of(request) == Provenance.Foreign
            : http.User.Identity is { IsAuthenticated: true } && !IsToken(http.User) && Of(request) != Provenance.Own;
        return refused ? CrossSite : null;
    }

    /// <summary>Pages of people who are not signed in are static, so that every circuit has a session. Requests that only read need no
    /// proof, since over plain http browsers send none with them; but none of theirs may come from another site.</summary>
    static Error? RefuseCircuit(HttpContext http)
    {
        if (!http.User.HasClaim(claim => claim.Type == CurrentActor.SessionClaim))
        {
            return Error.SessionRequired;
        }

        var provenance = Of(http.Request);
        return provenance == Provenance.Own || (provenance == Provenance.Unknown && IsSafe(http.Request.Method) && !IsUpgrade(http.Request))
            ? null
            : CrossSite;
    }

    /// <summary>Requests with an access token need no proof: another site's page cannot send a token that it does not have.</summary>
    static bool IsToken(ClaimsPrincipal user) =>
        user.Identity!.AuthenticationType == AccessTokenScheme.Name && !user.HasClaim(claim => claim.Type == CurrentActor.SessionClaim);

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
