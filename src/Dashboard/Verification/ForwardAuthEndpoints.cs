using Dashboard.Api;

namespace Dashboard.Verification;

/// <summary>Adds <see cref="ForwardAuth"/> to the pipeline and to the OpenAPI document.</summary>
static class ForwardAuthEndpoints
{
    static readonly string[] Parts = ["/{organization}/{project}", "/{environment}", "/{permission}", "/{resource}"];

    static readonly (string Name, string Sentence)[] OfPrincipal =
    [
        ("X-Latchkey-Key-Id", "The key's public identifier; for an access token its jti."),
        ("X-Latchkey-Organization", "The organization's slug."),
        ("X-Latchkey-Project", "The project, as organization/project; - for an access token if the policy names none."),
        ("X-Latchkey-Environment", "live or test; - for an access token if the policy names neither."),
        ("X-Latchkey-Owner", "The owner, as type:id."),
        ("X-Latchkey-Permissions", "The permissions, separated by commas."),
        (
            "X-Latchkey-Scope",
            "all, or the resources that it has access to, as kind:id separated by commas; empty if all of them were deleted."),
    ];

    /// <summary>Adds the middleware. It runs before routing, because proxies call it for every request and routing would take a fifth of
    /// the time.</summary>
    public static IApplicationBuilder UseForwardAuth(this IApplicationBuilder app)
    {
        var forwardAuth = app.ApplicationServices.GetRequiredService<ForwardAuth>();
        return app.Use((http, next) => forwardAuth.TryAnswer(http, out var answering) ? answering : next(http));
    }

    /// <summary>Adds the routes that <see cref="UseForwardAuth"/> handles, for the OpenAPI document.</summary>
    public static void MapForwardAuth(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("").AllowAnonymous().AsApi().WithTags("Verification");
        foreach (var (root, nginx) in new[] { (ForwardAuth.Path, false), (ForwardAuth.NginxPath, true) })
        {
            for (var parts = 0; parts <= Parts.Length; parts++)
            {
                Map(group, root + string.Concat(Parts.Take(parts)), nginx, parts);
            }
        }
    }

    static void Map(RouteGroupBuilder group, string pattern, bool nginx, int parts)
    {
        RefusalCode[] refusals =
        [
            RefusalCode.MissingCredential, RefusalCode.MalformedKey, RefusalCode.InvalidKey, RefusalCode.RevokedKey,
            RefusalCode.InactiveKey, RefusalCode.ExpiredKey,
            RefusalCode.WrongEnvironment, RefusalCode.TokenExpired, RefusalCode.InvalidToken, RefusalCode.IpNotAllowed,
            RefusalCode.WrongProject, RefusalCode.ResourceOutOfScope,
            RefusalCode.InsufficientPermissions, RefusalCode.RateLimited, RefusalCode.VerificationUnavailable,
        ];
        var endpoint = group.MapRead(pattern, (HttpContext http, ForwardAuth forwardAuth) =>
            forwardAuth.TryAnswer(http, out var answering) ? answering : Problems.WriteAsync(http, Error.NotFound))
            .WithName($"{(nginx ? "askForNginx" : "ask")}{parts}")
            .WithSummary(nginx
                ? "Authorize a request for nginx: as /forward-auth, but with 403 and X-Latchkey-Status instead of 429 and 503."
                : "Authorize a request for a proxy, with any method. - matches anything; the query string is ignored.")
            .WithMetadata(new AnswerMetadata(
                200, "The credential is valid.", null,
                Headers: OfPrincipal.ToDictionary(x => x.Name, x => x.Sentence, StringComparer.Ordinal)))
            .WithMetadata(new PresentedCredentialMetadata());
        foreach (var refused in refusals.GroupBy(code => nginx && code.ToHttpStatus() >= 429 ? 403 : code.ToHttpStatus()))
        {
            endpoint.WithMetadata(EndpointAnswers.Refusal(refused.Key, [.. refused.Select(code => code.ToWireName())]));
        }
    }
}
