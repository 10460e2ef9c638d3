using Dashboard.Api;
using Dashboard.Core.Data;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Dashboard.Hosting;

/// <summary>The rules that hold for every request, whatever it asks for.</summary>
static class HttpRules
{
    /// <summary>Registers them. Settings that cannot be used stop it here.</summary>
    public static IServiceCollection AddHttpRules(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddTrustedProxies(configuration);
        services.AddPageCompression();
        services.ConfigureHttpJsonOptions(json => JsonContract.Apply(json.SerializerOptions));
        services.AddSingleton<ApiMethods>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<MatcherPolicy, ApiPathMatcherPolicy>());
        return services;
    }

    /// <summary>A page that cannot be shown is answered with one that says so. What this node was about to send, cookies too, is forgotten.</summary>
    public static IApplicationBuilder UsePageErrors(this IApplicationBuilder app) => app.UseExceptionHandler(new ExceptionHandlerOptions
    {
        ExceptionHandlingPath = "/error",
        CreateScopeForErrors = true,
        StatusCodeSelector = exception => Outages.Caused(exception) ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status500InternalServerError,
    });

    /// <summary>From here on, what goes wrong where programs call is told as a problem document.</summary>
    public static IApplicationBuilder UseProblems(this IApplicationBuilder app) => app.UseMiddleware<ProblemMiddleware>();
}
