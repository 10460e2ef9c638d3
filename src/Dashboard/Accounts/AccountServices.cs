using Dashboard.Auth;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server.Circuits;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Identity;
using SessionOptions = Dashboard.Core.Changes.SessionOptions;

namespace Dashboard.Accounts;

/// <summary>Registers and maps sign-in, sign-out and first-run setup.</summary>
static class AccountServices
{
    /// <summary>Registers authentication by session cookie or access token.</summary>
    /// <exception cref="SettingException">A setting is invalid.</exception>
    public static IServiceCollection AddAccount(this IServiceCollection services, IConfiguration configuration)
    {
        var https = new PublicUrl(configuration).IsHttps;
        services.AddAuthentication(IdentityConstants.ApplicationScheme)
            .AddCookie(IdentityConstants.ApplicationScheme, cookie =>
                SessionCookie.Configure(cookie, https, SettingsBinder.Read<SessionOptions>(configuration)))
            .AddAccessTokens();
        services.AddAuthorization();
        services.Configure<AntiforgeryOptions>(forms =>
        {
            SessionCookie.Configure(forms.Cookie, "latchkey-form", https);
            // Over https it is Secure. Over plain http no form is shown, and with Always the framework would log an error for each page.
            forms.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        });
        services.AddScoped<SessionWatch>();
        services.AddScoped<AuthenticationStateProvider>(scope => scope.GetRequiredService<SessionWatch>());
        services.AddScoped<CircuitHandler, SessionWatchStart>();
        services.AddSingleton(new BrowserCookie(https));
        services.AddSingleton(provider => new SecondFactorCookie(provider.GetRequiredService<IDataProtectionProvider>(), https));
        services.AddSingleton(provider => new LinkCookie(provider.GetRequiredService<IDataProtectionProvider>(), https));
        return services;
    }

    public static void MapAccount(this IEndpointRouteBuilder app)
    {
        app.MapSession();
        app.MapSessions();
        app.MapSignOut();
        app.MapAccountAddresses();
    }
}
