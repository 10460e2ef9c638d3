using Dashboard.Api;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Components.Endpoints;

namespace Dashboard.Hosting;

/// <summary>Bounds the forms of pages. The framework reads a form before it knows who sent it, up to tens of megabytes. A page's own form
/// has a few short fields and no files.</summary>
static class FormLimits
{
    /// <summary>The maximum size of a form.</summary>
    public const int MaxBytes = 128 * 1024;

    static readonly Error TooLarge = new(ErrorCode.TooLarge, "The form is larger than 128 KB.");

    static readonly Error Multipart = new(
        ErrorCode.UnsupportedMediaType, "Send the form with the content type application/x-www-form-urlencoded.");

    static readonly Error Malformed = new(ErrorCode.InvalidRequest, "The form cannot be read.");

    /// <summary>Lets endpoints bound what they read. The server's own limit would close connections of endpoints that read no
    /// body.</summary>
    public static void AddBodyLimits(this WebApplicationBuilder builder) =>
        builder.WebHost.ConfigureKestrel(server => server.Limits.MaxRequestBodySize = null);

    /// <summary>Reads the form of a page, or refuses it. It must follow authorization, so that nothing is read from a caller without
    /// access, and precede what reads forms.</summary>
    public static IApplicationBuilder UseFormLimits(this IApplicationBuilder app) => app.Use(async (http, next) =>
    {
        if (IsRead(http) && await ReadAsync(http) is { } refused)
        {
            await Problems.WriteAsync(http, refused);
            return;
        }

        await next(http);
    });

    static bool IsRead(HttpContext http) => http.Request.HasFormContentType
        && !(HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method))
        && http.GetEndpoint()?.Metadata is { } metadata
        && (metadata.GetMetadata<ComponentTypeMetadata>() is not null
            || metadata.GetMetadata<IAntiforgeryMetadata>() is { RequiresValidation: true }
            || IsBeacon(http.Request));

    /// <summary>Returns whether a page of ours reports that it is closed. Browsers send this as a multipart form.</summary>
    static bool IsBeacon(HttpRequest request) => request.Path.StartsWithSegments("/_blazor", StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads at most one byte more than allowed. The server drains the rest, so that the client gets to read the
    /// response.</summary>
    static async Task<Error?> ReadAsync(HttpContext http)
    {
        var request = http.Request;
        if (request.ContentType!.StartsWith("multipart/", StringComparison.OrdinalIgnoreCase) && !IsBeacon(request))
        {
            return Multipart;
        }

        if (request.ContentLength > MaxBytes)
        {
            return TooLarge;
        }

        var buffer = new byte[(request.ContentLength ?? MaxBytes) + 1];
        var length = await request.Body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, http.RequestAborted);
        if (length > MaxBytes)
        {
            return TooLarge;
        }

        request.Body = new MemoryStream(buffer, 0, length, writable: false);
        try
        {
            await request.ReadFormAsync(http.RequestAborted); // kept by the request
            return null;
        }
        catch (Exception malformed) when (malformed is InvalidDataException or IOException)
        {
            return Malformed;
        }
    }
}
