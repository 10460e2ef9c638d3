using System.Text.Json.Nodes;
using Dashboard.Core.Keys;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using Microsoft.OpenApi;

namespace Dashboard.Api.OpenApi;

/// <summary>The OpenAPI 3.1 document. Its content is read from the endpoints' metadata.</summary>
static class ApiDescription
{
    /// <summary>The security scheme for browser sessions.</summary>
    public const string SessionScheme = "session_cookie";

    /// <summary>The security scheme for access tokens of the command-line client.</summary>
    public const string TokenScheme = "access_token";

    /// <summary>The security scheme for OAuth clients that have a secret.</summary>
    public const string ClientScheme = "client_secret";

    /// <summary>The security scheme for access tokens of any client.</summary>
    public const string AnyTokenScheme = "any_access_token";

    /// <summary>The name of the document, and of its services.</summary>
    public const string Name = "v1";

    const string About =
        "Latchkey issues and verifies API keys. Times are RFC 3339 in UTC with milliseconds. Every error is a problem document " +
        "(RFC 9457) with a machine-readable code. Lists are paged: pass next_cursor as cursor. HEAD works wherever GET does. " +
        "Changes made with a session cookie need the header Sec-Fetch-Site: same-origin, or an Origin header that matches the URL.";

    static readonly Dictionary<string, string> Tags = new(StringComparer.Ordinal)
    {
        ["Audit log"] = "Read, export and verify the record of changes and sign-ins.",
        ["Authorizations"] = "The apps that may act for the caller.",
        ["Description"] = "This document.",
        ["Health"] = "For monitoring and load balancers.",
        ["Keys"] = "Create, list, change and revoke API keys.",
        ["OAuth"] = "The authorization server.",
        ["Members"] = "The people in an organization, and invitations.",
        ["Organizations"] = "Organizations, and the policies that hold for their members and keys.",
        ["Projects"] = "The projects of an organization.",
        ["Published apps"] = "Apps with a key of their own.",
        ["Resources"] = "What a key can be limited to.",
        ["Service accounts"] = "Members that are programs.",
        ["Session"] = "Sign in and out, and the caller's sessions.",
        ["Usage"] = "How often keys were used.",
        ["Verification"] = "Whether a credential is good, for APIs and proxies.",
    };

    public static IServiceCollection AddApiDescription(this IServiceCollection services)
    {
        services.AddSingleton<ApiDocument>();
        return services.AddOpenApi(Name, options =>
        {
            options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
            options.AddOperationTransformer((operation, context, _) =>
            {
                OperationRules.Apply(operation, context);
                return Task.CompletedTask;
            });
            options.AddDocumentTransformer((document, context, _) =>
            {
                Finish(document, context.ApplicationServices);
                return Task.CompletedTask;
            });
        });
    }

    /// <summary>Maps <c>/openapi/v1.json</c>. It is public because it contains no secret.</summary>
    public static void MapApiDescription(this IEndpointRouteBuilder app)
    {
        var description = app.MapGroup("/openapi").AllowAnonymous().AsApi().WithTags("Description");
        description.MapRead(
            $"/{Name}.json",
            async Task<IResult> (ApiDocument document, CancellationToken cancellationToken) =>
                TypedResults.Bytes(await document.GetAsync(cancellationToken), "application/json"))
            .WithName("getDescription").WithSummary("Get this OpenAPI document.").Answers<JsonObject>(200, "The OpenAPI 3.1 document.")
            .ShortCircuit();
    }

    static void Finish(OpenApiDocument document, IServiceProvider services)
    {
        document.Info = new()
        {
            Title = "Latchkey",
            Version = "1",
            Description = About,
            License = new() { Name = "Apache-2.0", Identifier = "Apache-2.0" },
        };
        document.Servers = [new() { Url = "/" }];
        foreach (var path in document.Paths.Values)
        {
            path.Operations?.Remove(HttpMethod.Head); // the same as GET, as the document says
        }

        MoreOperations.Add(document, services);

        var cookie = services.GetRequiredService<IOptionsMonitor<CookieAuthenticationOptions>>().Get(IdentityConstants.ApplicationScheme)
            .Cookie.Name!;
        document.AddComponent(SessionScheme, new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.ApiKey,
            In = ParameterLocation.Cookie,
            Name = cookie,
            Description = "The session cookie that POST /api/session sets.",
        });
        // OpenAPI 3.1 cannot describe the device flow, which issues these tokens.
        document.AddComponent(TokenScheme, new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.Http,
            Scheme = "bearer",
            BearerFormat = "JWT",
            Description = "Authorization: Bearer, followed by an OAuth access token with the scope api that the client latchkey-cli " +
                "obtained for a member: POST /oauth/device/authorize (RFC 8628), then POST /oauth/token. It is valid in one organization " +
                "and needs no proof of origin. If the request also has a session cookie, the cookie is ignored.",
        });
        document.AddComponent(ClientScheme, new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.Http,
            Scheme = "basic",
            Description = "The client id and secret, each form-encoded (RFC 6749 section 2.3.1). They may be members of the body " +
                "instead; a client without a secret sends its client_id there.",
        });
        document.AddComponent(AnyTokenScheme, new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.Http,
            Scheme = "bearer",
            BearerFormat = "JWT",
            Description = "Authorization: Bearer, followed by an OAuth access token of any client.",
        });
        document.Tags = document.Paths.Values.SelectMany(path => path.Operations!.Values).SelectMany(x => x.Tags!).Select(x => x.Name!)
            .Distinct(StringComparer.Ordinal).Select(tag => new OpenApiTag { Name = tag, Description = Tags[tag] }).ToHashSet();
        foreach (var (name, scheme) in Credentials(services.GetRequiredService<KeyOptions>()))
        {
            document.AddComponent(name, scheme);
        }
    }

    /// <summary>The ways to present an API key, in order of preference.</summary>
    public static IEnumerable<(string Name, OpenApiSecurityScheme Scheme)> Credentials(KeyOptions options)
    {
        yield return ("x_api_key", Header("X-API-Key"));
        yield return ("api_key", Header("API-Key"));
        yield return (
            "authorization_api_key",
            new() { Type = SecuritySchemeType.Http, Scheme = "ApiKey", Description = "Authorization: ApiKey, followed by the key." });
        if (options.AcceptBearer)
        {
            yield return (
                "authorization_bearer",
                new() { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "Authorization: Bearer, followed by the key." });
        }
    }

    static OpenApiSecurityScheme Header(string name) =>
        new() { Type = SecuritySchemeType.ApiKey, In = ParameterLocation.Header, Name = name, Description = "The API key." };
}
