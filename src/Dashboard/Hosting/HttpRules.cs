using Dashboard.Api;
using Dashboard.Core.Data;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Dashboard.Hosting;

/// <summary>The HTTP services and middleware that apply to every request.</summary>
static class HttpRules
{
    /// <summary>Registers the services.</summary>
    /// <exception cref="SettingException">A setting is invalid.</exception>
    public static IServiceCollection AddHttpRules(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddTrustedProxies(configuration);
        services.AddPageCompression();
        services.ConfigureHttpJsonOptions(json => JsonContract.Apply(json.SerializerOptions));
        services.AddSingleton<ApiMethods>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<MatcherPolicy, ApiPathMatcherPolicy>());
        return services;
    }

    /// <summary>Shows an error page when a page fails. Headers that were already set, including cookies, are discarded.</summary>
    public static IApplicationBuilder UsePageErrors(this IApplicationBuilder app) => app.Use(async (http, next) =>
    {
        var method = http.Request.Method;
        await next(http);
        http.Request.Method = method; // for the log
    }).UseExceptionHandler(new ExceptionHandlerOptions
    {
        ExceptionHandlingPath = "/error",
        CreateScopeForErrors = true,
        StatusCodeSelector = exception => exception is UnstorableTextException ? StatusCodes.Status400BadRequest
            : Outages.Caused(exception) ? StatusCodes.Status503ServiceUnavailable
            : StatusCodes.Status500InternalServerError,
    });

    /// <summary>Shows the page of an unknown address.</summary>
    public static IApplicationBuilder UseNotFoundPage(this IApplicationBuilder app) =>
        app.UseStatusCodePagesWithReExecute("/not-found", createScopeForStatusCodePages: true).Use(async (http, next) =>
        {
            try
            {
                await next(http);
            }
            catch (Exception) when (!http.Response.HasStarted)
            {
                ReadOnly(http.Request);
                throw;
            }

            if (http.Response is { HasStarted: false, StatusCode: >= StatusCodes.Status400BadRequest })
            {
                ReadOnly(http.Request);
            }
        });

    /// <summary>Makes a request read the page of an error, whatever it was: a form that was posted to nowhere is none of that
    /// page's.</summary>
    static void ReadOnly(HttpRequest request) => request.Method = HttpMethods.Get;

    /// <summary>Turns errors on API paths into problem documents.</summary>
    public static IApplicationBuilder UseProblems(this IApplicationBuilder app) => app.UseMiddleware<ProblemMiddleware>();
}
