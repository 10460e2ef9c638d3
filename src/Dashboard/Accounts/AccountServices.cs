using Dashboard.Auth;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server.Circuits;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Identity;

namespace Dashboard.Accounts;

/// <summary>Signing in and out, and the first run.</summary>
static class AccountServices
{
    /// <summary>Registers the session cookie, and what stands in for it.</summary>
    /// <exception cref="SettingException">A setting cannot be used.</exception>
    public static IServiceCollection AddAccount(this IServiceCollection services, IConfiguration configuration)
    {
        var https = new PublicUrl(configuration).IsHttps;
        services.AddAuthentication(IdentityConstants.ApplicationScheme)
            .AddCookie(IdentityConstants.ApplicationScheme, cookie => SessionCookie.Configure(cookie, https))
            .AddAccessTokens();
        services.AddAuthorization();
        services.Configure<AntiforgeryOptions>(forms => SessionCookie.Configure(forms.Cookie, "latchkey-form", https));
        services.AddScoped<SessionWatch>();
        services.AddScoped<AuthenticationStateProvider>(scope => scope.GetRequiredService<SessionWatch>());
        services.AddScoped<CircuitHandler, SessionWatchStart>();
        services.AddSingleton(provider => new SetUpCookie(provider.GetRequiredService<IDataProtectionProvider>(), https));
        return services;
    }

    /// <summary>Maps the endpoints.</summary>
    public static void MapAccount(this IEndpointRouteBuilder app)
    {
        app.MapSession();
        app.MapSignOut();
    }
}
