using Dashboard.Auth;
using Dashboard.Core.Keys;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Dashboard.Api.OpenApi;

/// <summary>Describes the parameters, body, responses and security of an operation, from its endpoint's metadata and policy.</summary>
static class OperationRules
{
    const string Json = "application/json";
    const string Form = "application/x-www-form-urlencoded";

    static readonly string[] Policies = [SessionPolicy.Name, MemberPolicy.Name];

    static readonly Dictionary<string, string> Sentences = new(StringComparer.Ordinal)
    {
        ["invalid_request"] = "The request is invalid; errors lists the problems by field.",
        ["session_required"] = "There is no session, or it has ended. API keys and other clients' access tokens are not accepted here.",
        ["invalid_credentials"] = "Wrong email or password, or a wrong code.",
        ["second_factor_required"] = "The password is right, and the account has a second factor. Send its code too.",
        ["two_factor_setup_required"] = "An organization of the user requires a second factor, and they have none. They set one up in " +
            "the browser.",
        ["forbidden"] = "The caller's role does not allow it, it requires a session instead of an access token, or, for a sign-in, the " +
            "request came over plain http where the public URL is https.",
        ["cross_site"] = "The request does not prove that it comes from Latchkey's own pages.",
        ["fresh_sign_in_required"] = "The user's last proof of presence is too long ago: send one to /api/session/confirm, or approve " +
            "the command line again.",
        ["not_found"] = "It does not exist, or the caller may not see it.",
        ["already_created"] = "The same request created a key (key_id), a service account or an app (id) within the last 24 hours. " +
            "Nothing was created now.",
        ["conflict"] = "The request conflicts with the current state.",
        ["key_limit_reached"] = "The project has reached its limit of active keys.",
        ["too_large"] = "The body is larger than 64 KB.",
        ["unsupported_media_type"] = "The body is not JSON.",
        ["rate_limited"] = "Too many requests, changes or attempts.",
        ["unavailable"] = "The database is unavailable.",
        ["internal_error"] = "An internal error occurred.",
    };

    static readonly Dictionary<string, string> OAuthSentences = new(StringComparer.Ordinal)
    {
        ["invalid_request"] = "A parameter is missing or repeated, or the request cannot be read.",
        ["invalid_client"] = "The client is unknown, or its secret is wrong.",
        ["invalid_grant"] = "The code or token is unknown, used, expired, revoked, or belongs to another client.",
        ["invalid_scope"] = "The scope is unknown, or exceeds what the client can get.",
        ["invalid_target"] = "The resource is not a URL, or not the one that was approved.",
        ["invalid_token"] = "The caller's access token is invalid.",
        ["unauthorized_client"] = "The client may not use this grant.",
        ["unsupported_grant_type"] = "The grant type is unknown.",
        ["authorization_pending"] = "The user has not decided yet.",
        ["slow_down"] = "The device polls too often; its interval is now 5 seconds longer.",
        ["access_denied"] = "The user denied access, or registration is disabled.",
        ["expired_token"] = "The user did not decide in time.",
        ["invalid_client_metadata"] = "The client metadata is invalid.",
        ["invalid_redirect_uri"] = "A redirect URI is invalid.",
        ["temporarily_unavailable"] = "Too many requests from one address, too many tokens of one service account, no room for " +
            "another client or code that nobody has approved, or a busy database.",
    };

    public static void Apply(OpenApiOperation operation, OpenApiOperationTransformerContext context)
    {
        var metadata = new EndpointMetadataCollection(context.Description.ActionDescriptor.EndpointMetadata);
        var method = context.Description.HttpMethod ?? "";
        var document = context.Document!;
        var path = context.Description.RelativePath ?? "";
        Secure(operation, metadata, context.ApplicationServices, document);
        foreach (var name in Undeclared(path, operation))
        {
            operation.Parameters ??= [];
            operation.Parameters.Add(new OpenApiParameter { Name = name, In = ParameterLocation.Path, Required = true });
        }

        foreach (var parameter in operation.Parameters?.OfType<OpenApiParameter>() ?? [])
        {
            (parameter.Description, parameter.Example) = InPath(parameter.Name!, path);
            parameter.Schema = FieldShapes.OfPath(parameter.Name!, any: path.StartsWith("forward-auth", StringComparison.Ordinal));
        }

        foreach (var input in metadata.OfType<InputMetadata>())
        {
            Take(operation, input, document);
        }

        foreach (var header in metadata.OfType<HeaderMetadata>())
        {
            operation.Parameters ??= [];
            operation.Parameters.Add(new OpenApiParameter
            {
                Name = header.Name,
                In = ParameterLocation.Header,
                Description = header.Sentence,
                Schema = new OpenApiSchema { Type = JsonSchemaType.String, Description = header.Sentence, Examples = [header.Example] },
            });
        }

        operation.Responses = [];
        foreach (var answer in Declared(metadata).Concat(Implied(metadata, method)).GroupBy(x => x.Status).OrderBy(x => x.Key))
        {
            operation.Responses[$"{answer.Key}"] = Response([.. answer], document);
        }
    }

