using System.Diagnostics;
using Dashboard.Core.Data;
using Dashboard.Core.Verification;
using Microsoft.AspNetCore.Diagnostics;

namespace Dashboard.Api;

/// <summary>Turns exceptions and empty error responses on API paths into problem documents. Elsewhere it tells an unknown address by
/// 404.</summary>
sealed partial class ProblemMiddleware(RequestDelegate next, ApiMethods methods, ILogger<ProblemMiddleware> logger)
{
    const int ClientClosedRequest = 499;

    public async Task InvokeAsync(HttpContext http)
    {
        if (!ApiPaths.Has(http.Request.Path))
        {
            await next(http);
            if (http.Response is { HasStarted: false, StatusCode: StatusCodes.Status405MethodNotAllowed }
                && methods.At(http.Request.Path).Count == 0)
            {
                http.Response.Headers.Remove("Allow");
                http.Response.StatusCode = StatusCodes.Status404NotFound; // only pages of organizations would match
            }

            return;
        }

        if (http.Features.Get<IStatusCodePagesFeature>() is { } pages)
        {
            pages.Enabled = false;
        }

        try
        {
            await next(http);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            http.Response.StatusCode = ClientClosedRequest; // the client is gone
            return;
        }
        catch (Exception exception) when (!http.Response.HasStarted)
        {
            ClearHeaders(http.Response);
            await WriteProblemAsync(http, exception);
            return;
        }

        if (http.Response is { HasStarted: false, StatusCode: >= 400, ContentLength: null, ContentType: null })
        {
            var status = http.Response.StatusCode;
            await Problems.WriteAsync(http, OfStatus(status is StatusCodes.Status405MethodNotAllowed ? SetAllow(http) : status));
        }
    }

    /// <summary>Sets the Allow header and returns 405, or returns 404 if the path allows no method.</summary>
    int SetAllow(HttpContext http)
    {
        var allowed = methods.At(http.Request.Path);
        http.Response.Headers.Allow = allowed.Count > 0
            ? string.Join(", ", allowed)
            : default(Microsoft.Extensions.Primitives.StringValues);
        return allowed.Count > 0 ? StatusCodes.Status405MethodNotAllowed : StatusCodes.Status404NotFound;
    }

    static ProblemDocument OfStatus(int status) => status switch
    {
        StatusCodes.Status401Unauthorized => Error.SessionRequired.ToProblem(),
        StatusCodes.Status404NotFound => Error.NotFound.ToProblem(),
        StatusCodes.Status405MethodNotAllowed =>
            new(status, "method_not_allowed", "This method is not allowed here. The Allow header lists the methods that are."),
        StatusCodes.Status413PayloadTooLarge => JsonBody.TooLarge.ToProblem(),
        StatusCodes.Status415UnsupportedMediaType => JsonBody.NotJson.ToProblem(),
        < 500 => new(status, "invalid_request", "The request cannot be read."),
        _ => new(status, "internal_error", "The request failed. Try again."),
    };

    async Task WriteProblemAsync(HttpContext http, Exception exception)
    {
        if (exception is BadHttpRequestException bad)
        {
            await Problems.WriteAsync(http, OfStatus(bad.StatusCode));
        }
        else if (exception is UnstorableTextException)
        {
            LogUnstorable(exception, http.GetEndpoint()?.DisplayName);
            await Problems.WriteAsync(http, new ProblemDocument(
                StatusCodes.Status400BadRequest, "invalid_request",
                "The request contains a character that cannot be stored, or text that is too long."));
        }
        else if (!Outages.Caused(exception))
        {
            var trace = Activity.Current?.TraceId.ToHexString() ?? http.TraceIdentifier;
            LogFailed(exception, http.Request.Method, http.GetEndpoint()?.DisplayName, trace);
            await Problems.WriteAsync(http, new ProblemDocument(
                StatusCodes.Status500InternalServerError, "internal_error",
                "Something went wrong. The server's log has the details under this trace id.")
            { TraceId = trace });
        }
        else
        {
            LogUnavailable(exception);
            var path = http.Request.Path;
            var verifies = path.StartsWithSegments("/v1", StringComparison.OrdinalIgnoreCase)
                || path.StartsWithSegments("/api/v1", StringComparison.OrdinalIgnoreCase);
            await (verifies
                ? RefusalWriter.WriteAsync(http.Response, RefusalCode.VerificationUnavailable, http.RequestAborted)
                : Problems.WriteAsync(
                    http, new Error(ErrorCode.Unavailable, "The database is unavailable. Nothing was changed. Try again shortly.")));
        }
    }

    /// <summary>Removes headers that no longer apply after a failure, most of all a new session cookie.</summary>
    static void ClearHeaders(HttpResponse response)
    {
        string[] headers =
        [
            "Location", "Set-Cookie", "ETag", "Last-Modified", "Content-Type", "Content-Length", "Content-Encoding", "WWW-Authenticate",
        ];
        foreach (var header in headers)
        {
            response.Headers.Remove(header);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The request {Method} {Endpoint} failed, trace {TraceId}.")]
    partial void LogFailed(Exception exception, string method, string? endpoint, string traceId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The request {Endpoint} has text that cannot be stored.")]
    partial void LogUnstorable(Exception exception, string? endpoint);

    [LoggerMessage(Level = LogLevel.Error, Message = "A request failed because the database is unavailable.")]
    partial void LogUnavailable(Exception exception);
}
