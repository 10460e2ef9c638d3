using System.Text.Json.Serialization;
using Dashboard.Api;
using Dashboard.Core.Credentials;
using Dashboard.Core.OAuth;
using Dashboard.Core.Tokens;

namespace Dashboard.OAuth;

/// <summary>Metadata for clients and resource servers (RFC 8414, RFC 9728, RFC 7517).</summary>
static class MetadataEndpoints
{
    public static void MapOAuthMetadata(this IEndpointRouteBuilder app)
    {
        var known = app.MapGroup("/.well-known").AllowAnonymous().AsApi().WithTags("OAuth");
        known.MapRead("/oauth-authorization-server", DescribeServer).WithName("getAuthorizationServer")
            .WithSummary("Get the authorization server metadata (RFC 8414).")
            .Answers<AuthorizationServer>(200, "The metadata.").ShortCircuit();
        known.MapRead("/oauth-protected-resource", DescribeResource).WithName("getProtectedResource")
            .WithSummary("Get the metadata of a protected resource: Latchkey itself, or a server that it protects (RFC 9728).")
            .Answers<ProtectedResource>(200, "The metadata.").ShortCircuit();
        known.MapRead("/jwks.json", ListKeysAsync).WithName("getKeySet")
            .WithSummary("Get the keys that sign access tokens, current and upcoming (RFC 7517).")
            .Answers<KeySet>(200, "The keys.").Refuses(Core.Common.ErrorCode.Unavailable).ShortCircuit();
    }

    static IResult DescribeServer(
        HttpContext http, PublicUrl address, OAuthScopes scopes, ClientRegistration registration, ClientDocuments documents)
    {
        var issuer = address.Of(http);
        return Results.Ok(new AuthorizationServer(
            issuer, $"{issuer}/oauth/authorize", $"{issuer}/oauth/token", $"{issuer}/oauth/token/revoke",
            $"{issuer}/oauth/introspect", $"{issuer}/oauth/device/authorize", $"{issuer}/.well-known/jwks.json", scopes.OfResources,
            ["code"], ["query"], GrantTypes.All,
            AuthMethods.All, AuthMethods.All, [AuthMethods.Basic, AuthMethods.Post], ["S256"], true, documents.IsOpen,
            registration.IsOpen ? $"{issuer}/oauth/register" : null));
    }

    /// <summary>Answers for any resource. Tokens for a resource are valid only there, and its server tells clients that Latchkey protects
    /// it.</summary>
    static IResult DescribeResource(
        QueryInput<ProtectedResourceRequest> query, HttpContext http, PublicUrl address, OAuthScopes scopes, QueryTokens queries)
    {
        var issuer = address.Of(http);
        return query.Value.Resource is not { } resource
            ? Results.Ok(new ProtectedResource(issuer, [issuer], scopes.OfResources, ["header"], "Latchkey"))
            : ResourceIndicator.IsOne(resource) ? Results.Ok(new ProtectedResource(
                resource, [issuer], scopes.OfResources, queries.AreAllowedAt(resource) ? ["header", "query"] : ["header"]))
            : Core.Common.Error.Invalid("resource", "Use an absolute URL that begins with https:// or http://, without query or fragment.")
                .ToResult();
    }

    static async Task<IResult> ListKeysAsync(SigningKeys keys, CancellationToken cancellationToken)
    {
        var published = await keys.PublishedAsync(cancellationToken);
        return TypedResults.Ok(new KeySet([.. published.Select(key => new JsonKey("EC", "P-256", "sig", "ES256", key.Kid, key.X, key.Y))]));
    }

