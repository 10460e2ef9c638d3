namespace Dashboard.Hosting;

/// <summary>The security headers of responses.</summary>
static class SecurityHeaders
{
    // MudBlazor sets style attributes. They reach one element and load nothing; style elements and sheets of others stay refused.
    const string Policy =
        "default-src 'self'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; " +
        "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

    const string ForAYear = "max-age=31536000"; // without subdomains, which belong to others

    /// <summary>Sets the headers before any other middleware writes a response. Proxies hand the answers of forward authentication to
    /// clients of other hosts, for which none of this is meant.</summary>
    public static IApplicationBuilder UseSecurityHeaders(this IApplicationBuilder app)
    {
        var publicUrl = app.ApplicationServices.GetRequiredService<PublicUrl>();
        return app.Use((http, next) =>
        {
            http.Response.Headers.XContentTypeOptions = "nosniff";
            if (!IsForwardAuth(http.Request.Path))
            {
                Set(http.Response.Headers, http.Request, publicUrl);
            }

            return next(http);
        });
    }

    static bool IsForwardAuth(PathString path) => path.StartsWithSegments("/forward-auth", StringComparison.OrdinalIgnoreCase)
        || path.StartsWithSegments("/forward-auth-nginx", StringComparison.OrdinalIgnoreCase);

    static void Set(IHeaderDictionary headers, HttpRequest request, PublicUrl publicUrl)
    {
        headers.ContentSecurityPolicy = Policy;
        headers["Referrer-Policy"] = "same-origin"; // with no-referrer, browsers send "Origin: null" even for our own forms
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        if (request.IsHttps)
        {
            headers["Cross-Origin-Opener-Policy"] = "same-origin"; // browsers ignore it over plain http, with a warning
            // A browser would ask for https on every port of this machine, also of other programs.
            if (publicUrl.IsHttps || !request.Host.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase))
            {
                headers.StrictTransportSecurity = ForAYear;
            }
        }
    }
}
