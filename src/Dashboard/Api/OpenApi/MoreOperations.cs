using Dashboard.Core.Tokens;
using Dashboard.Verification;
using Microsoft.OpenApi;

namespace Dashboard.Api.OpenApi;

/// <summary>Operations that no endpoint describes: the other methods of forward auth, which answers before routing, and the two pages that
/// OAuth clients send people to.</summary>
static class MoreOperations
{
    const string Html = "text/html";

    static readonly HttpMethod[] Changing = [HttpMethod.Post, HttpMethod.Put, HttpMethod.Patch, HttpMethod.Delete, HttpMethod.Options];

    static readonly Dictionary<string, string> Authorize = new(StringComparer.Ordinal)
    {
        ["200"] = "The consent page.",
        ["302"] = "To the sign-in page; or, if something is wrong, to the redirect URI of a client that this person has approved before, " +
            "with error, state and iss.",
        ["400"] = "A page that shows what is wrong: the client or the redirect URI is unknown, or the person has not approved the client " +
            "before.",
    };

    static readonly Dictionary<string, string> Verify = new(StringComparer.Ordinal)
    {
        ["200"] = "The page.",
        ["302"] = "To the sign-in page.",
    };

    public static void Add(OpenApiDocument document, IServiceProvider services)
    {
        var guards = document.Paths.Where(path => path.Key.StartsWith(ForwardAuth.Path, StringComparison.Ordinal)).Select(x => x.Value);
        foreach (var path in guards)
        {
            var get = path.Operations![HttpMethod.Get];
            foreach (var method in Changing)
            {
                path.Operations[method] = new OpenApiOperation(get) { OperationId = $"{get.OperationId}For{Capitalized(method)}" };
            }
        }

        if (!services.GetRequiredService<AuthorizationServerOptions>().Enabled)
        {
            return;
        }

        document.Paths["/oauth/authorize"] = Page(
            document, "authorize", "Ask a person to approve a client, in a browser (RFC 6749 section 3.1).", Authorize,
            Parameter("response_type", "Always code.", "code", isRequired: true, "^code$"),
            Parameter(
                "client_id", "The client id, or the https URL of the client's metadata document.", "latchkey-app-0sVvK9CqWm3eY1Ab12CdEf",
                isRequired: true),
            Parameter(
                "redirect_uri", "Where the answer goes. It may be omitted if the client has only one.", "http://127.0.0.1:49152/callback",
                format: "uri"),
            Parameter("scope", "The scopes, separated by spaces. Unknown ones are left out.", "read:workflows"),
            Parameter("state", "Returned unchanged.", "af0ifjsldkj"),
            Parameter(
                "code_challenge", "The PKCE code challenge (RFC 7636).", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", isRequired: true,
                "^[A-Za-z0-9_-]{43}$"),
            Parameter("code_challenge_method", "Always S256.", "S256", isRequired: true, "^S256$"),
            Parameter("resource", "The resource that the tokens are for (RFC 8707).", "https://api.example.com", format: "uri"));
        document.Paths["/oauth/device/verify"] = Page(
            document, "verifyDevice", "Ask a person to approve a device, in a browser (RFC 8628 section 3.3).", Verify,
            Parameter("user_code", "The code to fill in.", "WDJB-MJHT"));
    }

    static OpenApiPathItem Page(
        OpenApiDocument document, string id, string summary, Dictionary<string, string> answers,
        params IOpenApiParameter[] parameters) => new()
        {
            Operations = new Dictionary<HttpMethod, OpenApiOperation>
            {
                [HttpMethod.Get] = new()
                {
                    OperationId = id,
                    Summary = summary,
                    Tags = new HashSet<OpenApiTagReference> { new("OAuth", document) },
                    Security = [new() { [new(ApiDescription.SessionScheme, document)] = [] }],
                    Parameters = [.. parameters],
                    Responses = Answers(answers),
                },
            },
        };

    static OpenApiResponses Answers(Dictionary<string, string> answers)
    {
        var described = new OpenApiResponses();
        foreach (var (status, sentence) in answers)
        {
            described[status] = status[0] == '3'
                ? new OpenApiResponse
                {
                    Description = sentence,
                    Headers = new Dictionary<string, IOpenApiHeader>(StringComparer.Ordinal)
                    {
                        ["Location"] = new OpenApiHeader
                        {
                            Description = "Where to go.",
                            Schema = new OpenApiSchema { Type = JsonSchemaType.String, Format = "uri-reference" },
                        },
                    },
                }
                : new OpenApiResponse
                {
                    Description = sentence,
                    Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal)
                    {
                        [Html] = new() { Schema = new OpenApiSchema { Type = JsonSchemaType.String } },
                    },
                };
        }

        return described;
    }

    static OpenApiParameter Parameter(
        string name, string sentence, string example, bool isRequired = false, string? pattern = null, string? format = null) => new()
        {
            Name = name,
            In = ParameterLocation.Query,
            Required = isRequired,
            Description = sentence,
            Schema = new OpenApiSchema
            {
                Type = JsonSchemaType.String,
                Description = sentence,
                Pattern = pattern,
                Format = format,
                Examples = [example],
            },
        };

    static string Capitalized(HttpMethod method) => method.Method[0] + method.Method[1..].ToLowerInvariant();
}
