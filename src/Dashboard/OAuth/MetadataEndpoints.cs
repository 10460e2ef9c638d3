using System.Text.Json.Serialization;
using Dashboard.Api;
using Dashboard.Core.OAuth;
using Dashboard.Core.Tokens;

namespace Dashboard.OAuth;

/// <summary>What clients and resource servers read: RFC 8414, RFC 9728, RFC 7517.</summary>
static class MetadataEndpoints
{
    public static void MapOAuthMetadata(this IEndpointRouteBuilder app)
    {
        var known = app.MapGroup("/.well-known").AllowAnonymous().AsApi().WithTags("OAuth");
        known.MapRead("/oauth-authorization-server", DescribeServer).WithName("getAuthorizationServer").WithSummary("What the authorization server offers, and where (RFC 8414).")
            .Answers<AuthorizationServer>(200, "The description.").ShortCircuit();
        known.MapRead("/oauth-protected-resource", DescribeResource).WithName("getProtectedResource")
            .WithSummary("Which authorization server protects what is here, or a server that asks Latchkey about each request (RFC 9728).")
            .Answers<ProtectedResource>(200, "The description.").ShortCircuit();
        known.MapRead("/jwks.json", ListKeysAsync).WithName("getKeySet").WithSummary("The keys that access tokens are signed with (RFC 7517): those that sign, and those that will.")
            .Answers<KeySet>(200, "The keys.").Refuses(Core.Common.ErrorCode.Unavailable).ShortCircuit();
    }

    static IResult DescribeServer(HttpContext http, PublicUrl address, OAuthScopes scopes, ClientRegistration registration)
    {
        var issuer = address.Of(http);
        return Results.Ok(new AuthorizationServer(
            issuer, $"{issuer}/oauth/authorize", $"{issuer}/oauth/token", $"{issuer}/oauth/token/revoke",
            $"{issuer}/oauth/introspect", $"{issuer}/oauth/device/authorize", $"{issuer}/.well-known/jwks.json", scopes.All, ["code"], ["query"], GrantTypes.All,
            AuthMethods.All, AuthMethods.All, [AuthMethods.Basic, AuthMethods.Post], ["S256"], true,
            registration.IsOpen ? $"{issuer}/oauth/register" : null));
    }

    /// <summary>Of any resource: its tokens are good there alone, and whether it is guarded by Latchkey its own server says, which sends clients here.</summary>
    static IResult DescribeResource(QueryInput<ProtectedResourceRequest> query, HttpContext http, PublicUrl address, OAuthScopes scopes)
    {
        var issuer = address.Of(http);
        return query.Value.Resource is not { } resource ? Results.Ok(new ProtectedResource(issuer, [issuer], scopes.All, ["header"], "Latchkey"))
            : ResourceIndicator.IsOne(resource) ? Results.Ok(new ProtectedResource(resource, [issuer], scopes.OfResources, ["header"]))
            : Core.Common.Error.Invalid("resource", "Give an absolute address that begins with https:// or http://, without query and fragment.").ToResult();
    }

    static async Task<IResult> ListKeysAsync(SigningKeys keys, CancellationToken cancellationToken) =>
        TypedResults.Ok(new KeySet([.. (await keys.PublishedAsync(cancellationToken)).Select(key => new JsonKey("EC", "P-256", "sig", "ES256", key.Kid, key.X, key.Y))]));

    sealed record AuthorizationServer(
        [Field("The issuer of its tokens.", Example = "\"https://keys.example.com\"")] string Issuer,
        [Field("Where a member is asked for consent.", Example = "\"https://keys.example.com/oauth/authorize\"")] string AuthorizationEndpoint,
        [Field("Where tokens are.", Example = "\"https://keys.example.com/oauth/token\"")] string TokenEndpoint,
        [Field("Where tokens are revoked.", Example = "\"https://keys.example.com/oauth/token/revoke\"")] string RevocationEndpoint,
        [Field("Where tokens are asked about.", Example = "\"https://keys.example.com/oauth/introspect\"")] string IntrospectionEndpoint,
        [Field("Where devices begin.", Example = "\"https://keys.example.com/oauth/device/authorize\"")] string DeviceAuthorizationEndpoint,
        [Field("Where the keys are.", Example = "\"https://keys.example.com/.well-known/jwks.json\"")] string JwksUri,
        [Field("Every scope.", Example = "[\"api\", \"read:workflows\"]")] IReadOnlyList<string> ScopesSupported,
        [Field("Always code alone.", Example = "[\"code\"]")] IReadOnlyList<string> ResponseTypesSupported,
        [Field("Always query alone.", Example = "[\"query\"]")] IReadOnlyList<string> ResponseModesSupported,
        [Field("The grants.", Example = "[\"authorization_code\"]")] IReadOnlyList<string> GrantTypesSupported,
        [Field("How clients show who they are.", Example = "[\"client_secret_basic\", \"client_secret_post\", \"none\"]")] IReadOnlyList<string> TokenEndpointAuthMethodsSupported,
        [Field("The same where tokens are revoked.", Example = "[\"client_secret_basic\", \"client_secret_post\", \"none\"]")] IReadOnlyList<string> RevocationEndpointAuthMethodsSupported,
        [Field("The same where tokens are asked about.", Example = "[\"client_secret_basic\", \"client_secret_post\"]")] IReadOnlyList<string> IntrospectionEndpointAuthMethodsSupported,
        [Field("Always S256 alone.", Example = "[\"S256\"]")] IReadOnlyList<string> CodeChallengeMethodsSupported,
        [Field("Always true (RFC 9207).", Example = "true")] bool AuthorizationResponseIssParameterSupported,
        [Field("Where clients register; left out where they cannot.", Example = "\"https://keys.example.com/oauth/register\"")]
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        string? RegistrationEndpoint = null);

    sealed record ProtectedResourceRequest(
        [Field("The resource, an absolute address. Left out: Latchkey itself.", Example = "\"https://api.example.com/mcp\"")] string? Resource = null);

    sealed record ProtectedResource(
        [Field("What is protected.", Example = "\"https://keys.example.com\"")] string Resource,
        [Field("By which servers.", Example = "[\"https://keys.example.com\"]")] IReadOnlyList<string> AuthorizationServers,
        [Field("Every scope; api is one of Latchkey's own.", Example = "[\"api\", \"read:workflows\"]")] IReadOnlyList<string> ScopesSupported,
        [Field("How tokens are presented.", Example = "[\"header\"]")] IReadOnlyList<string> BearerMethodsSupported,
        [Field("What it is called; left out of another server.", Example = "\"Latchkey\"")]
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        string? ResourceName = null);

    sealed record KeySet([Field("The keys.")] IReadOnlyList<JsonKey> Keys);

    sealed record JsonKey(
        [Field("Always EC.", Words = ["EC"])] string Kty,
        [Field("Always P-256.", Words = ["P-256"])] string Crv,
        [Field("Always sig.", Words = ["sig"])] string Use,
        [Field("Always ES256.", Words = ["ES256"])] string Alg,
        [Field("The key's identifier.", Example = "\"0sVvK9CqWm3eY1Ab12CdEf\"")] string Kid,
        [Field("The point's x, base64url.", Example = "\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\"")] string X,
        [Field("The point's y, base64url.", Example = "\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"")] string Y);
}