    /// <summary>Returns the description and an example of a path parameter.</summary>
    static (string Sentence, string Example) InPath(string name, string path) => name switch
    {
        "key_id" => ("The key's public identifier.", "Ab12CdEf"),
        "organization" => ("The organization's slug, current or former.", "acme"),
        "project" => ("The project's slug, current or former.", "orders"),
        "resource" => ("The resource, as kind:id.", "workflow:order-intake"),
        "id" when path.StartsWith("api/apps", StringComparison.Ordinal) => ("The app's identifier.", "app_Ab12CdEfGh34IjKl"),
        "id" when path.StartsWith("api/invitations", StringComparison.Ordinal) => ("The invitation's identifier.", "inv_Ab12CdEfGh34IjKl"),
        "id" => ("The service account's identifier.", "sa_Ab12CdEfGh34IjKl"),
        "secret_id" => ("The client secret's identifier.", "cs_Ab12CdEfGh34IjKl"),
        "authorization_id" => ("The authorization's identifier.", "4fTq9Zr1Xc7Vb2Nm5Kj8Hg"),
        "user_id" => ("The user's identifier.", "0199aa50-6a1c-7b1e-9d3e-0f5b8a3c2d11"),
        "session_id" => ("The session's identifier.", "q0o1rM6yQ2yVxk3l8mJc7A"),
        "environment" => ("The environment.", "live"),
        "permission" => ("The permission.", "read"),
        _ => throw new InvalidOperationException($"The path parameter {{{name}}} has no description."),
    };

    /// <summary>Returns the path parameters that the handler does not declare.</summary>
    static IEnumerable<string> Undeclared(string path, OpenApiOperation operation) =>
        path.Split('/').Where(part => part.StartsWith('{')).Select(part => part.Trim('{', '}').Split(':')[0])
            .Where(name => operation.Parameters?.Any(parameter => parameter.Name == name) != true);

    /// <summary>Returns the responses that an endpoint declares.</summary>
    static IEnumerable<AnswerMetadata> Declared(EndpointMetadataCollection metadata) => metadata.OfType<AnswerMetadata>();

    /// <summary>Returns the error responses that an endpoint's authorization and input imply.</summary>
    static IEnumerable<AnswerMetadata> Implied(EndpointMetadataCollection metadata, string method)
    {
        var session = Policies.Any(policy => RequiresPolicy(metadata, policy));
        var body = metadata.OfType<InputMetadata>().Any(x => x.IsBody);
        var problems = metadata.OfType<InputMetadata>().All(x => !x.IsOAuth);
        ErrorCode?[] faults =
        [
            metadata.GetMetadata<InputMetadata>() is null || !problems ? null : ErrorCode.InvalidRequest,
            session ? ErrorCode.SessionRequired : null,
            RequiresPolicy(metadata, SessionPolicy.Name) ? ErrorCode.Forbidden : null,
            session && metadata.GetMetadata<OpenWithoutSecondFactorAttribute>() is null ? ErrorCode.TwoFactorSetupRequired : null,
            metadata.GetMetadata<SameOrigin.SignInMetadata>() is not null || (session && !HttpMethods.IsGet(method))
                ? ErrorCode.CrossSite
                : null,
            body && problems ? ErrorCode.TooLarge : null,
            body && problems ? ErrorCode.UnsupportedMediaType : null,
            RequiresPolicy(metadata, MemberPolicy.Name) || (session && !HttpMethods.IsGet(method) && !IsUncounted(metadata))
                ? ErrorCode.RateLimited
                : null,
            session || body ? ErrorCode.Unavailable : null,
        ];
        foreach (var fault in faults.OfType<ErrorCode>())
        {
            var (status, word) = Problems.Of(fault);
            yield return EndpointAnswers.Refusal(status, word);
        }

        yield return EndpointAnswers.Refusal(StatusCodes.Status500InternalServerError, "internal_error");
    }

    /// <summary>Returns whether a change is always possible, because it does not count toward the limit of the caller's changes.</summary>
    static bool IsUncounted(EndpointMetadataCollection metadata) =>
        metadata.GetMetadata<IEndpointNameMetadata>()?.EndpointName is "signOut" or "endSession";

    static bool RequiresPolicy(EndpointMetadataCollection metadata, string policy) =>
        metadata.OfType<IAuthorizeData>().Any(x => x.Policy == policy);

