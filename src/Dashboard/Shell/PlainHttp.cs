using Dashboard.Api;
using Dashboard.Auth;
using Microsoft.AspNetCore.Components.Endpoints;

namespace Dashboard.Shell;

/// <summary>Keeps people from signing in over plain http where <c>PublicUrl</c> is https: their cookies are <c>Secure</c>, so that every
/// form would fail without a reason that anybody sees. Endpoints for programs answer as usual.</summary>
static class PlainHttp
{
    const string Page = "/account/plain-http";

    /// <summary>The pages that answer for others.</summary>
    static readonly Type[] Answers = [typeof(NotFound), typeof(ErrorPage), typeof(PlainHttpPage)];

    /// <summary>Shows the page where <see cref="UsePlainHttpRefusal"/> asks for it. It must precede routing.</summary>
    public static IApplicationBuilder UsePlainHttpPage(this IApplicationBuilder app) => app.Use(async (http, next) =>
    {
        await next(http);
        if (http.Features.Get<Refused>() is not null)
        {
            (http.Request.Path, http.Request.Method) = (Page, HttpMethods.Get);
            http.SetEndpoint(null);
            http.Request.RouteValues.Clear();
            http.Response.StatusCode = StatusCodes.Status403Forbidden;
            await next(http);
        }
    });

    /// <summary>Refuses pages and sign-in over plain http. It must follow routing.</summary>
    public static IApplicationBuilder UsePlainHttpRefusal(this IApplicationBuilder app)
    {
        var url = app.ApplicationServices.GetRequiredService<PublicUrl>();
        var refusal = Error.Forbidden($"Sign in over https, at {url.Configured}.");
        return !url.IsHttps ? app : app.Use((http, next) =>
        {
            var metadata = http.Request.IsHttps ? null : http.GetEndpoint()?.Metadata;
            if (metadata?.GetMetadata<SameOrigin.SignInMetadata>() is not null)
            {
                return Problems.WriteAsync(http, refusal);
            }

            if (metadata?.GetMetadata<ComponentTypeMetadata>() is not { } page || Answers.Contains(page.Type))
            {
                return next(http);
            }

            var request = http.Request;
            http.Features.Set(new Refused(
                $"{url.Configured}{request.PathBase}{request.Path}{(HttpMethods.IsGet(request.Method) ? request.QueryString : default)}"));
            return Task.CompletedTask;
        });
    }

    /// <summary>That a page was refused.</summary>
    /// <param name="Link">The same page over https.</param>
    public sealed record Refused(string Link);
}
