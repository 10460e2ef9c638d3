using System.Collections.Frozen;
using Microsoft.AspNetCore.Http;

namespace Dashboard.Core.Verification;

/// <summary>Writes refusals as problem documents (RFC 9457).</summary>
public static class RefusalWriter
{
    /// <summary>How long a client should wait if credentials cannot be verified.</summary>
    static readonly TimeSpan Outage = TimeSpan.FromSeconds(5);

    /// <summary>Serialized once, because a flood of invalid keys causes the same few documents.</summary>
    static readonly FrozenDictionary<RefusalCode, (ProblemDocument Problem, byte[] Bytes)> Problems =
        Enum.GetValues<RefusalCode>().Select(code => (code, problem: ToProblem(code)))
            .ToFrozenDictionary(x => x.code, x => (x.problem, x.problem.ToUtf8Bytes()));

    /// <summary>Returns the problem document of a refusal.</summary>
    public static ProblemDocument ToProblem(this RefusalCode code) => new(code.ToHttpStatus(), code.ToWireName(), code.ToSentence())
    {
        RetryAfter = code == RefusalCode.VerificationUnavailable ? Outage : null,
    };

    /// <summary>Writes a refusal to a response that has not started: its status and document, <c>no-store</c>, a challenge with 401 (RFC
    /// 9110 section 11.6.1) and with 403 for want of a permission (RFC 6750 section 3.1), and the wait with 503.</summary>
    public static Task WriteAsync(HttpResponse response, RefusalCode code, CancellationToken cancellationToken) =>
        WriteAsync(response, code, null, cancellationToken);

    /// <summary>Writes a refusal with a given wait.</summary>
    /// <param name="retryAfter">The wait; null for the default of the code.</param>
    public static Task WriteAsync(HttpResponse response, RefusalCode code, TimeSpan? retryAfter, CancellationToken cancellationToken) =>
        WriteAsync(response, code, retryAfter, null, null, cancellationToken);

    /// <summary>Writes the refusal of a request that was sent to another server.</summary>
    /// <param name="retryAfter">The wait; null for the default of the code.</param>
    /// <param name="original">What is known about the original request, or null.</param>
    /// <param name="scope">The scopes that the request requires, or null. With a refusal for a resource, only if it is for want of
    /// them.</param>
    public static Task WriteAsync(HttpResponse response, RefusalCode code, TimeSpan? retryAfter,
        CallerContext? original, string? scope, CancellationToken cancellationToken)
    {
        var (problem, bytes) = Problems[code];
        if (problem.Status == StatusCodes.Status401Unauthorized)
        {
            // Bearer comes first because some clients and proxies read only the first challenge, and a client with a key needs no
            // challenge.
            response.Headers.WWWAuthenticate = new([BearerChallenge.Of(response.HttpContext, code, original, scope), "ApiKey"]);
        }

        else if (code == RefusalCode.InsufficientPermissions || (code == RefusalCode.ResourceOutOfScope && scope is not null))
        {
            // so that a client can step up
            response.Headers.WWWAuthenticate = BearerChallenge.Of(response.HttpContext, code, original, scope);
        }

        return (retryAfter is { } wait ? problem with { RetryAfter = wait } : problem).WriteAsync(response, bytes, cancellationToken);
    }
}