    static void Secure(OpenApiOperation operation, EndpointMetadataCollection metadata, IServiceProvider services, OpenApiDocument document)
    {
        if (metadata.GetMetadata<ClientAuthenticationMetadata>() is { } client)
        {
            operation.Security =
            [
                new() { [new(ApiDescription.ClientScheme, document)] = [] },
                .. client.TakesToken
                    ? [new OpenApiSecurityRequirement { [new(ApiDescription.AnyTokenScheme, document)] = [] }]
                    : Array.Empty<OpenApiSecurityRequirement>(),
                [], // credentials in the body
            ];
            return;
        }

        string[] schemes = RequiresPolicy(metadata, SessionPolicy.Name) ? [ApiDescription.SessionScheme]
            : RequiresPolicy(metadata, MemberPolicy.Name) ? [ApiDescription.SessionScheme, ApiDescription.TokenScheme]
            : metadata.GetMetadata<PresentedCredentialMetadata>() is null ? []
            : [.. ApiDescription.Credentials(services.GetRequiredService<KeyOptions>()).Select(x => x.Name)];
        operation.Security = [.. schemes.Select(name => new OpenApiSecurityRequirement { [new(name, document)] = [] })];
    }

    static void Take(OpenApiOperation operation, InputMetadata input, OpenApiDocument document)
    {
        if (input.IsBody)
        {
            var content = Content(Json, SchemaRules.Of(input.Type, document));
            if (input.IsOAuth)
            {
                content[Form] = new() { Schema = SchemaRules.Of(input.Type, document) };
            }

            operation.RequestBody = new OpenApiRequestBody { Required = true, Content = content };
            return;
        }

        operation.Parameters ??= [];
        foreach (var property in JsonContract.Options.GetTypeInfo(input.Type).Properties)
        {
            operation.Parameters.Add(new OpenApiParameter
            {
                Name = property.Name,
                In = ParameterLocation.Query,
                Description = StrictReader.Field(property)?.Sentence,
                Schema = SchemaRules.Of(property, document, inQuery: true),
            });
        }
    }

    static OpenApiResponse Response(IReadOnlyList<AnswerMetadata> answers, OpenApiDocument document)
    {
        if (CodesOf(answers).Count == 0)
        {
            var answer = answers[0];
            return new()
            {
                Description = answer.Sentence,
                Headers = (answer.Headers ?? answer.OptionalHeaders)?.ToDictionary(
                    x => x.Key, x => (IOpenApiHeader)Header(x.Value, answer.Headers is not null), StringComparer.Ordinal),
                Content = answer.MediaTypes.Count > 0
                    ? answer.MediaTypes.ToDictionary(
                        x => x, _ => new OpenApiMediaType { Schema = new OpenApiSchema { Type = JsonSchemaType.String } },
                        StringComparer.Ordinal)
                    : answer.Type is null ? null : Content(Json, SchemaRules.Of(answer.Type, document)),
            };
        }

        var oauth = CodesOf(answers.Where(x => x.Type == typeof(OAuthErrorAnswer)));
        var problems = CodesOf(answers.Where(x => x.Type != typeof(OAuthErrorAnswer)));
        var content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal);
        if (oauth.Count > 0)
        {
            content[Json] = new() { Schema = SchemaRules.CodedOf(typeof(OAuthErrorAnswer), "error", oauth, document) };
        }

        if (problems.Count > 0)
        {
            content[ProblemDocument.MediaType] =
                new() { Schema = SchemaRules.CodedOf(typeof(ProblemDocument), "code", problems, document) };
        }

        return new()
        {
            Description = string.Join(
                '\n', [.. oauth.Select(code => $"`{code}`: {OAuthSentences[code]}"), .. problems.Select(
                    code => $"`{code}`: {SentenceOf(code)}")]),
            Headers = answers[0].Status switch
            {
                401 => Headers("WWW-Authenticate", "The authentication schemes to use."),
                429 or 503 => Headers("Retry-After", "How many seconds to wait."),
                _ => null,
            },
            Content = content,
        };
    }

    static List<string> CodesOf(IEnumerable<AnswerMetadata> answers) =>
        [.. answers.SelectMany(x => x.Codes ?? []).Distinct(StringComparer.Ordinal)];

    static string SentenceOf(string code) => Sentences.TryGetValue(code, out var sentence)
        ? sentence
        : Enum.GetValues<RefusalCode>().First(x => x.ToWireName() == code).ToSentence();

    static Dictionary<string, IOpenApiHeader> Headers(string name, string sentence) =>
        new(StringComparer.Ordinal) { [name] = Header(sentence, isRequired: true) };

    static OpenApiHeader Header(string sentence, bool isRequired) =>
        new() { Description = sentence, Required = isRequired, Schema = new OpenApiSchema { Type = JsonSchemaType.String } };

    static Dictionary<string, OpenApiMediaType> Content(string type, IOpenApiSchema schema) =>
        new(StringComparer.Ordinal) { [type] = new() { Schema = schema } };
}
