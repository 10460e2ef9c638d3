using System.Text.Json.Nodes;
using Dashboard.Core.Keys;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.Options;
using Microsoft.OpenApi;

namespace Dashboard.Api.OpenApi;

/// <summary>The API's description, OpenAPI 3.1. What it says of an endpoint is read from the endpoint itself.</summary>
static class ApiDescription
{
    /// <summary>The security scheme of browser sessions.</summary>
    public const string SessionScheme = "session_cookie";

    /// <summary>The security scheme of the command line's access tokens.</summary>
    public const string TokenScheme = "access_token";

    const string Name = "v1";

    const string About =
        "Latchkey issues and verifies API keys. Times are RFC 3339, UTC, with milliseconds. Every error is a problem document (RFC 9457) with a machine-readable code. " +
        "Lists come in pages: pass next_cursor as cursor. HEAD works wherever GET does. What changes something under a session cookie needs the header " +
        "Sec-Fetch-Site: same-origin, or an Origin equal to the address that it is sent to.";

    public static IServiceCollection AddApiDescription(this IServiceCollection services)
    {
        services.AddSingleton<Cache>();
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

    /// <summary>Maps <c>/openapi/v1.json</c>. It holds no secret, so anybody may read it.</summary>
    public static void MapApiDescription(this IEndpointRouteBuilder app)
    {
        var description = app.MapGroup("/openapi").AllowAnonymous().AsApi().WithTags("Description");
        description.MapRead($"/{Name}.json", async Task<IResult> (Cache cache, CancellationToken cancellationToken) => TypedResults.Bytes(await cache.GetAsync(cancellationToken), "application/json"))
            .WithName("getDescription").WithSummary("This description.").Answers<JsonObject>(200, "The description, OpenAPI 3.1.").ShortCircuit();
    }

    static void Finish(OpenApiDocument document, IServiceProvider services)
    {
        document.Info = new() { Title = "Latchkey", Version = "1", Description = About };
        document.Servers = [new() { Url = "/" }];
        foreach (var path in document.Paths.Values)
        {
            path.Operations?.Remove(HttpMethod.Head); // the same as GET, as the description says
        }

        var cookie = services.GetRequiredService<IOptionsMonitor<CookieAuthenticationOptions>>().Get(IdentityConstants.ApplicationScheme).Cookie.Name!;
        document.AddComponent(SessionScheme, new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.ApiKey,
            In = ParameterLocation.Cookie,
            Name = cookie,
            Description = "The session that POST /api/session begins.",
        });
        // OpenAPI 3.1 has no word for the device flow, which such a token comes from.
        document.AddComponent(TokenScheme, new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.Http,
            Scheme = "bearer",
            BearerFormat = "JWT",
            Description = "Authorization: Bearer, then an OAuth access token with the scope api that a member obtained through the client latchkey-cli: POST /oauth/device/authorize " +
                "(RFC 8628), then POST /oauth/token. It is good in the one organization that was chosen, needs no proof of origin, and decides alone where a session cookie comes with it.",
        });
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
        yield return ("authorization_api_key", new() { Type = SecuritySchemeType.Http, Scheme = "ApiKey", Description = "Authorization: ApiKey, then the key." });
        if (options.AcceptBearer)
        {
            yield return ("authorization_bearer", new() { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "Authorization: Bearer, then the key." });
        }
    }

    static OpenApiSecurityScheme Header(string name) =>
        new() { Type = SecuritySchemeType.ApiKey, In = ParameterLocation.Header, Name = name, Description = "The whole API key." };

    /// <summary>The document as bytes: made once, since nothing in it changes while the product runs.</summary>
    sealed class Cache([FromKeyedServices(Name)] IOpenApiDocumentProvider provider) : IDisposable
    {
        readonly SemaphoreSlim turn = new(1);
        byte[]? bytes;

        public async Task<byte[]> GetAsync(CancellationToken cancellationToken)
        {
            if (bytes is { } known)
            {
                return known;
            }

            await turn.WaitAsync(cancellationToken);
            try
            {
                if (bytes is null)
                {
                    var document = await provider.GetOpenApiDocumentAsync(CancellationToken.None);
                    using var stream = new MemoryStream();
                    await document.SerializeAsJsonAsync(stream, OpenApiSpecVersion.OpenApi3_1, cancellationToken);
                    bytes = stream.ToArray();
                }

                return bytes;
            }
            finally
            {
                turn.Release();
            }
        }

        public void Dispose() => turn.Dispose();
    }
}
