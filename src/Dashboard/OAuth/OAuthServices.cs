namespace Dashboard.OAuth;

/// <summary>The OAuth 2.0 authorization server.</summary>
static class OAuthServices
{
    /// <summary>Maps its endpoints.</summary>
    public static void MapOAuth(this IEndpointRouteBuilder app)
    {
        app.MapTokens();
        app.MapRegistration();
        app.MapOAuthMetadata();
    }
}
