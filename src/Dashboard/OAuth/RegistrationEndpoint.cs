using System.Text.Json.Serialization;
using Dashboard.Api;
using Dashboard.Core.OAuth;

namespace Dashboard.OAuth;

/// <summary><c>/oauth/register</c>: dynamic client registration (RFC 7591).</summary>
static class RegistrationEndpoint
{
    public static void MapRegistration(this IEndpointRouteBuilder app) => app.MapGroup("/oauth").AllowAnonymous().AsApi().WithTags("OAuth")
        .MapPost("/register", RegisterAsync).WithName("registerClient")
        .WithSummary("Register an OAuth client (RFC 7591). A client that nobody authorizes is deleted after 24 hours.")
        .WithMetadata(new InputMetadata(typeof(RegisterClientRequest), IsBody: true, IsOAuth: true))
        .Answers<RegisteredClientAnswer>(201, "The client. The response is the only one that contains its secret.")
        .RefusesAsOAuth(
            "400:invalid_request,invalid_client_metadata,invalid_redirect_uri", "403:access_denied", "413:invalid_request",
            "429:temporarily_unavailable", "503:temporarily_unavailable")
        .ShortCircuit();

    static async Task<IResult> RegisterAsync(HttpContext http, ClientRegistration registration, CancellationToken cancellationToken)
    {
        var body = await OAuthBody.ReadObjectAsync(http);
        if (body.Error is { } unreadable)
        {
            return unreadable.ToOAuthResult();
        }

        using var document = body.Value;
        var outcome = await registration.RegisterAsync(ClientMetadata.Read(document.RootElement), http.Origin(), cancellationToken);
        if (outcome.Error is { } refused)
        {
            return refused.ToOAuthResult();
        }

        http.Response.Headers.Pragma = "no-cache";
        return TypedResults.Json(new RegisteredClientAnswer(outcome.Value), JsonContract.Options, statusCode: StatusCodes.Status201Created);
    }

    sealed record RegisterClientRequest(
        [Field("The client's name.", Example = "\"Desk assistant\"")] string? ClientName = null,
        [Field("The allowed redirect URIs. For a loopback address, any port matches.", Example = "[\"http://127.0.0.1/callback\"]")]
        IReadOnlyList<string>? RedirectUris = null,
        [Field(
            "How the client authenticates. Defaults to client_secret_basic.",
            Words = ["client_secret_basic", "client_secret_post", "none"])]
        string? TokenEndpointAuthMethod = null,
        [Field(
            "The grant types that it uses. Defaults to authorization_code and refresh_token.",
            Example = "[\"authorization_code\", \"refresh_token\"]")]
        IReadOnlyList<string>? GrantTypes = null,
        [Field("Always code.", Example = "[\"code\"]")] IReadOnlyList<string>? ResponseTypes = null,
        [Field("The scopes that it may request, separated by spaces. Cannot include api.", Example = "\"read:workflows\"")]
        string? Scope = null,
        [Field("The client's home page.", Example = "\"https://assistant.example.com\"")] string? ClientUri = null);

    sealed class RegisteredClientAnswer
    {
        readonly IssuedClient issued;

        internal RegisteredClientAnswer(IssuedClient issued) => this.issued = issued;

        [Field("The client id.", Example = "\"latchkey-app-0sVvK9CqWm3eY1Ab12CdEf\"")]
        public string ClientId => issued.Client.ClientId;

        [Field("The client secret, returned only in this response; omitted for a public client.", Example = "\"secret_0sVvK9CqWm3eY1\"")]
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public string? ClientSecret { get => issued.Secret?.Reveal(); init => _ = value; }

        [Field("Always 0: the secret does not expire. Omitted for a public client.", Example = "0")]
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public long? ClientSecretExpiresAt { get => issued.Secret is null ? null : 0; init => _ = value; }

        [Field("When the client was registered, in seconds since 1970.", Example = "1795343400")]
        public long ClientIdIssuedAt => issued.Client.RegisteredAt!.Value.ToUnixTimeSeconds();

        [Field("The client's name.", Example = "\"Desk assistant\"")]
        public string ClientName => issued.Client.Name;

        [Field("The allowed redirect URIs.", Example = "[\"http://127.0.0.1/callback\"]")]
        public IReadOnlyList<string> RedirectUris => issued.Client.RedirectUris;

        [Field("How the client authenticates.", Words = ["client_secret_basic", "client_secret_post", "none"])]
        public string TokenEndpointAuthMethod => issued.AuthMethod;

        [Field("The grant types that it may use.", Example = "[\"authorization_code\", \"refresh_token\"]")]
        public IReadOnlyList<string> GrantTypes => issued.Client.AllowedGrants;

        [Field("The response types that it may use.", Example = "[\"code\"]")]
        public IReadOnlyList<string> ResponseTypes => issued.Client.MayUse(Core.Tokens.GrantTypes.AuthorizationCode) ? ["code"] : [];

        [Field("The registered scopes; omitted if there are none.", Example = "\"read:workflows\"")]
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public string? Scope { get => issued.Client.Scope.Count == 0 ? null : string.Join(' ', issued.Client.Scope); init => _ = value; }

        [Field("The client's home page; omitted if there is none.", Example = "\"https://assistant.example.com\"")]
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public string? ClientUri { get => issued.ClientUri; init => _ = value; }

        /// <summary>Returns the client id, and omits the secret.</summary>
        public override string ToString() => ClientId;
    }
}
