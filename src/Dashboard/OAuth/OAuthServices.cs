using Dashboard.Core.Tokens;

namespace Dashboard.OAuth;

/// <summary>The OAuth 2.0 authorization server.</summary>
static class OAuthServices
{
    /// <summary>Registers what its pages need.</summary>
    public static IServiceCollection AddOAuthPages(this IServiceCollection services) => services.AddSingleton<ApprovalPresence>();

    public static void MapOAuth(this IEndpointRouteBuilder app)
    {
        if (!app.ServiceProvider.GetRequiredService<AuthorizationServerOptions>().Enabled)
        {
            return;
        }

        app.MapTokens();
        app.MapRegistration();
        app.MapOAuthMetadata();
    }
}
