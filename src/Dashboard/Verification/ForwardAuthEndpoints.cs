using Dashboard.Api;

namespace Dashboard.Verification;

/// <summary>Where <see cref="ForwardAuth"/> stands.</summary>
static class ForwardAuthEndpoints
{
    static readonly string[] Parts = ["/{organization}/{project}", "/{environment}", "/{permission}", "/{resource}"];

    static readonly (string Name, string Sentence)[] OfPrincipal =
    [
        ("X-Latchkey-Key-Id", "The key's public identifier; of an access token its jti."),
        ("X-Latchkey-Organization", "The organization's slug."),
        ("X-Latchkey-Project", "The project, as organization/project; - for an access token where none is asked about."),
        ("X-Latchkey-Environment", "live or test; - for an access token where neither is asked about."),
        ("X-Latchkey-Owner", "Who owns it, as type:id."),
        ("X-Latchkey-Permissions", "What it may do, with commas."),
        ("X-Latchkey-Scope", "all, or the resources that it reaches, as kind:id with commas; empty where all of them are gone."),
    ];

    /// <summary>Answers before routing: it is asked before every request that some API gets, and routing would cost a fifth of it.</summary>
    public static IApplicationBuilder UseForwardAuth(this IApplicationBuilder app)
    {
        var forwardAuth = app.ApplicationServices.GetRequiredService<ForwardAuth>();
        return app.Use((http, next) => forwardAuth.TryAnswer(http, out var answering) ? answering : next(http));
    }

    /// <summary>Says in the route table, and so in the API's description, what <see cref="UseForwardAuth"/> answers.</summary>
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
            RefusalCode.MissingCredential, RefusalCode.MalformedKey, RefusalCode.InvalidKey, RefusalCode.RevokedKey, RefusalCode.InactiveKey, RefusalCode.ExpiredKey,
            RefusalCode.WrongEnvironment, RefusalCode.TokenExpired, RefusalCode.InvalidToken, RefusalCode.IpNotAllowed, RefusalCode.WrongProject, RefusalCode.ResourceOutOfScope,
            RefusalCode.InsufficientPermissions, RefusalCode.RateLimited, RefusalCode.VerificationUnavailable,
        ];
        var endpoint = group.MapRead(pattern, (HttpContext http, ForwardAuth forwardAuth) =>
            forwardAuth.TryAnswer(http, out var answering) ? answering : Problems.WriteAsync(http, Error.NotFound))
            .WithName($"{(nginx ? "askForNginx" : "ask")}{parts}")
            .WithSummary(nginx
                ? "Whether nginx may let a request through: as /forward-auth, but 429 and 503 are told as 403, with X-Latchkey-Status and X-Latchkey-Retry-After."
                : "Whether a proxy may let a request through, by any method. - stands for any; a query string means nothing.")
            .WithMetadata(new AnswerMetadata(200, "The credential is good.", null, Headers: OfPrincipal.ToDictionary(x => x.Name, x => x.Sentence, StringComparer.Ordinal)))
            .WithMetadata(new PresentedCredentialMetadata());
        foreach (var group403 in refusals.GroupBy(code => nginx && code.ToHttpStatus() >= 429 ? 403 : code.ToHttpStatus()))
        {
            endpoint.WithMetadata(EndpointAnswers.Refusal(group403.Key, [.. group403.Select(code => code.ToWireName())]));
        }
    }
}
