namespace Dashboard.Hosting;

/// <summary>The security headers of every response.</summary>
static class SecurityHeaders
{
    // MudBlazor sets style attributes. They reach one element and load nothing; style elements and sheets of others stay refused.
    const string Policy =
        "default-src 'self'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; " +
        "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

    /// <summary>Sets the headers before any other middleware writes a response.</summary>
    public static IApplicationBuilder UseSecurityHeaders(this IApplicationBuilder app) => app.Use((http, next) =>
    {
        var headers = http.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "same-origin"; // with no-referrer, browsers send "Origin: null" even for our own forms
        if (http.Request.IsHttps)
        {
            headers["Cross-Origin-Opener-Policy"] = "same-origin"; // browsers ignore it over plain http, with a warning
        }

        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        return next(http);
    });
}
