using System.Diagnostics;
using Dashboard.Core.Data;
using Dashboard.Core.Verification;
using Microsoft.AspNetCore.Diagnostics;

namespace Dashboard.Api;

/// <summary>Sees to it that whatever ends without an answer of its own, where programs call, is told as a problem document.</summary>
sealed partial class ProblemMiddleware(RequestDelegate next, ApiMethods methods, ILogger<ProblemMiddleware> logger)
{
    const int ClientClosedRequest = 499;

    public async Task InvokeAsync(HttpContext http)
    {
        if (!ApiPaths.Has(http.Request.Path))
        {
            await next(http);
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
            http.Response.StatusCode = ClientClosedRequest; // nobody reads it
            return;
        }
        catch (Exception exception) when (!http.Response.HasStarted)
        {
            Forget(http.Response);
            await TellAsync(http, exception);
            return;
        }

        if (http.Response is { HasStarted: false, StatusCode: >= 400, ContentLength: null, ContentType: null })
        {
            await Problems.WriteAsync(http, OfStatus(http.Response.StatusCode is StatusCodes.Status405MethodNotAllowed ? Allow(http) : http.Response.StatusCode));
        }
    }

    /// <summary>Says which methods the address takes, or that there is nothing.</summary>
    int Allow(HttpContext http)
    {
        var allowed = methods.At(http.Request.Path);
        http.Response.Headers.Allow = allowed.Count > 0 ? string.Join(", ", allowed) : default(Microsoft.Extensions.Primitives.StringValues);
        return allowed.Count > 0 ? StatusCodes.Status405MethodNotAllowed : StatusCodes.Status404NotFound;
    }

    static ProblemDocument OfStatus(int status) => status switch
    {
        StatusCodes.Status401Unauthorized => Error.SessionRequired.ToProblem(),
        StatusCodes.Status404NotFound => Error.NotFound.ToProblem(),
        StatusCodes.Status405MethodNotAllowed => new(status, "method_not_allowed", "This address takes other methods: the header Allow names them."),
        StatusCodes.Status413PayloadTooLarge => JsonBody.TooLarge.ToProblem(),
        StatusCodes.Status415UnsupportedMediaType => JsonBody.NotJson.ToProblem(),
        < 500 => new(status, "invalid_request", "The request cannot be read."),
        _ => new(status, "internal_error", "The request could not be answered. Try again."),
    };

    async Task TellAsync(HttpContext http, Exception exception)
    {
        if (exception is BadHttpRequestException bad)
        {
            await Problems.WriteAsync(http, OfStatus(bad.StatusCode));
        }
        else if (!Outages.Caused(exception))
        {
            var trace = Activity.Current?.TraceId.ToHexString() ?? http.TraceIdentifier;
            LogFailed(exception, http.Request.Method, http.GetEndpoint()?.DisplayName, trace);
            await Problems.WriteAsync(http, new ProblemDocument(
                StatusCodes.Status500InternalServerError, "internal_error", "Something went wrong here. The log says more under this trace id.")
            { TraceId = trace });
        }
        else
        {
            LogUnavailable(exception);
            await (http.Request.Path.StartsWithSegments("/v1", StringComparison.OrdinalIgnoreCase) || http.Request.Path.StartsWithSegments("/api/v1", StringComparison.OrdinalIgnoreCase)
                ? RefusalWriter.WriteAsync(http.Response, RefusalCode.VerificationUnavailable, http.RequestAborted)
                : Problems.WriteAsync(http, new Error(ErrorCode.Unavailable, "The database does not answer. Nothing was changed; try again shortly.")));
        }
    }

    /// <summary>What was said before it went wrong does not hold; a session that was about to begin least of all.</summary>
    static void Forget(HttpResponse response)
    {
        foreach (var header in new[] { "Location", "Set-Cookie", "ETag", "Last-Modified", "Content-Type", "Content-Length", "Content-Encoding", "WWW-Authenticate" })
        {
            response.Headers.Remove(header);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "A request failed: {Method} {Endpoint}, trace {TraceId}.")]
    partial void LogFailed(Exception exception, string method, string? endpoint, string traceId);

    [LoggerMessage(Level = LogLevel.Error, Message = "A request could not be answered: the database did not answer.")]
    partial void LogUnavailable(Exception exception);
}