    sealed record AuthorizationServer(
        [Field("The issuer of the tokens.", Example = "\"https://keys.example.com\"")] string Issuer,
        [Field("The authorization endpoint.", Example = "\"https://keys.example.com/oauth/authorize\"")] string AuthorizationEndpoint,
        [Field("The token endpoint.", Example = "\"https://keys.example.com/oauth/token\"")] string TokenEndpoint,
        [Field("The revocation endpoint.", Example = "\"https://keys.example.com/oauth/token/revoke\"")] string RevocationEndpoint,
        [Field("The introspection endpoint.", Example = "\"https://keys.example.com/oauth/introspect\"")] string IntrospectionEndpoint,
        [Field("The device authorization endpoint.", Example = "\"https://keys.example.com/oauth/device/authorize\"")]
        string DeviceAuthorizationEndpoint,
        [Field("The URL of the key set.", Example = "\"https://keys.example.com/.well-known/jwks.json\"")] string JwksUri,
        [Field("The scopes that an app can request.", Example = "[\"read:workflows\"]")] IReadOnlyList<string> ScopesSupported,
        [Field("Always code.", Example = "[\"code\"]")] IReadOnlyList<string> ResponseTypesSupported,
        [Field("Always query.", Example = "[\"query\"]")] IReadOnlyList<string> ResponseModesSupported,
        [Field("The grant types.", Example = "[\"authorization_code\"]")] IReadOnlyList<string> GrantTypesSupported,
        [Field("How clients authenticate at the token endpoint.", Example = "[\"client_secret_basic\", \"client_secret_post\", \"none\"]")]
        IReadOnlyList<string> TokenEndpointAuthMethodsSupported,
        [Field(
            "How clients authenticate at the revocation endpoint.",
            Example = "[\"client_secret_basic\", \"client_secret_post\", \"none\"]")]
        IReadOnlyList<string> RevocationEndpointAuthMethodsSupported,
        [Field("How clients authenticate at the introspection endpoint.", Example = "[\"client_secret_basic\", \"client_secret_post\"]")]
        IReadOnlyList<string> IntrospectionEndpointAuthMethodsSupported,
        [Field("Always S256.", Example = "[\"S256\"]")] IReadOnlyList<string> CodeChallengeMethodsSupported,
        [Field("Always true (RFC 9207).", Example = "true")] bool AuthorizationResponseIssParameterSupported,
        [Field("Whether a client id may be the URL of a document that describes the client.", Example = "true")]
        bool ClientIdMetadataDocumentSupported,
        [Field("The registration endpoint; omitted if registration is disabled.", Example = "\"https://keys.example.com/oauth/register\"")]
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        string? RegistrationEndpoint = null);

    sealed record ProtectedResourceRequest(
        [Field("The resource, an absolute URL. Defaults to Latchkey itself.", Example = "\"https://api.example.com/mcp\"", Format = "uri")]
        string? Resource = null);

    sealed record ProtectedResource(
        [Field("The protected resource.", Example = "\"https://keys.example.com\"", Format = "uri")] string Resource,
        [Field("The authorization servers that issue tokens for it.", Example = "[\"https://keys.example.com\"]")]
        IReadOnlyList<string> AuthorizationServers,
        [Field("The scopes that an app can request.", Example = "[\"read:workflows\"]")]
        IReadOnlyList<string> ScopesSupported,
        [Field("How tokens are sent: in the header and, where the settings allow it, in the query.", Example = "[\"header\"]")]
        IReadOnlyList<string> BearerMethodsSupported,
        [Field("The name; only for Latchkey itself.", Example = "\"Latchkey\"")]
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        string? ResourceName = null);

    sealed record KeySet([Field("The keys.")] IReadOnlyList<JsonKey> Keys);

    sealed record JsonKey(
        [Field("Always EC.", Words = ["EC"])] string Kty,
        [Field("Always P-256.", Words = ["P-256"])] string Crv,
        [Field("Always sig.", Words = ["sig"])] string Use,
        [Field("Always ES256.", Words = ["ES256"])] string Alg,
        [Field("The key's identifier.", Example = "\"0sVvK9CqWm3eY1Ab12CdEf\"")] string Kid,
        [Field("The x coordinate, base64url.", Example = "\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\"")] string X,
        [Field("The y coordinate, base64url.", Example = "\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"")] string Y);
}
